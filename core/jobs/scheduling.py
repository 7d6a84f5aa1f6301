"""Schedules: a row per tenant and schedule says when it runs next; whoever moves it on has claimed the run.

Two ticks at once are harmless, and so is a clock that goes back: the row is moved by a conditional update, and each
run has an effect key made of its slot, so that no slot is run twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.db.session import KernelSession
from core.plugins.declarations import Schedule
from core.services.models import ScheduleState
from core.services.outbox import enqueue
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.kernel import Kernel

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What the rows of a tenant should be: the schedules of its modules and its zone."""

    tenant_id: int
    zone: str
    schedules: dict[str, Schedule]


def next_run(cron: str, zone: str, after: datetime) -> datetime:
    """Return the first moment after another one that a cron expression names in a zone.

    When the clocks go back an hour comes twice: what runs every few minutes runs in both, what names an hour in the
    first only. When they go forward, what names the missing hour runs right after it.
    """
    from croniter import croniter

    runs = croniter(cron, after.astimezone(ZoneInfo(zone)))
    names_hours = "*" not in cron.split()[1]
    while True:
        found = cast(datetime, runs.get_next(datetime))
        if not (names_hours and found.fold and _comes_twice(found)):
            return found.astimezone(UTC)


def _comes_twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def tick(kernel: Kernel) -> int:
    """Enqueue the job of every schedule that is due, for every tenant; returns how many were claimed."""
    now = kernel.clock()
    with kernel.platform_reading() as db:
        plans = _plans(kernel, db)
        rows: dict[int, list[ScheduleState]] = {}
        for row in db.scalars(sa.select(ScheduleState)):
            rows.setdefault(row.tenant_id, []).append(row)
    count = 0
    for plan in plans:
        count += _tick_tenant(kernel, plan, rows.get(plan.tenant_id, []), now)
    return count


def _plans(kernel: Kernel, db: KernelSession) -> list[Plan]:
    plans = []
    for tenant_id, zone, is_active in db.execute(sa.select(Tenant.id, Tenant.zone, Tenant.is_active)):
        view = kernel.registry.view(kernel.tenants.read(db, tenant_id).enabled)
        mine = {item.key: item for item in view.only(kernel.registry.schedules)} if is_active else {}
        plans.append(Plan(tenant_id, zone, mine))
    return plans


def _tick_tenant(kernel: Kernel, plan: Plan, rows: Iterable[ScheduleState], now: datetime) -> int:
    known = {row.key: row for row in rows}
    missing = [item for key, item in plan.schedules.items() if key not in known]
    gone = [row for key, row in known.items() if key not in plan.schedules]
    moves = [(row, move) for row in known.values()
             if row not in gone and (move := _move(plan, row, now)) is not None]  # fmt: skip
    if not (missing or gone or moves):
        return 0
    jobs: list[int] = []
    with kernel.platform() as db:
        for item in missing:
            _add(db, plan, item, now)
        if gone:
            _execute(db, sa.delete(ScheduleState).where(ScheduleState.id.in_([row.id for row in gone])))
        for row, following in moves:
            jobs += _claim(db, plan, row, following, now)
    if jobs:
        kernel.notify(jobs)
    return len(jobs)


def _move(plan: Plan, row: ScheduleState, now: datetime) -> datetime | None:
    following = _following(plan, row.key, now)
    if following is None or (row.next_run > now and row.next_run <= following):
        return None
    # A row further ahead than the next slot stems from a clock set back, another zone or an older cron text.
    return following


def _following(plan: Plan, key: str, now: datetime) -> datetime | None:
    try:
        return next_run(plan.schedules[key].cron, plan.zone, now)
    except (ValueError, KeyError) as error:
        log.error("schedule cannot be read", extra={"schedule": key, "tenant": plan.tenant_id, "error": str(error)})
        return None


def _add(db: KernelSession, plan: Plan, item: Schedule, now: datetime) -> None:
    first = _following(plan, item.key, now)
    if first is None:
        return
    known = sa.select(ScheduleState.id).where(ScheduleState.tenant_id == plan.tenant_id, ScheduleState.key == item.key)
    values = {"id": db.take_ids(1)[0], "tenant_id": plan.tenant_id, "key": item.key, "next_run": first}
    if db.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        db.execute(insert(ScheduleState).values(values).on_conflict_do_nothing())
    elif db.execute(known).first() is None:
        db.add(ScheduleState(**values))
        db.flush()


def _claim(db: KernelSession, plan: Plan, row: ScheduleState, following: datetime, now: datetime) -> list[int]:
    due = row.next_run <= now
    mine = ScheduleState.id == row.id, ScheduleState.next_run == row.next_run
    values = {"next_run": following} | ({"last_run": now} if due else {})
    if not _execute(db, sa.update(ScheduleState).where(*mine).values(**values)) or not due:
        return []
    slot = row.next_run.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    item = plan.schedules[row.key]
    job_id = enqueue(db, plan.tenant_id, item.job, {}, effect_key=f"schedule:{item.key}:{slot}")
    return [] if job_id is None else [job_id]


def _execute(db: KernelSession, statement: Any) -> int:
    done = cast("sa.CursorResult[Any]", db.execute(statement.execution_options(synchronize_session=False)))
    return done.rowcount
