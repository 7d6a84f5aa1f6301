"""Where recipes and batches stand in the menu."""

from core.api import menu
from plugins.recipes.resources.batches import batches, timers
from plugins.recipes.resources.recipes import groups, recipes

menu("manufacturing/batches", batches, sequence=10)
menu("manufacturing/recipes", recipes, sequence=20)
menu("manufacturing/recipe-groups", groups, sequence=30)
menu("manufacturing/timers", timers, sequence=40)
menu("manufacturing/cost-sheet", "recipes.cost_sheet", title="Batch cost sheet", sequence=45)
menu("manufacturing/yields", "recipes.yields", title="Yields", sequence=50)
