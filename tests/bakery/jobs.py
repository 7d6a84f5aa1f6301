import os
import time
from pathlib import Path

import sqlalchemy as sa

from core.api import Forbidden, Refused, job, observer, schedule
from tests.bakery.models import Loaf

CALLS = []
SPOILED = set()


@job("bakery.bake_loaf")
def bake_loaf(ctx, name):
    """Leave one loaf behind, and say who baked it."""
    loaf = ctx.create(Loaf, name=name)
    ctx.db.flush()
    return {"loaf": loaf.id, "by": ctx.actor.username, "request": ctx.actor.request_id}


@job("bakery.burn", tries=3)
def burn(ctx, name="burnt"):
    """Change something and fail, every time."""
    CALLS.append(name)
    ctx.create(Loaf, name=name)
    ctx.db.flush()
    raise RuntimeError("the oven is too hot")


@job("bakery.refuse", tries=3)
def refuse(ctx):
    """Refuse as an action would."""
    raise Refused("OVEN_COLD", "Heat the oven first.")


@job("bakery.guarded")
def guarded(ctx, name):
    """Act only for those who may create loaves."""
    if not ctx.can("bakery.loaf.create"):
        raise Forbidden("You need the permission bakery.loaf.create.")
    bake_loaf(ctx, name)


@job("bakery.slow")
def slow(ctx, marker, name):
    """Write a loaf, tell the outside that it did, and stay inside the transaction for long."""
    ctx.progress(40)
    bake_loaf(ctx, name)
    Path(marker).write_text(str(os.getpid()))
    for _ in range(600):
        if Path(f"{marker}.go").exists():
            return
        time.sleep(0.05)


@job("bakery.die", tries=2)
def die(ctx):
    """Take the whole worker down, as running out of memory does."""
    os._exit(137)


@job("bakery.count")
def count(ctx):
    """Count the loaves."""
    return ctx.scalar(sa.select(sa.func.count(Loaf.id)))


@observer("bakery.sign", action="bakery.loaf.bake")
def sign(ctx, ids):
    """Put up a sign for what was baked, as long as there is chalk."""
    if "chalk" in SPOILED:
        raise RuntimeError("the chalk is gone")
    CALLS.append(("sign", tuple(ids), ctx.actor.username))


schedule("bakery.night", job="bakery.count", cron="30 2 * * *")
schedule("bakery.often", job="bakery.count", cron="*/20 * * * *")
