"""What an administrator may decide about batches."""

from core.api import setting
from plugins.recipes.models import COST_METHODS, SUPPLIES

cost_method = setting(
    "recipes.cost_method",
    str,
    default="fifo",
    choices=COST_METHODS,
    label="Cost of what a batch takes",
    help="FIFO: what the lots taken cost. Average: the item's average cost at that moment. Locked when a batch starts.",
)
consumables_in_unit_cost = setting(
    "recipes.consumables_in_unit_cost",
    bool,
    default=False,
    label="Consumables are part of the unit cost",
    help="Otherwise they are expensed and the unit cost holds the ingredients alone.",
)
supply = setting(
    "recipes.supply",
    str,
    default="own_location",
    choices=SUPPLIES,
    label="Batches take stock from",
    help="Own location: where they are made. Own location and inside: also from what lies inside it. Any location: also"
    " from our other locations where the member works, oldest lot first. A recipe or a batch may say otherwise.",
)
