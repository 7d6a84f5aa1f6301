"""The table of contents of the admin pages: which address shows what. Every view is generic over the registry."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, g, redirect, request

from core.admin.administration.routes import ROUTES as ADMINISTRATION
from core.admin.administration.setup import set_up_house, setup_page
from core.admin.edits.routes import ROUTES as EDITS
from core.admin.forms import changes as form_changes
from core.admin.forms import picking
from core.admin.frame import session_pages
from core.admin.frame.assets import serve_asset
from core.admin.frame.brand_files import hue_sheet
from core.admin.frame.error_pages import problem_page
from core.admin.frame.themes import add_plugin_templates
from core.admin.frame.visit import Visit
from core.admin.home.alerts import alerts_page, set_aside
from core.admin.home.arranging import arrange_home
from core.admin.home.cards import card_page
from core.admin.home.favourites import change_favourites, favourites_page
from core.admin.home.page import home
from core.admin.home.palette import new_page, palette, search_page
from core.admin.lists import pages as list_pages
from core.admin.lists.routes import ROUTES as LISTS
from core.admin.plugin_pages.pages import find_own_page, own_page
from core.admin.plugin_pages.panels import panel_page
from core.admin.records import action_pages
from core.admin.records import pages as record_pages
from core.admin.records.routes import ROUTES as RECORDS
from core.admin.views.graphs.pages import states_page
from core.admin.views.moving import move_record
from core.admin.views.placing import place_record
from core.admin.views.reports import query_page
from core.errors import Forbidden, NotFound, Problem, Unauthenticated
from core.plugins.declarations import Query, Resource
from core.web.current import current_actor, kernel, known_actor
from core.web.endpoints import EndpointTable

blueprint = Blueprint("admin", __name__)
Page = Callable[..., Response]


def page(rule: str, *methods: str) -> Callable[[Page], Page]:
    """Declare a page for somebody who is logged in; the view gets the visit first. Only POST ever changes anything."""

    def declare(view: Page) -> Page:
        def answer(**values: Any) -> Response:
            return view(_visit(), **values)

        blueprint.add_url_rule(rule, view.__name__, answer, methods=list(methods or ("GET",)))
        return view

    return declare


def _visit() -> Visit:
    actor = current_actor()
    session = g.get("browser_session")
    if session is None:
        return Visit(kernel(), actor, "")
    return Visit(kernel(), actor, session.csrf_token, session.organisations)


def register(app: Flask) -> None:
    """Add the pages to an application."""
    app.register_blueprint(blueprint)
    add_plugin_templates(app.extensions["openmill"].registry.plugins.values())
    app.extensions["openmill_problem_page"] = _show_problem


def _show_problem(problem: Problem) -> Any:
    if isinstance(problem, Unauthenticated) and request.method == "GET":
        target = request.full_path.rstrip("?")
        return redirect("/login" if target == "/" else f"/login?{urlencode({'next': target})}", 303)
    return problem_page(problem, g.get("request_id", ""), _visit_to(problem))


def _visit_to(problem: Problem) -> Visit | None:
    """Return the visit to show a problem in; None where only a plain page holds, or a part of one was asked for."""
    if problem.status in (401, 429) or problem.status >= 500 or "HX-Request" in request.headers:
        return None
    return _visit() if known_actor() is not None and "browser_session" in g else None


# -- around the session --------------------------------------------------------------------------------------


@blueprint.get("/static/<digest>/<theme>/<path:name>")
def static_file(digest: str, theme: str, name: str) -> Response:
    """Answer a file of a theme."""
    return serve_asset(digest, theme, name)


blueprint.add_url_rule("/brand/hue/<int:hue>.css", "hue_sheet", hue_sheet, methods=["GET"])
blueprint.add_url_rule("/setup", "setup_page", setup_page, methods=["GET"])
blueprint.add_url_rule("/setup", "set_up_house", set_up_house, methods=["POST"])
blueprint.add_url_rule("/login", "login_page", session_pages.login_page, methods=["GET"])
blueprint.add_url_rule("/login", "log_in", session_pages.log_in, methods=["POST"])
page("/logout", "POST")(session_pages.log_out_page)
page("/switch", "POST")(session_pages.switch_tenant)
for rule, method, own in ADMINISTRATION:
    page(rule, method)(own)
page("/api/v1/docs")(session_pages.openapi_page)
page("/")(home)
page("/cards/<key>")(card_page)
page("/cards/arrange", "POST")(arrange_home)
page("/alerts")(alerts_page)
page("/alerts", "POST")(set_aside)
page("/favourites")(favourites_page)
page("/favourites", "POST")(change_favourites)
page("/palette")(palette)
page("/search")(search_page)
page("/new")(new_page)


page("/panels/<key>")(panel_page)


# -- any resource --------------------------------------------------------------------------------------------


def _find(visit: Visit, path: str) -> Resource:
    resource = kernel().registry.resource_at.get(path)
    if resource is None or not visit.view.sees(resource):
        raise NotFound("There is no such page.")
    if not visit.actor.can(f"{resource.key}.read"):
        raise Forbidden(f"You need the permission {resource.key}.read.", permission=f"{resource.key}.read")
    return resource


def _find_query(visit: Visit, path: str) -> tuple[Query, list[int]] | None:
    """Return the query at an address, with the ids in it."""
    table: EndpointTable = current_app.extensions["openmill_endpoints"]
    methods, ids = table.find(path)
    query = methods["GET"].query if "GET" in methods else None
    return (query, ids) if query is not None and visit.view.sees(query) else None


@page("/<path:path>")
def list_page(visit: Visit, path: str) -> Response:
    """Show the list of a resource, or what a query answers."""
    found = _find_query(visit, path)
    if found is not None:
        return query_page(visit, *found)
    own = find_own_page(visit, path)
    if own is not None:
        return own_page(visit, own)
    resource = _find(visit, path)
    return list_pages.show(visit, resource)


@page("/<path:path>/choices")
def list_choices(visit: Visit, path: str) -> Response:
    """Answer what a picker may offer."""
    return picking.answer_choices(visit, _find(visit, path))


@page("/choices", "POST")
def resolve_choices(visit: Visit) -> Response:
    """Answer whom pasted texts mean."""
    return picking.resolve(visit)


@page("/<path:path>/change", "POST")
def change_form(visit: Visit, path: str) -> Response:
    """Answer what else a form fills in when one input changes."""
    return form_changes.answer_change(visit, _find(visit, path))


@page("/<path:path>/new")
def new_record(visit: Visit, path: str) -> Response:
    """Show the form of a new record."""
    return record_pages.new_record(visit, _find(visit, path))


@page("/<path:path>/new", "POST")
def create_record(visit: Visit, path: str) -> Response:
    """Create a record."""
    return record_pages.create_record(visit, _find(visit, path))


@page("/<path:path>/<int:record_id>")
def open_record(visit: Visit, path: str, record_id: int) -> Response:
    """Show a record."""
    found = _find_query(visit, f"{path}/{record_id}")
    if found is not None:
        return query_page(visit, *found)
    return record_pages.open_record(visit, _find(visit, path), record_id)


@page("/<path:path>/<int:record_id>", "POST")
def save_record(visit: Visit, path: str, record_id: int) -> Response:
    """Save a record."""
    return record_pages.save_record(visit, _find(visit, path), record_id)


@page("/<path:path>/<int:record_id>/delete")
def confirm_delete(visit: Visit, path: str, record_id: int) -> Response:
    """Ask before deleting."""
    return record_pages.confirm_delete(visit, _find(visit, path), record_id)


@page("/<path:path>/<int:record_id>/delete", "POST")
def delete_record(visit: Visit, path: str, record_id: int) -> Response:
    """Delete a record."""
    return record_pages.delete_record(visit, _find(visit, path), record_id)


@page("/<path:path>/<int:record_id>/do/<verb>", "GET", "POST")
def record_action(visit: Visit, path: str, record_id: int, verb: str) -> Response:
    """Ask for, or run, an action on a record."""
    return action_pages.record_action(visit, _find(visit, path), record_id, verb)


@page("/<path:path>/states")
def state_diagram(visit: Visit, path: str) -> Response:
    """Show the states of a resource and the actions between them."""
    return states_page(visit, _find(visit, path))


@page("/<path:path>/<int:record_id>/move", "POST")
def move_in_view(visit: Visit, path: str, record_id: int) -> Response:
    """Move a record to another column, day or parent."""
    return move_record(visit, _find(visit, path), record_id)


@page("/<path:path>/<int:record_id>/place", "GET", "POST")
def place_in_tree(visit: Visit, path: str, record_id: int) -> Response:
    """Ask where in its tree a record shall stand, and put it there."""
    return place_record(visit, _find(visit, path), record_id)


@page("/<path:path>/do/<verb>", "GET", "POST")
def collection_action(visit: Visit, path: str, verb: str) -> Response:
    """Ask for, or run, an action on a collection."""
    return action_pages.collection_action(visit, _find(visit, path), verb)


@page("/<path:path>/selected", "POST")
def selected_action(visit: Visit, path: str) -> Response:
    """Ask for, or run, an action on chosen rows."""
    return action_pages.selected_action(visit, _find(visit, path))


def _of_resource(view: Page) -> Page:
    """Let a view of a resource be declared by its address below the resource's own."""

    @wraps(view)
    def answer(visit: Visit, path: str, **values: Any) -> Response:
        return view(visit, _find(visit, path), **values)

    return answer


for rule, method, below in (*EDITS, *LISTS, *RECORDS):
    page(rule, method)(_of_resource(below))
