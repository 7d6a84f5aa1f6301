"""A soap maker's workshop, small enough to check every number by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.api import Context, select
from plugins.inventory.api import (
    Incoming,
    Item,
    Source,
    Stock,
    Unit,
    available,
    default_location,
    receive,
)
from plugins.recipes.api import Batch, BatchLine, Recipe


def dec(text: str | int) -> Decimal:
    """Return an exact number."""
    return Decimal(text)


@dataclass(frozen=True)
class Workshop:
    """The articles and the recipe of a soap maker, by name."""

    items: dict[str, int]
    recipe_id: int


def unit_id(ctx: Context, code: str) -> int:
    """Return the id of a unit."""
    unit = ctx.find(Unit, code=code)
    assert unit is not None
    return unit.id


def make_item(ctx: Context, code: str, kind: str, unit: str, **values: object) -> Item:
    """Make an article through the road that everybody takes."""
    given = {"code": code, "name": code.replace("-", " ").capitalize(), "kind": kind}
    item: Item = ctx.do("inventory.item.create", **given, base_unit_id=unit_id(ctx, unit), **values)
    return item


def buy(
    ctx: Context, item: Item | int, quantity: str, unit_cost: str, *, lot: str | None = None,
    expires_on: date | None = None,
) -> int | None:  # fmt: skip
    """Receive goods into the default location as a lot, and return the lot's id."""
    item_id = item if isinstance(item, int) else item.id
    line = Incoming(
        item_id, default_location(ctx).id, dec(quantity), unit_cost=dec(unit_cost), lot_number=lot,
        expires_on=expires_on,
    )  # fmt: skip
    [move] = receive(ctx, [line], source=Source("tests.purchase", ctx.today()))
    return move.lot_id


def make_recipe(ctx: Context, *, active: bool = True, **values: object) -> Recipe:
    """Make a recipe and activate it."""
    recipe: Recipe = ctx.do("recipes.recipe.create", **values)
    return ctx.do("recipes.recipe.activate", recipe) if active else recipe


def line(ctx: Context, item: Item | int, quantity: str, unit: str) -> dict[str, object]:
    """Return a line of a recipe as a client sends it."""
    item_id = item if isinstance(item, int) else item.id
    return {"item_id": item_id, "quantity": dec(quantity), "unit_id": unit_id(ctx, unit)}


def soap_workshop(ctx: Context) -> Workshop:
    """Set up: cold process soap, 1 kg of it, poured into 12 moulds of 80 g; one lot of everything in stock.

    Ingredients of the recipe cost 3.70: olive oil 450 g at 0.004, coconut oil 200 g at 0.003, lye 90 g at 0.005,
    water 0.2 l at 0.0005 per ml, essential oil 20 ml at 0.0375.
    """
    olive = make_item(ctx, "OLIVE-OIL", "raw", "g", density=dec("0.915"))
    coconut = make_item(ctx, "COCONUT-OIL", "raw", "g")
    lye = make_item(ctx, "LYE", "raw", "g")
    water = make_item(ctx, "WATER", "raw", "ml")
    lavender = make_item(ctx, "LAVENDER-EO", "raw", "ml", density=dec("0.885"))
    label = make_item(ctx, "LABEL", "consumable", "each")
    mould = make_item(ctx, "MOULD-80", "container", "each", capacity=dec(80), capacity_unit_id=unit_id(ctx, "g"))
    for item, quantity, cost in (
        (olive, "2000", "0.004"), (coconut, "1000", "0.003"), (lye, "500", "0.005"), (water, "5000", "0.0005"),
        (lavender, "100", "0.0375"), (label, "100", "0.05"), (mould, "40", "0.25"),
    ):  # fmt: skip
        buy(ctx, item, quantity, cost, lot=f"{item.code}-1")
    recipe = make_recipe(
        ctx, name="Lavender Soap", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"), shelf_life_days=365,
        ingredients=[
            line(ctx, olive, "0.45", "kg"), line(ctx, coconut, "200", "g"), line(ctx, lye, "90", "g"),
            line(ctx, water, "0.2", "l"), line(ctx, lavender, "20", "ml"),
        ],
        consumables=[line(ctx, label, "12", "each")],
        containers=[{"item_id": mould.id}],
    )  # fmt: skip
    made = (olive, coconut, lye, water, lavender, label, mould)
    return Workshop({item.code: item.id for item in made}, recipe.id)


def plan(ctx: Context, shop: Workshop, **wish: object) -> Batch:
    """Plan a batch of the soap."""
    batch: Batch = ctx.do("recipes.recipe.plan-batch", ctx.get(Recipe, shop.recipe_id), **wish)
    return batch


def start(ctx: Context, shop: Workshop, **wish: object) -> Batch:
    """Plan a batch of the soap and start it."""
    batch: Batch = ctx.do("recipes.recipe.start-batch", ctx.get(Recipe, shop.recipe_id), **wish)
    return batch


def in_stock(ctx: Context, items: Sequence[int] | dict[str, int]) -> dict[int, Decimal]:
    """Return what may be taken now."""
    ids = items.values() if isinstance(items, dict) else items
    return available(ctx, list(ids))


def balances(ctx: Context) -> list[tuple[object, ...]]:
    """Return every balance of every lot with its value: two states of stock are the same when these are."""
    columns = (Stock.item_id, Stock.location_id, Stock.lot_id, Stock.on_hand, Stock.reserved, Stock.value)
    return sorted((tuple(row) for row in ctx.rows(select(*columns)) if row.on_hand or row.value), key=repr)


def lines_of(ctx: Context, batch: Batch, kind: str) -> list[BatchLine]:
    """Return the lines of a batch of one kind."""
    wanted = select(BatchLine).where(BatchLine.batch_id == batch.id, BatchLine.kind == kind)
    return ctx.all(wanted.order_by(BatchLine.position))


def verify(ctx: Context) -> list[str]:
    """Return every difference that the invariants of recipes and inventory find."""
    return [f"{key}: {told}" for key, item in ctx.registry.checks.items() for told in item.function(ctx)]
