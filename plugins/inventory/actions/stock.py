"""Stock is checked: whether it covers what is wanted, and whether it is what the ledger says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, action, arg, select
from plugins.inventory.ledger.availability import Need
from plugins.inventory.ledger.availability import check_stock as check_needs
from plugins.inventory.ledger.facts import check_works_at
from plugins.inventory.ledger.rebuilding import differences, rebuild
from plugins.inventory.models.locations import Location
from plugins.inventory.resources.ledger import stock


@dataclass(frozen=True)
class NeedInput:
    """So much of an item is wanted."""

    item_id: Annotated[int, arg("Item")]
    quantity: Annotated[Decimal, arg("Quantity", ge=0)]
    unit_id: Annotated[int | None, arg("Unit")] = None


@action(stock, scope="collection", label="Check stock", path="check-stock", permission="inventory.stock.read")
def check_stock(
    ctx: Context,
    *,
    items: Annotated[list[NeedInput], arg("Items")],
    location_id: Annotated[
        int | None, arg("Location", ref="inventory.location", help="Empty: all where one works.")
    ] = None,
) -> dict[str, Any]:
    """Say for each item whether stock covers what is needed; what cannot be converted says how to mend that."""
    places = None if location_id is None else [location_id]
    check_works_at(ctx, places or ())
    answers = check_needs(ctx, [Need(need.item_id, need.quantity, need.unit_id) for need in items], places)
    covered = all(answer.get("shortage") == 0 for answer in answers)
    return {"overall_status": "sufficient" if covered else "insufficient", "items": answers}


@action(
    stock, scope="collection", label="Check against the ledger", path="inventory/validate-consistency",
    permission="inventory.stock.rebuild",
)  # fmt: skip
def validate_consistency(
    ctx: Context, *, repair: Annotated[bool, arg("Repair", help="Set balances to what the ledger says.")] = False
) -> dict[str, Any]:
    """Compare every balance where one works with the moves and open reservations; answers each difference."""
    reach = ctx.visible("inventory.location")
    places = set(ctx.all(select(Location.id).where(*reach))) if reach else None
    names = ("on_hand", "reserved", "value")
    found = [
        {
            "item_id": place[0], "location_id": place[1], "lot_id": place[2],
            "stored": dict(zip(names, stored, strict=True)), "computed": dict(zip(names, computed, strict=True)),
        }
        for place, stored, computed in differences(ctx)
        if places is None or place[1] in places
    ]  # fmt: skip
    return {"consistent": not found, "differences": found, "repaired": rebuild(ctx, places) if repair and found else 0}
