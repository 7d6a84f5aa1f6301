"""What a client must not get away with: nothing is stored, and the answer names the field."""

from __future__ import annotations

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant
from plugins.recipes.tests.workshop import buy, dec, line, make_item, make_recipe, soap_workshop, unit_id


@pytest.fixture
def shop(unit):
    with unit() as ctx:
        return soap_workshop(ctx)


@pytest.fixture(scope="module")
def refusing(kernel, app):
    """A workshop that stays as it is, since everything asked of it is refused: a client, its recipe and batches."""
    tenant = make_tenant(kernel, ["recipes"])
    client = ApiClient(app, make_member(kernel, tenant, is_owner=True))
    with kernel.unit(tenant.id) as ctx:
        recipe_id = soap_workshop(ctx).recipe_id
    batches = {
        state: client.post(f"recipes/{recipe_id}/{verb}", {"scale": "1"}).get_json()
        for state, verb in (("planned", "plan-batch"), ("in_progress", "start-batch"))
    }
    return client, recipe_id, batches


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "finished"), ("label", "LAS-2026-001"), ("ingredient_cost", "0"), ("unit_cost", "0.01"),
        ("plan_id", 1), ("final_qty", "1"), ("cost_method", "average"), ("tenant_id", 1), ("id", 1),
        ("lines", []), ("lines", [{}]), ("outputs", []), ("timers", []), ("timers", [{}]), ("scale", "0"),
        ("scale", "-1"), ("scale", True), ("scale", "1e400"), ("scale", "0.0000001"), ("recipe_id", 999_999_999),
        ("recipe_id", {}), ("location_id", 999_999_999), ("batch_type", "gold"), ("due_date", "2026-02-30"),
        ("notes", "nul\x00byte"), ("colour", "blue"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("state", ["new", "planned", "in_progress"])
def test_what_a_body_may_not_say_of_a_batch(refusing, state, field, value):
    client, recipe_id, batches = refusing
    if state == "new":
        answer = client.post("batches", {"recipe_id": recipe_id, field: value})
    else:
        batch = batches[state]
        answer = client.patch(f"batches/{batch['id']}", {field: value}, version=batch["version"])
        assert client.get(f"batches/{batch['id']}").get_json() == batch
    assert answer.status_code == 422, answer.get_json()
    assert any(name.split(".")[0] == field for name in answer.get_json()["errors"])


@pytest.mark.parametrize("resource", ["batch-lines", "batch-plans", "batch-usages", "batch-outputs", "batch-timers"])
def test_what_batches_hold_is_only_read(client, shop, resource):
    client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"})
    assert client.post(resource, {}).status_code == 405
    for item in client.get(resource).get_json()["items"][:1]:
        assert client.patch(f"{resource}/{item['id']}", {}, version=1).status_code == 405
        assert client.delete(f"{resource}/{item['id']}", version=1).status_code == 405


def test_a_batch_that_was_started_is_not_deleted(client, shop):
    batch = client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"}).get_json()
    answer = client.delete(f"batches/{batch['id']}", version=batch["version"])
    assert (answer.status_code, answer.get_json()["code"]) == (409, "BATCH_STARTED")
    planned = client.post(f"recipes/{shop.recipe_id}/plan-batch", {"scale": "1"}).get_json()
    assert client.delete(f"batches/{planned['id']}", version=planned["version"]).status_code == 204


def test_a_used_recipe_and_its_articles_are_not_deleted(client, shop):
    client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"})
    recipe = client.get(f"recipes/{shop.recipe_id}").get_json()
    assert client.delete(f"recipes/{shop.recipe_id}", version=recipe["version"]).status_code == 409
    item = client.get(f"items/{shop.items['LYE']}").get_json()
    assert client.delete(f"items/{item['id']}", version=item["version"]).status_code == 409


def test_costs_too_large_to_keep_are_refused(client, unit):
    with unit() as ctx:
        gold = make_item(ctx, "GOLD", "raw", "g")
        for _ in range(12):
            buy(ctx, gold, "1", "99999999999")
        recipe_id = make_recipe(ctx, name="Crown", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "g"),
                                ingredients=[line(ctx, gold, "1", "g")]).id  # fmt: skip
    assert client.post(f"recipes/{recipe_id}/start-batch", {"scale": "11"}).status_code == 422
    batch = client.post(f"recipes/{recipe_id}/start-batch", {"scale": "1"}).get_json()
    answer = client.post(f"batches/{batch['id']}/finish", {"final_quantity": "0.000001"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "YIELD_IMPLAUSIBLE")
