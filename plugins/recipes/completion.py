"""Completing a batch: outputs priced, put into stock, and tied to the lots they were made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from core.api import Context, Invalid, select
from plugins.inventory.api import Item, Lot, convert
from plugins.recipes import stock
from plugins.recipes.consumption import held_by, lines_of
from plugins.recipes.costing import Filled, Priced, fill_efficiency, priced, rounded, share, yield_accuracy
from plugins.recipes.genealogy import tie
from plugins.recipes.models import Batch, BatchLine, BatchOutput, Recipe
from plugins.recipes.products import filled_container_item, whole_yield_item

ZERO = Decimal(0)
LARGEST_COST = 10**12


@dataclass(frozen=True)
class Completion:
    """A batch, its locked recipe, and what came out in the unit of the yield."""

    batch: Batch
    recipe: Recipe
    final: Decimal
    portions: int | None


@dataclass(frozen=True)
class Output:
    """One lot to be made: how much of the yield is in it, and what it is worth."""

    kind: str
    item: Item
    goods: Priced
    content: Fraction
    container: Item | None = None
    lot_id: int | None = None
    move_id: int = 0


def complete(ctx: Context, done: Completion) -> list[Lot]:
    """Write outputs, costs and genealogy of a finished batch; returns the lots made."""
    batch = done.batch
    lines = lines_of(ctx, batch)
    outputs, lost = _outputs(ctx, done, lines)
    _settle_costs(ctx, done, lines, outputs, lost)
    if not outputs:
        return []
    batch.expiry_date = batch.expiry_date or _expiry(ctx, done.recipe)
    recalled = _recalled(ctx, lines)
    goods = [(output.item, output.goods) for output in outputs]
    moves = stock.put(ctx, batch, goods, batch.expiry_date, held_back=bool(recalled))
    placed = [replace(output, lot_id=move.lot_id, move_id=move.id) for output, move in zip(outputs, moves, strict=True)]
    ctx.insert(BatchOutput, [_row(batch, output) for output in placed])
    tie(ctx, batch, placed)
    lots = [ctx.get(Lot, output.lot_id) for output in placed if output.lot_id is not None]
    for lot in lots if recalled else ():
        lot.state_reason = f"Made of {', '.join(recalled)}, recalled meanwhile."[:200]
    return lots


def _recalled(ctx: Context, lines: Sequence[BatchLine]) -> list[str]:
    """Return the lots the lines hold that were recalled since they took them: what is made of them is held back."""
    held = {part.usage.lot_id for part in held_by(ctx, lines) if part.usage.lot_id is not None}
    recalled = select(Lot.number).where(Lot.id.in_(sorted(held)), Lot.state == "recalled")
    return ctx.all(recalled.order_by(Lot.number))


def _outputs(ctx: Context, done: Completion, lines: Sequence[BatchLine]) -> tuple[list[Output], Fraction]:
    batch = done.batch
    materials = materials_cost(ctx, batch)
    if batch.batch_type == "untracked":
        return [], Fraction(0)
    if batch.batch_type == "product" and done.portions is not None:
        item = whole_yield_item(ctx, done.recipe, batch)
        goods = priced(_pieces(ctx, item, done.portions), Fraction(materials) + Fraction(batch.container_cost))
        return [Output("portion", item, goods, Fraction(done.final))], Fraction(0)
    kind = "intermediate" if batch.batch_type == "ingredient" else "bulk"
    return _filled_outputs(ctx, done, materials, _by_container(lines), kind)


def _filled_outputs(
    ctx: Context, done: Completion, materials: Decimal, filled: dict[int, Filled], bulk_kind: str
) -> tuple[list[Output], Fraction]:
    batch = done.batch
    shares = share(materials, done.final, list(filled.values()))
    volume = sum((Fraction(kind.volume) for kind in filled.values()), Fraction(0))
    fullness = min(Fraction(1), Fraction(done.final) / volume) if volume else Fraction(1)
    outputs = []
    for (item_id, kind), cost in zip(filled.items(), shares.containers, strict=True):
        if kind.passed:
            container = ctx.get(Item, item_id)
            product = filled_container_item(ctx, done.recipe, container)
            goods = priced(_pieces(ctx, product, kind.passed), cost)
            outputs.append(Output("container", product, goods, Fraction(kind.volume) * fullness, container))
    if shares.bulk_quantity:
        item = whole_yield_item(ctx, done.recipe, batch)
        quantity = convert(ctx, shares.bulk_quantity, batch.yield_unit_id, item.base_unit_id, item)
        outputs.append(Output(bulk_kind, item, priced(quantity, shares.bulk), Fraction(shares.bulk_quantity)))
    return outputs, shares.lost


def _pieces(ctx: Context, item: Item, number: int) -> Decimal:
    return convert(ctx, Decimal(number), "each", item.base_unit.code, item)


def materials_cost(ctx: Context, batch: Batch) -> Decimal:
    """Return the cost that the unit cost is made of."""
    if ctx.setting("recipes.consumables_in_unit_cost"):
        return batch.ingredient_cost + batch.consumable_cost
    return batch.ingredient_cost


def _by_container(lines: Sequence[BatchLine]) -> dict[int, Filled]:
    """Return the containers by kind: extras of a kind share its good and broken ones."""
    filled: dict[int, Filled] = {}
    for line in lines:
        if line.kind != "container" or not line.base_qty:
            continue
        before = filled.get(line.item_id, Filled(line.capacity or ZERO, 0, 0, ZERO))
        filled[line.item_id] = Filled(
            before.capacity, before.passed + (line.passed or 0), before.broken + (line.broken or 0),
            before.cost + line.cost,
        )  # fmt: skip
    return filled


def _settle_costs(
    ctx: Context, done: Completion, lines: Sequence[BatchLine], outputs: Sequence[Output], lost: Fraction
) -> None:
    batch = done.batch
    materials = materials_cost(ctx, batch)
    went_in = batch.ingredient_cost + batch.consumable_cost + batch.container_cost
    volume = sum((kind.volume for kind in _by_container(lines).values()), ZERO)
    batch.unit_cost = _checked(rounded(Fraction(materials) / Fraction(done.final)))
    batch.yield_accuracy = yield_accuracy(done.final, batch.projected_qty)
    batch.fill_efficiency = fill_efficiency(done.final, volume)
    batch.output_cost = sum((output.goods.cost for output in outputs), ZERO)
    not_in_products = batch.ingredient_cost + batch.consumable_cost - materials
    batch.expensed_cost = not_in_products + rounded(lost) if outputs else went_in
    batch.rounding_cost = went_in - batch.output_cost - batch.expensed_cost


def _checked(unit_cost: Decimal) -> Decimal:
    if unit_cost >= LARGEST_COST:
        told = f"Makes a unit cost of {LARGEST_COST:,} or more. Check the number and its unit."
        raise Invalid({"final_quantity": [told]}, code="YIELD_IMPLAUSIBLE")
    return unit_cost


def _expiry(ctx: Context, recipe: Recipe) -> date | None:
    return ctx.today() + timedelta(days=recipe.shelf_life_days) if recipe.shelf_life_days else None


def _row(batch: Batch, output: Output) -> dict[str, object]:
    return {
        "batch_id": batch.id,
        "kind": output.kind,
        "item_id": output.item.id,
        "container_id": output.container.id if output.container else None,
        "lot_id": output.lot_id,
        "move_id": output.move_id,
        "quantity": output.goods.quantity,
        "unit_cost": output.goods.unit_cost,
        "cost": output.goods.cost,
    }
