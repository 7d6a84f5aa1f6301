"""Logging in: by either name, into the right tenant, and without telling strangers who is there."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.errors import Forbidden, Invalid, TooMany, Unauthenticated
from core.identity import login, members, users
from core.identity.access_tokens import read_access_token
from core.identity.identity import Identity
from core.identity.login import Credentials
from core.identity.models import LoginCounter, User
from core.identity.policy import IdentityPolicy, TryLimit
from core.identity.sources import Origin
from core.identity.tokens import standing_of_family
from core.tenancy.models import Tenant
from tests.identity.conftest import HOME, PASSWORD


def _enter(world, name="anna", password=PASSWORD, tenant=None, origin=HOME):
    return login.log_in_program(world.identity, Credentials(name, password, tenant), origin)


def _actor(world, pair):
    return world.identity.actor_of_token(pair.access_token)


@pytest.mark.parametrize("name", ["anna", "Anna", "  ANNA ", "anna@example.com", "Anna@Example.COM"])
def test_one_enters_by_user_name_or_mail_address(world, soap, name):
    world.user("anna", soap)
    actor = _actor(world, _enter(world, name))
    assert (actor.username, actor.tenant_id, actor.source) == ("anna", soap, "token")


def test_a_user_name_is_never_somebody_elses_mail_address(world, soap):
    with pytest.raises(Invalid) as refused:
        world.user("anna@example.com", soap)
    assert "username" in refused.value.errors


def test_one_user_works_in_two_tenants_and_returns_to_the_last_one(world, soap, paint):
    world.user("anna", soap, paint)
    assert _actor(world, _enter(world)).tenant_id == paint  # by name: Paint before Soap
    assert _actor(world, _enter(world, tenant="soap")).tenant_id == soap
    assert _actor(world, _enter(world)).tenant_id == soap
    switched = login.switch_program(world.identity, _actor(world, _enter(world)), "paint", HOME)
    assert _actor(world, switched).tenant_id == paint
    assert _actor(world, _enter(world)).tenant_id == paint


def test_foreign_suspended_and_unknown_tenants_give_one_answer(world, soap, paint):
    suspended = world.tenant("closed")
    world.user("anna", soap, suspended)
    with world.write() as session:
        session.get_one(Tenant, suspended).is_active = False
    answers = set()
    for slug in ("paint", "closed", "no-such-tenant", "\x00"):
        with pytest.raises(Forbidden) as refused:
            _enter(world, tenant=slug)
        answers.add((refused.value.code, refused.value.detail))
        with pytest.raises(Forbidden) as refused:
            login.switch_program(world.identity, _actor(world, _enter(world)), slug, HOME)
        answers.add((refused.value.code, refused.value.detail))
    assert len(answers) == 1


def test_a_user_of_no_tenant_is_told_so_and_a_platform_administrator_enters_all_the_same(world, soap):
    world.user("lone")
    world.user("operator", is_platform_admin=True)
    with pytest.raises(Forbidden) as refused:
        _enter(world, "lone")
    assert refused.value.code == "NO_TENANT"
    operator = _actor(world, _enter(world, "operator"))
    assert (operator.tenant_id, operator.is_platform_admin) == (None, True)
    assert not operator.can("inventory.item.read")
    with pytest.raises(Forbidden):
        _enter(world, "operator", tenant="soap")


def test_wrong_password_unknown_disabled_and_passwordless_users_get_the_same_answer(world, soap):
    world.user("anna", soap)
    world.user("invited", soap, password=None)
    gone = world.user("gone", soap)
    with world.write() as session:
        users.disable_user(session, session.get_one(User, gone))
    answers = set()
    for name, password in [("anna", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("invited", ""),
                           ("no@example.com", PASSWORD), ("nul\x00", PASSWORD), ("\ud800", "\ud800")]:  # fmt: skip
        with pytest.raises(Unauthenticated) as refused:
            _enter(world, name, password)
        answers.add(str(refused.value.as_dict()))
    assert len(answers) == 1


def test_time_does_not_tell_who_exists(world, soap):
    world.user("anna", soap)
    endless = TryLimit(free=10_000)
    policy = replace(world.policy, per_pair=endless, per_account=endless, per_source=endless,
                     hash_memory_kib=8192, hash_passes=2)  # fmt: skip
    world.identity = Identity(policy, world.write, world.read, world.lookups, world.identity.access)
    _enter(world)  # brings Anna's hash up to today's cost
    took = {"anna": [], "nobody": []}
    for _ in range(25):
        for name, times in took.items():
            # The work it takes, not the clock on the wall: other tests share the machine.
            start = time.thread_time()
            with pytest.raises(Unauthenticated):
                _enter(world, name, "a wrong password")
            times.append(time.thread_time() - start)
    known, unknown = (statistics.median(times) for times in took.values())
    # Without the comparison of a hash it would take a small part.
    assert 0.8 < known / unknown < 1.25


def test_an_old_hash_is_renewed_at_the_next_log_in(world, soap):
    user_id = world.user("anna", soap)
    policy = IdentityPolicy(secret_key=world.policy.secret_key, hash_memory_kib=16, hash_passes=1)
    world.identity = Identity(policy, world.write, world.read, world.lookups, world.identity.access)
    _enter(world)
    with world.read() as session:
        assert "m=16,t=1,p=1" in session.get_one(User, user_id).password_hash
    _enter(world)


def test_a_password_changed_while_the_old_one_was_compared_lets_nobody_in(world, soap, monkeypatch):
    user_id = world.user("anna", soap)
    verify = login.verify_password

    def change_meanwhile(policy, stored, given):
        with world.write() as session:
            users.set_password(session, policy, session.get_one(User, user_id), "another long password")
        return verify(policy, stored, given)

    monkeypatch.setattr(login, "verify_password", change_meanwhile)
    with pytest.raises(Unauthenticated):
        _enter(world)


# ---- limits ----------------------------------------------------------------------------------------------------------


def _try(world, name, password, origin=HOME):
    try:
        _enter(world, name, password, origin=origin)
    except (Unauthenticated, TooMany) as refused:
        return refused.status
    return 200


def test_guessing_is_stopped_also_for_the_right_password_and_for_users_that_do_not_exist(world, soap):
    world.user("anna", soap)
    for name in ("anna", "nobody"):
        assert [_try(world, name, "wrong") for _ in range(6)] == [401] * 5 + [429]
    with pytest.raises(TooMany) as refused:
        _enter(world)
    assert refused.value.headers["Retry-After"] == "15"
    world.wait(seconds=15)
    assert _try(world, "anna", PASSWORD) == 200
    assert _try(world, "anna", "wrong") == 401


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(world, soap):
    world.user("anna", soap)
    for _ in range(4):
        _try(world, "anna", "wrong")
    waits = []
    for _ in range(10):
        assert _try(world, "anna", "wrong") == 401
        with pytest.raises(TooMany) as refused:
            _enter(world)
        waits.append(int(refused.value.headers["Retry-After"]))
        world.wait(seconds=waits[-1])
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900, 900]
    world.wait(hours=1)
    assert [_try(world, "anna", "wrong") for _ in range(6)] == [401] * 5 + [429]


def test_guesses_sent_all_at_once_are_answered_like_guesses_one_after_the_other(world, soap):
    world.user("anna", soap)
    guesses = ["wrong"] * 20 + [PASSWORD] + ["wrong"] * 20
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda guess: _try(world, "anna", guess), guesses))
    assert answers.count(401) <= 5
    assert answers.count(429) == len(guesses) - answers.count(401) - answers.count(200)
    assert answers.count(200) <= 1


def test_many_right_log_ins_at_once_are_no_attack(world, soap):
    world.user("anna", soap)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: _try(world, "anna", PASSWORD), range(24))) == [200] * 24


def test_one_password_over_many_users_is_stopped_at_the_source(world, soap):
    answers = [_try(world, f"user{number}", "Summer-Time-26") for number in range(25)]
    assert answers == [401] * 20 + [429] * 5
    assert _try(world, "user99", "Summer-Time-26", Origin("203.0.113.9")) == 401


def test_one_customers_ipv6_addresses_are_one_source(world, soap):
    answers = [_try(world, f"user{number}", "wrong", Origin(f"2001:db8:1:2::{number:x}")) for number in range(25)]
    assert answers == [401] * 20 + [429] * 5
    assert _try(world, "user1", "wrong", Origin("2001:db8:1:3::1")) == 401


def test_strangers_from_everywhere_slow_an_account_down_but_its_owner_still_gets_in(world, soap):
    world.user("anna", soap)
    assert _try(world, "anna", PASSWORD) == 200
    strangers = [Origin(f"203.0.113.{number}") for number in range(40)]
    answers = [_try(world, "anna", "wrong", stranger) for stranger in strangers]
    assert answers == [401] * 20 + [429] * 20
    assert _try(world, "anna", PASSWORD, Origin("192.0.2.1")) == 429
    assert _try(world, "anna", PASSWORD, HOME) == 200
    world.wait(minutes=5)
    assert _try(world, "anna", PASSWORD, Origin("192.0.2.1")) == 200


def test_logging_in_oneself_does_not_hide_guessing_at_others(world, soap):
    world.user("mallory", soap)
    answers = []
    for number in range(25):
        answers.append(_try(world, f"user{number}", "wrong"))
        assert _try(world, "mallory", PASSWORD) == 200
    assert answers == [401] * 20 + [429] * 5


def test_counters_keep_no_names_and_are_forgotten(world, soap):
    world.user("anna", soap)
    _try(world, "my secret password", "typed into the wrong field")
    _try(world, "anna", PASSWORD)
    with world.read() as session:
        rows = session.scalars(sa.select(LoginCounter)).all()
        assert len(rows) == 4
        assert all(len(row.key) == 64 and set(row.key) <= set("0123456789abcdef") for row in rows)
    world.wait(days=2)
    with world.write() as session:
        assert login.limits.purge_counters(session, world.policy, session.now()) == 3
    world.wait(days=90)
    with world.write() as session:
        assert login.limits.purge_counters(session, world.policy, session.now()) == 1


# ---- change of password ----------------------------------------------------------------------------------------------


def test_changing_the_password_ends_every_other_log_in_and_keeps_the_caller_in(world, soap):
    world.user("anna", soap)
    phone, laptop = _enter(world), _enter(world)
    browser = login.log_in_browser(world.identity, Credentials("anna", PASSWORD), HOME)
    fresh = login.change_program_password(world.identity, _actor(world, laptop), PASSWORD, "an entirely new one", HOME)
    assert _actor(world, phone) is None
    assert _actor(world, laptop) is None
    assert world.identity.actor_of_cookie(browser.cookie) is None
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, phone.refresh_token)
    assert _actor(world, fresh).username == "anna"
    assert login.refresh(world.identity, fresh.refresh_token)[0].access_token
    assert _try(world, "anna", PASSWORD) == 401
    assert _try(world, "anna", "an entirely new one") == 200


def test_the_current_password_must_be_right_and_the_new_one_good(world, soap):
    world.user("anna", soap)
    actor = _actor(world, _enter(world))
    for current, new, field in [("wrong", "an entirely new one", "current_password"),
                                (PASSWORD, "short", "new_password"), (PASSWORD, PASSWORD, "new_password")]:  # fmt: skip
        with pytest.raises(Invalid) as refused:
            login.change_program_password(world.identity, actor, current, new, HOME)
        assert list(refused.value.errors) == [field]
    assert _try(world, "anna", PASSWORD) == 200


def test_a_stolen_session_cannot_guess_the_password_without_end(world, soap):
    world.user("anna", soap)
    actor = _actor(world, _enter(world))
    for _ in range(5):
        with pytest.raises(Invalid):
            login.change_program_password(world.identity, actor, "wrong", "an entirely new one", HOME)
    with pytest.raises(TooMany):
        login.change_program_password(world.identity, actor, PASSWORD, "an entirely new one", HOME)


# ---- withdrawal ------------------------------------------------------------------------------------------------------


def test_disabling_a_user_a_membership_or_a_tenant_takes_effect_at_once(world, soap):
    user_id = world.user("anna", soap)
    member_id = world.member_id(soap, "anna")

    def disable(session):
        users.disable_user(session, session.get_one(User, user_id))

    def enable(session):
        users.enable_user(session, session.get_one(User, user_id))

    def expel(session):
        members.deactivate_member(session, members.get_member(session, soap, member_id))

    def readmit(session):
        members.activate_member(session, members.get_member(session, soap, member_id))

    def suspend(session):
        session.get_one(Tenant, soap).is_active = False

    def reopen(session):
        session.get_one(Tenant, soap).is_active = True

    for take, give in [(disable, enable), (expel, readmit), (suspend, reopen)]:
        pair = _enter(world)
        browser = login.log_in_browser(world.identity, Credentials("anna", PASSWORD), HOME)
        assert _actor(world, pair) is not None
        with world.write() as session:
            take(session)
        assert _actor(world, pair) is None
        assert world.identity.actor_of_cookie(browser.cookie) is None
        assert world.identity.actor_of_user(user_id, soap) is None
        with pytest.raises(Unauthenticated):
            login.refresh(world.identity, pair.refresh_token)
        with world.write() as session:
            give(session)
        assert world.identity.actor_of_user(user_id, soap).source == "job"


@pytest.mark.parametrize("end", ["log-out", "password", "disabled"])
def test_a_log_in_that_ended_meanwhile_opens_no_other_tenant(world, soap, paint, end):
    """The request of a thief was recognised just before its log-in was ended."""
    user_id = world.user("anna", soap, paint)
    actor = _actor(world, _enter(world))
    cookie = login.log_in_browser(world.identity, Credentials("anna", PASSWORD), HOME).cookie
    browser = world.identity.actor_of_cookie(cookie)[0]
    with world.write() as session:
        user = session.get_one(User, user_id)
        if end == "password":
            users.set_password(session, world.policy, user, "another good battery")
        elif end == "disabled":
            users.disable_user(session, user)
    if end == "log-out":
        login.log_out(world.identity, actor)
        login.log_out(world.identity, browser)
    for switch, who in ((login.switch_program, actor), (login.switch_browser, browser)):
        with pytest.raises(Unauthenticated):
            switch(world.identity, who, "paint", HOME)


def test_the_claims_of_a_token_are_held_against_its_log_in(world, soap, paint):
    world.user("anna", soap)
    pair = _enter(world)
    claims = read_access_token(world.policy, pair.access_token, world.now())
    for change in ({"tenant_id": paint}, {"user_id": claims.user_id + 1}, {"auth_revision": 99}, {"family_id": 1}):
        assert standing_of_family(world.lookups, replace(claims, **change)) == (None, [])
    assert standing_of_family(world.lookups, claims)[0].tenant_id == soap
