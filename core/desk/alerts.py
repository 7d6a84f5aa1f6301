"""What people should look at now: gathered from every module that is on, put aside by each person for themselves."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.actions.deferred import job_title
from core.desk.preferences import is_own_path, preference, set_preference
from core.errors import Invalid, NotFound
from core.plugins.declarations import Alert
from core.plugins.declare import alert
from core.services.models import Job

log = logging.getLogger(__name__)
MOST_OF_ONE = 50
MOST_DAYS = 90
UNTIL_CHANGED = ""
TONES = ("bad", "warn", "info")
ASIDE = "alerts_aside"


@dataclass(frozen=True)
class Finding:
    """One thing to look at; `id` changes with its key and text, so that a changed one is new."""

    id: str
    alert: str
    title: str
    text: str
    detail: str
    tone: str
    url: str


def findings(ctx: Context) -> list[Finding]:
    """Return what the person may see and has not put aside, worst first."""
    aside = preference(ctx, ASIDE, {})
    today = ctx.today().isoformat()
    return [item for item in all_findings(ctx) if not _is_aside(aside.get(item.id), today)]


def all_findings(ctx: Context) -> list[Finding]:
    """Return what the person may see, put aside or not; worked out once a unit."""
    found: list[Finding] | None = ctx.db.info.get("findings")
    if found is None:
        items = [item for item in ctx.view.only(ctx.registry.alerts) if ctx.can(item.permission)]
        every = [finding for item in items for finding in _of(ctx, item)]
        found = ctx.db.info["findings"] = sorted(every, key=lambda finding: TONES.index(finding.tone))
    return found


def put_aside(ctx: Context, ids: Sequence[str], days: int | None = None) -> None:
    """Put findings aside for the person: for so many days, without a number until they change.

    Raises NotFound for a finding that is not there, or not for this person.
    """
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid({"days": [f"Must be a whole number from 1 to {MOST_DAYS}."]})
    known = {item.id for item in all_findings(ctx)}
    if not ids or set(ids) - known:
        raise NotFound("There is no such alert; it may be settled already.")
    until = (ctx.today() + timedelta(days=days)).isoformat() if days is not None else UNTIL_CHANGED
    # What is no longer found needs no remembering.
    kept = {key: value for key, value in preference(ctx, ASIDE, {}).items() if key in known}
    set_preference(ctx, ASIDE, {**kept, **dict.fromkeys(ids, until)})


def take_back(ctx: Context) -> None:
    """Show the person everything again that they put aside."""
    set_preference(ctx, ASIDE, None)


def _is_aside(until: str | None, today: str) -> bool:
    return until is not None and (until == UNTIL_CHANGED or until > today)


def _of(ctx: Context, item: Alert) -> Iterable[Finding]:
    try:
        # A third party's alert must not take the others down, nor their transaction.
        with ctx.db.begin_nested():
            return [_finding(item, told) for told in islice(item.function(ctx), MOST_OF_ONE)]
    except Exception:
        log.exception("alert %s failed", item.key)
        return []


def _finding(item: Alert, told: dict[str, Any]) -> Finding:
    text, tone, url = str(told["text"]), told.get("tone", "warn"), told.get("url", "")
    digest = hashlib.sha256("\n".join((item.key, str(told["key"]), text)).encode()).hexdigest()[:24]
    return Finding(
        digest, item.key, item.title, text, str(told.get("detail") or ""), tone if tone in TONES else "warn",
        url if is_own_path(url) else "",
    )  # fmt: skip


@alert("kernel.parked_jobs", title="Jobs that failed", permission="kernel.job.read", link="/jobs?state=failed")
def parked_jobs(ctx: Context) -> Iterable[dict[str, Any]]:
    """Tell of jobs that used up their tries and wait for somebody."""
    parked = sa.select(Job.id, Job.key, Job.arguments, Job.error).where(Job.tenant_id == ctx.tenant.id)
    parked = parked.where(Job.state == "failed")
    for job_id, key, arguments, error in ctx.rows(parked.order_by(Job.id.desc()).limit(MOST_OF_ONE)):
        last = error.strip().rpartition("\n")[2][:160]
        title = job_title(ctx.registry, key, arguments)
        yield {"key": job_id, "text": f"{title}: this job gave up", "detail": last, "tone": "bad",
               "url": f"/jobs/{job_id}"}  # fmt: skip
