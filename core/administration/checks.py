"""What the kernel itself recomputes for `openmill verify`, for each tenant and every table of every plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.actions.context import Context
from core.actions.models import StoredAnswer
from core.actions.trees import in_circle, tree_column
from core.db.base import Base, TenantOwned
from core.db.session import KernelSession
from core.db.types import choices_of
from core.plugins.declare import check
from core.plugins.registry import Registry
from core.services.models import Job
from core.tenancy.models import Tenant

OUTBOX_LIMIT = timedelta(minutes=15)


@check("kernel.references", title="Every reference leads to a record of the same tenant")
def references(ctx: Context) -> Iterable[str]:
    """Join every foreign key of every table with its target."""
    models = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    for model in owned_models(ctx.registry):
        for constraint in _constraints(model):
            target = models.get(constraint.referred_table)
            pairs = [(part.parent.name, part.column.name) for part in constraint.elements]
            names = [pair for pair in pairs if pair[0] != "tenant_id"]
            if target is not None and names:
                yield from _dangling(ctx, model, target, names)


@check("kernel.choices", title="Every state and choice is one that its column knows")
def choices(ctx: Context) -> Iterable[str]:
    """Compare stored words with the declared ones."""
    for model in owned_models(ctx.registry):
        for column in model.__table__.columns:
            if words := choices_of(column.type):
                attribute = getattr(model, column.key)
                wrong = sa.select(model.id, attribute).where(attribute.not_in(words)).order_by(model.id).limit(20)
                for row in ctx.rows(wrong):
                    yield f"{model.__tablename__} {row[0]} has the {column.name} {row[1]!r}, which nobody declares."


@check("kernel.trees", title="No record stands inside itself")
def trees(ctx: Context) -> Iterator[str]:
    """Walk up from every record of every tree."""
    for resource in ctx.view.only(ctx.registry.resources):
        column = tree_column(resource)
        if column is None or not issubclass(resource.model, TenantOwned):
            continue
        stands = sa.select(resource.model.id, getattr(resource.model, column.key))
        parents = dict(map(tuple, ctx.rows(stands.where(column.is_not(None)).order_by(resource.model.id))))
        for record_id in parents:
            if in_circle(record_id, parents):
                yield f"{resource.singular} {record_id} stands inside itself."


@check("kernel.outbox", title="The outbox is empty or younger than its limit")
def outbox(ctx: Context) -> Iterable[str]:
    """Name every job that has been due for too long and is neither done nor parked; a suspended tenant's may wait."""
    if not ctx.tenant.is_active:
        return
    late = ctx.now() - OUTBOX_LIMIT
    waiting = sa.select(Job.id, Job.key, Job.state, Job.run_at).where(
        Job.tenant_id == ctx.tenant.id, Job.state.in_(("ready", "queued", "running")), Job.run_at < late
    )
    for row in ctx.rows(waiting.order_by(Job.id).limit(100)):
        due = f"{row.run_at:%Y-%m-%d %H:%M} UTC"
        yield f"Job {row.id} ({row.key}) is {row.state} and was due at {due}: is a worker running?"


@check("kernel.effects", title="One effect per idempotency key and per job's effect key")
def effects(ctx: Context) -> Iterable[str]:
    """Look for keys that were used twice."""
    count = sa.func.count(StoredAnswer.id)
    answers = sa.select(StoredAnswer.user_id, StoredAnswer.key, count).group_by(StoredAnswer.user_id, StoredAnswer.key)
    for user_id, key, times in ctx.rows(answers.having(count > 1)):
        yield f"The idempotency key {key!r} of user {user_id} has {times} stored answers."
    times = sa.func.count(Job.id)
    jobs = sa.select(Job.effect_key, times).where(Job.tenant_id == ctx.tenant.id, Job.effect_key.is_not(None))
    for key, number in ctx.rows(jobs.group_by(Job.effect_key).having(times > 1)):
        yield f"The effect key {key!r} has {number} jobs."


def stray_rows(db: KernelSession, registry: Registry) -> Iterator[str]:
    """Look for rows of no tenant; they show only where the database lets the kernel's own role see all rows."""
    for model in owned_models(registry):
        mine = sa.select(Tenant.id).where(Tenant.id == model.tenant_id)
        lost = db.scalar(sa.select(sa.func.count()).select_from(model).where(~sa.exists(mine)))
        if lost:
            yield f"{model.__tablename__} holds {lost} rows of no tenant."


def owned_models(registry: Registry) -> list[type[Any]]:
    """Return the models of all tables that tenants own, of loaded plugins, by table name."""
    tables = {name for plugin in registry.plugins.values() for name in plugin.tables}
    models = {str(mapper.class_.__tablename__): mapper.class_ for mapper in Base.registry.mappers}
    return [models[name] for name in sorted(tables) if name in models and issubclass(models[name], TenantOwned)]


def _constraints(model: type[Any]) -> list[sa.ForeignKeyConstraint]:
    return sorted(model.__table__.foreign_key_constraints, key=lambda item: str(item.name))


def _dangling(
    ctx: Context, model: type[TenantOwned], target: type[Base], names: list[tuple[str, str]]
) -> Iterator[str]:
    for row in ctx.rows(_unmatched(model, target, *names)):
        yield (
            f"{model.__tablename__} {row[0]} refers by {names[0][0]} to {target.__tablename__} {row[1]}, "
            "which this tenant does not have."
        )


@cache
def _unmatched(model: type[Any], target: type[Any], *names: tuple[str, str]) -> sa.Select[Any]:
    """Return the question for the first rows that refer to nothing; to make it takes longer than to ask it."""
    far = aliased(target)
    columns = [getattr(model, near) for near, _ in names]
    matches = [getattr(far, there) == getattr(model, near) for near, there in names]
    return (
        sa.select(model.id, columns[0])
        .where(*(column.is_not(None) for column in columns), ~sa.exists(sa.select(far.id).where(*matches)))
        .order_by(model.id)
        .limit(20)
    )
