"""What those who look after the installation see and do: its organisations, people, jobs and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.actions.deferred import job_title
from core.actions.deferred import retry as put_back
from core.administration import modules
from core.administration.tenants import find_tenant
from core.db.session import KernelSession
from core.errors import Refused
from core.identity.actor import Actor, system_actor
from core.identity.models import Member, User
from core.identity.passwords import one_time_password
from core.identity.users import disable_user, enable_user, get_user, set_password
from core.plugins.registry import KERNEL, Registry
from core.services.models import Job, ScheduleState, StoredFile
from core.tenancy.models import Tenant, TenantModule

if TYPE_CHECKING:
    from core.kernel import Kernel

PAGE = 50
MOST_COUNTED = 1000
STATES = ("ready", "queued", "running", "failed", "done")


def tenants(db: KernelSession) -> list[dict[str, Any]]:
    """Return every organisation with its modules and how many people it has."""
    on: dict[int, list[str]] = {}
    for row in db.execute(sa.select(TenantModule.tenant_id, TenantModule.plugin).order_by(TenantModule.plugin)):
        on.setdefault(row.tenant_id, []).append(row.plugin)
    counted = db.execute(sa.select(Member.tenant_id, sa.func.count()).group_by(Member.tenant_id))
    people = {row.tenant_id: row[1] for row in counted}
    found = db.scalars(sa.select(Tenant).order_by(Tenant.name, Tenant.id))
    return [{**told_tenant(item, on.get(item.id, [])), "users": people.get(item.id, 0)} for item in found]


def told_tenant(item: Tenant, on: list[str]) -> dict[str, Any]:
    """Return an organisation as the API shows it."""
    return {"id": item.id, "slug": item.slug, "name": item.name, "currency": item.currency, "zone": item.zone,
            "is_active": item.is_active, "modules": on}  # fmt: skip


def tenant_in_full(kernel: Kernel, slug: str) -> dict[str, Any]:
    """Return an organisation with its modules, its owners and how much its files take."""
    with kernel.platform_reading() as db:
        item = find_tenant(db, slug)
        on = list(db.scalars(sa.select(TenantModule.plugin).where(TenantModule.tenant_id == item.id)))
        mine = sa.select(Member.name, Member.username, Member.is_owner, Member.is_active)
        people = db.execute(mine.where(Member.tenant_id == item.id).order_by(Member.name).limit(PAGE)).all()
        told = told_tenant(item, sorted(on))
    with kernel.unit(told["id"], readonly=True) as ctx:
        size = ctx.one(sa.select(sa.func.coalesce(sa.func.sum(StoredFile.size), 0)))
    return {**told, "people": [dict(row._mapping) for row in people], "file_bytes": int(size)}


def switch_module(kernel: Kernel, by: Actor, slug: str, plugin: str, *, on: bool) -> list[str]:
    """Switch a module of an organisation on or off by the operator's authority; the audit trail there says who did."""
    with kernel.platform_reading() as db:
        tenant_id = find_tenant(db, slug).id
    actor = replace(system_actor(tenant_id, name=by.name, request_id=by.request_id), username=by.username)
    with kernel.unit(tenant_id, actor) as ctx:
        return modules.enable(ctx, plugin) if on else modules.disable(ctx, plugin)


def users(db: KernelSession, *, search: str = "", after: str = "") -> tuple[list[dict[str, Any]], str]:
    """Return people by user name, and the name after which there are more."""
    wanted = sa.select(User).order_by(User.username).limit(PAGE + 1)
    if search:
        fits = [column.icontains(search, autoescape=True) for column in (User.username, User.name, User.email)]
        wanted = wanted.where(sa.or_(*fits))
    found = list(db.scalars(wanted.where(User.username > after) if after else wanted))
    places: dict[int, list[str]] = {}
    joined = sa.select(Member.user_id, Tenant.name).join(Tenant, Tenant.id == Member.tenant_id)
    for user_id, name in db.execute(
        joined.where(Member.user_id.in_([item.id for item in found])).order_by(Tenant.name)
    ):
        places.setdefault(user_id, []).append(name)
    told = [{**told_user(item), "tenants": places.get(item.id, [])} for item in found[:PAGE]]
    return told, found[PAGE - 1].username if len(found) > PAGE else ""


