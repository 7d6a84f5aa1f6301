"""The REST doors: generic routes over the registry, OpenAPI, problems, log-in, system."""
