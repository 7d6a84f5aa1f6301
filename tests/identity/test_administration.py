"""What administrators of a tenant do with its people and roles, along the one road."""

import pytest
import sqlalchemy as sa

from core.actions.models import AuditEntry
from core.actions.run import Call, find_action, run_action
from core.errors import Duplicate, Forbidden, Invalid, NotFound, Refused
from core.identity import login, members
from core.identity.models import Member, Role, User
from core.identity.sources import Origin
from core.testing.house import PASSWORD, fresh_name, make_member

STAFF = ["kernel.member.*", "kernel.role.*", "inventory.*"]


@pytest.fixture
def owner(kernel, tenant):
    return make_member(kernel, tenant, is_owner=True)


@pytest.fixture
def staff_office(kernel, tenant):
    return make_member(kernel, tenant, STAFF)


def _do(kernel, tenant, member, verb, ids=(), /, **arguments):
    with kernel.unit(tenant.id, member.actor) as ctx:
        call = Call(find_action(ctx, verb), [ids] if isinstance(ids, int) else ids, arguments)
        outcome = run_action(ctx, call)
        return outcome.results[0]


def _create_role(kernel, tenant, member, **values):
    role = _do(kernel, tenant, member, "kernel.role.create", **{"key": fresh_name("role"), "title": "Role", **values})
    return role.id


def _role_id(kernel, tenant, key):
    with kernel.platform_reading() as session:
        return session.scalars(sa.select(Role.id).where(Role.tenant_id == tenant.id, Role.key == key)).one()


def _invitation(**values):
    name = fresh_name("new")
    return {"email": f"{name}@example.com", "username": name, "name": "New Person", "password": PASSWORD, **values}


def _can_enter(kernel, username, tenant, password=PASSWORD):
    try:
        login.log_in_program(kernel.identity, login.Credentials(username, password, tenant.slug), Origin("192.0.2.77"))
    except (Forbidden, login.Unauthenticated):
        return False
    return True


def test_a_new_person_is_added_with_a_role_and_logs_in(kernel, tenant, staff_office):
    role_id = _create_role(kernel, tenant, staff_office, permissions=["inventory.*.read"])
    invitation = _invitation(role_ids=[role_id])
    answer = _do(kernel, tenant, staff_office, "kernel.member.invite", **invitation)
    assert answer["account_created"] is True
    assert _can_enter(kernel, invitation["username"], tenant)
    with kernel.platform_reading() as session:
        user_id = session.scalars(sa.select(User.id).where(User.username == invitation["username"])).one()
    actor = kernel.identity.actor_of_user(user_id, tenant.id)
    assert actor.can("inventory.item.read")
    assert not actor.can("inventory.item.update")


def test_who_has_an_account_keeps_name_and_password(kernel, tenant, other_tenant, staff_office):
    there = make_member(kernel, other_tenant)
    email = f"{there.username}@example.com"
    answer = _do(kernel, tenant, staff_office, "kernel.member.invite", **_invitation(email=email, password="x" * 12))
    assert (answer["account_created"], answer["username"]) == (False, there.username)
    assert _can_enter(kernel, there.username, tenant)
    with pytest.raises(Duplicate):
        _do(kernel, tenant, staff_office, "kernel.member.invite", **_invitation(email=email))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"username": ""}, "username"),
        ({"name": ""}, "name"),
        ({"password": "password12"}, "password"),
        ({"role_ids": [1]}, "role_ids"),
        ({"role_ids": "all"}, "role_ids"),
        ({"is_owner": True}, "is_owner"),
        ({"is_platform_admin": True}, "is_platform_admin"),
    ],
)
def test_an_invitation_that_makes_no_sense_leaves_nothing(kernel, tenant, staff_office, values, field):
    invitation = _invitation(**values)
    with pytest.raises(Invalid) as refused:
        _do(kernel, tenant, staff_office, "kernel.member.invite", **invitation)
    assert [name.split(".")[0] for name in refused.value.errors] == [field]
    with kernel.platform_reading() as session:
        left = sa.select(sa.func.count(User.id)).where(User.email == invitation["email"])
        assert session.scalar(left) == 0


