"""Tokens of client programs: a short-lived access token beside a refresh token that is good for one exchange."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.db.session import KernelSession
from core.db.statements.prepared import Fetched, converted
from core.db.trips.lookups import Lookups, Reads
from core.errors import Unauthenticated
from core.identity.access_tokens import AccessClaims, issue_access_token
from core.identity.models import RefreshToken, TokenFamily, User
from core.identity.opaque import digest, new_secret
from core.identity.policy import IdentityPolicy
from core.identity.sources import Origin
from core.identity.standing import Standing, read_standing, standing_of, standing_query

_BY_FAMILY = standing_query(
    TokenFamily,
    TokenFamily.auth_revision,
    where=(
        TokenFamily.id == sa.bindparam("family"),
        TokenFamily.revoked_at.is_(None),
        TokenFamily.expires_at > sa.bindparam("now"),
    ),
)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client program is handed: both tokens, and how long the first one lives."""

    access_token: str
    refresh_token: str
    expires_in: int
    family_id: int


def open_family(
    session: KernelSession,
    policy: IdentityPolicy,
    user: User,
    tenant_id: int | None,
    origin: Origin,
    *,
    login_id: int | None = None,
) -> TokenPair:
    """Start a family of tokens for a log-in, or for another tenant within the log-in `login_id`."""
    now = session.now()
    new_id = session.take_ids(1)[0]
    family = TokenFamily(
        id=new_id,
        user_id=user.id,
        tenant_id=tenant_id,
        login_id=login_id or new_id,
        auth_revision=user.auth_revision,
        created_at=now,
        expires_at=now + policy.family_lifetime,
        user_agent=origin.shown_agent,
        address=origin.shown_address,
    )
    session.add(family)
    session.flush()
    return _issue(session, policy, family)


def exchange(session: KernelSession, policy: IdentityPolicy, secret: str) -> tuple[TokenPair, Standing] | None:
    """Trade a refresh token for a new pair; None when it is worth nothing.

    A token shown for the second time was copied by someone, so the whole log-in ends. The caller commits in either
    case: raising here would roll that end back.
    """
    now = session.now()
    presented = sa.select(RefreshToken).where(RefreshToken.token_hash == digest(secret))
    token = session.scalars(presented).one_or_none()
    if token is None:
        return None
    # Of two exchanges at once, the second waits here and then finds the token used.
    session.execute(sa.select(TokenFamily.id).where(TokenFamily.id == token.family_id).with_for_update())
    session.refresh(token)
    found = read_standing(session, _BY_FAMILY, family=token.family_id, now=now)
    if found is None or token.expires_at <= now:
        return None
    family = session.get_one(TokenFamily, token.family_id)
    if token.used_at is not None:
        revoke_login(session, family.login_id)
        return None
    token.used_at = now
    return _issue(session, policy, family), found[0]


def standing_of_family(
    lookups: Lookups, claims: AccessClaims, then: Reads | None = None
) -> tuple[Standing | None, list[Fetched]]:
    """Return how the log-in of an access token stands now, and what else was read; no standing when it was ended."""
    values = {"family": claims.family_id, "now": lookups.now()}
    found, *answers = lookups.look_up((_BY_FAMILY, values), then=then)
    if not (rows := converted(found)):
        return None, []
    standing, auth_revision = standing_of(rows[0]), rows[0][-1]
    claimed = (claims.user_id, claims.tenant_id, claims.auth_revision)
    return (standing, answers) if claimed == (standing.user_id, standing.tenant_id, auth_revision) else (None, [])


def revoke_family(session: KernelSession, family_id: int) -> None:
    """End the log-in that a family belongs to, with every tenant switched to from it."""
    family = session.get(TokenFamily, family_id)
    if family is not None:
        revoke_login(session, family.login_id)


def revoke_bearer(session: KernelSession, secret: str) -> None:
    """End the log-in that a refresh token belongs to, used or not."""
    family = sa.select(RefreshToken.family_id).where(RefreshToken.token_hash == digest(secret))
    family_id = session.scalars(family).one_or_none()
    if family_id is not None:
        revoke_family(session, family_id)


def revoke_login(session: KernelSession, login_id: int) -> None:
    """End every family of one log-in."""
    families = sa.select(TokenFamily).where(TokenFamily.login_id == login_id, TokenFamily.revoked_at.is_(None))
    for family in session.scalars(families.order_by(TokenFamily.id).with_for_update()):
        family.revoked_at = session.now()


def refused_refresh() -> Unauthenticated:
    """Return the one answer to every refresh token that is unknown, used, expired or revoked."""
    return Unauthenticated("The refresh token is not valid; log in again.", code="INVALID_REFRESH_TOKEN")


def _issue(session: KernelSession, policy: IdentityPolicy, family: TokenFamily) -> TokenPair:
    now, secret = session.now(), new_secret()
    expires = min(now + policy.refresh_lifetime, family.expires_at)
    session.add(RefreshToken(token_hash=digest(secret), family_id=family.id, created_at=now, expires_at=expires))
    claims = AccessClaims(family.user_id, family.tenant_id, family.id, family.auth_revision)
    access = issue_access_token(policy, claims, now)
    return TokenPair(access, secret, int(policy.access_lifetime.total_seconds()), family.id)
