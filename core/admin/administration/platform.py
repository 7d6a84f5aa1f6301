"""The pages of those who look after the installation: organisations, people, jobs. For nobody else are they there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request

from core.actions.arguments import check_arguments
from core.admin.frame.visit import Crumb, Frame, Note, Visit, frame, go, show
from core.admin.records.pages import said, told_faults
from core.administration import platform as operating
from core.administration.tenants import change_tenant, create_tenant, currencies_in_use, find_tenant, zones
from core.errors import NotFound, Problem
from core.plugins.registry import KERNEL
from core.services.words import moment_text
from core.web.platform import new_tenant

Page = Callable[..., Response]
TABS = (("/platform", "Organisations", "building-2"), ("/platform/users", "People", "users"),
        ("/platform/jobs", "Jobs", "list-todo"), ("/platform/status", "What runs", "activity"))  # fmt: skip
LONGEST_ERROR = 300
STATE_WORDS = {"failed": "Parked", "ready": "Waiting", "queued": "Sent to a worker", "running": "Running",
               "done": "Done"}  # fmt: skip
LABELS = {"slug": "Short name", "zone": "Time zone"}


def _only_operators(page: Page) -> Page:
    @wraps(page)
    def answer(visit: Visit, **values: Any) -> Response:
        if not visit.actor.is_platform_admin:
            raise NotFound("There is no such page.")
        return page(visit, **values)

    return answer


def _framed(visit: Visit, title: str, *crumbs: Crumb) -> Frame:
    if visit.actor.tenant_id is None:
        page = frame(visit, None, title, *crumbs)
    else:
        with visit.reading() as ctx:
            page = frame(visit, ctx, title, *crumbs)
    page.pickers = False
    return page


def _answer(
    visit: Visit, template: str, title: str, problem: Problem | None = None, *crumbs: Crumb, **view: Any
) -> Response:
    values = {**view, "tabs": TABS, "told": _told, "errors": problem.errors if problem else {}}
    page = _framed(visit, title, *crumbs)
    status = problem.status if problem else 200
    summary = told_faults(values["errors"], LABELS)
    return show(page, f"administration/{template}.html", status, view=values, problem=said(problem), summary=summary)


def _told(moment: Any) -> str:
    return moment_text(moment, ZoneInfo("UTC")) if moment else ""


@_only_operators
def organisations(visit: Visit, problem: Problem | None = None) -> Response:
    """Show every organisation, and the form of a new one."""
    with visit.kernel.platform_reading() as db:
        found = operating.tenants(db)
    values = {name: request.form.get(name, "")[:120] for name in ("slug", "name", "currency", "zone", "owner")}
    return _answer(visit, "platform", "Platform", problem, tenants=found, values=values, titles=_titles(visit),
                   currencies=sorted(currencies_in_use()), zones=sorted(zones()))  # fmt: skip


def _titles(visit: Visit) -> dict[str, str]:
    return {name: item.manifest.title for name, item in visit.kernel.registry.plugins.items()}


@_only_operators
def make_organisation(visit: Visit) -> Response:
    """Make an organisation."""
    given = {name: request.form.get(name, "") for name in ("slug", "name", "currency", "zone", "owner")}
    try:
        values = check_arguments(new_tenant, given)
        create_tenant(visit.kernel, **values)
    except Problem as problem:
        return organisations(visit, problem=problem)
    return go(f"/platform/tenants/{values['slug']}", Note(f"{values['name']} is made. Choose its modules."))


@_only_operators
def organisation(visit: Visit, slug: str, problem: Problem | None = None) -> Response:
    """Show one organisation: its name, zone and currency, its modules, its people."""
    told = operating.tenant_in_full(visit.kernel, slug)
    plugins = [item for item in visit.kernel.registry.plugins.values() if item.name != KERNEL]
    modules = [{"name": item.name, "title": item.manifest.title, "icon": item.manifest.icon,
                "summary": item.manifest.summary, "on": item.name in told["modules"]} for item in plugins]  # fmt: skip
    return _answer(visit, "platform_tenant", told["name"], problem, Crumb("Platform", "/platform"), tenant=told,
                   modules=modules, currencies=sorted({*currencies_in_use(), told["currency"]}),
                   zones=sorted(zones()))  # fmt: skip


@_only_operators
def change_organisation(visit: Visit, slug: str) -> Response:
    """Rename an organisation, suspend or reopen it, or switch one of its modules."""
    form, note = request.form, "Saved."
    try:
        if module := form.get("enable") or form.get("disable"):
            on = bool(form.get("enable"))
            operating.switch_module(visit.kernel, visit.actor, slug, module, on=on)
            note = f"{_titles(visit).get(module, module)} is {'on' if on else 'off; its data is kept'}."
        else:
            _change(visit, slug)
    except Problem as problem:
        return organisation(visit, slug=slug, problem=problem)
    return go(f"/platform/tenants/{slug}", Note(note))


def _change(visit: Visit, slug: str) -> None:
    form = request.form
    with visit.kernel.platform() as db:
        if form.get("active") in ("yes", "no"):
            find_tenant(db, slug).is_active = form["active"] == "yes"
            return
        change_tenant(db, slug, name=form.get("name", ""), currency=form.get("currency", ""), zone=form.get("zone", ""))


@_only_operators
def people(visit: Visit, problem: Problem | None = None, password: tuple[str, str] = ("", "")) -> Response:
    """Show everybody who has an account."""
    search, after = request.args.get("search", "")[:100], request.args.get("after", "")[:60]
    with visit.kernel.platform_reading() as db:
        found, following = operating.users(db, search=search, after=after)
    return _answer(visit, "platform_users", "People", problem, Crumb("Platform", "/platform"), users=found,
                   following=following, search=search, password=password)  # fmt: skip


@_only_operators
def change_person(visit: Visit, username: str) -> Response:
    """Shut a person out, let them in again, or give them a one-time password."""
    verb = request.form.get("do", "")
    try:
        with visit.kernel.platform() as db:
            if verb == "reset":
                # Shown in this answer and nowhere else: not in an address, not in a cookie.
                given = operating.reset_password(visit.kernel, db, username)
            elif verb == "disable":
                operating.disable(db, visit.actor, username)
            else:
                operating.enable(db, visit.actor, username)
    except Problem as problem:
        return people(visit, problem=problem)
    if verb == "reset":
        return people(visit, password=(username, given))
    return go("/platform/users", Note(f"{username} is {'shut out' if verb == 'disable' else 'let in again'}."))


@_only_operators
def jobs(visit: Visit, problem: Problem | None = None) -> Response:
    """Show jobs, those that are parked with their error, and when schedules run next."""
    state, before = request.args.get("state", ""), request.args.get("before", "")
    state = state if state in operating.STATES else ""
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else 0
    with visit.kernel.platform_reading() as db:
        found, following = operating.jobs(db, visit.kernel.registry, state=state, before=number)
        counts, schedules = operating.waiting(db), operating.schedules(db, visit.kernel)
    return _answer(visit, "platform_jobs", "Jobs", problem, Crumb("Platform", "/platform"), jobs=found, state=state,
                   following=following, counts=counts, most=operating.MOST_COUNTED, states=STATE_WORDS,
                   schedules=schedules, longest=LONGEST_ERROR)  # fmt: skip


@_only_operators
def retry(visit: Visit, job_id: int) -> Response:
    """Put a parked job back."""
    try:
        operating.retry_job(visit.kernel, job_id)
    except Problem as problem:
        return jobs(visit, problem=problem)
    return go("/platform/jobs", Note("Put back; a worker tries it from the start."))


@_only_operators
def status(visit: Visit) -> Response:
    """Show versions, database, job driver, plugins and those that were refused."""
    return _answer(visit, "platform_status", "What runs", None, Crumb("Platform", "/platform"),
                   status=operating.status(visit.kernel))  # fmt: skip
