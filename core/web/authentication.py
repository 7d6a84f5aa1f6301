"""Logging in and out over HTTP: the routes under /api/v1/auth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import marshmallow as ma
from flask import Response, g, make_response, request
from flask_smorest import Blueprint

from core.db.session import KernelSession
from core.errors import Invalid, Unauthenticated
from core.identity import login
from core.identity.actor import Actor
from core.identity.models import Member, User
from core.identity.roles import roles_of
from core.identity.sessions import OpenedSession
from core.identity.sources import Origin
from core.identity.tokens import TokenPair
from core.resources.kinds import CleanText
from core.resources.schemas import Strict, flat_errors
from core.tenancy.models import Tenant
from core.web.answering import answer_json
from core.web.bodies import read_json
from core.web.cookies import clear_session_cookie, set_session_cookie
from core.web.current import current_actor, kernel

View = TypeVar("View", bound=Callable[..., Response])
authentication = Blueprint(
    "authentication", __name__, url_prefix="/api/v1/auth", description="Log in, refresh, log out, change the password."
)
_FORM = "application/x-www-form-urlencoded"


def _text(longest: int, **options: Any) -> CleanText:
    return CleanText(multiline=True, validate=ma.validate.Length(max=longest), **options)


class LoginBody(Strict):
    """User name or e-mail address with the password; an OAuth2 password form is read as well."""

    username = _text(254)
    email = _text(254)
    password = _text(1024, required=True)
    tenant = _text(40, metadata={"description": "Short name of the tenant; left out, the one used last."})


class LoginForm(LoginBody):
    """The same as an OAuth2 client sends it; the client's own fields mean nothing here."""

    grant_type = ma.fields.String(validate=ma.validate.Equal("password"))
    scope = ma.fields.String()
    client_id = ma.fields.String()
    client_secret = ma.fields.String()


class RefreshBody(Strict):
    """The refresh token."""

    refresh_token = _text(1024, required=True)


class RefreshForm(RefreshBody):
    """The same as an OAuth2 client sends it."""

    grant_type = ma.fields.String(validate=ma.validate.Equal("refresh_token"))
    scope = ma.fields.String()
    client_id = ma.fields.String()
    client_secret = ma.fields.String()


class LogoutBody(Strict):
    """The refresh token, for a client whose access token has expired."""

    refresh_token = _text(1024)


class PasswordBody(Strict):
    """The password there is and the one there will be."""

    current_password = _text(1024, required=True)
    new_password = _text(1024, required=True)


class SwitchBody(Strict):
    """The short name of the tenant to go to."""

    tenant = _text(40, required=True)


class TokenAnswer(ma.Schema):
    """An access token with its refresh token."""

    access_token = ma.fields.String()
    refresh_token = ma.fields.String()
    token_type = ma.fields.String()
    expires_in = ma.fields.Integer(metadata={"description": "Seconds until the access token expires."})
    user = ma.fields.Dict()
    tenant = ma.fields.Dict(allow_none=True)
    tenants = ma.fields.List(ma.fields.Dict())


class MeAnswer(ma.Schema):
    """Who is logged in, where, and with which rights."""

    id = ma.fields.Integer()
    username = ma.fields.String()
    email = ma.fields.String()
    name = ma.fields.String()
    is_platform_admin = ma.fields.Boolean()
    member_id = ma.fields.Integer(allow_none=True)
    is_owner = ma.fields.Boolean()
    tenant = ma.fields.Dict(allow_none=True)
    tenants = ma.fields.List(ma.fields.Dict())
    roles = ma.fields.List(ma.fields.Dict())
    permissions = ma.fields.List(ma.fields.String())


def _route(
    method: str, path: str, *, answers: type[ma.Schema] | None, reads: type[ma.Schema] | None = None, form: bool = False
) -> Callable[[View], View]:
    """Register a view with its place in the API's document."""

    def register(view: View) -> View:
        made = authentication.response(200 if answers else 204, answers)(view)
        if reads is not None:
            kinds = ["application/json", *([_FORM] if form else [])]
            made = authentication.doc(requestBody={"content": {kind: {"schema": reads} for kind in kinds}})(made)
        routed: View = authentication.route(path, methods=[method])(made)
        return routed

    return register


@_route("POST", "/login", reads=LoginBody, form=True, answers=TokenAnswer)
def log_in() -> Response:
    """Log in with user name or e-mail address and password."""
    body = _body(LoginForm if request.mimetype == _FORM else LoginBody)
    identifier = body.get("username") or body.get("email")
    if not identifier:
        raise Invalid({"username": ["Give a user name or an e-mail address."]})
    credentials = login.Credentials(identifier, body["password"], body.get("tenant") or None)
    return _tokens(login.log_in_program(kernel().identity, credentials, current_origin()))


