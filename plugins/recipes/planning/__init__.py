"""Plans: a recipe at some scale against the stock of this moment, and the snapshot a batch is started from."""

from plugins.recipes.planning.lines import PlanLine, Status
from plugins.recipes.planning.plans import Plan, make_plan, recheck, recheck_batch, recheck_more
from plugins.recipes.planning.snapshots import fingerprint, freeze
from plugins.recipes.planning.wishes import ContainerWish, LineWish, PlanWish

__all__ = [
    "ContainerWish",
    "LineWish",
    "Plan",
    "PlanLine",
    "PlanWish",
    "Status",
    "fingerprint",
    "freeze",
    "make_plan",
    "recheck",
    "recheck_batch",
    "recheck_more",
]
