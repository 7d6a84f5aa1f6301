"""The fixtures give what they promise."""

from core.testing.house import make_member, make_tenant, read_tenant, switch_module_off


def test_tenants_are_apart_and_have_their_modules(kernel, registry, tenant, other_tenant):
    assert tenant.id != other_tenant.id
    assert tenant.enabled == set(registry.plugins) - {"kernel"}
    assert make_tenant(kernel, modules=[]).enabled == frozenset()


def test_a_module_goes_off_for_one_tenant_only(kernel, tenant, other_tenant, registry):
    last = list(registry.plugins)[-1]
    switch_module_off(kernel, tenant.id, last)
    assert last not in read_tenant(kernel, tenant.id).enabled
    assert last in read_tenant(kernel, other_tenant.id).enabled


def test_a_member_may_do_what_was_said(kernel, tenant):
    clerk = make_member(kernel, tenant, ["inventory.item.*"])
    assert clerk.permissions.allows("inventory.item.read")
    assert not clerk.permissions.allows("inventory.unit.read")
    assert make_member(kernel, tenant, is_owner=True).permissions.allows("inventory.unit.read")
