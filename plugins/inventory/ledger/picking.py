"""Which lots goods are taken from: first to expire or first in, usable ones only, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.api import Context, Refused, amount_text, day_text
from plugins.inventory.ledger.book import Quant, StockBook
from plugins.inventory.ledger.facts import ItemFacts, LotFacts, check_lot_of_item
from plugins.inventory.ledger.movement import ZERO, Outgoing, Places
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
    """So much was wanted in one place, or in some places together, and so much may be taken of what is there."""

    item: ItemFacts
    location_id: int
    lot: LotFacts | None
    needed: Decimal
    available: Decimal
    also_at: Places = ()
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PickRule:
    """Which lots a move may take: the day they must be usable on, or any lot at all (to throw it away).

    What a place owes for goods that were let go below zero is kept back there, unless the books are set to a count.
    """

    day: date
    today: date
    any_lot: bool = False
    sets_books: bool = False

    def allows(self, quant: Quant) -> bool:
        """Whether goods may be taken from this balance."""
        return quant.lot is None or self.allows_lot(quant.lot)

    def allows_lot(self, lot: LotFacts) -> bool:
        """Whether goods may be taken from this lot."""
        return lot.there_on(self.day) if self.any_lot else lot.usable_on(self.day, self.today)


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


def check_lots_usable(
    demands: Sequence[Demand], rule: PickRule, remedy: str = "Choose another lot, or leave it empty."
) -> None:
    """Refuse lots that were asked for by name but are held back, past their last day or not there yet."""
    named = {(demand.item.code, demand.lot) for demand in demands if demand.lot is not None}
    troubles = sorted(
        f"{code} lot {lot.number}: {lot.trouble_on(rule.day)}" for code, lot in named if not rule.allows_lot(lot)
    )
    if troubles:
        raise Refused("LOT_NOT_AVAILABLE", f"{'; '.join(troubles)}. {remedy}", lots=troubles)


def candidates(book: StockBook, item: ItemFacts, places: Places, rule: PickRule) -> list[Quant]:
    """Return the balances to take from, in order: first to expire for perishables, else first in.

    The first place comes first; the others stand beside each other, so the oldest lot of all of them is next.
    """
    order = _first_to_expire if item.is_perishable else _first_in
    first, *others = [
        [quant for quant in book.at(item.id, place) if quant.available > 0 and rule.allows(quant)] for place in places
    ]
    return [*sorted(first, key=order), *sorted((quant for found in others for quant in found), key=order)]


_BEFORE_ALL = date.min, datetime.min.replace(tzinfo=UTC), 0


def _first_in(quant: Quant) -> tuple[date, datetime, int]:
    return quant.lot.came if quant.lot else _BEFORE_ALL


def _first_to_expire(quant: Quant) -> tuple[date, date, datetime, int]:
    expires_on = quant.lot.expires_on if quant.lot else None
    return (expires_on or date.max, *_first_in(quant))


def shortages(book: StockBook, demands: Sequence[Demand], rule: PickRule) -> list[Shortage]:
    """Return every place where more is wanted than may be taken, each once, whatever the number of lines."""
    covered: dict[int, Decimal] = {}
    for demand, _quant, part in _shared_out(book, demands, rule):
        covered[id(demand)] = covered.get(id(demand), ZERO) + part
    sums: dict[tuple[int, Places, LotFacts | None], tuple[ItemFacts, Decimal, Decimal]] = {}
    for demand in demands:
        key = (demand.item.id, demand.line.places, demand.lot)
        _, needed, there = sums.get(key, (demand.item, ZERO, ZERO))
        sums[key] = demand.item, needed + demand.quantity, there + covered.get(id(demand), ZERO)
    return [
        Shortage(item, places[0], lot, needed, there, places[1:], *_there(book, item, places, lot))
        for (_, places, lot), (item, needed, there) in sums.items()
        if there < needed
    ]


def _there(book: StockBook, item: ItemFacts, places: Places, lot: LotFacts | None) -> tuple[Decimal, Decimal]:
    """Return what is on hand and what of it is reserved, whether it may be taken or not."""
    quants = [quant for place in places for quant in book.at(item.id, place) if lot in (None, quant.lot)]
    return sum((quant.on_hand for quant in quants), ZERO), sum((quant.reserved for quant in quants), ZERO)


def pick(book: StockBook, demands: Sequence[Demand], rule: PickRule) -> Iterator[tuple[Demand, Quant, Decimal]]:
    """Return what to take for each line as far as it is there."""
    return iter(_shared_out(book, demands, rule))


def _shared_out(book: StockBook, demands: Sequence[Demand], rule: PickRule) -> list[tuple[Demand, Quant, Decimal]]:
    """Share out what is there, each balance once however many lines and places lead to it.

    Lines that name a lot are served first: another line must not empty that lot while others are full.
    """
    left: dict[int, Decimal] = {}
    ordered: dict[tuple[int, Places], list[Quant]] = {}
    room = _room(book, rule)
    parts = []
    for demand in sorted(demands, key=lambda demand: demand.lot is None):
        rest, sources = demand.quantity, _sources(book, demand, rule, ordered)
        while rest > 0 and sources:
            quant = sources[-1]
            free, pool = left.get(id(quant), quant.available), (quant.item_id, quant.location_id)
            if (part := min(free, rest, room.get(pool, rest))) > 0:
                parts.append((demand, quant, part))
                left[id(quant)] = free - part
                rest -= part
                if pool in room:
                    room[pool] -= part
            if rest > 0:
                sources.pop()
    return parts


def _room(book: StockBook, rule: PickRule) -> dict[tuple[int, int], Decimal]:
    """Return what may be taken of all lots together, for places that owe some of it already."""
    owed = {} if rule.sets_books else book.owed()
    return {
        pool: max(sum((quant.available for quant in book.at(*pool) if rule.allows(quant)), ZERO) - amount, ZERO)
        for pool, amount in owed.items()
    }


def _sources(
    book: StockBook, demand: Demand, rule: PickRule, ordered: dict[tuple[int, Places], list[Quant]]
) -> list[Quant]:
    """Return the balances a line is served from, the first of them last: it leaves the list when it is empty."""
    item, places, lot = demand.item, demand.line.places, demand.lot
    if lot is not None:
        return [book.quant(item.id, place, lot) for place in reversed(places)]
    if (item.id, places) not in ordered:
        ordered[item.id, places] = candidates(book, item, places, rule)[::-1]
    return ordered[item.id, places]


def insufficient(ctx: Context, short: Sequence[Shortage], day: date | None = None) -> Refused:
    """Return the refusal that lists every short line, in words and as data."""
    lines = told_shortages(ctx, short)
    told = "; ".join(_told(line) for line in lines[:20])
    may_go_below = all(shortage.item.allow_negative for shortage in short)
    when = f" of what came by {day_text(day)}; post it later" if day is not None and day < ctx.today() else ""
    return Refused("INSUFFICIENT_STOCK", f"Not enough stock{when}. {told}.", lines=lines, may_be_approved=may_go_below)


def told_shortages(ctx: Context, short: Sequence[Shortage]) -> list[dict[str, Any]]:
    """Return what is short as data, with the codes that people know."""
    units = _words(ctx, Unit, {shortage.item.base_unit_id for shortage in short})
    places = _words(ctx, Location, {place for one in short for place in (one.location_id, *one.also_at)})
    return [
        {
            "item_id": shortage.item.id,
            "item": shortage.item.code,
            "name": shortage.item.name,
            "lot": shortage.lot.number if shortage.lot else None,
            "location_id": shortage.location_id,
            "location": places[shortage.location_id],
            "also_at": [places[place] for place in shortage.also_at],
            "needed": shortage.needed,
            "available": shortage.available,
            "on_hand": shortage.on_hand,
            "reserved": shortage.reserved,
            "unit": units[shortage.item.base_unit_id],
        }
        for shortage in short
    ]


def _told(line: dict[str, Any]) -> str:
    """Say in words what is short, and why what lies there does not count."""
    amount = {name: amount_text(line[name], line["unit"]) for name in ("needed", "available", "reserved")}
    where = ", ".join([line["location"], *line["also_at"]])
    what = f"{line['item']}, lot {line['lot']}" if line["lot"] else line["item"]
    told = f"{what}: {amount['needed']} needed, {amount['available']} available at {where}"
    unusable = line["on_hand"] - line["reserved"] - line["available"]
    why = [f"{amount['reserved']} reserved"] if line["reserved"] else []
    why += [f"{amount_text(unusable, line['unit'])} held back, expired or not there yet"] if unusable > 0 else []
    return f"{told} ({', '.join(why)})" if why else told


def _words(ctx: Context, model: type[Unit] | type[Location], ids: set[int]) -> dict[int, str]:
    return {row.id: row.code for row in ctx.rows(select(model.id, model.code).where(model.id.in_(sorted(ids))))}
