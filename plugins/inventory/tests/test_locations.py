"""Locations: one default, a tree without circles, and people who see only where they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.api import Context, Invalid, Refused
from core.testing.clients import ApiClient
from plugins.inventory.api import Location, default_location


def locate(ctx: Context, code: str, **values: Any) -> Location:
    return ctx.do("inventory.location.create", code=code, name=code.title(), **values)


def test_a_new_organisation_has_a_main_warehouse(ctx: Context) -> None:
    assert (default_location(ctx).code, default_location(ctx).location_type) == ("MAIN", "warehouse")


def test_naming_another_default_takes_the_mark_from_the_last_one(ctx: Context) -> None:
    main = default_location(ctx)
    kitchen = locate(ctx, "KIT", location_type="kitchen", is_default=True)
    ctx.db.flush()
    assert default_location(ctx) is kitchen
    assert not main.is_default
    ctx.do("inventory.location.update", main, is_default=True)
    assert not kitchen.is_default


@pytest.mark.parametrize(
    "change", [{"is_default": False}, {"is_active": False}, {"location_type": "scrap"}, {"location_type": "supplier"}]
)
def test_the_default_stays_a_place_of_ours(ctx: Context, change: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        ctx.do("inventory.location.update", default_location(ctx), **change)
    assert refused.value.code == "DEFAULT_LOCATION"


def test_the_default_is_not_deleted(ctx: Context) -> None:
    with pytest.raises(Refused):
        ctx.do("inventory.location.delete", default_location(ctx))


def test_a_shelf_lies_in_a_room_and_not_the_room_in_the_shelf(ctx: Context) -> None:
    room = locate(ctx, "ROOM")
    shelf = locate(ctx, "SHELF", parent_id=room.id)
    with pytest.raises(Invalid) as refused:
        ctx.do("inventory.location.update", room, parent_id=shelf.id)
    assert refused.value.code == "CIRCLE"
    with pytest.raises(Refused) as kept:
        ctx.do("inventory.location.delete", room)
    assert (kept.value.code, kept.value.extra["next_step"]["body"]) == ("LOCATION_IN_USE", {"is_active": False})
    ctx.do("inventory.location.delete", shelf)
    ctx.do("inventory.location.delete", room)
    assert ctx.find(Location, code="ROOM") is None


@pytest.mark.parametrize(
    ("zone", "known"), [("Europe/London", True), ("Mars/Olympus", False), ("../etc/passwd", False)]
)
def test_a_time_zone_must_exist(ctx: Context, zone: str, known: bool) -> None:
    if known:
        assert locate(ctx, "SITE", timezone=zone).timezone == zone
        return
    with pytest.raises(Invalid) as refused:
        locate(ctx, "SITE", timezone=zone)
    assert "timezone" in refused.value.errors


def test_the_checks_find_a_circle_and_a_second_default(ctx: Context) -> None:
    check, trees = (ctx.registry.checks[key].function for key in ("inventory.places", "kernel.trees"))
    room = locate(ctx, "ROOM")
    shelf = locate(ctx, "SHELF", parent_id=room.id)
    assert [*check(ctx), *trees(ctx)] == []
    ctx.update(room, parent_id=shelf.id)
    ctx.update(shelf, is_default=True)
    ctx.db.flush()
    assert list(check(ctx)) == ["More than one location is the default: MAIN, SHELF."]
    assert list(trees(ctx)) == [f"Location {place.id} stands inside itself." for place in (room, shelf)]


def test_a_clerk_sees_only_where_they_work(client: ApiClient, client_with: Callable[..., ApiClient]) -> None:
    clerk = client_with(roles=["inventory.clerk"])
    kitchen = client.post("admin/locations", {"code": "KIT", "name": "Kitchen", "location_type": "kitchen"}).json
    client.post("admin/locations", {"code": "SHELF", "name": "Shelf", "parent_id": kitchen["id"]})
    store = client.post("admin/locations", {"code": "STR", "name": "Store", "location_type": "store"}).json
    assert _seen(clerk) == []

    assign, who = f"admin/locations/{kitchen['id']}/assign", {"member_id": clerk.member.actor.member_id}
    assert [row["member_id"] for row in client.post(assign, who).json["members"]] == [who["member_id"]]
    assert client.post(assign, who).json["code"] == "ALREADY_ASSIGNED"
    assert client.post(assign, {"member_id": 999_999_999}).status_code == 422

    assert _seen(clerk) == ["KIT", "SHELF"]
    assert clerk.get(f"admin/locations/{store['id']}").status_code == 404
    assert clerk.get(f"admin/locations/{store['id']}/dashboard").status_code == 404
    glance = clerk.get(f"admin/locations/{kitchen['id']}/dashboard").json
    assert (glance["location"]["code"], "stock_value" in glance["totals"]) == ("KIT", False)
    assert clerk.post(assign, who).status_code == 403

    unassign = f"admin/locations/{kitchen['id']}/unassign"
    assert client.post(unassign, who).json["members"] == []
    assert client.post(unassign, who).status_code == 404
    assert _seen(clerk) == []


def test_a_clerk_receives_goods_only_where_they_work(client: ApiClient, client_with: Callable[..., ApiClient]) -> None:
    clerk = client_with(roles=["inventory.clerk"])
    main = client.get("admin/locations").json["items"][0]
    grams = client.get("admin/uom?code=g").json["items"][0]["id"]
    lye = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": grams}).json
    line = {"item_id": lye["id"], "quantity": "500", "unit_id": grams, "unit_cost": "0.0031"}
    receipt = {"location_id": main["id"], "lines": [line]}
    denied = clerk.post("receipts", receipt)
    assert (denied.status_code, denied.json["code"]) == (403, "LOCATION_ACCESS_DENIED")

    client.post(f"admin/locations/{main['id']}/assign", {"member_id": clerk.member.actor.member_id})
    received = clerk.post("receipts", receipt)
    assert received.status_code == 201
    assert clerk.post(f"receipts/{received.json['id']}/post").json["state"] == "posted"
    client.post(f"admin/locations/{main['id']}/unassign", {"member_id": clerk.member.actor.member_id})
    assert clerk.get("receipts").json["items"] == []
    assert clerk.get(f"receipts/{received.json['id']}").status_code == 404

    kept = client.delete(f"items/{lye['id']}", version=1)
    assert (kept.status_code, kept.json["code"]) == (409, "ITEM_IN_USE")


def _seen(member: ApiClient) -> list[str]:
    return [row["code"] for row in member.get("admin/locations").json["items"]]
