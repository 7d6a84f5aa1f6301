"""Which lots goods are taken from: first to expire or first in, usable ones only, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.api import Context, Refused
from plugins.inventory.ledger.book import Quant, StockBook
from plugins.inventory.ledger.facts import ItemFacts, LotFacts, check_lot_of_item
from plugins.inventory.ledger.movement import ZERO, Outgoing
from plugins.inventory.models.locations import Location
from plugins.inventory.models.units import Unit


@dataclass(frozen=True, slots=True)
class Demand:
    """One line of what is wanted, in the base unit; with a lot if that very lot is wanted."""

    line: Outgoing
    item: ItemFacts
    quantity: Decimal
    lot: LotFacts | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """So much was wanted in one place, so much is there."""

    item: ItemFacts
    location_id: int
    lot: LotFacts | None
    needed: Decimal
    available: Decimal


@dataclass(frozen=True, slots=True)
class PickRule:
    """Which lots a move may take: the day they must be usable on, or any lot at all (to throw it away)."""

    day: date
    any_lot: bool = False

    def allows(self, quant: Quant) -> bool:
        """Whether goods may be taken from this balance."""
        return quant.lot is None or self.allows_lot(quant.lot)

    def allows_lot(self, lot: LotFacts) -> bool:
        """Whether goods may be taken from this lot."""
        return lot.there_on(self.day) if self.any_lot else lot.usable_on(self.day)


def demands_of(
    lines: Sequence[Outgoing],
    quantities: Sequence[Decimal],
    items: Mapping[int, ItemFacts],
    lots: Mapping[int, LotFacts],
) -> list[Demand]:
    """Pair each line with its item, base quantity and lot; a lot of another item is Invalid."""
    demands = []
    for line, quantity in zip(lines, quantities, strict=True):
        lot = lots[line.lot_id] if line.lot_id is not None else None
        if lot is not None:
            check_lot_of_item(lot, items[line.item_id])
        demands.append(Demand(line, items[line.item_id], quantity, lot))
    return demands


def check_lots_usable(demands: Sequence[Demand], rule: PickRule) -> None:
    """Refuse lots that were asked for by name but are held back, past their last day or not there yet."""
    named = {(demand.item.code, demand.lot) for demand in demands if demand.lot is not None}
    troubles = sorted(
        f"{code} lot {lot.number}: {lot.trouble_on(rule.day)}" for code, lot in named if not rule.allows_lot(lot)
    )
    if troubles:
        raise Refused(
            "LOT_NOT_AVAILABLE", f"{'; '.join(troubles)}. Choose another lot, or leave it empty.", lots=troubles
        )


def candidates(book: StockBook, item: ItemFacts, location_id: int, rule: PickRule) -> list[Quant]:
    """Return the balances to take from, in order: first to expire for perishables, else first in."""
    usable = [quant for quant in book.at(item.id, location_id) if quant.available > 0 and rule.allows(quant)]
    return sorted(usable, key=_first_to_expire if item.is_perishable else _first_in)


def _first_in(quant: Quant) -> tuple[date, int]:
    return (quant.lot.received_on, quant.lot.id) if quant.lot else (date.min, 0)


def _first_to_expire(quant: Quant) -> tuple[date, date, int]:
    expires_on = quant.lot.expires_on if quant.lot else None
    return (expires_on or date.max, *_first_in(quant))


def shortages(book: StockBook, demands: Sequence[Demand], rule: PickRule) -> list[Shortage]:
    """Return every place where more is wanted than may be taken, each once, whatever the number of lines."""
    wanted: dict[tuple[int, int, LotFacts | None], Decimal] = {}
    items: dict[int, ItemFacts] = {}
    for demand in demands:
        items[demand.item.id] = demand.item
        key = (demand.item.id, demand.line.location_id, demand.lot)
        wanted[key] = wanted.get(key, ZERO) + demand.quantity
    short = []
    for (item_id, location_id, lot), needed in wanted.items():
        free = _free(book, items[item_id], location_id, lot, rule, wanted)
        if free < needed:
            short.append(Shortage(items[item_id], location_id, lot, needed, free))
    return short


def _free(
    book: StockBook, item: ItemFacts, location_id: int, lot: LotFacts | None, rule: PickRule,
    wanted: Mapping[tuple[int, int, LotFacts | None], Decimal],
) -> Decimal:  # fmt: skip
    if lot is not None:
        return book.quant(item.id, location_id, lot).available
    free = ZERO
    for quant in candidates(book, item, location_id, rule):
        by_name = wanted.get((item.id, location_id, quant.lot), ZERO) if quant.lot else ZERO
        free += max(quant.available - by_name, ZERO)
    return free


def pick(book: StockBook, demands: Sequence[Demand], rule: PickRule) -> Iterator[tuple[Demand, Quant, Decimal]]:
    """Yield what to take for each line as far as it is there; the caller takes it before asking for the next.

    Lines that name a lot are served first: another line must not empty that lot while others are full.
    """
    ordered: dict[tuple[int, int], list[Quant]] = {}
    for demand in sorted(demands, key=lambda demand: demand.lot is None):
        place = (demand.item.id, demand.line.location_id)
        if demand.lot is not None:
            sources = [book.quant(*place, demand.lot)]
        else:
            if place not in ordered:
                # Reversed, so that the first to take stands at the end and leaves the list at once when it is empty.
                ordered[place] = candidates(book, demand.item, place[1], rule)[::-1]
            sources = ordered[place]
        rest = demand.quantity
        while rest > 0 and sources:
            if (part := min(sources[-1].available, rest)) > 0:
                yield demand, sources[-1], part
                rest -= part
            if rest > 0:
                sources.pop()


def insufficient(ctx: Context, short: Sequence[Shortage], day: date | None = None) -> Refused:
    """Return the refusal that lists every short line, in words and as data."""
    units = _words(ctx, Unit, {shortage.item.base_unit_id for shortage in short})
    places = _words(ctx, Location, {shortage.location_id for shortage in short})
    lines: list[dict[str, Any]] = [
        {
            "item_id": shortage.item.id,
            "item": shortage.item.code,
            "name": shortage.item.name,
            "lot": shortage.lot.number if shortage.lot else None,
            "location_id": shortage.location_id,
            "location": places[shortage.location_id],
            "needed": shortage.needed,
            "available": shortage.available,
            "unit": units[shortage.item.base_unit_id],
        }
        for shortage in short
    ]
    told = "; ".join(
        f"{line['item']}: {line['needed']:f} {line['unit']} needed, {line['available']:f} there at {line['location']}"
        for line in lines[:20]
    )
    may_go_below = all(shortage.item.allow_negative for shortage in short)
    when = f" of what came by {day}; post it later" if day is not None and day < ctx.today() else ""
    return Refused("INSUFFICIENT_STOCK", f"Not enough stock{when}. {told}.", lines=lines, may_be_approved=may_go_below)


def _words(ctx: Context, model: type[Unit] | type[Location], ids: set[int]) -> dict[int, str]:
    return {row.id: row.code for row in ctx.rows(select(model.id, model.code).where(model.id.in_(sorted(ids))))}
