"""The short-lived access token: a signed statement of who is logged in where, checked again at every request."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import jwt

from core.errors import Unauthenticated
from core.identity.policy import IdentityPolicy

_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_CLAIMS = ("sub", "fam", "rev", "iat", "exp", "aud", "iss")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says."""

    user_id: int
    tenant_id: int | None
    family_id: int
    auth_revision: int


def signing_key(policy: IdentityPolicy, purpose: str) -> bytes:
    """Derive a key for one purpose, so that a signature made for cookies never passes as a token."""
    return hmac.new(policy.secret_key.encode(), f"openmill:{purpose}".encode(), hashlib.sha256).digest()


def issue_access_token(policy: IdentityPolicy, claims: AccessClaims, now: datetime) -> str:
    """Sign an access token for one log-in."""
    body = {
        "iss": policy.issuer,
        "aud": policy.audience,
        "sub": str(claims.user_id),
        "tid": claims.tenant_id,
        "fam": claims.family_id,
        "rev": claims.auth_revision,
        "iat": int(now.timestamp()),
        "exp": int((now + policy.access_lifetime).timestamp()),
    }
    return jwt.encode(body, signing_key(policy, "access-token"), algorithm=_ALGORITHM, headers={"typ": _TYPE})


def read_access_token(policy: IdentityPolicy, token: str, now: datetime) -> AccessClaims:
    """Check signature, kind, issuer, audience and time; raise Unauthenticated with the remedy otherwise."""
    try:
        claims, expires, issued = _decoded(policy, token)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, UnicodeError) as fault:
        raise _refused("The access token is not valid; log in again.") from fault
    # The kernel's clock decides, not the library's, so that a test or a replay can set the time.
    moment, leeway = now.timestamp(), policy.leeway.total_seconds()
    if moment > expires + leeway:
        raise _refused("The access token has expired; fetch a new one with the refresh token.", "TOKEN_EXPIRED")
    if issued > moment + leeway:
        raise _refused("The access token is not valid yet; check the clocks.")
    return claims


@lru_cache(maxsize=4096)
def _decoded(policy: IdentityPolicy, token: str) -> tuple[AccessClaims, int, int]:
    # A signature that held once holds for good; whether the log-in still stands is asked at every request.
    decoded = jwt.decode_complete(
        token,
        signing_key(policy, "access-token"),
        algorithms=[_ALGORITHM],
        audience=policy.audience,
        issuer=policy.issuer,
        options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )
    return _claims_of(decoded)


def _claims_of(decoded: dict[str, Any]) -> tuple[AccessClaims, int, int]:
    body = decoded["payload"]
    if decoded["header"].get("typ") != _TYPE:
        raise ValueError("not an access token")
    numbers = [body["fam"], body["rev"], body["exp"], body["iat"]]
    tenant = body.get("tid")
    if any(type(number) is not int for number in numbers) or type(tenant) not in (int, type(None)):
        raise ValueError("a claim is not a whole number")
    return AccessClaims(int(body["sub"]), tenant, body["fam"], body["rev"]), body["exp"], body["iat"]


def _refused(detail: str, code: str = "INVALID_TOKEN") -> Unauthenticated:
    return Unauthenticated(detail, code=code, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
