"""Willow & Ash: bar soap by the loaf, hand balm in jars and tins, an infused oil that goes into both."""

from __future__ import annotations

from datetime import timedelta

from core.api import Context, demo
from plugins.recipes.demo.kitchen import Kitchen, Past
from plugins.recipes.models import Recipe

LOAF = [
    ("OIL-COCO", "1500", "g"), ("OIL-OLIVE", "2", "kg"), ("OIL-CASTOR", "150", "g"), ("BUT-SHEA", "300", "g"),
    ("LYE-NAOH", "560", "g"), ("WATER-DIST", "1.2", "l"),
]  # fmt: skip
WRAPPING = [("LABEL-BAR", "48", "each"), ("BOX-BAR", "48", "each")]
COLD_PROCESS = (
    "Weigh the lye into the water, never the other way round. Melt the hard fats, add the oils, bring both to 40 °C. "
    "Blend to light trace, add the scent, pour. Cut after 24 hours, cure for five weeks."
)


@demo("recipes.soap")
def soap(ctx: Context) -> None:
    """A soap maker's recipes with their versions, and batches in every state."""
    kitchen = Kitchen(ctx)
    if kitchen.knows("SOAP-LAV") or not kitchen.has("OIL-OLIVE", "BAR-LAV", "BALM-60"):
        return
    bars = ctx.do("recipes.group.create", name="Bar soaps", description="Cold process, cured for five weeks.")
    lavender = _bar_soap(kitchen, bars.id, "SOAP-LAV", "Lavender Soap", "LAV", ("EO-LAVENDER", "90", "ml"), "BAR-LAV")
    cedar = _bar_soap(kitchen, bars.id, "SOAP-CED", "Cedarwood Soap", "CED", ("EO-CEDAR", "75", "ml"), "BAR-CED")
    balm = _hand_balm(kitchen)
    infused = kitchen.recipe(
        "INF-LAV", "Lavender infused oil", "1 kg", [("OIL-OLIVE", "1", "kg"), ("EO-LAVENDER", "15", "ml")],
        batch_type="ingredient", shelf_life_days=180, supply="any_location",
    )  # fmt: skip
    _unfinished_ideas(ctx, kitchen, lavender, balm)
    _history(kitchen, lavender, cedar, balm, infused)
    _this_week(ctx, kitchen, lavender, cedar, balm)


def _bar_soap(
    kitchen: Kitchen, group_id: int, code: str, name: str, prefix: str, scent: tuple[str, str, str], into: str
) -> Recipe:
    return kitchen.recipe(
        code, name, "5 kg", [*LOAF, scent], consumables=WRAPPING, into=into, group_id=group_id, label_prefix=prefix,
        is_portioned=True, portion_name="bars", portion_count=48, shelf_life_days=720, instructions=COLD_PROCESS,
        supply="any_location",
    )  # fmt: skip


def _hand_balm(kitchen: Kitchen) -> Recipe:
    return kitchen.recipe(
        "BALM-HAND", "Hand Balm", "1200 ml",
        [("BUT-SHEA", "620", "g"), ("OIL-OLIVE", "300", "g"), ("OIL-CASTOR", "90", "g"), ("EO-CEDAR", "3", "tsp")],
        containers={"JAR-60": "BALM-60", "TIN-30": "BALM-30"}, shelf_life_days=365, supply="any_location",
        instructions="Melt over a water bath, stir until it clouds, pour at 50 °C.",
    )  # fmt: skip


def _unfinished_ideas(ctx: Context, kitchen: Kitchen, lavender: Recipe, balm: Recipe) -> None:
    """A winter balm that needs wax which nobody has bought, and a test of the soap with clay."""
    winter = ctx.do("recipes.recipe.new-variation", balm, name="Winter Balm")
    kitchen.add(winter, ("WAX-BEES", "140", "g"))
    test = ctx.do("recipes.recipe.new-test", lavender)
    kitchen.add(test, ("CLAY-PINK", "60", "g"), notes="Pink, for the spring fair.")


def _history(kitchen: Kitchen, lavender: Recipe, cedar: Recipe, balm: Recipe, infused: Recipe) -> None:
    """Five months in the kitchen, in the order in which they happened: labels are counted by it."""
    for past in (
        Past(148, lavender, "1", "4.82", portions=47),
        Past(126, cedar, "1", "4.9", portions=48),
        Past(103, balm, "0.5", "590", late=1),
        Past(89, lavender, "1", "4.91", portions=48),
        Past(84, lavender, "0.25", failed="Seized in the pot: the scent went in too early."),
        Past(73, balm, "0.9", "1050", broken=1),
        Past(52, cedar, "0.5", cancelled="Wrong mould laid out."),
        Past(47, lavender, "1.5", "7.3", portions=71),
        Past(33, cedar, "1", "4.9", portions=48, notes="Traced fast: pour cooler next time."),
        Past(19, lavender, "1", "4.85", portions=47),
        Past(11, balm, "0.9", "1050", broken=1),
        Past(4, infused, "1.5", "1.42", late=1),
    ):
        kitchen.make(past)


def _this_week(ctx: Context, kitchen: Kitchen, lavender: Recipe, cedar: Recipe, balm: Recipe) -> None:
    with kitchen.on(1, 14):
        curing = kitchen.start(lavender, "2", due_date=ctx.today() + timedelta(days=2))
    ctx.do("recipes.batch.start-timer", curing, name="Gel phase", minutes=12 * 60)
    with kitchen.on(5, 10):
        _plan_ahead(ctx, kitchen, lavender, cedar, balm)


def _plan_ahead(ctx: Context, kitchen: Kitchen, lavender: Recipe, cedar: Recipe, balm: Recipe) -> None:
    kitchen.plan(cedar, "1.5", due_date=ctx.today() + timedelta(days=8))
    kitchen.plan(balm, "2", due_date=ctx.today() + timedelta(days=11), notes="For the spring fair.")
    kitchen.plan(lavender, "1", due_date=ctx.today() + timedelta(days=3), notes="Waits for a free mould.")
    for recipe, scale, days in ((lavender, "1.5", 8), (balm, "1", 18), (lavender, "2", 25)):
        kitchen.plan(recipe, scale, due_date=ctx.today() + timedelta(days=days))
