from core.api import hookimpl
from tests.bakery.models import Shelf


@hookimpl
def tenant_enabled(ctx, plugin):
    """Put up the first shelf."""
    if plugin == "bakery" and ctx.find(Shelf, name="Window") is None:
        ctx.create(Shelf, name="Window")
