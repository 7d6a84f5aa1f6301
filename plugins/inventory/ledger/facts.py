"""What the engine must know of items, locations and lots: plain rows, one query for a whole document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import bindparam, select

from core.api import Context, Forbidden, Invalid, Refused, day_text, prepared
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import STOCK_TYPES, Location
from plugins.inventory.models.lots import Lot
from plugins.inventory.resources.locations import locations

_ITEM_COLUMNS = (
    Item.id, Item.code, Item.name, Item.kind, Item.base_unit_id, Item.purchase_unit_id, Item.costing,
    Item.standard_cost, Item.lot_tracking, Item.is_perishable, Item.shelf_life_days, Item.allow_negative,
    Item.is_active,
)  # fmt: skip
LOT_COLUMNS = (Lot.id, Lot.item_id, Lot.number, Lot.state, Lot.received_on, Lot.expires_on, Lot.unit_cost,
               Lot.created_at)  # fmt: skip
# Every posting asks these.
_IDS = bindparam("ids", expanding=True)
_ITEMS = prepared(select(*_ITEM_COLUMNS).where(Item.id.in_(_IDS)), plans_once=True)
_LOTS = prepared(select(*LOT_COLUMNS).where(Lot.id.in_(_IDS)), plans_once=True)
_LOCATIONS = prepared(
    select(Location.id, Location.code, Location.location_type, Location.is_active).where(Location.id.in_(_IDS)),
    plans_once=True,
)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """The part of an item that decides how its stock is kept."""

    id: int
    code: str
    name: str
    kind: str
    base_unit_id: int
    purchase_unit_id: int | None
    costing: str
    standard_cost: Decimal | None
    lot_tracking: str
    is_perishable: bool
    shelf_life_days: int | None
    allow_negative: bool
    is_active: bool

    @property
    def keeps_lots(self) -> bool:
        """Whether each receipt is a lot: traced, perishable, or valued by layers."""
        return self.lot_tracking != "none" or self.costing == "fifo" or bool(self.shelf_life_days)


@dataclass(frozen=True, slots=True)
class LotFacts:
    """The part of a lot that decides whether and when it is picked."""

    id: int
    item_id: int
    number: str
    state: str
    received_on: date
    expires_on: date | None
    unit_cost: Decimal
    created_at: datetime

    @property
    def came(self) -> tuple[date, datetime, int]:
        """When the lot came, for comparing: ids alone tell no order, every process has a block of its own."""
        return self.received_on, self.created_at, self.id

    def there_on(self, day: date) -> bool:
        """Whether the lot had come in by that day."""
        return self.received_on <= day

    def usable_on(self, day: date, today: date) -> bool:
        """Whether the lot may be used that day: there, not held back and not past its last day.

        What only the calendar has put out of use since was still in use then.
        """
        fresh = self.expires_on is None or self.expires_on >= day
        ran_out = self.state == "expired" and self.expires_on is not None and self.expires_on < today
        return (self.state == "available" or ran_out) and fresh and self.there_on(day)

    def trouble_on(self, day: date) -> str:
        """Return why the lot may not be used that day."""
        if not self.there_on(day):
            return f"received only on {day_text(self.received_on)}"
        return self.state if self.state != "available" else f"expired on {day_text(self.expires_on)}"


def expect_items(ctx: Context, item_ids: Iterable[int]) -> None:
    """Say that `load_items` comes soon."""
    if wanted := sorted(set(item_ids)):
        ctx.expect(_ITEMS, ids=wanted)


def load_items(ctx: Context, item_ids: Iterable[int]) -> dict[int, ItemFacts]:
    """Return the facts of the items; Invalid names those that do not exist or keep no stock."""
    wanted = sorted(set(item_ids))
    found = {row[0]: ItemFacts(*row) for row in ctx.rows(_ITEMS, ids=wanted)}
    if strangers := [item_id for item_id in wanted if item_id not in found]:
        raise Invalid({"item_id": [f"There is no item {item_id}." for item_id in strangers]}, code="UNKNOWN_ITEM")
    if services := [item.code for item in found.values() if item.kind == "service"]:
        raise Invalid(
            {"item_id": [f"{', '.join(sorted(services))}: a service has no stock. Leave it out."]}, code="NOT_STOCKED"
        )
    return found


def expect_locations(ctx: Context, location_ids: Iterable[int]) -> None:
    """Say that `check_locations` comes soon."""
    ctx.expect(_LOCATIONS, ids=sorted(set(location_ids)))


def check_locations(ctx: Context, location_ids: Iterable[int], *, into: Iterable[int] = ()) -> None:
    """Refuse locations that are unknown, closed, not ours to keep stock in, or not where the actor works.

    Goods may be sent `into` a place where one does not work.
    """
    here = set(location_ids)
    wanted = here | set(into)
    rows = ctx.rows(_LOCATIONS, ids=sorted(wanted))
    if strangers := wanted - {row[0] for row in rows}:
        raise Invalid({"location_id": [f"There is no location {min(strangers)}."]}, code="UNKNOWN_LOCATION")
    for _id, code, location_type, is_active in rows:
        if location_type not in STOCK_TYPES:
            raise Invalid(
                {"location_id": [f"{code} is a {location_type} place; stock is kept in one of our own."]},
                code="NOT_A_STOCK_LOCATION",
            )
        if not is_active:
            raise Refused("LOCATION_INACTIVE", f"{code} is closed. Choose another location, or activate it.")
    check_works_at(ctx, here)


def check_works_at(ctx: Context, location_ids: Iterable[int]) -> None:
    """Refuse places that the actor's record rules leave out."""
    wanted, rules = set(location_ids), ctx.restriction(locations, "read")
    if not rules:
        return
    allowed = set(ctx.db.scalars(select(Location.id).where(Location.id.in_(sorted(wanted)), *rules)))
    if wanted - allowed:
        raise Forbidden(
            "You do not work at this location. Ask an administrator to assign you.", code="LOCATION_ACCESS_DENIED"
        )


def load_lots(ctx: Context, lot_ids: Iterable[int]) -> dict[int, LotFacts]:
    """Return the facts of the lots; Invalid names one that does not exist."""
    wanted = sorted(set(lot_ids))
    if not wanted:
        return {}
    found = {row[0]: LotFacts(*row) for row in ctx.rows(_LOTS, ids=wanted)}
    if strangers := [lot_id for lot_id in wanted if lot_id not in found]:
        raise Invalid({"lot_id": [f"There is no lot {lot_id}." for lot_id in strangers]}, code="UNKNOWN_LOT")
    return found


def check_lot_of_item(lot: LotFacts, item: ItemFacts) -> None:
    """Refuse a lot of another item."""
    if lot.item_id != item.id:
        raise Invalid(
            {"lot_id": [f"Lot {lot.number} is not a lot of {item.code}. Choose one of its own."]},
            code="LOT_OF_ANOTHER_ITEM",
        )
