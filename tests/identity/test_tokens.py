"""Tokens of client programs: forged ones open nothing, refresh tokens are good for one exchange."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
import sqlalchemy as sa
from jwt.warnings import InsecureKeyLengthWarning

from core.errors import Unauthenticated
from core.identity import login
from core.identity.access_tokens import signing_key
from core.identity.login import Credentials
from core.identity.models import RefreshToken, TokenFamily
from core.identity.sweeping import forget_ended
from tests.identity.conftest import HOME, PASSWORD


@pytest.fixture
def pair(world, soap):
    world.user("anna", soap)
    return login.log_in_program(world.identity, Credentials("anna", PASSWORD), HOME)


def _claims(world, pair, **changes):
    key = signing_key(world.policy, "access-token")
    claims = jwt.decode(pair.access_token, key, algorithms=["HS256"], audience="openmill-api",
                        options={"verify_exp": False, "verify_iat": False})  # fmt: skip
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _signed(world, claims, *, key=None, algorithm="HS256", typ="at+jwt"):
    key = key or signing_key(world.policy, "access-token")
    return jwt.encode(claims, key, algorithm=algorithm, headers={"typ": typ})


def _refused(world, token):
    with pytest.raises(Unauthenticated) as refused:
        world.identity.actor_of_token(token)
    assert refused.value.status == 401
    return refused.value.code


def _unsigned(header, claims):
    parts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_is_good_for_its_quarter_of_an_hour_and_no_longer(world, pair):
    assert pair.expires_in == 900
    world.wait(seconds=900)
    assert world.identity.actor_of_token(pair.access_token).username == "anna"
    world.wait(seconds=31)
    assert _refused(world, pair.access_token) == "TOKEN_EXPIRED"
    assert world.policy.leeway <= timedelta(seconds=60)


def test_clocks_may_differ_by_half_a_minute_only(world, pair):
    world.wait(seconds=-30)
    assert world.identity.actor_of_token(pair.access_token) is not None
    world.wait(seconds=-1)
    assert _refused(world, pair.access_token) == "INVALID_TOKEN"


def test_a_token_without_signature_or_with_another_algorithm_is_refused(world, pair):
    claims = _claims(world, pair)
    assert world.identity.actor_of_token(_signed(world, claims)).username == "anna"
    for algorithm in ("none", "None", "HS256", "RS256"):
        assert _refused(world, _unsigned({"alg": algorithm, "typ": "at+jwt"}, claims)) == "INVALID_TOKEN"
    with pytest.warns(InsecureKeyLengthWarning):
        stronger = _signed(world, claims, algorithm="HS512")
    assert _refused(world, stronger) == "INVALID_TOKEN"


def test_a_token_signed_with_another_key_is_refused(world, pair):
    claims = _claims(world, pair)
    for key in (world.policy.secret_key.encode(), b"k" * 32, signing_key(world.policy, "login-counters")):
        assert _refused(world, _signed(world, claims, key=key)) == "INVALID_TOKEN"


@pytest.mark.parametrize(
    "changes",
    [{"aud": "another-api"}, {"aud": None}, {"iss": "elsewhere"}, {"iss": None}, {"exp": None}, {"exp": 1e400},
     {"exp": "soon"}, {"iat": None}, {"sub": None}, {"sub": "x"}, {"fam": None}, {"fam": "1"}, {"rev": True},
     {"tid": "1"}, {"tid": 1.5}],
)  # fmt: skip
def test_a_token_for_someone_else_or_with_claims_missing_or_misshapen_is_refused(world, pair, changes):
    assert _refused(world, _signed(world, _claims(world, pair, **changes))) == "INVALID_TOKEN"


def test_another_kind_of_token_is_refused(world, pair):
    assert _refused(world, pair.refresh_token) == "INVALID_TOKEN"
    assert _refused(world, _signed(world, _claims(world, pair), typ="JWT")) == "INVALID_TOKEN"
    for nonsense in ("", ".", "a.b.c", "\x00", "é.è.ê", "x" * 10_000):
        assert _refused(world, nonsense) == "INVALID_TOKEN"


def test_a_changed_payload_is_refused(world, pair):
    header, _, signature = pair.access_token.split(".")
    other = _unsigned({}, _claims(world, pair, sub="1")).split(".")[1]
    assert _refused(world, f"{header}.{other}.{signature}") == "INVALID_TOKEN"


def test_a_new_key_of_the_installation_voids_access_tokens_and_ends_no_log_in(world, pair):
    renamed = replace(world.policy, secret_key="the key after the one that leaked " * 2)
    restarted = replace(world.identity, policy=renamed)
    with pytest.raises(Unauthenticated):
        restarted.actor_of_token(pair.access_token)
    current, _ = login.refresh(restarted, pair.refresh_token)
    assert restarted.actor_of_token(current.access_token).username == "anna"


def test_refresh_goes_on_and_on_until_the_log_in_is_too_old(world, pair):
    current = pair
    for _ in range(4):
        world.wait(days=20)
        current, standing = login.refresh(world.identity, current.refresh_token)
        assert standing.username == "anna"
        assert world.identity.actor_of_token(current.access_token).user_id == standing.user_id
    world.wait(days=11)
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, current.refresh_token)


def test_a_refresh_token_expires(world, pair):
    world.wait(days=30)
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, pair.refresh_token)


def test_showing_a_refresh_token_twice_ends_the_whole_log_in(world, soap, paint, pair):
    world.user("bert", paint)
    other = login.log_in_program(world.identity, Credentials("anna", PASSWORD), HOME)
    fresh, _ = login.refresh(world.identity, pair.refresh_token)
    with pytest.raises(Unauthenticated) as refused:
        login.refresh(world.identity, pair.refresh_token)
    assert refused.value.code == "INVALID_REFRESH_TOKEN"
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, fresh.refresh_token)
    assert world.identity.actor_of_token(fresh.access_token) is None
    assert world.identity.actor_of_token(pair.access_token) is None
    assert world.identity.actor_of_token(other.access_token) is not None


def test_reuse_ends_the_tenants_switched_to_as_well(world, paint, soap):
    world.user("carla", soap, paint)
    first = login.log_in_program(world.identity, Credentials("carla", PASSWORD, "soap"), HOME)
    actor = world.identity.actor_of_token(first.access_token)
    second = login.switch_program(world.identity, actor, "paint", HOME)
    assert world.identity.actor_of_token(second.access_token).tenant_id == paint
    assert world.identity.actor_of_token(first.access_token).tenant_id == soap
    login.refresh(world.identity, first.refresh_token)
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, first.refresh_token)
    assert world.identity.actor_of_token(second.access_token) is None


def test_of_many_exchanges_at_once_at_most_one_succeeds_and_the_family_is_over(world, pair):
    def exchange(_):
        try:
            return login.refresh(world.identity, pair.refresh_token)[0]
        except Unauthenticated:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [got for got in pool.map(exchange, range(16)) if got is not None]
    assert len(won) == 1
    assert world.identity.actor_of_token(won[0].access_token) is None
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, won[0].refresh_token)


def test_logging_out_ends_the_log_in_and_only_this_one(world, pair):
    other = login.log_in_program(world.identity, Credentials("anna", PASSWORD), HOME)
    login.log_out(world.identity, world.identity.actor_of_token(pair.access_token))
    assert world.identity.actor_of_token(pair.access_token) is None
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, pair.refresh_token)
    assert world.identity.actor_of_token(other.access_token) is not None


def test_token_families_that_ended_are_forgotten_and_living_ones_kept(world, pair):
    ended = login.log_in_program(world.identity, Credentials("anna", PASSWORD), HOME)
    login.log_out(world.identity, world.identity.actor_of_token(ended.access_token))
    assert forget_ended(world.identity) == 0
    world.wait(minutes=16)
    assert forget_ended(world.identity) == 2
    assert login.refresh(world.identity, pair.refresh_token)[1].username == "anna"
    world.wait(days=90)
    assert forget_ended(world.identity) == 4
    with world.read() as session:
        assert session.scalars(sa.select(RefreshToken.id)).all() == []
        assert session.scalars(sa.select(TokenFamily.id)).all() == []


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "x" * 100_000])
def test_nonsense_is_no_refresh_token(world, soap, token):
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, token)


def test_an_access_token_cannot_be_refreshed_with(world, pair):
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, pair.access_token)


def test_the_database_does_not_hold_a_usable_token(world, pair):
    with world.read() as session:
        stored = session.scalars(sa.select(RefreshToken.token_hash)).all()
        assert session.scalars(sa.select(TokenFamily.address)).all() == ["198.51.100.7"]
    assert pair.refresh_token not in stored
    with pytest.raises(Unauthenticated):
        login.refresh(world.identity, stored[0])
