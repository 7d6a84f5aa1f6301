"""How often a log-in may fail: counted in the database, so that all workers share one count.

Three counts run side by side: one account from one source, one account from anywhere, one source for all accounts.
A block is always short-lived, and a source from which the account has logged in before is held to its own count only,
so that strangers can slow an account down but never lock its owner out.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.db.session import KernelSession
from core.errors import TooMany
from core.identity.access_tokens import signing_key
from core.identity.models import LoginCounter
from core.identity.policy import IdentityPolicy, TryLimit

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class CounterKeys:
    """The digests under which one try is counted; what was typed as a name may be a password by mistake."""

    pair: str
    account: str
    source: str

    def by_kind(self) -> dict[str, str]:
        """Return the keys by the kind of their counter."""
        return {"account": self.account, "pair": self.pair, "source": self.source}


def counter_keys(policy: IdentityPolicy, identifier: str, source: str) -> CounterKeys:
    """Return the keys of a try; the name typed is counted whether or not anyone has it."""
    key = signing_key(policy, "login-counters")

    def digest(*parts: str) -> str:
        return hmac.new(key, "\0".join(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    return CounterKeys(
        pair=digest("pair", identifier, source), account=digest("account", identifier), source=digest("source", source)
    )


def refuse_blocked(session: KernelSession, policy: IdentityPolicy, keys: CounterKeys, now: datetime) -> None:
    """Raise TooMany while the try must wait; looked at before the password costs any time."""
    wait = _wait(policy, _read(session, keys), now)
    if wait > _NOTHING:
        raise too_many(wait)


def settle(
    session: KernelSession, policy: IdentityPolicy, keys: CounterKeys, now: datetime, *, success: bool
) -> timedelta:
    """Count a finished try and return how long it must wait instead of being answered, nothing if it stands.

    The counters are locked and read again here: of many guesses sent at once, only as many are answered as
    would be one after the other, and the right one among the rest is refused like them.
    """
    if not success:
        _make_sure(session, keys, now)
    counters = _read(session, keys, lock=True)
    wait = _wait(policy, counters, now)
    if wait > _NOTHING:
        return wait
    if success:
        _note_success(session, keys, counters, now)
    else:
        for counter in counters.values():
            _note_failure(_limit(policy, counter.kind), counter, now)
    return _NOTHING


def too_many(wait: timedelta) -> TooMany:
    """Return the refusal that says when to try again."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    return TooMany(
        f"Too many failed log-ins; try again in {seconds} seconds.",
        code="TOO_MANY_LOGINS",
        headers={"Retry-After": str(seconds)},
        retry_after=seconds,
    )


def purge_counters(session: KernelSession, policy: IdentityPolicy, now: datetime) -> int:
    """Delete counters that no longer say anything; returns how many."""
    old = LoginCounter.touched_at < now - policy.source_known_for
    idle = sa.and_(LoginCounter.last_success_at.is_(None), LoginCounter.touched_at < now - timedelta(days=1))
    dropped = sa.delete(LoginCounter).where(sa.or_(old, idle))
    done: Any = session.execute(dropped.execution_options(synchronize_session=False))
    return int(done.rowcount)


def _read(session: KernelSession, keys: CounterKeys, *, lock: bool = False) -> dict[str, LoginCounter]:
    wanted = sa.select(LoginCounter).where(LoginCounter.key.in_(keys.by_kind().values())).order_by(LoginCounter.key)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return {counter.kind: counter for counter in session.scalars(wanted)}


def _limit(policy: IdentityPolicy, kind: str) -> TryLimit:
    return {"pair": policy.per_pair, "account": policy.per_account, "source": policy.per_source}[kind]


def _wait(policy: IdentityPolicy, counters: dict[str, LoginCounter], now: datetime) -> timedelta:
    pair = counters.get("pair")
    last_success = pair.last_success_at if pair is not None else None
    known = last_success is not None and last_success > now - policy.source_known_for
    return _block_left([counter for counter in counters.values() if counter is pair or not known], now)


def _block_left(counters: Iterable[LoginCounter], now: datetime) -> timedelta:
    left = [counter.blocked_until - now for counter in counters if counter.blocked_until is not None]
    return max([_NOTHING, *left])


def _note_failure(limit: TryLimit, counter: LoginCounter, now: datetime) -> None:
    last = counter.last_failure_at
    forgotten = last is not None and now - last > limit.forgotten_after
    counter.failures = 1 if forgotten else counter.failures + 1
    counter.last_failure_at = counter.touched_at = now
    block = limit.block_after(counter.failures)
    counter.blocked_until = now + block if block > _NOTHING else None


def _note_success(session: KernelSession, keys: CounterKeys, counters: dict[str, LoginCounter], now: datetime) -> None:
    """Forget the failures of the account; those of the source stay, or guessing would hide behind one's own log-ins."""
    pair = counters.get("pair")
    if pair is None:
        _insert(session, {"pair": keys.pair}, now, last_success_at=now)
    for counter in (pair, counters.get("account")):
        if counter is not None:
            counter.failures, counter.blocked_until = 0, None
            counter.touched_at = now
    if pair is not None:
        pair.last_success_at = now


def _make_sure(session: KernelSession, keys: CounterKeys, now: datetime) -> None:
    _insert(session, keys.by_kind(), now)


def _insert(session: KernelSession, keys: dict[str, str], now: datetime, **values: Any) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    ids = session.take_ids(len(keys))
    rows = [
        {"id": new, "kind": kind, "key": key, "failures": 0, "touched_at": now, **values}
        for new, (kind, key) in zip(ids, sorted(keys.items(), key=lambda pair: pair[1]), strict=True)
    ]
    session.execute(insert(LoginCounter).values(rows).on_conflict_do_nothing(index_elements=["key"]))
