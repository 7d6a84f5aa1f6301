"""What tests of OpenMill and of third-party plugins are built from; nothing here is imported by the running product."""
