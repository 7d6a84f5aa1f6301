"""Rights: what roles add up to, that they are withdrawn at once, and that nobody gives what they do not have."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from core.db.door import WallError
from core.errors import Duplicate, Forbidden, Invalid, Refused
from core.identity import login, members, users
from core.identity.login import Credentials
from core.identity.models import Member, Role, User
from core.identity.permissions import Grant, PermissionSet
from core.identity.roles import BUILT_IN, check_role, publish_roles, roles_of
from core.tenancy.models import Tenant, TenantModule
from tests.identity.conftest import DECLARED, HOME, PASSWORD


def _enter(world, name):
    return login.log_in_program(world.identity, Credentials(name, PASSWORD), HOME).access_token


def _give(world, tenant_id, username, *keys, by=None):
    with world.write() as session:
        member = members.get_member(session, tenant_id, _id(session, tenant_id, username))
        wanted = members.roles_by_key(session, tenant_id, keys)
        members.set_roles(session, member, wanted, by=by or PermissionSet.everything(), declared=DECLARED)


def _id(session, tenant_id, username):
    return session.scalars(sa.select(Member.id).filter_by(tenant_id=tenant_id, username=username)).one()


def test_roles_add_up_and_differ_between_tenants(world, soap, paint):
    world.user("anna", soap, paint)
    _give(world, soap, "anna", "inventory.viewer", "kernel.hr")
    token = login.log_in_program(world.identity, Credentials("anna", PASSWORD, "soap"), HOME).access_token
    actor = world.identity.actor_of_token(token)
    assert actor.can("inventory.item.read")
    assert actor.can("kernel.member.invite")
    assert not actor.can("inventory.item.update")
    other = login.log_in_program(world.identity, Credentials("anna", PASSWORD, "paint"), HOME).access_token
    assert not world.identity.actor_of_token(other).can("inventory.item.read")


def test_an_owner_may_do_everything_a_member_without_roles_nothing(world, soap):
    world.user("olga", soap, is_owner=True)
    world.user("anna", soap)
    assert world.identity.actor_of_token(_enter(world, "olga")).can("kernel.role.delete")
    assert not world.identity.actor_of_token(_enter(world, "anna")).can("inventory.item.read")


def test_a_role_taken_away_is_gone_at_the_next_request_of_token_cookie_and_job(world, soap):
    user_id = world.user("anna", soap)
    _give(world, soap, "anna", BUILT_IN.key)
    token = _enter(world, "anna")
    cookie = login.log_in_browser(world.identity, Credentials("anna", PASSWORD), HOME).cookie
    assert world.identity.actor_of_token(token).can("inventory.item.delete")
    _give(world, soap, "anna", "inventory.viewer")
    for actor in (world.identity.actor_of_token(token), world.identity.actor_of_cookie(cookie)[0],
                  world.identity.actor_of_user(user_id, soap)):  # fmt: skip
        assert actor.can("inventory.item.read")
        assert not actor.can("inventory.item.delete")
    _give(world, soap, "anna")
    assert not world.identity.actor_of_token(token).can("inventory.item.read")


def test_a_changed_role_changes_what_its_holders_may_do_at_once(world, soap):
    world.user("anna", soap)
    with world.inside(soap) as session:
        role = Role(key="packer", title="Packer", permissions=["inventory.*.read"])
        session.add(role)
    _give(world, soap, "anna", "packer")
    token = _enter(world, "anna")
    assert world.identity.actor_of_token(token).can("inventory.item.read")
    with world.inside(soap) as session:
        session.scalars(sa.select(Role).where(Role.key == "packer")).one().permissions = ["recipes.*"]
    actor = world.identity.actor_of_token(token)
    assert actor.can("recipes.batch.start")
    assert not actor.can("inventory.item.read")


def test_permissions_are_read_once_and_not_at_every_request(world, soap):
    world.user("anna", soap)
    _give(world, soap, "anna", "inventory.viewer")
    token = _enter(world, "anna")
    first = world.identity.actor_of_token(token)
    seen = []
    sa.event.listen(world.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    assert world.identity.actor_of_token(token).permissions is first.permissions
    # The one prepared statement of a request goes past the listener; reading roles again would not.
    assert not [statement for statement in seen if statement.startswith("SELECT")]
    _give(world, soap, "anna", "kernel.hr")
    del seen[:]
    assert world.identity.actor_of_token(token).permissions is not first.permissions
    assert [statement for statement in seen if "core_member_role" in statement]


def test_roles_of_a_module_that_is_off_give_nothing_until_it_is_on_again(world, soap):
    world.user("anna", soap)
    _give(world, soap, "anna", "inventory.viewer")
    token = _enter(world, "anna")
    assert world.identity.actor_of_token(token).can("inventory.item.read")
    with world.write() as session:
        session.execute(sa.delete(TenantModule).where(TenantModule.tenant_id == soap))
        session.get_one(Tenant, soap).modules_revision += 1
    assert not world.identity.actor_of_token(token).can("inventory.item.read")
    with world.write() as session:
        session.add(TenantModule(tenant_id=soap, plugin="inventory"))
        session.get_one(Tenant, soap).modules_revision += 1
    assert world.identity.actor_of_token(token).can("inventory.item.read")


def test_record_rules_of_a_declared_role_reach_the_actor(world, soap):
    world.user("anna", soap)
    _give(world, soap, "anna", "inventory.clerk")
    held = world.identity.actor_of_token(_enter(world, "anna")).permissions
    assert held.restrictions("inventory.location.read") == (frozenset({"inventory.own"}),)
    assert held.restrictions("inventory.item.read") == ()
    _give(world, soap, "anna", "inventory.clerk", "inventory.viewer")
    held = world.identity.actor_of_token(_enter(world, "anna")).permissions
    assert held.restrictions("inventory.location.read") == ()
    assert held.restrictions("inventory.receipt.post") == (frozenset({"inventory.own"}),)


# ---- handing out -----------------------------------------------------------------------------------------------------


def test_nobody_gives_or_takes_a_role_that_holds_more_than_they_have(world, soap):
    world.user("anna", soap)
    world.user("bert", soap, role=BUILT_IN.key)
    staff_office = PermissionSet([DECLARED.roles["kernel.hr"].grant], DECLARED.rule_resources)
    _give(world, soap, "anna", "kernel.hr", by=staff_office)
    _give(world, soap, "anna", "inventory.viewer", by=staff_office)
    for username, key in [("anna", BUILT_IN.key), ("anna", "inventory.clerk"), ("bert", "inventory.viewer")]:
        with pytest.raises(Forbidden) as refused:
            _give(world, soap, username, key, by=staff_office)
        assert refused.value.code == "MORE_RIGHTS_THAN_YOURS"
    with world.read() as session:
        held = [[role.key for role in roles_of(session, soap, _id(session, soap, name))] for name in ("anna", "bert")]
    assert held == [["inventory.viewer"], [BUILT_IN.key]]


def test_nobody_acts_on_a_member_who_has_more_rights(world, soap):
    world.user("olga", soap, is_owner=True)
    world.user("bert", soap, role=BUILT_IN.key)
    world.user("anna", soap, role="inventory.viewer")
    staff_office = PermissionSet([DECLARED.roles["kernel.hr"].grant], DECLARED.rule_resources)
    with world.write() as session:
        for username in ("olga", "bert"):
            member = members.get_member(session, soap, _id(session, soap, username))
            with pytest.raises(Forbidden):
                members.require_authority(session, member, by=staff_office, declared=DECLARED)
        anna = members.get_member(session, soap, _id(session, soap, "anna"))
        members.require_authority(session, anna, by=staff_office, declared=DECLARED)


def test_roles_of_another_tenant_do_not_exist(world, soap, paint):
    world.user("anna", soap)
    with world.inside(paint) as session:
        session.add(Role(key="secret", title="Secret", permissions=["*"]))
    foreign = world.role_id(paint, "secret")
    with world.inside(soap) as session:
        for missing in (foreign, 1):
            with pytest.raises(Invalid) as refused:
                members.roles_by_id(session, soap, [missing])
            assert refused.value.errors == {"roles": [f"There is no role with the id {missing}."]}
        with pytest.raises(Invalid):
            members.roles_by_key(session, soap, ["secret"])


def test_the_last_owner_stays(world, soap, paint):
    world.user("olga", soap, is_owner=True)
    world.user("oscar", soap, is_owner=True)
    world.user("elsewhere", paint, is_owner=True)
    _change(world, soap, "olga", members.deactivate_member)

    def dethrone(session, member):
        members.set_owner(session, member, is_owner=False)

    for change in (members.deactivate_member, dethrone):
        with pytest.raises(Refused) as refused:
            _change(world, soap, "oscar", change)
        assert refused.value.code == "LAST_OWNER"
    assert world.identity.actor_of_token(_enter(world, "oscar")).can("anything.at.all")


def _change(world, tenant_id, username, change):
    with world.write() as session:
        change(session, members.get_member(session, tenant_id, _id(session, tenant_id, username)))


def test_two_owners_who_remove_each_other_at_once_cannot_both_succeed(world, soap):
    for name in ("olga", "oscar"):
        world.user(name, soap, is_owner=True)
    start = threading.Barrier(2)

    def remove(username):
        start.wait()
        try:
            _change(world, soap, username, members.deactivate_member)
        except Refused as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, ("olga", "oscar"))) == ["LAST_OWNER", "done"]


# ---- roles and users -------------------------------------------------------------------------------------------------


def test_publishing_roles_again_changes_nothing_but_what_is_new(world, soap):
    def stored():
        with world.read() as session:
            rows = session.scalars(sa.select(Role).where(Role.tenant_id == soap).order_by(Role.key))
            return {role.key: (role.id, role.title, role.version, session.get_one(Tenant, soap).access_revision)
                    for role in rows}  # fmt: skip

    before = stored()
    with world.write() as session:
        publish_roles(session, soap, DECLARED.roles.values())
    assert stored() == before
    assert sorted(before) == sorted(DECLARED.roles)


@pytest.mark.parametrize(
    ("permissions", "rules", "fields"),
    [
        ("inventory.*", [], {"permissions"}),
        ([1], [], {"permissions"}),
        (["Inventory"], [], {"permissions"}),
        (["inventory.*"] * 501, [], {"permissions"}),
        (None, {"a": 1}, {"permissions", "rules"}),
        (["*"], ["inventory.unknown"], {"rules"}),
    ],
)
def test_a_role_of_nonsense_is_refused_field_by_field(permissions, rules, fields):
    with pytest.raises(Invalid) as refused:
        check_role(permissions, rules, DECLARED.rule_resources)
    assert set(refused.value.errors) == fields


def test_a_sensible_role_is_taken(world):
    assert check_role(["inventory.*", "inventory.*"], ["inventory.own"], DECLARED.rule_resources) == Grant(
        ("inventory.*",), frozenset({"inventory.own"})
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": "a"}, "username"),
        ({"username": "anna miller"}, "username"),
        ({"username": "anna\x00"}, "username"),
        ({"username": "x" * 61}, "username"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b.example\x00"}, "email"),
        ({"email": "x" * 250 + "@example.com"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "Anna\r\nBcc: all"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "anna@example.org"}, "password"),
    ],
)
def test_a_user_that_makes_no_sense_is_refused_with_the_field(world, values, field):
    good = {"username": "anna", "email": "anna@example.org", "name": "Anna", "password": PASSWORD}
    with pytest.raises(Invalid) as refused, world.write() as session:
        users.create_user(session, world.policy, **(good | values))
    assert list(refused.value.errors) == [field]


def test_names_and_addresses_are_taken_once_whatever_their_case(world, soap):
    world.user("anna", soap)
    for values, field in [({"username": "ANNA", "email": "other@example.com"}, "username"),
                          ({"username": "other", "email": "Anna@EXAMPLE.com"}, "email")]:  # fmt: skip
        with pytest.raises(Duplicate) as refused, world.write() as session:
            users.create_user(session, world.policy, name="Anna", password=PASSWORD, **values)
        assert list(refused.value.errors) == [field]
    with pytest.raises(Duplicate), world.write() as session:
        members.add_member(session, soap, users.get_user(session, "anna"))


def test_a_new_name_is_known_in_every_tenant(world, soap, paint):
    user_id = world.user("anna", soap, paint)
    with world.write() as session:
        users.rename_user(session, session.get_one(User, user_id), name="Anna Miller")
    with world.read() as session:
        assert session.scalars(sa.select(Member.name)).all() == ["Anna Miller", "Anna Miller"]


# ---- walls -----------------------------------------------------------------------------------------------------------


def test_a_tenants_session_sees_its_own_members_and_roles_only(world, soap, paint):
    world.user("anna", soap, role="inventory.viewer")
    world.user("bert", paint)
    foreign = world.member_id(paint, "bert")
    with world.inside(soap) as session:
        assert session.scalars(sa.select(Member.username)).all() == ["anna"]
        assert session.get(Member, (paint, foreign)) is None
    with pytest.raises(WallError), world.inside(soap) as session:
        session.add(Member(tenant_id=paint, user_id=1, username="x", name="x", email="x@example.com"))


@pytest.mark.only_on("postgresql")
def test_row_level_security_lets_the_kernel_look_up_members_and_nobody_else(world, soap, paint):
    world.user("anna", soap, paint)
    count, stored = sa.text("SELECT count(*) FROM core_member"), []
    with world.engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE identity_{soap}_{paint}_test NOLOGIN NOBYPASSRLS")
        connection.exec_driver_sql(f"GRANT SELECT ON core_member TO identity_{soap}_{paint}_test")
        for tenant in ("", str(soap), str(paint), "0"):
            connection.exec_driver_sql(f"SET LOCAL ROLE identity_{soap}_{paint}_test")
            connection.execute(sa.select(sa.func.set_config("app.tenant_id", tenant, True)))
            stored.append(connection.scalar(count))
        connection.rollback()
    assert stored == [2, 1, 1, 0]
