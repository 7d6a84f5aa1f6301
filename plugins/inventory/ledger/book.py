"""The balances that one posting touches: read and locked once, changed in memory, written once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from core.api import Context, prepared
from plugins.inventory.ledger.facts import LOT_COLUMNS, LotFacts
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.ledger.past import Place, came_since
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.stock import Stock

_STOCK_COLUMNS = (Stock.item_id, Stock.location_id, Stock.lot_id, Stock.on_hand, Stock.reserved, Stock.value,
                  Stock.below_zero, Stock.id)  # fmt: skip


def _at(model: type[Stock]) -> ColumnElement[bool]:
    item_ids, location_ids = bindparam("item_ids", expanding=True), bindparam("location_ids", expanding=True)
    return and_(model.item_id.in_(item_ids), model.location_id.in_(location_ids))


class _Rows:
    """Balances of some items at some locations, of lots that are named or fulfil a condition; built once."""

    def __init__(self, *conditions: ColumnElement[bool]) -> None:
        named = Stock.lot_id.in_(bindparam("lot_ids", expanding=True))
        balances = (
            select(*_STOCK_COLUMNS, *LOT_COLUMNS)
            .outerjoin(Lot, and_(Lot.tenant_id == Stock.tenant_id, Lot.id == Stock.lot_id))
            .where(_at(Stock), or_(Stock.lot_id.is_(None), named, *conditions))
            .order_by(Stock.id)
        )
        self.seen, self.locked = prepared(balances), prepared(balances.with_for_update(of=Stock))


_ELSEWHERE = aliased(Stock)
_WITHOUT_LOT = _Rows()
_LIVE = _Rows(Stock.on_hand != ZERO)
_LOTS_HERE = select(_ELSEWHERE.lot_id).where(_at(_ELSEWHERE), _ELSEWHERE.on_hand != ZERO)
_BOTH_ENDS = _Rows(Stock.on_hand != ZERO, Stock.lot_id.in_(_LOTS_HERE))


@dataclass(slots=True)
class Quant:
    """The balance of one lot at one location, as this posting sees it."""

    item_id: int
    location_id: int
    lot_id: int | None
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    value: Decimal = ZERO
    below_zero: bool = False
    id: int | None = None
    lot: LotFacts | None = None
    changed: bool = False
    came_later: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """What is on hand and not promised, and was there already on the day of the posting."""
        return max(self.on_hand - max(self.reserved, self.came_later), ZERO)

    def row(self) -> dict[str, Any]:
        """Return the balance as a row."""
        amounts = {"on_hand": self.on_hand, "reserved": self.reserved, "value": self.value}
        return {**amounts, "below_zero": self.below_zero and self.on_hand < 0}


class StockBook:
    """The locked balances of a posting, by place (item, location, lot).

    For a posting that is dated back, no more is available than was there on its day and on every day since.
    """

    def __init__(self, ctx: Context, day: date | None = None) -> None:
        self._ctx = ctx
        self._day = day if day is not None and day < ctx.today() else None
        self.look_only = False
        self.lots: dict[int, LotFacts] = {}
        self._quants: dict[Place, Quant] = {}
        self._by_pool: dict[tuple[int, int], list[Quant]] = {}
        self._totals: dict[tuple[int, int], Decimal] = {}

    def lock(self, item_ids: Iterable[int], location_ids: Iterable[int], lot_ids: Iterable[int] = ()) -> None:
        """Lock every live row of the items at the locations, and the rows of the lots named even if used up.

        All rows are locked by one statement in the order of their ids, which is the same for everybody: two postings
        wait for each other and do not deadlock. The lock re-reads, so what is seen here is what is true.
        """
        self._lock(_LIVE, item_ids, location_ids, lot_ids)

    def lock_both_ends(self, item_ids: Iterable[int], location_ids: Iterable[int], lot_ids: Iterable[int]) -> None:
        """Lock as `lock` does, and the used-up rows of every lot that is live at one of the locations.

        Goods may come back to where their lot was before: that row is raised again, not made a second time.
        """
        self._lock(_BOTH_ENDS, item_ids, location_ids, lot_ids)

    def lock_rows_without_lot(
        self, item_ids: Iterable[int], location_ids: Iterable[int], lot_ids: Iterable[int]
    ) -> None:
        """Lock only what a receipt changes: rows without a lot, and the rows of lots that are added to."""
        self._lock(_WITHOUT_LOT, item_ids, location_ids, lot_ids)

    def _lock(self, rows: _Rows, item_ids: Iterable[int], location_ids: Iterable[int], lot_ids: Iterable[int]) -> None:
        ids = {"item_ids": item_ids, "location_ids": location_ids, "lot_ids": lot_ids}
        given = {name: sorted(set(some)) for name, some in ids.items()}
        for row in self._ctx.rows(rows.seen if self.look_only else rows.locked, **given):
            place = (row[0], row[1], row[2])
            if place not in self._quants:
                lot = LotFacts(*row[8:]) if row[2] is not None else None
                self._add(Quant(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], lot))
        if self._day is not None and self._quants:
            self._look_back(self._day)

    def _look_back(self, day: date) -> None:
        item_ids, location_ids = {place[0] for place in self._quants}, {place[1] for place in self._quants}
        for place, quantity in came_since(self._ctx, day, item_ids, location_ids).items():
            if place in self._quants:
                self._quants[place].came_later = quantity

    def _add(self, quant: Quant) -> Quant:
        self._quants[quant.item_id, quant.location_id, quant.lot_id] = quant
        pool = (quant.item_id, quant.location_id)
        self._by_pool.setdefault(pool, []).append(quant)
        self._totals[pool] = self._totals.get(pool, ZERO) + quant.on_hand
        if quant.lot is not None:
            self.lots[quant.lot.id] = quant.lot
        return quant

    def quant(self, item_id: int, location_id: int, lot: LotFacts | None = None) -> Quant:
        """Return the balance of a lot at a location, a new one where there is none yet."""
        lot_id = lot.id if lot else None
        found = self._quants.get((item_id, location_id, lot_id))
        return found or self._add(Quant(item_id, location_id, lot_id, lot=lot))

    def without_lot(self, item_id: int, location_id: int) -> Quant | None:
        """Return the balance without a lot, if there is one."""
        return self._quants.get((item_id, location_id, None))

    def at(self, item_id: int, location_id: int) -> list[Quant]:
        """Return the locked balances of an item at a location."""
        return self._by_pool.get((item_id, location_id), [])

    def total(self, item_id: int, location_id: int) -> Decimal:
        """Return what is on hand of an item at a location over all locked lots."""
        return self._totals.get((item_id, location_id), ZERO)

    def owed(self) -> dict[tuple[int, int], Decimal]:
        """Return by item and location what was let go below zero and has not been settled yet."""
        return {
            (item_id, place): -quant.on_hand
            for (item_id, place, lot_id), quant in self._quants.items()
            if lot_id is None and quant.on_hand < 0
        }

    def on_hand(self) -> dict[Place, Decimal]:
        """Return what is on hand of every locked lot."""
        return {place: quant.on_hand for place, quant in self._quants.items()}

    def change(self, quant: Quant, quantity: Decimal) -> None:
        """Raise or lower what is on hand of a lot."""
        quant.on_hand += quantity
        quant.changed = True
        self._totals[quant.item_id, quant.location_id] += quantity

    def promise(self, quant: Quant, quantity: Decimal) -> None:
        """Raise or lower what is promised of a lot."""
        quant.reserved += quantity
        quant.changed = True

    def save(self) -> None:
        """Write what changed: one statement for new rows, one for the others."""
        changed = [quant for quant in self._quants.values() if quant.changed]
        new = [quant for quant in changed if quant.id is None]
        self._ctx.insert(Stock, [_new_row(quant) for quant in new])
        self._ctx.update_rows(Stock, [{"id": quant.id, **quant.row()} for quant in changed if quant.id is not None])


def _new_row(quant: Quant) -> dict[str, Any]:
    return {"item_id": quant.item_id, "location_id": quant.location_id, "lot_id": quant.lot_id, **quant.row()}
