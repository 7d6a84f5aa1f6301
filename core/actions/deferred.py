"""Actions run later, and the jobs of a tenant as people see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import sqlalchemy as sa

from core.actions.arguments import arg
from core.actions.context import Context
from core.actions.run import Call, find_action, run_action
from core.db.session import KernelSession
from core.errors import NotFound, Refused
from core.plugins.declare import job, query
from core.plugins.registry import Registry
from core.services.models import Job

STATES = ("ready", "queued", "running", "done", "failed")
RUN_ACTION = "kernel.run_action"
_SHOWN = (Job.id, Job.key, Job.arguments, Job.state, Job.tries, Job.progress, Job.run_at, Job.created_at,
          Job.finished_at, Job.error, Job.result, Job.user_id)  # fmt: skip


@job(RUN_ACTION)
def run_later(ctx: Context, action: str, ids: Sequence[int] = (), arguments: dict[str, Any] | None = None) -> Any:
    """Run an action as the one who asked for it, if they still may."""
    outcome = run_action(ctx, Call(find_action(ctx, action), list(ids), arguments or {}))
    return {"ids": [record.id for record in outcome.records if hasattr(record, "id")]}


@query("kernel.jobs", path="jobs", title="Jobs", permission="kernel.job.read", many=True)
def list_jobs(
    ctx: Context,
    *,
    state: Annotated[str, arg("State", choices=STATES)] = "",
    limit: Annotated[int, arg("At most", gt=0, le=200)] = 50,
) -> list[dict[str, Any]]:
    """Return the tenant's jobs, newest first: what waits, what runs and how far it is, what failed and why."""
    wanted = sa.select(*_SHOWN).where(Job.tenant_id == ctx.tenant.id).order_by(Job.id.desc()).limit(limit)
    rows = ctx.rows(wanted.where(Job.state == state) if state else wanted)
    return [_shown(ctx, row._asdict()) for row in rows]


@query("kernel.job", path="jobs/{id}", title="Job", permission="kernel.job.read")
def show_job(ctx: Context, job_id: int) -> dict[str, Any]:
    """Return one job of the tenant: its state, its progress, its result or its error."""
    rows = ctx.rows(sa.select(*_SHOWN).where(Job.tenant_id == ctx.tenant.id, Job.id == job_id))
    if not rows:
        raise NotFound("There is no such job.")
    return _shown(ctx, rows[0]._asdict())


def _shown(ctx: Context, row: dict[str, Any]) -> dict[str, Any]:
    # A job of this very process may be further than its row says: on SQLite it cannot write beside itself.
    title = job_title(ctx.registry, row["key"], row.pop("arguments"))
    return {"id": row["id"], "title": title, **row,
            "progress": max(row["progress"], ctx.kernel.progress.get(row["id"], 0))}  # fmt: skip


def job_title(registry: Registry, key: str, arguments: Mapping[str, Any]) -> str:
    """Return what a job is called in words: of an action that is run later, what it does to which records."""
    owner, _, verb = str(arguments.get("action", "")).rpartition(".") if key == RUN_ACTION else ("", "", "")
    resource, action = registry.resources.get(owner), registry.actions.get(f"{owner}.{verb}")
    if resource is not None:
        return f"{action.label if action is not None else verb.capitalize()} · {resource.title}"
    return key.rpartition(".")[2].replace("_", " ").replace("-", " ").capitalize()


def retry(db: KernelSession, job_id: int) -> None:
    """Put a parked job back, with all its tries; NotFound or Refused when there is nothing to put back."""
    found = db.get(Job, job_id)
    if found is None:
        raise NotFound(f"There is no job {job_id}.")
    if found.state != "failed":
        raise Refused("JOB_NOT_PARKED", f"Only a parked job can be tried again; job {job_id} is {found.state}.")
    found.state, found.tries, found.run_at, found.finished_at = "ready", 0, db.now(), None
    db.flush()