def test_without_the_permission_nothing_of_it_works(kernel, tenant, owner):
    clerk = make_member(kernel, tenant, ["inventory.*"])
    other, administrator = make_member(kernel, tenant), _role_id(kernel, tenant, "kernel.administrator")
    for key, ids, arguments in [
        ("kernel.member.invite", (), _invitation()),
        ("kernel.member.assign-roles", clerk.actor.member_id, {"role_ids": [administrator]}),
        ("kernel.member.make-owner", clerk.actor.member_id, {}),
        ("kernel.member.deactivate", other.actor.member_id, {}),
        ("kernel.member.set-password", other.actor.member_id, {"password": "an entirely new one"}),
        ("kernel.role.create", (), {"key": "mine", "title": "Mine", "permissions": ["*"]}),
    ]:  # fmt: skip
        with pytest.raises(Forbidden):
            _do(kernel, tenant, clerk, key, ids, **arguments)
    assert not kernel.identity.actor_of_user(clerk.actor.user_id, tenant.id).can("kernel.member.invite")


def test_nobody_climbs_above_their_own_rights(kernel, tenant, owner, staff_office):
    administrator = _role_id(kernel, tenant, "kernel.administrator")
    weak = _create_role(kernel, tenant, staff_office, permissions=["inventory.item.read"])
    strong = _create_role(kernel, tenant, owner, permissions=["recipes.*"])
    me = staff_office.actor.member_id
    for key, ids, arguments in [
        ("kernel.member.assign-roles", me, {"role_ids": [administrator]}),
        ("kernel.member.make-owner", me, {}),
        ("kernel.member.invite", (), _invitation(role_ids=[administrator])),
        ("kernel.role.create", (), {"key": "all", "title": "All", "permissions": ["*"]}),
        ("kernel.role.create", (), {"key": "all", "title": "All", "permissions": ["*.*.read"]}),
        ("kernel.role.update", weak, {"permissions": ["recipes.batch.start"]}),
        ("kernel.role.update", strong, {"permissions": []}),
        ("kernel.role.delete", strong, {}),
        ("kernel.member.deactivate", owner.actor.member_id, {}),
        ("kernel.member.set-password", owner.actor.member_id, {"password": "an entirely new one"}),
        ("kernel.member.revoke-ownership", owner.actor.member_id, {}),
    ]:  # fmt: skip
        with pytest.raises(Forbidden) as refused:
            _do(kernel, tenant, staff_office, key, ids, **arguments)
        assert refused.value.code == "MORE_RIGHTS_THAN_YOURS", key
    held = kernel.identity.actor_of_user(staff_office.actor.user_id, tenant.id).permissions
    assert held.patterns() == sorted(STAFF)
    assert _can_enter(kernel, owner.username, tenant)


def test_a_rule_is_not_shaken_off_by_making_a_role_of_ones_own(kernel, tenant, registry):
    rule = sorted(key for key in registry.rules if key.startswith("inventory."))[0]
    held = make_member(kernel, tenant, ["kernel.role.*", "inventory.*"], rules=[rule])
    _create_role(kernel, tenant, held, permissions=["inventory.*.read"], rules=[rule])
    with pytest.raises(Forbidden):
        _create_role(kernel, tenant, held, permissions=["inventory.*.read"])


def test_roles_of_modules_stay_as_they_are(kernel, tenant, owner):
    declared = _role_id(kernel, tenant, "kernel.administrator")
    for key, arguments in [("kernel.role.update", {"permissions": []}), ("kernel.role.delete", {})]:
        with pytest.raises(Refused) as refused:
            _do(kernel, tenant, owner, key, declared, **arguments)
        assert refused.value.code == "MODULES_ROLE"
    for values in ({"key": "inventory.mine"}, {"key": "Mine"}, {"permissions": ["nonsense!"]},
                   {"rules": ["no.such.rule"]}, {"is_declared": True}):  # fmt: skip
        with pytest.raises(Invalid):
            _create_role(kernel, tenant, owner, **values)


def test_a_role_in_use_is_not_deleted(kernel, tenant, owner):
    role_id = _create_role(kernel, tenant, owner, permissions=["inventory.*.read"])
    member_id = make_member(kernel, tenant).actor.member_id
    _do(kernel, tenant, owner, "kernel.member.assign-roles", member_id, role_ids=[role_id])
    with pytest.raises(Refused) as refused:
        _do(kernel, tenant, owner, "kernel.role.delete", role_id)
    assert refused.value.code == "ROLE_IN_USE"
    _do(kernel, tenant, owner, "kernel.member.assign-roles", member_id, role_ids=[])
    _do(kernel, tenant, owner, "kernel.role.delete", role_id)


