"""The page of a fresh installation: the first organisation and whoever looks after it."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from flask import Response, redirect, request

from core.actions.arguments import parameters_of
from core.admin.administration.brings import counted
from core.admin.frame.session_pages import LOGIN_COOKIE, YEAR, current_origin
from core.admin.frame.visit import Note, go, outer_frame, show
from core.admin.records.pages import said, told_faults
from core.administration.setup import check_answers, check_token, needs_setup, set_up
from core.administration.tenants import currencies_in_use, zones
from core.errors import Forbidden, NotFound, Problem
from core.identity.login import Credentials, log_in_browser
from core.plugins.registry import KERNEL
from core.web.cookies import set_session_cookie
from core.web.current import kernel

FIELDS = ("organisation", "currency", "zone", "name", "username", "email", "password")
LABELS = {item.name: item.label for item in parameters_of(set_up)} | {"again": "Password again"}


def setup_page(problem: Problem | None = None) -> Response:
    """Show the form, or ask for the token first; there is no such page once there is a user."""
    if not needs_setup(kernel()):
        raise NotFound("OpenMill is set up already; log in.")
    token = request.values.get("token", "")[:200]
    known = _fits(token)
    form = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(24)
    page = outer_frame("Set up OpenMill")
    page.csrf, page.pickers = form, False
    errors = problem.errors if problem else {}
    view = {
        "token": token if known else "", "wrong": bool(token) and not known, "errors": errors,
        "values": {name: request.form.get(name, "")[:254] for name in FIELDS}, "modules": _modules(),
        "currencies": sorted(currencies_in_use()), "zones": sorted(zones()), "sent": request.method == "POST",
        "chosen": request.form.getlist("modules_on"),
    }  # fmt: skip
    summary = told_faults(errors, LABELS)
    response = show(page, "session/setup.html", problem.status if problem else 200, view=view, problem=said(problem),
                    summary=summary)  # fmt: skip
    secure = kernel().config.secure_cookies
    response.set_cookie(LOGIN_COOKIE, form, max_age=YEAR, httponly=True, samesite="Strict", secure=secure)
    return response


def _fits(token: str) -> bool:
    try:
        check_token(kernel(), token)
    except Forbidden:
        return False
    return True


def _modules() -> list[dict[str, Any]]:
    plugins = [plugin for plugin in kernel().registry.plugins.values() if plugin.name != KERNEL]
    return [{"name": plugin.name, "title": plugin.manifest.title, "summary": plugin.manifest.summary,
             "icon": plugin.manifest.icon, "brings": counted(plugin), "needs": sorted(plugin.manifest.requires)}
            for plugin in plugins]  # fmt: skip


def set_up_house() -> Response | Any:
    """Make organisation, administrator and modules, and log the administrator in."""
    known, given = request.cookies.get(LOGIN_COOKIE, ""), request.form.get("csrf_token", "")
    if not needs_setup(kernel()):
        raise NotFound("OpenMill is set up already; log in.")
    try:
        if not known or not hmac.compare_digest(known.encode(), given.encode("utf-8", "replace")):
            raise Forbidden("The form has expired; send it again.", code="CSRF_FAILED")
        check_token(kernel(), request.form.get("token", ""))
        values: dict[str, Any] = {name: request.form.get(name, "") for name in FIELDS}
        answers = {**values, "modules_on": request.form.getlist("modules_on")}
        set_up(kernel(), **check_answers(kernel(), answers, again=request.form.get("again", "")))
    except NotFound:
        return redirect("/login", 303)
    except Problem as problem:
        return setup_page(problem)
    credentials = Credentials(values["username"], values["password"])
    opened = log_in_browser(kernel().identity, credentials, current_origin())
    response = go("/", Note("OpenMill is set up. Turn further modules on under Apps, add people under Users."))
    set_session_cookie(response, opened)
    return response
