"""Log-in, log-out, another organisation, preferences: the pages around a browser's session."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.frame.look import MODE_COOKIE, THEME_COOKIE
from core.admin.frame.navigation import found_at
from core.admin.frame.programs import program_text
from core.admin.frame.visit import Note, Visit, frame, go, outer_frame, own_path, show
from core.admin.records.pages import said
from core.administration.setup import needs_setup
from core.administration.tenants import zones
from core.desk.preferences import preference, set_preferences
from core.desk.preferences import preferences as own_preferences
from core.errors import Forbidden, Problem
from core.identity.login import Credentials, change_browser_password, log_in_browser, log_out, switch_browser
from core.identity.own_sessions import end_others, own_sessions
from core.identity.sessions import OpenedSession
from core.identity.sources import Origin
from core.services.themes import installed_themes
from core.services.words import moment_text
from core.web.cookies import clear_session_cookie, set_session_cookie
from core.web.current import VIEW_AS, kernel

LOGIN_COOKIE = "openmill_login"
YEAR = 365 * 24 * 3600


def current_origin() -> Origin:
    """Return where this request comes from; the application lets only configured proxies speak for the address."""
    return Origin(request.remote_addr or "", request.user_agent.string)


def login_page(problem: Problem | None = None) -> Response:
    """Show the log-in form; the token in it and in a cookie proves that the form is ours."""
    if needs_setup(kernel()):
        return go("/setup")
    token = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(24)
    page = outer_frame("Log in")
    page.csrf = token
    target = own_path(request.values.get("next", "/"))
    status = problem.status if problem else 200
    response = show(page, "session/login.html", status, problem=said(problem), next=target,
                    username=request.form.get("username", "")[:254])  # fmt: skip
    response.headers.extend(problem.headers.items() if problem else ())
    secure = kernel().config.secure_cookies
    response.set_cookie(LOGIN_COOKIE, token, max_age=YEAR, httponly=True, samesite="Strict", secure=secure)
    return response


def log_in() -> Response:
    """Check name and password and open a session under a new key."""
    known, given = request.cookies.get(LOGIN_COOKIE, ""), request.form.get("csrf_token", "")
    try:
        if not known or not hmac.compare_digest(known.encode(), given.encode("utf-8", "replace")):
            raise Forbidden("The form has expired; send it again.", code="CSRF_FAILED")
        credentials = Credentials(request.form.get("username", "")[:254], request.form.get("password", "")[:1024])
        opened = log_in_browser(kernel().identity, credentials, current_origin())
    except Problem as problem:
        return login_page(problem)
    target = own_path(request.form.get("next", "/"))
    response = go(_landing(opened) if target == "/" else target)
    set_session_cookie(response, opened)
    response.delete_cookie(VIEW_AS, httponly=True, samesite="Lax")
    return response


def _landing(opened: OpenedSession) -> str:
    """Return where the person wants to begin, the home page where they chose nothing that is there for them."""
    found = kernel().identity.actor_of_cookie(opened.cookie)
    if found is None or found[0].tenant_id is None:
        return "/"
    with kernel().unit(found[0].tenant_id, found[0], readonly=True) as ctx:
        chosen = own_path(preference(ctx, "landing", "/"))
        return chosen if found_at(ctx, chosen) is not None else "/"


def log_out_page(visit: Visit) -> Response:
    """End the session."""
    log_out(visit.kernel.identity, visit.actor)
    response = go("/login", Note("You are logged out."))
    clear_session_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def switch_tenant(visit: Visit) -> Response:
    """Go to another organisation under a new session."""
    opened = switch_browser(visit.kernel.identity, visit.actor, request.form.get("tenant", ""), current_origin())
    response = go("/")
    set_session_cookie(response, opened)
    return response


def preferences(visit: Visit, problem: Problem | None = None) -> Response:
    """Show the person's own settings."""
    if visit.actor.tenant_id is None:
        page, chosen, places = frame(visit, None, "Preferences"), {}, []
    else:
        with visit.reading() as ctx:
            page, chosen = frame(visit, ctx, "Preferences"), own_preferences(ctx)
            places = [entry for section in page.menu for entry in section.entries]
    page.pickers = False
    errors = problem.errors if problem else {}
    labels = {"current_password": "Present password", "new_password": "New password", "again": "New password again"}
    anchors = {"current_password": "current", "new_password": "new", "again": "again"}
    summary = [
        {"anchor": anchors.get(name, name), "label": labels.get(name, name.capitalize()), "text": text}
        for name, texts in errors.items()
        for text in texts
    ]
    with visit.kernel.identity.read() as session:
        log_ins = own_sessions(session, visit.actor)
    zone = ZoneInfo(chosen.get("zone") or (page.tenant.zone if page.tenant else "UTC"))
    view = {"themes": list(installed_themes().values()), "chosen": chosen, "places": places,
            "zones": sorted(zones()), "log_ins": log_ins, "errors": errors, "program": program_text,
            "told": lambda moment: moment_text(moment, zone) if moment else ""}  # fmt: skip
    status = problem.status if problem else 200
    return show(page, "session/preferences.html", status, view=view, problem=said(problem), summary=summary)


def save_look(visit: Visit) -> Response:
    """Keep what the person chose, in their organisation and on this device."""
    form = request.form
    mode, theme = form.get("mode", ""), form.get("theme", "")
    values = {name: form[name] or None for name in ("zone", "density", "landing") if name in form}
    values |= {"mode": mode if mode in ("light", "dark") else None} if "mode" in form else {}
    values |= {"theme": theme or None} if "theme" in form else {}
    keys: dict[str, Any] = {"single_keys": "single_keys" in form} if "single_keys__shown" in form else {}

    def work(ctx: Context) -> Answer:
        set_preferences(ctx, {**values, **keys})
        return Answer(200, "")

    try:
        if visit.actor.tenant_id is not None and (values or keys):
            perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return preferences(visit, problem)
    response = go("/preferences", Note("Saved."))
    if "mode" in form:
        _remember(response, MODE_COOKIE, mode if mode in ("light", "dark") else "")
    if "theme" in form:
        _remember(response, THEME_COOKIE, theme if theme in installed_themes() else "")
    return response


def end_other_sessions(visit: Visit) -> Response:
    """End every other log-in of the person."""
    ended = end_others(visit.kernel.identity, visit.actor)
    return go("/preferences", Note(f"Ended: {ended} other log-in{'s' if ended != 1 else ''}."))


def _remember(response: Response, name: str, value: str) -> None:
    options: dict[str, Any] = {"samesite": "Lax", "secure": kernel().config.secure_cookies, "path": "/"}
    if value:
        response.set_cookie(name, value, max_age=YEAR, **options)
    else:
        response.delete_cookie(name, **options)


def change_password(visit: Visit) -> Response:
    """Change the password; the browser goes on under a new session, all others end."""
    current, new, again = (request.form.get(name, "")[:1024] for name in ("current_password", "new_password", "again"))
    identity = visit.kernel.identity
    try:
        opened = change_browser_password(identity, visit.actor, current, new, current_origin(), again=again)
    except Problem as problem:
        return preferences(visit, problem)
    response = go("/preferences", Note("Password changed; your other sessions have ended."))
    set_session_cookie(response, opened)
    return response


def openapi_page(visit: Visit) -> Response:
    """Show the API's document for people."""
    with visit.reading() as ctx:
        page = frame(visit, ctx, "API")
    page.pickers = False
    return show(page, "session/docs.html", document="/api/v1/openapi.json")
