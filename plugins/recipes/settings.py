"""What an administrator may decide about batches."""

from core.api import setting
from plugins.recipes.models import COST_METHODS, SUPPLIES

cost_method = setting(
    "recipes.cost_method",
    str,
    default="fifo",
    choices=COST_METHODS,
    label="Cost of what a batch takes",
    help="fifo: what the lots taken cost. average: the item's average cost at that moment. Locked when a batch starts.",
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
    help="own_location: where they are made. own_location_and_inside: also from what lies inside it. any_location: also"
    " from our other locations where the member works, oldest lot first. A recipe or a batch may say otherwise.",
)
