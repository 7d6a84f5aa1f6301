"""The one handler behind all drivers: claim, rebuild who asked, gate by module, run in a unit, settle."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from core import logs
from core.actions.context import Context
from core.actions.observers import note_done, switched_off
from core.db.faults import is_transient
from core.errors import Problem
from core.identity.actor import Actor, system_actor
from core.jobs.claiming import Claim, LostClaim, claim_job, finish, give_back, hold
from core.jobs.progress import Progress
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.kernel import Kernel

log = logging.getLogger(__name__)
TRIES = 5
ROUNDS = 4
# Asking again cannot change these: the job is parked at once and shown.
HOPELESS = (400, 401, 403, 404, 422)


class Hopeless(Exception):
    """The job cannot run as things stand, however often it is tried; the message is what people read."""


def run_job(kernel: Kernel, job_id: int) -> Exception | None:
    """Claim and run one job; returns its failure, None when it succeeded or somebody else has it."""
    claim = claim_job(kernel, job_id)
    return None if claim is None else run_claimed(kernel, claim)


def run_claimed(kernel: Kernel, claim: Claim) -> Exception | None:
    """Run a claimed job and settle it; returns its failure."""
    with logs.about(job=claim.id, job_key=claim.key, tenant=claim.tenant_id, request_id=claim.request_id):
        started = time.monotonic()
        try:
            _work_through_conflicts(kernel, claim)
        except LostClaim:
            log.warning("the job was taken over by another worker")
            return None
        except Exception as error:
            _settle(kernel, claim, error)
            return error
        finally:
            kernel.progress.pop(claim.id, None)
        log.info("job done", extra={"milliseconds": round((time.monotonic() - started) * 1000), "tries": claim.tries})
    return None


def _work_through_conflicts(kernel: Kernel, claim: Claim) -> None:
    for attempt in range(1, ROUNDS + 1):
        try:
            return _work(kernel, claim)
        except (DBAPIError, StaleDataError) as error:
            if attempt == ROUNDS or not is_transient(error):
                raise
            time.sleep(0.02 * 2**attempt)


def _work(kernel: Kernel, claim: Claim) -> None:
    function = _function_of(kernel, claim.key)
    with kernel.unit(claim.tenant_id, _actor_of(kernel, claim)) as ctx:
        hold(ctx.db, claim)
        plugin = claim.key.split(".", 1)[0]
        if plugin not in ctx.view.enabled:
            raise Hopeless(f"The module {plugin!r} is switched off for this tenant.")
        observing = claim.key in kernel.registry.observers
        if observing and claim.key in switched_off(ctx):
            raise Hopeless(f"The observer {claim.key!r} is switched off for this tenant: it failed too often in a row.")
        ctx.operation = claim.key
        ctx.report_progress = Progress(kernel, claim)
        finish(ctx.db, claim, _call(ctx, function, claim.arguments))
        if observing:
            note_done(ctx.db, claim.tenant_id, claim.key)


def _call(ctx: Context, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    result = function(ctx, **arguments)
    ctx.db.flush()
    return result


def _function_of(kernel: Kernel, key: str) -> Callable[..., Any]:
    declared = kernel.registry.jobs.get(key) or kernel.registry.observers.get(key)
    if declared is None:
        raise Hopeless(f"No installed plugin declares the job {key!r}.")
    return declared.function


def _actor_of(kernel: Kernel, claim: Claim) -> Actor:
    """Return who asked, with the rights they have now: what was withdrawn meanwhile is gone."""
    if claim.user_id is None:
        return system_actor(claim.tenant_id, request_id=claim.request_id)
    actor = kernel.identity.actor_of_user(claim.user_id, claim.tenant_id, request_id=claim.request_id)
    if actor is None:
        raise Hopeless("Whoever asked for it may no longer act in this tenant.")
    return actor


def _settle(kernel: Kernel, claim: Claim, error: Exception) -> None:
    last = not _is_suspended(kernel, claim) and (claim.tries >= tries_of(kernel, claim.key) or _is_hopeless(error))
    # What the kernel itself refuses to run is no failure of the observer.
    counts = claim.key in kernel.registry.observers and not isinstance(error, Hopeless)
    give_back(kernel, claim, describe(error), last=last, counts=counts)
    said = "job parked" if last else "job failed, to be tried again"
    log.error(said, extra={"tries": claim.tries}, exc_info=None if isinstance(error, (Problem, Hopeless)) else error)


def tries_of(kernel: Kernel, key: str) -> int:
    """Return how often a job is tried before it is parked."""
    declared = kernel.registry.jobs.get(key)
    return declared.tries if declared is not None else TRIES


def describe(error: Exception) -> str:
    """Return the sentence that people see beside a failed job."""
    if isinstance(error, Problem):
        return f"{error.code}: {error.detail}"
    return str(error) if isinstance(error, Hopeless) else f"{type(error).__name__}: {error}"


def _is_suspended(kernel: Kernel, claim: Claim) -> bool:
    """Whether the tenant was suspended since the claim: its job waits, as all its others do."""
    with kernel.platform_reading() as db:
        return db.scalar(sa.select(Tenant.is_active).where(Tenant.id == claim.tenant_id)) is False


def _is_hopeless(error: Exception) -> bool:
    return isinstance(error, Hopeless) or (isinstance(error, Problem) and error.status in HOPELESS)
