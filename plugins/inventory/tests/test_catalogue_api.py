"""The catalogue as a client program sees it: what is refused says what to do, and doing it helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.testing.clients import ApiClient
from plugins.inventory.tests.shop import Shop


@pytest.fixture
def unit_ids(client: ApiClient) -> dict[str, int]:
    """The ids of the standard units by their codes, as the API lists them."""
    return {row["code"]: row["id"] for row in client.get("admin/uom?page_size=200").json["items"]}


@pytest.fixture
def oil(client: ApiClient, unit_ids: dict[str, int]) -> dict[str, Any]:
    """Olive oil of which nothing is known but its base unit."""
    return client.post("items", {"code": "OIL-OLIVE", "name": "Olive oil", "base_unit_id": unit_ids["g"]}).json


def test_a_program_fixes_what_is_missing_and_tries_again(
    client: ApiClient, unit_ids: dict[str, int], oil: dict[str, Any]
) -> None:
    wanted = {"amount": "2", "from_unit_id": unit_ids["drum"], "to_unit_id": unit_ids["g"], "item_id": oil["id"]}
    answers = {
        "add_conversion": {"equal_quantity": "20", "equal_unit_id": unit_ids["l"]},
        "set_density": {"density": "0.911"},
    }
    steps = []
    while (answer := client.post("admin/uom/convert", wanted)).status_code == 422:
        step = answer.json["next_step"]
        steps.append(step["kind"])
        body = {**step["body"], **answers[step["kind"]]}
        assert client.send(step["method"], step["path"], body, headers=step["headers"]).status_code == 200
    assert steps == ["add_conversion", "set_density"]
    assert answer.json["converted_amount"] == "36440.000000"


@pytest.mark.parametrize(
    ("amount", "status"),
    [("-1", 422), ("NaN", 422), ("1e400", 422), ("9" * 400, 422), (True, 422), (None, 422), ("", 422), ("0.1", 200)],
)
def test_only_amounts_that_can_be_counted_are_converted(
    client: ApiClient, unit_ids: dict[str, int], amount: Any, status: int
) -> None:
    wanted = {"amount": amount, "from_unit_id": unit_ids["kg"], "to_unit_id": unit_ids["g"]}
    assert client.post("admin/uom/convert", wanted).status_code == status


def test_a_code_is_taken_once(client: ApiClient, unit_ids: dict[str, int], oil: dict[str, Any]) -> None:
    twin = client.post("items", {"code": oil["code"], "name": "Twin", "base_unit_id": unit_ids["g"]})
    copy = client.post(f"items/{oil['id']}/duplicate", {"code": oil["code"]})
    assert [(answer.status_code, answer.json["code"]) for answer in (twin, copy)] == [(409, "DUPLICATE")] * 2


def test_a_unit_that_measures_something_is_switched_off_instead(
    client: ApiClient, unit_ids: dict[str, int], oil: dict[str, Any]
) -> None:
    kept = client.delete(f"admin/uom/{unit_ids['g']}", version=1)
    assert (kept.status_code, kept.json["code"]) == (409, "UNIT_IN_USE")
    step = kept.json["next_step"]
    done = client.send(step["method"], step["path"], step["body"], headers=step["headers"])
    assert done.json["is_active"] is False


def test_a_category_with_items_is_kept(client: ApiClient, oil: dict[str, Any]) -> None:
    oils = client.post("items/categories", {"name": "Oils"}).json
    client.patch(f"items/{oil['id']}", {"category_id": oils["id"]}, version=oil["version"])
    assert client.delete(f"items/categories/{oils['id']}", version=oils["version"]).status_code == 409


def test_many_items_change_in_one_request(client: ApiClient, unit_ids: dict[str, int], oil: dict[str, Any]) -> None:
    lye = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit_ids["g"], "selling_price": "2"}).json
    halve = {"ids": [oil["id"], lye["id"]], "price_change_percent": "-50"}
    assert client.post("items/bulk-update", halve).status_code == 200
    listed = client.get("items?sort=code&fields=code,selling_price").json["items"]
    assert [(row["code"], row["selling_price"]) for row in listed] == [("LYE", "1.000000"), ("OIL-OLIVE", None)]
    stranger = {"ids": [lye["id"], 999_999_999], "is_active": False}
    assert client.post("items/bulk-update", stranger).status_code == 404
    assert client.get(f"items/{lye['id']}").json["is_active"] is True


def test_costs_are_not_for_everyone(
    client: ApiClient, client_with: Callable[..., ApiClient], unit_ids: dict[str, int]
) -> None:
    material = client.post("materials", {"code": "PLA", "name": "PLA"}).json
    spool = {"code": "SPOOL", "name": "Spool", "base_unit_id": unit_ids["g"], "material_id": material["id"]}
    client.post("items", {**spool, "standard_cost": "0.0165"})
    viewer = client_with(roles=["inventory.viewer"])
    seen = [reader.get("materials/pricing").json[0]["items"][0] for reader in (client, viewer)]
    assert [row.get("standard_cost") for row in seen] == ["0.016500", None]
    assert "standard_cost" not in viewer.get("items").json["items"][0]


def test_nothing_of_another_organisation_is_there(
    other_client: ApiClient, oil: dict[str, Any], unit_ids: dict[str, int]
) -> None:
    for path in (f"items/{oil['id']}", f"items/{oil['id']}/bom", f"admin/uom/{unit_ids['g']}"):
        assert other_client.get(path).status_code == 404
    assert other_client.get("items/search?q=oil").json == []
    wanted = {"amount": "1", "from_unit_id": unit_ids["kg"], "to_unit_id": unit_ids["g"]}
    assert other_client.post("admin/uom/convert", wanted).status_code == 422


def test_a_lot_stays_a_lot_of_its_item(client: ApiClient, unit: Any) -> None:
    with unit() as ctx:
        shop = Shop(ctx)
        lye = shop.item("CAUSTIC").id
        lot = shop.lot(shop.receive(shop.item("OLIVE"), 100)).id
    refused = client.patch(f"lots/{lot}", {"item_id": lye}, version=1)
    assert (refused.status_code, refused.json["errors"]) == (422, {"item_id": ["Is read-only."]})
