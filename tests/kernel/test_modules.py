"""Modules go on and off while everything runs: for one tenant, at once, and without a trace of a fault."""

import threading
import time

import pytest

from core.administration.tenants import find_tenant
from core.testing.clients import ApiClient, ServerFault
from core.testing.house import make_member, make_tenant, read_tenant, switch_module_off, switch_module_on

THREADS = 6
ROUNDS = 12
PATIENCE = 60


@pytest.fixture
def alone(kernel):
    """A tenant with inventory only."""
    return make_tenant(kernel, ["inventory"])


@pytest.fixture
def owner(kernel, app, alone):
    return ApiClient(app, make_member(kernel, alone, is_owner=True))


def test_a_module_brings_and_takes_its_doors(kernel, alone, owner):
    assert owner.get("batches").status_code == 404
    assert "/api/v1/batches" not in owner.get("openapi.json").get_json()["paths"]
    assert owner.post("modules/recipes/enable").get_json() == {"changed": ["recipes"]}
    assert owner.get("batches").status_code == 200
    assert "/api/v1/batches" in owner.get("openapi.json").get_json()["paths"]
    assert owner.post("modules/recipes/disable").get_json() == {"changed": ["recipes"]}
    assert owner.get("batches").status_code == 404


def test_what_a_module_requires_comes_with_it_and_stays_while_needed(kernel, app):
    tenant = make_tenant(kernel, [])
    owner = ApiClient(app, make_member(kernel, tenant, is_owner=True))
    assert owner.post("modules/recipes/enable").get_json() == {"changed": ["inventory", "recipes"]}
    answer = owner.post("modules/inventory/disable")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "MODULE_NEEDED")
    assert answer.get_json()["modules"] == ["recipes"]
    assert owner.get("items").status_code == 200


def test_data_stays_while_a_module_is_off(kernel, alone, owner):
    made = owner.post("admin/uom", {"code": "scoop", "name": "Scoop", "unit_class": "mass"})
    assert made.status_code == 201, made.text
    switch_module_off(kernel, alone.id, "inventory")
    assert owner.get(f"admin/uom/{made.get_json()['id']}").status_code == 404
    switch_module_on(kernel, alone.id, "inventory")
    assert owner.get(f"admin/uom/{made.get_json()['id']}").get_json()["code"] == "scoop"


def test_modules_ask_for_a_right_of_their_own(kernel, app, alone):
    clerk = ApiClient(app, make_member(kernel, alone, ["inventory.*"]))
    assert clerk.post("modules/recipes/enable").status_code == 403
    assert read_tenant(kernel, alone.id).enabled == {"inventory"}


@pytest.mark.only_on("postgresql")
def test_a_change_of_the_tenant_beside_a_switch_is_seen(kernel, alone, owner):
    """Had both reached the same revision, processes would go on with the zone that they know under it."""
    with kernel.platform() as db:
        tenant = find_tenant(db, alone.slug)
        switch_module_on(kernel, alone.id, "recipes")
        assert owner.get("batches").status_code == 200
        tenant.zone = "Asia/Kolkata"
    assert read_tenant(kernel, alone.id).modules_revision == alone.modules_revision + 2
    assert owner.get("auth/me").get_json()["tenant"]["zone"] == "Asia/Kolkata"


def test_an_unknown_or_refused_module_is_named(owner):
    answer = owner.post("modules/no-such-thing/enable")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "PLUGIN_UNKNOWN")


def test_switching_under_load_is_either_on_or_off(kernel, app, alone):
    """Readers in many threads see the module or do not, and a neighbour never notices."""
    neighbour = ApiClient(app, make_member(kernel, make_tenant(kernel, ["inventory", "recipes"]), is_owner=True))
    member = make_member(kernel, alone, is_owner=True)
    seen, faults, stop = set(), [], threading.Event()

    def read(client, path, allowed):
        while not stop.is_set():
            try:
                status = client.get(path).status_code
            except ServerFault as fault:
                faults.append(str(fault))
                return
            seen.add((path, status))
            if status not in allowed:
                faults.append(f"{path}: {status}")

    jobs = [(ApiClient(app, member), "batches", (200, 404)) for _ in range(THREADS - 2)]
    jobs += [(neighbour, "recipes", (200,)), (ApiClient(app, member), "items", (200,))]
    threads = [threading.Thread(target=read, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    wanted = {("batches", 200), ("batches", 404), ("recipes", 200), ("items", 200)}
    rounds, deadline = 0, time.monotonic() + PATIENCE
    # On a busy machine a reader may not have had its turn yet.
    while (rounds < ROUNDS or not wanted <= seen) and not faults and time.monotonic() < deadline:
        switch_module_on(kernel, alone.id, "recipes")
        time.sleep(0.02)
        switch_module_off(kernel, alone.id, "recipes")
        time.sleep(0.02)
        rounds += 1
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not faults, faults[:5]
    assert wanted <= seen
