"""A record that is read on the way that recognises its asker is told to nobody who may not see it now."""

import pytest
import sqlalchemy as sa

from core.db.statements.prepared import Prepared
from core.db.trips.round_trip import KNOWN
from core.identity.members import get_member, set_roles
from core.identity.permissions import PermissionSet
from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant
from tests.web.conftest import assert_problem


@pytest.fixture
def path(lye):
    return f"items/{lye['id']}"


def test_the_second_reading_shows_what_was_changed_since_the_first(client, path):
    assert [client.get(path).get_json()["name"] for _ in range(2)] == ["Lye", "Lye"]
    client.patch(path, {"name": "Caustic soda"}, version=1)
    told = client.get(path)
    assert (told.get_json()["name"], told.headers["ETag"]) == ("Caustic soda", '"2"')
    assert client.delete(path, version=2).status_code == 204
    assert_problem(client.get(path), 404, "NOT_FOUND")


def test_a_right_withdrawn_between_two_readings_counts_at_once(kernel, app, tenant, path):
    clerk = make_member(kernel, tenant, ["inventory.item.read"])
    reading = ApiClient(app, clerk)
    assert [reading.get(path).status_code for _ in range(2)] == [200, 200]
    with kernel.platform() as db:
        member = get_member(db, tenant.id, clerk.actor.member_id)
        set_roles(db, member, [], by=PermissionSet.everything(), declared=kernel.identity.access.declared)
    answer = reading.get(path)
    assert_problem(answer, 403, "FORBIDDEN")
    assert b"Lye" not in answer.data
    with kernel.platform() as db:
        get_member(db, tenant.id, clerk.actor.member_id).is_active = False
    assert_problem(reading.get(path), 401)


def test_a_record_of_another_tenant_is_none_however_often_it_is_asked_for(kernel, app, client, path):
    other = make_tenant(kernel)
    stranger = ApiClient(app, make_member(kernel, other, is_owner=True))
    gram = stranger.get("admin/uom?code=g").get_json()["items"][0]["id"]
    own = stranger.post("items", {"code": "OAK", "name": "Oak", "base_unit_id": gram}).get_json()["id"]
    for _ in range(2):
        assert stranger.get(f"items/{own}").get_json()["name"] == "Oak"
        assert_problem(stranger.get(path), 404, "NOT_FOUND")
        assert client.get(path).get_json()["name"] == "Lye"
        assert_problem(client.get(f"items/{own}"), 404, "NOT_FOUND")


def test_a_table_that_went_with_its_plugin_is_asked_for_no_more(kernel, app, tenant, path):
    """Uninstalled by another process, while this one still remembers to read the plugin's fields on the way."""
    clerk = make_member(kernel, tenant, ["inventory.item.read"])
    reading = ApiClient(app, clerk)
    assert reading.get(path).status_code == 200
    gone = sa.table("brewing_item_gone", sa.column("id", sa.BigInteger), sa.column("tenant_id", sa.BigInteger))
    wanted, own = sa.bindparam("wanted", type_=sa.BigInteger), sa.bindparam("own_tenant", type_=sa.BigInteger)
    statement = Prepared(sa.select(gone.c.id).where(gone.c.id == wanted, gone.c.tenant_id == own))
    kernel.prefetch.note(tenant.id, clerk.actor.user_id, "inventory.item", (statement,))
    assert [reading.get(path).get_json()["name"] for _ in range(2)] == ["Lye", "Lye"]


def test_a_field_that_the_tenant_adds_is_there_at_the_next_reading(client, path):
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    field = {"resource": "inventory.item", "name": "x_grade", "label": "Grade", "kind": "text"}
    assert client.post("custom-fields", field).status_code == 201
    assert client.get(path).get_json()["x_grade"] is None


@pytest.mark.only_on("postgresql")
def test_a_connection_of_the_pool_keeps_no_tenant_and_no_role(kernel, client, path):
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    raw = kernel.engine.raw_connection()
    try:
        told = "SELECT current_setting('app.tenant_id', true), current_user = session_user"
        tenant, own_role = raw.driver_connection.execute(told).fetchone()
        assert (tenant or "", own_role) == ("", True)
    finally:
        raw.close()


@pytest.mark.only_on("postgresql")
def test_prepared_statements_that_a_rollback_dropped_are_prepared_again(kernel, client, path):
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    raw = kernel.engine.raw_connection()
    assert raw.info[KNOWN]
    raw.driver_connection.execute("DEALLOCATE ALL")
    raw.close()
    assert client.get(path).get_json()["name"] == "Lye"


def test_a_reference_that_no_record_had_filled_before_has_its_label_at_once(client, path, lye):
    # With a field of its own a tenant shares no statement with others, who may have filled what nobody did here.
    client.post("custom-fields", {"resource": "inventory.item", "name": "x_cas", "label": "CAS", "kind": "text"})
    assert [client.get(path).get_json()["category_label"] for _ in range(2)] == [None, None]
    category = client.post("items/categories", {"name": "Alkalis"}).get_json()["id"]
    gram, kilogram = (client.get(f"admin/uom?code={code}").get_json()["items"][0]["id"] for code in ("g", "kg"))
    each = client.get("admin/uom?code=each").get_json()["items"][0]["id"]
    drum = {"quantity": "1", "unit_id": each, "equal_quantity": "25", "equal_unit_id": kilogram}
    changed = {"category_id": category, "purchase_unit_id": kilogram, "conversions": [drum]}
    assert client.patch(path, changed, version=lye["version"]).status_code == 200
    for _ in range(2):
        told = client.get(path).get_json()
        assert (told["category_label"], told["purchase_unit_label"], told["base_unit_label"]) == ("Alkalis", "kg", "g")
        assert [(line["unit_label"], line["equal_unit_label"]) for line in told["conversions"]] == [("each", "kg")]
    plain = client.post("items", {"code": "SALT", "name": "Salt", "base_unit_id": gram}).get_json()["id"]
    told = client.get(f"items/{plain}").get_json()
    assert (told["category_label"], told["base_unit_label"], told["conversions"]) == (None, "g", [])
