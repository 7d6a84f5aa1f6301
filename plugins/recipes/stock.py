"""The one door to the stock ledger: what recipes ask of inventory, in the words of batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain, count
from typing import TYPE_CHECKING

from core.api import Context, select
from plugins.inventory import api as inventory
from plugins.inventory.api import Item, Level, Link, Lot, Movement
from plugins.recipes.costing import Priced, rounded
from plugins.recipes.models import Batch
from plugins.recipes.supply import Places, places_of

if TYPE_CHECKING:
    from plugins.recipes.consumption import Draw

DOCUMENT = "recipes.batch"
ZERO = Decimal(0)


def usable(ctx: Context, item_ids: Iterable[int], places: Places) -> dict[int, Decimal]:
    """Return what may be taken now of each item: neither reserved, held back nor expired."""
    return inventory.available(ctx, item_ids, places)


def levels(ctx: Context, item_ids: Iterable[int], places: Places) -> dict[int, Level]:
    """Return what there is of each item, and what of it may be taken now."""
    return inventory.levels(ctx, item_ids, places)


def forecast(ctx: Context, wanted: Sequence[tuple[int, Decimal]], places: Places) -> list[Decimal | None]:
    """Return what quantities would cost if they were taken now; what is short is valued at the present cost.

    None where nothing says what an item costs.
    """
    if not wanted:
        return []
    own, *others = places
    lines = [
        inventory.Outgoing(item_id, own, quantity, line_id=index, also_from=tuple(others))
        for index, (item_id, quantity) in enumerate(wanted)
    ]
    costs, missing = [ZERO] * len(lines), [quantity for _, quantity in wanted]
    for move in inventory.forecast(ctx, lines, source=_source(ctx)):
        costs[move.line_id] -= move.value
        missing[move.line_id] += move.quantity
    short = {item_id for (item_id, _), rest in zip(wanted, missing, strict=True) if rest}
    present = present_costs(ctx, short, places) if short else {}
    return [
        cost if not rest else _plus(cost, rest, present.get(item_id))
        for (item_id, _), cost, rest in zip(wanted, costs, missing, strict=True)
    ]


def present_costs(ctx: Context, item_ids: Iterable[int], places: Places) -> dict[int, Decimal]:
    """Return what a base unit of each item costs now: the average here, else of the newest lot, else the standard."""
    wanted = sorted(set(item_ids))
    there = inventory.levels(ctx, wanted, places)
    known = {
        item_id: rounded(Fraction(level.value) / Fraction(level.on_hand))
        for item_id, level in there.items()
        if level.on_hand > 0
    }
    unknown = [item_id for item_id in wanted if item_id not in known]
    if unknown:
        standard = select(Item.id, Item.standard_cost).where(Item.id.in_(unknown), Item.standard_cost.is_not(None))
        seen = inventory.last_costs(ctx, unknown, *ctx.visible("inventory.lot"))
        known |= {**dict(map(tuple, ctx.rows(standard))), **seen}
    return known


def _plus(cost: Decimal, quantity: Decimal, unit_cost: Decimal | None) -> Decimal | None:
    return None if unit_cost is None else cost + rounded(Fraction(quantity) * Fraction(unit_cost))


def take(ctx: Context, batch: Batch, draws: Sequence[Draw]) -> list[Movement]:
    """Take goods for the lines of a batch, its own location first, oldest lot first.

    All of them or, refused with every short line, none.
    """
    wanted = [draw for draw in draws if draw.quantity]
    own, *others = places_of(ctx, batch, {draw.line.item_id for draw in wanted})
    lines = [
        inventory.Outgoing(draw.line.item_id, own, draw.quantity, line_id=draw.line.id, also_from=tuple(others))
        for draw in wanted
    ]
    return inventory.issue(ctx, lines, source=_source(ctx, batch), move_type="batch") if lines else []


def reverse(ctx: Context, batch: Batch, quantities: Mapping[int, Decimal]) -> list[Movement]:
    """Give back quantities of what moves took, to the same lots at the same cost."""
    return inventory.reverse(ctx, list(quantities), source=_source(ctx, batch), quantities=quantities)


def put(
    ctx: Context, batch: Batch, goods: Sequence[tuple[Item, Priced]], expires_on: date | None, *, held_back: bool
) -> list[Movement]:
    """Put what a batch made into stock, each article as a lot that carries the batch's label."""
    numbers = _lot_numbers(ctx, batch.label or "", {item.id for item, _ in goods})
    place = batch.location_id if batch.location_id is not None else inventory.default_location(ctx).id
    lines = [
        inventory.Incoming(
            item.id, place, priced.quantity, value=priced.cost, lot_number=numbers[item.id], made_on=ctx.today(),
            expires_on=expires_on, lot_state="quarantine" if held_back else "available",
        )
        for item, priced in goods
    ]  # fmt: skip
    return inventory.receive(ctx, lines, source=_source(ctx, batch), move_type="finished_batch")


def _lot_numbers(ctx: Context, label: str, item_ids: Iterable[int]) -> dict[int, str]:
    """Return the label for each article, with a number behind it where somebody typed it for another lot."""
    wanted = sorted(set(item_ids))
    alike = select(Lot.item_id, Lot.number).where(
        Lot.item_id.in_(wanted), Lot.number.startswith(label, autoescape=True)
    )
    taken = {(row.item_id, row.number) for row in ctx.rows(alike)}
    candidates = {item_id: chain([label], (f"{label}-{n}" for n in count(2))) for item_id in wanted}
    return {
        item_id: next(number for number in numbers if (item_id, number) not in taken)
        for item_id, numbers in candidates.items()
    }


def link(ctx: Context, batch: Batch, links: Sequence[Link]) -> None:
    """Write which lots went into which, in the same posting."""
    inventory.link_lots(ctx, links, source=_source(ctx, batch))


def _source(ctx: Context, batch: Batch | None = None) -> inventory.Source:
    if batch is None:
        return inventory.Source(DOCUMENT, ctx.today())
    return inventory.Source(DOCUMENT, ctx.today(), id=batch.id, number=batch.label)
