"""The roles that a workshop hands out."""

from core.api import role

MAKING = [
    "recipes.*.read",
    "recipes.batch.create",
    "recipes.batch.update",
    "recipes.batch.start",
    "recipes.batch.finish",
    "recipes.batch.cancel",
    "recipes.batch.fail",
    "recipes.batch.add-extras",
    "recipes.batch.adjust-container",
    "recipes.batch.start-timer",
    "recipes.timer.extend",
    "recipes.timer.stop",
    "recipes.recipe.plan-batch",
    "recipes.recipe.start-batch",
    "inventory.item.read",
    "inventory.lot.read",
    "inventory.unit.read",
    "inventory.location.read",
]

maker = role("recipes.maker", title="Batch maker", allow=MAKING)
local_maker = role(
    "recipes.local_maker",
    title="Batch maker at assigned locations",
    allow=MAKING,
    rules=["recipes.assigned_locations", "inventory.assigned_locations"],
)
developer = role("recipes.developer", title="Recipe developer", allow=["recipes.*", "inventory.*.read"])
