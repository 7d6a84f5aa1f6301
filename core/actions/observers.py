"""Observers that keep failing: counted for each tenant, switched off after so many, and on again by an administrator.

What is switched off is the one observer: its module goes on working, and so do the module's other observers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.db.session import KernelSession
from core.db.statements.prepared import Prepared
from core.errors import NotFound
from core.plugins.declarations import Observer
from core.services.models import FailingObserver
from core.tenancy.models import TenantModule

log = logging.getLogger(__name__)
FAILURES = 5
"""So many runs in a row that were parked, each after all its tries, switch an observer off."""
LONGEST_ERROR = 4000
_TABLE: Any = FailingObserver.__table__
_OFF = Prepared(
    sa.select(_TABLE.c.key).where(
        _TABLE.c.tenant_id == sa.bindparam("own_tenant"), _TABLE.c.switched_off_at.is_not(None)
    )
)


def listening(ctx: Context, action: str) -> Sequence[Observer]:
    """Return the observers to tell of an action: of modules that are on, and not switched off themselves."""
    found = [item for item in ctx.registry.observers.values() if item.action == action and ctx.view.sees(item)]
    if not found:
        return found
    off = switched_off(ctx)
    return [item for item in found if item.key not in off]


def switched_off(ctx: Context) -> frozenset[str]:
    """Return the keys of the tenant's observers that are switched off."""
    return frozenset(row[0] for row in _OFF.rows(ctx.db.connection(), {"own_tenant": ctx.tenant.id}))


def failing(ctx: Context) -> dict[str, list[dict[str, Any]]]:
    """Return the observers that fail or are switched off, by module: how often in a row, why, and off since when."""
    mine = sa.select(FailingObserver).where(FailingObserver.tenant_id == ctx.tenant.id).order_by(FailingObserver.key)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in ctx.db.scalars(mine):
        told = {"key": row.key, "failures": row.failures, "error": row.error, "failed_at": row.failed_at,
                "switched_off_at": row.switched_off_at}  # fmt: skip
        found.setdefault(row.key.split(".", 1)[0], []).append(told)
    return found


def note_parked(db: KernelSession, tenant_id: int, key: str, error: str) -> None:
    """Count a run that was parked; the last one of too many in a row switches the observer off."""
    _have_row(db, tenant_id, key)
    own = (FailingObserver.tenant_id == tenant_id, FailingObserver.key == key)
    counted = sa.update(FailingObserver).where(*own).values(
        failures=FailingObserver.failures + 1, error=error[:LONGEST_ERROR], failed_at=db.now()
    )  # fmt: skip
    counted = counted.returning(FailingObserver.failures, FailingObserver.switched_off_at)
    failures, since = db.execute(counted.execution_options(synchronize_session=False)).one()
    told = {"observer": key, "tenant": tenant_id, "failures": failures}
    if failures < FAILURES or since is not None:
        log.warning("observer failed", extra=told)
        return
    off = sa.update(FailingObserver).where(*own).values(switched_off_at=db.now())
    db.execute(off.execution_options(synchronize_session=False))
    log.error("observer switched off", extra=told)


def note_done(db: KernelSession, tenant_id: int, key: str) -> None:
    """Forget the failures of an observer that ran through."""
    done = sa.delete(FailingObserver).where(
        FailingObserver.tenant_id == tenant_id, FailingObserver.key == key, FailingObserver.switched_off_at.is_(None)
    )
    db.execute(done.execution_options(synchronize_session=False))


def switch_on(ctx: Context, plugin: str, key: str) -> list[str]:
    """Switch an observer on again; returns its key, nothing when it is on already."""
    item = ctx.registry.observers.get(key)
    if item is None or item.plugin != plugin or not ctx.view.sees(item):
        raise NotFound(f"The module {plugin!r} has no observer {key!r} here.")
    ctx.operation = ctx.operation or "kernel.observer.enable"
    mine = sa.select(FailingObserver).where(FailingObserver.tenant_id == ctx.tenant.id, FailingObserver.key == key)
    row = ctx.db.scalars(mine.with_for_update()).one_or_none()
    if row is None or row.switched_off_at is None:
        return []
    ctx.journal.note(TenantModule, ctx.tenant.id, "update", {key: [False, True]})
    ctx.db.delete(row)
    return [key]


def _have_row(db: KernelSession, tenant_id: int, key: str) -> None:
    """Two workers may park at the same moment: the second finds the row of the first."""
    from sqlalchemy.dialects import postgresql, sqlite

    insert: Any = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"id": db.take_ids(1)[0], "tenant_id": tenant_id, "key": key, "failures": 0, "error": "",
           "failed_at": db.now()}  # fmt: skip
    db.execute(insert(FailingObserver).values(row).on_conflict_do_nothing(index_elements=["tenant_id", "key"]))
