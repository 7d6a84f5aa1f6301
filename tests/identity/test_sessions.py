"""Browser sessions: a new key at every log-in, dead at once when they should be."""

import pytest
import sqlalchemy as sa

from core.identity import login
from core.identity.login import Credentials
from core.identity.models import BrowserSession
from core.identity.sources import Origin
from core.identity.sweeping import forget_ended
from tests.identity.conftest import HOME, PASSWORD


def _enter(world, origin=HOME):
    return login.log_in_browser(world.identity, Credentials("anna", PASSWORD), origin)


@pytest.fixture
def opened(world, soap, paint):
    world.user("anna", soap, paint)
    return _enter(world)


def _who(world, cookie):
    found = world.identity.actor_of_cookie(cookie)
    return found and found[0]


def test_every_log_in_has_a_key_and_a_form_token_of_its_own(world, opened):
    again = _enter(world)
    assert len({opened.cookie, again.cookie, opened.csrf_token, again.csrf_token}) == 4
    actor, current = world.identity.actor_of_cookie(opened.cookie)
    assert (actor.username, actor.source, actor.session_id) == ("anna", "session", opened.session_id)
    assert current.has_csrf_token(opened.csrf_token)
    for wrong in (again.csrf_token, "", opened.csrf_token[:-1], "\ud800"):
        assert not current.has_csrf_token(wrong)


def test_a_key_brought_along_or_read_from_the_database_opens_nothing(world, opened):
    with world.read() as session:
        stored = session.scalars(sa.select(BrowserSession.token_hash)).all()
    assert opened.cookie not in stored
    for cookie in ("", "chosen by an attacker", "\x00", "\ud800", "x" * 100_000, *stored):
        assert _who(world, cookie) is None


def test_logging_out_kills_the_cookie_at_once_and_leaves_the_others(world, opened):
    other = _enter(world)
    login.log_out(world.identity, _who(world, opened.cookie))
    assert _who(world, opened.cookie) is None
    assert _who(world, other.cookie).username == "anna"


def test_a_changed_password_kills_all_cookies_and_gives_the_browser_a_new_one(world, opened):
    other = _enter(world)
    actor = _who(world, opened.cookie)
    fresh = login.change_browser_password(world.identity, actor, PASSWORD, "an entirely new one", HOME)
    assert _who(world, opened.cookie) is None
    assert _who(world, other.cookie) is None
    assert _who(world, fresh.cookie).tenant_id == actor.tenant_id


def test_going_to_another_tenant_changes_the_key(world, soap, paint, opened):
    actor = _who(world, opened.cookie)
    assert actor.tenant_id == paint
    moved = login.switch_browser(world.identity, actor, "soap", HOME)
    assert _who(world, opened.cookie) is None
    assert _who(world, moved.cookie).tenant_id == soap


def test_a_session_in_use_lives_two_weeks_an_idle_one_half_a_day(world, opened):
    idle = _enter(world)
    for _ in range(27):
        world.wait(hours=11, minutes=59)
        assert _who(world, opened.cookie).username == "anna"
    assert _who(world, idle.cookie) is None
    world.wait(hours=11, minutes=59)
    assert _who(world, opened.cookie).username == "anna"
    world.wait(hours=1)
    assert _who(world, opened.cookie) is None


def test_being_in_use_is_noted_every_five_minutes_and_not_at_every_request(world, opened):
    def noted():
        with world.read() as session:
            return session.get_one(BrowserSession, opened.session_id).last_seen_at

    start = noted()
    world.wait(minutes=4)
    _who(world, opened.cookie)
    assert noted() == start
    world.wait(minutes=1)
    _who(world, opened.cookie)
    assert noted() == world.now()


def test_sessions_that_ended_are_swept_away(world, opened):
    world.wait(hours=6)
    _enter(world)
    world.wait(hours=6)
    world.wait(hours=1)
    assert forget_ended(world.identity) == 1
    with world.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BrowserSession)) == 1
    assert forget_ended(world.identity) == 0


def test_what_a_browser_says_of_itself_is_stored_safely(world, opened):
    strange = _enter(world, Origin("not an address", "evil\r\n\x00" + "x" * 5000))
    with world.read() as session:
        row = session.get_one(BrowserSession, strange.session_id)
        assert (row.address, len(row.user_agent)) == ("unknown", 200)
        assert row.user_agent.isprintable()