def test_a_role_changed_along_the_road_counts_at_the_next_request(kernel, tenant, owner):
    role_id = _create_role(kernel, tenant, owner, permissions=["inventory.*.read"])
    clerk = make_member(kernel, tenant)
    _do(kernel, tenant, owner, "kernel.member.assign-roles", clerk.actor.member_id, role_ids=[role_id])
    assert kernel.identity.actor_of_token(clerk.token).can("inventory.item.read")
    _do(kernel, tenant, owner, "kernel.role.update", role_id, permissions=["recipes.*"])
    assert not kernel.identity.actor_of_token(clerk.token).can("inventory.item.read")
    assert kernel.identity.actor_of_token(clerk.token).can("recipes.batch.read")


def test_a_member_is_shut_out_and_let_in_again(kernel, tenant, owner):
    clerk = make_member(kernel, tenant, ["inventory.*"])
    _do(kernel, tenant, owner, "kernel.member.deactivate", clerk.actor.member_id)
    assert kernel.identity.actor_of_token(clerk.token) is None
    assert not _can_enter(kernel, clerk.username, tenant)
    _do(kernel, tenant, owner, "kernel.member.activate", clerk.actor.member_id)
    assert kernel.identity.actor_of_token(clerk.token).can("inventory.item.read")


def test_nobody_shuts_themselves_out_and_the_last_owner_stays(kernel, tenant, owner):
    for key, code in [("kernel.member.deactivate", "OWN_MEMBERSHIP"), ("kernel.member.revoke-ownership", "LAST_OWNER")]:
        with pytest.raises(Refused) as refused:
            _do(kernel, tenant, owner, key, owner.actor.member_id)
        assert refused.value.code == code
    second = make_member(kernel, tenant)
    _do(kernel, tenant, owner, "kernel.member.make-owner", second.actor.member_id)
    _do(kernel, tenant, owner, "kernel.member.revoke-ownership", owner.actor.member_id)
    assert kernel.identity.actor_of_token(second.token).can("anything.at.all")
    assert not kernel.identity.actor_of_token(owner.token).can("inventory.item.read")


def test_an_administrator_sets_passwords_of_people_who_are_the_tenants_alone(kernel, tenant, other_tenant, owner):
    own, shared = make_member(kernel, tenant), make_member(kernel, tenant)
    with kernel.platform() as session:
        members.add_member(session, other_tenant.id, session.get_one(User, shared.actor.user_id))
    _do(kernel, tenant, owner, "kernel.member.set-password", own.actor.member_id, password="an entirely new one")
    assert kernel.identity.actor_of_token(own.token) is None
    assert _can_enter(kernel, own.username, tenant, "an entirely new one")
    with pytest.raises(Refused) as refused:
        _do(kernel, tenant, owner, "kernel.member.set-password", shared.actor.member_id, password="an entirely new one")
    assert refused.value.code == "NOT_YOURS_ALONE"
    assert kernel.identity.actor_of_token(shared.token) is not None


def test_members_and_roles_of_another_tenant_do_not_exist(kernel, tenant, other_tenant, owner):
    stranger = make_member(kernel, other_tenant, ["inventory.*"])
    for key in ("deactivate", "activate", "make-owner", "revoke-ownership"):
        with pytest.raises(NotFound):
            _do(kernel, tenant, owner, f"kernel.member.{key}", stranger.actor.member_id)
    with pytest.raises(NotFound):
        _do(kernel, tenant, owner, "kernel.member.set-password", stranger.actor.member_id, password=PASSWORD)
    foreign = _role_id(kernel, other_tenant, "kernel.administrator")
    own = make_member(kernel, tenant).actor.member_id
    with pytest.raises(Invalid):
        _do(kernel, tenant, owner, "kernel.member.assign-roles", own, role_ids=[foreign])
    with kernel.platform_reading() as session:
        assert session.get_one(Member, (other_tenant.id, stranger.actor.member_id)).is_active
    assert kernel.identity.actor_of_token(stranger.token).can("inventory.item.read")


def test_what_was_done_to_people_is_in_the_audit_trail_without_their_passwords(kernel, tenant, owner):
    clerk = make_member(kernel, tenant)
    _do(kernel, tenant, owner, "kernel.member.deactivate", clerk.actor.member_id)
    _do(kernel, tenant, owner, "kernel.member.invite", **_invitation())
    with kernel.unit(tenant.id, readonly=True) as ctx:
        entries = ctx.all(sa.select(AuditEntry).where(AuditEntry.username == owner.username))
    told = [(entry.action, entry.resource) for entry in entries]
    assert ("kernel.member.deactivate", "kernel.member") in told
    assert ("kernel.member.invite", "kernel.member") in told
    shown = " ".join(str(entry.changes) for entry in entries)
    assert "argon2" not in shown
    assert PASSWORD not in shown
