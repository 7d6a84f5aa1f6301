"""The hooks that inventory and recipes publish are really called, with what they promise."""

import pytest
from sqlalchemy import select

from core.testing.clients import ApiClient
from core.testing.house import load_demo, make_member, make_tenant
from plugins.recipes.models import BatchTimer

EXPECTED = {
    "inventory_posting_guard": {"source": "Source", "location_ids": "list"},
    "inventory_moves_posted": {"moves": "list"},
    "inventory_units_used": {"unit_ids": "list"},
    "inventory_locations_used": {"location_ids": "list"},
    "recipes_recipe_activating": {"recipe": "Recipe"},
    "recipes_plan_made": {"recipe": "Recipe", "plan": "dict"},
    "recipes_batch_starting": {"batch": "Batch"},
    "recipes_batch_started": {"batch": "Batch", "lines": "list"},
    "recipes_batch_finishing": {"batch": "Batch"},
    "recipes_batch_finished": {"batch": "Batch", "lots": "list"},
    "recipes_batch_cancelled": {"batch": "Batch"},
    "recipes_batch_failed": {"batch": "Batch"},
    "recipes_timers_expired": {"timers": "list"},
}


@pytest.fixture(scope="module")
def heard(kernel, app):
    """What a workshop's months of work, and a little tidying up, call."""
    calls = {}

    def note(name, _implementations, arguments):
        calls.setdefault(name, {key: type(value).__name__ for key, value in arguments.items() if key != "ctx"})

    forget = kernel.registry.bus.add_hookcall_monitoring(note, lambda *_: None)
    tenant = make_tenant(kernel, ["inventory", "recipes"])
    load_demo(kernel, tenant)
    owner = ApiClient(app, make_member(kernel, tenant, is_owner=True))
    paths = {key: item.path for key, item in kernel.registry.resources.items()}
    unit = owner.post(paths["inventory.unit"], {"code": "scoop", "name": "Scoop", "unit_class": "mass"}).get_json()
    owner.delete(f"{paths['inventory.unit']}/{unit['id']}", version=unit["version"])
    place = owner.post(paths["inventory.location"], {"code": "ATTIC", "name": "Attic"}).get_json()
    owner.delete(f"{paths['inventory.location']}/{place['id']}", version=place["version"])
    recipe = owner.get(paths["recipes.recipe"]).get_json()["items"][0]
    owner.get(f"{paths['recipes.recipe']}/{recipe['id']}/plan")
    with kernel.unit(tenant.id) as ctx:
        for timer in ctx.all(select(BatchTimer).where(BatchTimer.state == "running")):
            timer.ends_at = ctx.now()
        ctx.db.flush()
        kernel.registry.jobs["recipes.expire_timers"].function(ctx)
    yield calls
    forget()


@pytest.mark.parametrize("name", EXPECTED)
def test_hook_is_called_as_it_is_published(heard, name):
    assert heard.get(name) == EXPECTED[name]
