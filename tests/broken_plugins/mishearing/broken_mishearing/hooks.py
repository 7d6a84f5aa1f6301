from core.api import hookimpl


@hookimpl
def before_action(ctx, action):
    """Fits, and must all the same not be called."""


@hookimpl
def tenant_enabled(ctx, weather):
    """There is no weather in this hook."""
