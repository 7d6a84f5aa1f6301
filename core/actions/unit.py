"""The unit of work: one transaction of one actor in one tenant; the only place that commits."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from core.actions.audit import write_audit
from core.actions.context import Context
from core.actions.journal import Journal
from core.actions.models import StoredAnswer
from core.db.faults import is_transient, problem_of
from core.db.session import TenantSession
from core.errors import Invalid, Refused, Unauthenticated
from core.identity.actor import Actor, system_actor
from core.identity.viewing import refuse_change
from core.tenancy.modules import TenantInfo

if TYPE_CHECKING:
    from core.kernel import Kernel

TRIES = 4
LONGEST_KEY = 200
REPLAY = ("Idempotent-Replay", "true")


@contextmanager
def unit(
    kernel: Kernel, tenant_id: int, actor: Actor | None = None, *, readonly: bool = False,
    prepare: Callable[[TenantSession], None] | None = None, just_recognised: bool = False,
) -> Iterator[Context]:  # fmt: skip
    """Open a unit; leaving it commits, raising rolls everything back.

    `prepare` runs first, where a tenant is made. Of an actor `just_recognised` it is known that the tenant is open and
    at which revision: it is not asked for again.
    """
    if not readonly and actor is not None:
        refuse_change(actor)
    session = TenantSession(kernel.engine, kernel.ids, kernel.clock, tenant_id, role=kernel.role, readonly=readonly)
    if not readonly:
        session.info["journal"] = Journal()
    ctx: Context | None = None
    try:
        if prepare is not None:
            prepare(session)
        asked = actor if readonly or just_recognised else None
        tenant = _known(kernel, tenant_id, asked) or kernel.tenants.read(session, tenant_id, remember=prepare is None)
        if not tenant.is_active and not readonly:
            raise Unauthenticated("This tenant is suspended.", code="TENANT_SUSPENDED")
        ctx = Context(kernel, session, tenant, actor or system_actor(tenant_id), kernel.registry.view(tenant.enabled))
        yield ctx
        if not readonly:
            session.flush()
            write_audit(ctx)
            session.commit()
    except BaseException:
        session.rollback()
        for undo in ctx._undo if ctx is not None else ():
            undo()
        raise
    finally:
        session.close()
    assert ctx is not None
    for function in ctx._after:
        function()
    if ctx.jobs:
        kernel.notify(ctx.jobs)


def _known(kernel: Kernel, tenant_id: int, actor: Actor | None) -> TenantInfo | None:
    return kernel.tenants.known(tenant_id, actor.tenant_revision) if actor is not None else None


@dataclass(frozen=True)
class Answer:
    """What goes back to the asker: a status, a JSON text and headers."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Idempotency:
    """The key under which a request has its effect once, and the print of the request it was first used with."""

    key: str
    fingerprint: str

    @classmethod
    def of(cls, key: str, *parts: bytes) -> Idempotency:
        """Return the idempotency of a request; Invalid when the key is empty, too long or not plain text."""
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable() or not key.isascii():
            raise Invalid({"Idempotency-Key": [f"Use 1 to {LONGEST_KEY} plain characters."]})
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return cls(key, digest.hexdigest())


def perform(
    kernel: Kernel,
    actor: Actor,
    work: Callable[[Context], Answer],
    *,
    idempotency: Idempotency | None = None,
    gate: Callable[[Context], None] | None = None,
) -> Answer:
    """Do a piece of work in a unit of its own and return its answer; tried again when another got in its way.

    With an idempotency key the answer is stored beside the effect and given again for the same request, to whoever
    still passes the `gate`.
    """
    assert actor.tenant_id is not None
    for attempt in range(1, TRIES + 1):
        try:
            with unit(kernel, actor.tenant_id, actor, just_recognised=True) as ctx:
                if gate is not None:
                    gate(ctx)
                if idempotency is None:
                    return work(ctx)
                return _once(ctx, idempotency, work)
        except (StatementError, StaleDataError) as error:
            again = is_transient(error) or (isinstance(error, IntegrityError) and attempt == 1)
            if attempt < TRIES and again:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
                continue
            if (problem := problem_of(error)) is not None:
                raise problem from error
            raise
    raise AssertionError("the loop returns or raises")


def _once(ctx: Context, idempotency: Idempotency, work: Callable[[Context], Answer]) -> Answer:
    user_id = ctx.actor.user_id or 0
    stored = ctx.find(StoredAnswer, user_id=user_id, key=idempotency.key)
    if stored is not None:
        if stored.fingerprint != idempotency.fingerprint:
            raise Refused(
                "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request; take a new one."
            )
        return Answer(stored.status, stored.body, (REPLAY,))
    # The row is written first: the same key in parallel waits on its unique constraint and then replays.
    row = ctx.create(StoredAnswer, user_id=user_id, key=idempotency.key, fingerprint=idempotency.fingerprint)
    ctx.db.flush()
    answer = work(ctx)
    row.status, row.body = answer.status, answer.body
    return answer