def told_user(user: User) -> dict[str, Any]:
    """Return a person as the operator sees them."""
    names = ("id", "username", "name", "email", "is_active", "is_platform_admin", "last_login_at", "created_at")
    return {name: getattr(user, name) for name in names}


def disable(db: KernelSession, by: Actor, username: str) -> dict[str, Any]:
    """Shut a person out everywhere; never oneself."""
    user = get_user(db, username)
    if user.id == by.user_id:
        raise Refused("OWN_ACCOUNT", "Nobody disables their own account; ask another platform administrator.")
    disable_user(db, user)
    return told_user(user)


def enable(db: KernelSession, _by: Actor, username: str) -> dict[str, Any]:
    """Let a person in again."""
    user = get_user(db, username)
    enable_user(db, user)
    return told_user(user)


def reset_password(kernel: Kernel, db: KernelSession, username: str) -> str:
    """Give a person a one-time password and end their sessions; returns it, to be told once."""
    password = one_time_password()
    set_password(db, kernel.identity.policy, get_user(db, username), password)
    return password


def jobs(
    db: KernelSession, registry: Registry, *, state: str = "", before: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """Return jobs of all organisations, newest first, and the id before which there are more."""
    wanted = sa.select(Job, Tenant.name).join(Tenant, Tenant.id == Job.tenant_id).order_by(Job.id.desc())
    wanted = wanted.where(Job.state == state) if state else wanted
    rows = db.execute((wanted.where(Job.id < before) if before else wanted).limit(PAGE + 1)).all()
    names = ("id", "key", "state", "tries", "run_at", "created_at", "finished_at", "progress", "error")
    told = [{**{name: getattr(job, name) for name in names}, "tenant": tenant,
             "title": job_title(registry, job.key, job.arguments)} for job, tenant in rows[:PAGE]]  # fmt: skip
    return told, rows[PAGE - 1][0].id if len(rows) > PAGE else 0


def waiting(db: KernelSession) -> Mapping[str, int]:
    """Return how many jobs are in each state that somebody may have to look at, counted no further than a thousand."""
    return {
        state: len(db.execute(sa.select(Job.id).where(Job.state == state).limit(MOST_COUNTED)).all())
        for state in STATES[:4]
    }


def retry_job(kernel: Kernel, job_id: int) -> None:
    """Put a parked job back, to be tried from the start."""
    with kernel.platform() as db:
        put_back(db, job_id)
    kernel.notify([job_id])


def schedules(db: KernelSession, kernel: Kernel) -> list[dict[str, Any]]:
    """Return when each schedule of each organisation runs next and ran last."""
    wanted = sa.select(ScheduleState, Tenant.name).join(Tenant, Tenant.id == ScheduleState.tenant_id)
    known = kernel.registry.schedules
    return [
        {"key": row.key, "tenant": tenant, "next_run": row.next_run, "last_run": row.last_run,
         "cron": known[row.key].cron if row.key in known else "",
         "title": job_title(kernel.registry, known[row.key].job if row.key in known else row.key, {})}
        for row, tenant in db.execute(wanted.order_by(ScheduleState.next_run).limit(500))
    ]  # fmt: skip


def status(kernel: Kernel) -> dict[str, Any]:
    """Return what runs: versions, database, job driver, plugins and those that were refused."""
    from core import __version__

    plugins = [item for item in kernel.registry.plugins.values() if item.name != KERNEL]
    return {
        "version": __version__, "database": kernel.engine.dialect.name, "jobs": kernel.config.job_driver,
        "row_level_security": bool(kernel.role),
        "plugins": [{"name": item.name, "title": item.manifest.title, "version": item.manifest.version,
                     "distribution": item.distribution} for item in plugins],
        "refused": [{"name": item.name, "reason": item.reason} for item in kernel.registry.refused],
    }  # fmt: skip
