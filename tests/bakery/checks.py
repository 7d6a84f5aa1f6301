import sqlalchemy as sa

from core.api import check
from tests.bakery.models import Loaf


@check("bakery.weight", title="No loaf weighs a tonne")
def weight(ctx):
    """Name every loaf that is too heavy."""
    for loaf in ctx.all(sa.select(Loaf)):
        if loaf.weight is not None and loaf.weight >= 1000:
            yield f"{loaf.name} weighs {loaf.weight:f}."
