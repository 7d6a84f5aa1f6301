from core.api import action
from tests.bakery.resources import loaves


@action(loaves, source="dough", target="baked", label="Bake")
def bake(ctx, loaf):
    """Put the loaf into the oven."""