@_route("POST", "/refresh", reads=RefreshBody, form=True, answers=TokenAnswer)
def refresh() -> Response:
    """Trade the refresh token for new tokens; each is good for one trade."""
    body = _body(RefreshForm if request.mimetype == _FORM else RefreshBody)
    pair, _ = login.refresh(kernel().identity, body["refresh_token"])
    return _tokens(pair)


@_route("POST", "/logout", reads=LogoutBody, answers=None)
def log_out() -> Response:
    """End this log-in at once; one that has ended already is no error."""
    body, actor = _body(LogoutBody), _leaving_actor()
    if actor is not None:
        login.log_out(kernel().identity, actor)
    if body.get("refresh_token"):
        login.give_back(kernel().identity, body["refresh_token"])
    response = make_response("", 204)
    clear_session_cookie(response)
    return response


@_route("GET", "/me", answers=MeAnswer)
def me() -> Response:
    """Tell who is logged in, in which tenant, with which roles and permissions."""
    actor = current_actor()
    with kernel().identity.read() as session:
        user = session.get_one(User, actor.user_id)
        answer = {**_person(user), **_places(session, user, actor.tenant_id), **_standing(session, actor)}
    if actor.source == "session":
        answer["csrf_token"] = g.browser_session.csrf_token
    return answer_json(answer)


@_route("POST", "/password", reads=PasswordBody, answers=TokenAnswer)
def change_password() -> Response:
    """Change the password: every other log-in ends, this one gets new tokens or a new cookie."""
    actor, body = current_actor(), _body(PasswordBody)
    passwords = body["current_password"], body["new_password"]
    if actor.source == "session":
        return _cookie(login.change_browser_password(kernel().identity, actor, *passwords, current_origin()))
    return _tokens(login.change_program_password(kernel().identity, actor, *passwords, current_origin()))


@_route("POST", "/switch-tenant", reads=SwitchBody, answers=TokenAnswer)
def switch_tenant() -> Response:
    """Go to another tenant that one is a member of."""
    actor, body = current_actor(), _body(SwitchBody)
    if actor.source == "session":
        return _cookie(login.switch_browser(kernel().identity, actor, body["tenant"], current_origin()))
    return _tokens(login.switch_program(kernel().identity, actor, body["tenant"], current_origin()))


def current_origin() -> Origin:
    """Return where the current request comes from; the app lets only configured proxies speak for the address."""
    return Origin(request.remote_addr or "", request.user_agent.string)


def _leaving_actor() -> Actor | None:
    try:
        return current_actor()
    except Unauthenticated:
        return None


def _body(schema: type[ma.Schema]) -> dict[str, Any]:
    given: Any = request.form.to_dict() if request.mimetype == _FORM else read_json(request)
    if not isinstance(given, Mapping):
        raise Invalid({"body": ["Must be a JSON object."]})
    try:
        loaded: dict[str, Any] = schema().load(given)
    except ma.ValidationError as error:
        raise Invalid(flat_errors(dict(error.messages_dict))) from None
    return loaded


def _tokens(pair: TokenPair) -> Response:
    """Answer with tokens and with whom and where they are for."""
    with kernel().identity.read() as session:
        user, tenant_id = login.owner_of(session, pair)
        answer = {
            "access_token": pair.access_token,
            "refresh_token": pair.refresh_token,
            "token_type": "bearer",
            "expires_in": pair.expires_in,
            "user": _person(user),
            **_places(session, user, tenant_id),
        }
    return answer_json(answer)


def _cookie(opened: OpenedSession) -> Response:
    response = answer_json({"csrf_token": opened.csrf_token})
    set_session_cookie(response, opened)
    return response


def _person(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "name": user.name,
        "is_platform_admin": user.is_platform_admin,
    }


def _standing(session: KernelSession, actor: Actor) -> dict[str, Any]:
    member = session.get(Member, (actor.tenant_id, actor.member_id)) if actor.member_id else None
    held = roles_of(session, member.tenant_id, member.id) if member else []
    return {
        "member_id": actor.member_id,
        "is_owner": member is not None and member.is_owner,
        "roles": [{"id": role.id, "key": role.key, "title": role.title} for role in held],
        "permissions": actor.permissions.patterns(),
    }


def _places(session: KernelSession, user: User, tenant_id: int | None) -> dict[str, Any]:
    places = [_place(tenant) for tenant in login.tenants_of(session, user.id)]
    return {"tenant": next((place for place in places if place["id"] == tenant_id), None), "tenants": places}


def _place(tenant: Tenant) -> dict[str, Any]:
    return {
        "id": tenant.id,
        "slug": tenant.slug,
        "name": tenant.name,
        "currency": tenant.currency,
        "zone": tenant.zone,
    }
