"""Sessions: looking as a role for a while, where one is logged in, and logging out everywhere else."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request
from flask_smorest import Blueprint

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.errors import BadRequest, Forbidden, Invalid, NotFound
from core.identity.actor import Actor
from core.identity.members import require_cover
from core.identity.models import Role
from core.identity.own_sessions import end_others, own_sessions
from core.identity.roles import grant_of
from core.identity.viewing import sealed
from core.web.answering import answer_json, route
from core.web.bodies import read_json
from core.web.current import VIEW_AS, current_actor, kernel, tenant_actor

PERMISSION = "kernel.role.view-as"
viewing = Blueprint("viewing", __name__, url_prefix="/api/v1/auth/view-as", description="Look as a role would.")

log_ins = Blueprint("log_ins", __name__, url_prefix="/api/v1/auth/sessions", description="Where one is logged in.")


def role_to_look_as(*, role_id: int) -> None:
    """Say which role to look as."""


@route(viewing, "POST", reads=role_to_look_as, keyed=False)
def start() -> Response:
    """Look as the role `role_id`: this browser session has its rights and changes nothing, until it is ended."""
    actor, body = tenant_actor(), read_json(request)
    if not isinstance(body, Mapping) or type(body.get("role_id")) is not int:
        raise Invalid({"role_id": ["Must be the id of a role."]})
    role = look_as(actor, body["role_id"])
    response = answer_json({"viewing_as": role})
    hand_out(response, actor, body["role_id"])
    return response


@route(viewing, "DELETE")
def end() -> Response:
    """Be oneself again."""
    tenant_actor()
    response = answer_json({"viewing_as": None})
    response.delete_cookie(VIEW_AS, httponly=True, samesite="Lax")
    return response


@route(log_ins, "GET")
def list_log_ins() -> Response:
    """Return the browsers and programs in which one is logged in."""
    with kernel().identity.read() as session:
        return answer_json({"items": own_sessions(session, current_actor())})


@route(log_ins, "POST", "/end-others", keyed=False)
def end_other_log_ins() -> Response:
    """End every other log-in of one's own."""
    actor = current_actor()
    return answer_json({"ended": end_others(kernel().identity, actor)})


def look_as(actor: Actor, role_id: int) -> str:
    """Check that the actor may look as a role and note it in the audit trail; returns the role's title."""
    if actor.source != "session":
        raise BadRequest("Only a browser session looks as a role; a program asks for a token of its own.",
                         code="NOT_A_BROWSER")  # fmt: skip
    titles: list[str] = []

    def work(ctx: Context) -> Answer:
        if not ctx.can(PERMISSION) or not ctx.can("kernel.role.read"):
            raise Forbidden(f"You need the permission {PERMISSION}.", permission=PERMISSION)
        role = ctx.find(Role, id=role_id)
        if role is None:
            raise NotFound("There is no such role.")
        declared = ctx.kernel.identity.access.declared
        require_cover(ctx.actor.permissions, [grant_of(role, declared)], f"the role {role.title!r}")
        ctx.operation = PERMISSION
        ctx.journal.note(Role, role.id, "update", {"viewed_as_by": [None, ctx.actor.username]})
        titles[:] = [role.title]
        return Answer(200, "")

    perform(kernel(), actor, work)
    return titles[0]


def hand_out(response: Response, actor: Actor, role_id: int) -> None:
    """Let the browser keep as which role it looks; gone when it is closed."""
    secure = kernel().config.secure_cookies or request.is_secure
    cookie = sealed(kernel().identity.policy, actor, role_id)
    response.set_cookie(VIEW_AS, cookie, httponly=True, samesite="Lax", secure=secure)
