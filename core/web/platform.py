"""What only a platform administrator may do: tenants, people, jobs and the state of the installation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response, request
from flask_smorest import Blueprint

from core.actions.arguments import check_arguments
from core.administration import platform as operating
from core.administration.tenants import change_tenant, create_tenant, find_tenant
from core.db.session import KernelSession
from core.errors import Forbidden, Invalid, NotFound
from core.identity.actor import Actor
from core.tenancy.models import Tenant, TenantModule
from core.web.answering import answer_json, route
from core.web.bodies import read_json
from core.web.current import current_actor, kernel

platform = Blueprint("platform", __name__, url_prefix="/api/v1/platform", description="Tenants of the installation.")


def new_tenant(*, slug: str, name: str, currency: str = "EUR", zone: str = "UTC", owner: str = "") -> None:
    """Say what a tenant is made of: the schema of its creation."""


def changed_tenant(*, name: str = "", currency: str = "", zone: str = "") -> None:
    """Say what of a tenant can be changed: the schema of its change."""


def some_people(*, search: str = "", after: str = "") -> None:
    """Say which people of the installation are meant."""


def some_jobs(*, state: str = "", before: int = 0) -> None:
    """Say which jobs are meant."""


USER_VERBS: Mapping[str, Callable[..., dict[str, Any]]] = {"disable": operating.disable, "enable": operating.enable}


@route(platform, "GET", "/tenants")
def list_tenants() -> Response:
    """Return every tenant with its modules."""
    _require()
    with kernel().platform_reading() as db:
        return answer_json({"items": operating.tenants(db)})


@route(platform, "POST", "/tenants", reads=new_tenant, keyed=False, answers=(201,))
def make_tenant() -> Response:
    """Make a tenant with an owner."""
    _require()
    values = check_arguments(new_tenant, read_json(request))
    create_tenant(kernel(), **values)
    with kernel().platform_reading() as db:
        return answer_json(_shown(db, find_tenant(db, values["slug"])), 201)


@route(platform, "POST", "/tenants/<string:slug>/suspend", keyed=False)
def suspend_tenant(slug: str) -> Response:
    """Suspend a tenant: nobody works in it until it is reopened, nothing is lost."""
    return _switch(slug, active=False)


@route(platform, "POST", "/tenants/<string:slug>/reopen", keyed=False)
def reopen_tenant(slug: str) -> Response:
    """Let people work in a suspended tenant again."""
    return _switch(slug, active=True)


@route(platform, "GET", "/tenants/<string:slug>")
def read_tenant(slug: str) -> Response:
    """Return a tenant with its people and how much its files take."""
    _require()
    return answer_json(operating.tenant_in_full(kernel(), slug))


@route(platform, "PATCH", "/tenants/<string:slug>", reads=changed_tenant)
def edit_tenant(slug: str) -> Response:
    """Change a tenant's name, currency or zone."""
    _require()
    values = check_arguments(changed_tenant, read_json(request))
    with kernel().platform() as db:
        tenant = find_tenant(db, slug)
        kept = {"name": tenant.name, "currency": tenant.currency, "zone": tenant.zone}
        given = {name: value for name, value in values.items() if value}
        return answer_json(_shown(db, change_tenant(db, slug, **{**kept, **given})))


@route(platform, "POST", "/tenants/<string:slug>/modules/<string:name>/<string:verb>", keyed=False)
def switch_module(slug: str, name: str, verb: str) -> Response:
    """Switch a module of a tenant on (`enable`) or off (`disable`)."""
    actor = _require()
    if verb not in ("enable", "disable"):
        raise NotFound("Use enable or disable.")
    return answer_json({"changed": operating.switch_module(kernel(), actor, slug, name, on=verb == "enable")})


@route(platform, "GET", "/users", asks=some_people)
def list_users() -> Response:
    """Return the people of the installation by user name: `search` finds, `after` goes on."""
    _require()
    with kernel().platform_reading() as db:
        search, after = request.args.get("search", "")[:100], request.args.get("after", "")[:60]
        found, following = operating.users(db, search=search, after=after)
        return answer_json({"items": found, "next": following})


@route(platform, "POST", "/users/<string:username>/<string:verb>", keyed=False)
def change_user(username: str, verb: str) -> Response:
    """Shut a person out (`disable`), let them in (`enable`) or give a one-time password (`reset-password`)."""
    actor = _require()
    with kernel().platform() as db:
        if verb == "reset-password":
            return answer_json({"one_time_password": operating.reset_password(kernel(), db, username)})
        if verb not in USER_VERBS:
            raise NotFound("Use disable, enable or reset-password.")
        return answer_json(USER_VERBS[verb](db, actor, username))


@route(platform, "GET", "/jobs", asks=some_jobs)
def list_jobs() -> Response:
    """Return jobs of all tenants, newest first: `state` narrows, `before` goes on."""
    _require()
    state, before = request.args.get("state", ""), request.args.get("before", "0")
    if state and state not in operating.STATES:
        raise Invalid({"state": [f"Must be one of {', '.join(operating.STATES)}."]})
    if not (before.isascii() and before.isdecimal() and len(before) < 16):
        raise Invalid({"before": ["Must be the id of a job."]})
    with kernel().platform_reading() as db:
        found, following = operating.jobs(db, kernel().registry, state=state, before=int(before))
        return answer_json({"items": found, "next": following, "waiting": operating.waiting(db)})


@route(platform, "POST", "/jobs/<int:job_id>/retry", keyed=False)
def retry_job(job_id: int) -> Response:
    """Put a parked job back."""
    _require()
    operating.retry_job(kernel(), job_id)
    return answer_json({"id": job_id, "state": "ready"})


@route(platform, "GET", "/schedules")
def list_schedules() -> Response:
    """Return when each schedule runs next and ran last."""
    _require()
    with kernel().platform_reading() as db:
        return answer_json({"items": operating.schedules(db, kernel())})


@route(platform, "GET", "/status")
def read_status() -> Response:
    """Return versions, database, job driver, plugins and the refused ones."""
    _require()
    return answer_json(operating.status(kernel()))


def _switch(slug: str, *, active: bool) -> Response:
    _require()
    with kernel().platform() as db:
        tenant = find_tenant(db, slug)
        tenant.is_active = active
        db.flush()
        return answer_json(_shown(db, tenant))


def _require() -> Actor:
    actor = current_actor()
    if not actor.is_platform_admin:
        raise Forbidden("Only a platform administrator may do this.")
    return actor


def _shown(db: KernelSession, tenant: Tenant) -> dict[str, object]:
    wanted = sa.select(TenantModule.plugin).where(TenantModule.tenant_id == tenant.id).order_by(TenantModule.plugin)
    return operating.told_tenant(tenant, list(db.scalars(wanted)))
