"""Every attack is tried on both databases: nothing is seen, nothing is changed."""

import contextlib

import pytest
import sqlalchemy as sa

from core.testing.house import make_tenant
from plugins.inventory.models import Category, Item, Unit
from tests.walls import attacks
from tests.walls.evidence import rows_of


@pytest.fixture(scope="module")
def victim(kernel):
    tenant = make_tenant(kernel, ["inventory"])
    with kernel.unit(tenant.id) as ctx:
        parent = ctx.create(Category, name=attacks.SECRET)
        child = ctx.create(Category, name=f"below {attacks.SECRET}", parent_id=parent.id)
        unit = ctx.find(Unit, code="g")
        item = ctx.create(Item, code="SECRET", name=attacks.SECRET, base_unit_id=unit.id)
        return attacks.Victim(tenant.id, parent.id, child.id, unit.id, item.id)


@pytest.fixture
def attacker(kernel):
    tenant = make_tenant(kernel, ["inventory"])
    with kernel.unit(tenant.id) as ctx:
        ctx.create(Category, name="my own")
    return tenant


@pytest.mark.parametrize("attack", attacks.READING, ids=lambda attack: attack.__name__)
def test_nothing_is_seen(kernel, victim, attacker, attack):
    seen = None
    with contextlib.suppress(Exception), kernel.unit(attacker.id) as ctx:
        seen = attack(ctx, victim)
    assert attacks.SECRET not in repr(seen)
    assert str(victim.item_id) not in repr(seen)


@pytest.mark.parametrize("attack", attacks.WRITING, ids=lambda attack: attack.__name__)
def test_nothing_is_changed(kernel, victim, attacker, attack):
    before = rows_of(kernel, victim.tenant_id)
    with contextlib.suppress(Exception), kernel.unit(attacker.id) as ctx:
        attack(ctx, victim)
    assert rows_of(kernel, victim.tenant_id) == before
    with kernel.unit(attacker.id, readonly=True) as ctx:
        adopted = ctx.all(sa.select(Category).where(Category.parent_id == victim.category_id))
    assert adopted == []


def test_the_attacks_would_succeed_without_the_walls(kernel, victim):
    """The same ids, used by their owner, are found: so it is the walls that the tests above judge."""
    with kernel.unit(victim.tenant_id) as ctx:
        assert attacks.SECRET in repr(attacks.select_records(ctx, victim))
        assert ctx.get(Category, victim.category_id).name == attacks.SECRET
