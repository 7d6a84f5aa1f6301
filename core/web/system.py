"""Routes that no declaration makes: health, version, the OpenAPI document, modules and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import marshmallow as ma
import sqlalchemy as sa
from flask import Response, current_app, request
from flask_smorest import Blueprint

from core import __version__
from core.actions import observers
from core.actions.context import Context
from core.administration import modules, settings
from core.errors import Forbidden
from core.plugins.manifest import KERNEL_API
from core.plugins.registry import KERNEL
from core.web.answering import ANY_OBJECT, answer_json, answer_write, route
from core.web.bodies import read_json
from core.web.current import kernel, tenant_actor
from core.web.openapi import Writer

system = Blueprint("system", __name__, url_prefix="/api/v1", description="Health, modules, settings, documents.")


View = TypeVar("View", bound=Callable[..., Response])


def _public(path: str, answers: type[ma.Schema], *others: int) -> Callable[[View], View]:
    """Register a view that everybody reads, whatever else they ask; it answers the `others` in the same words."""

    def register(view: View) -> View:
        made = system.doc(security=[])(system.response(200, answers)(view))
        for status in others:
            made = system.alt_response(status, schema=answers)(made)
        routed: View = system.route(path, methods=["GET"])(made)
        return routed

    return register


class HealthAnswer(ma.Schema):
    """Whether the process can do its work."""

    status = ma.fields.String()
    database = ma.fields.String()


class VersionAnswer(ma.Schema):
    """Which OpenMill this is."""

    version = ma.fields.String()
    kernel_api = ma.fields.String()


@_public("/system/health", HealthAnswer, 503)
def health() -> Response:
    """Say whether the database answers; 503 when it does not."""
    try:
        with kernel().engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        return answer_json({"status": "down", "database": "unreachable"}, 503)
    return answer_json({"status": "ok", "database": kernel().engine.dialect.name})


@_public("/system/version", VersionAnswer)
def version() -> Response:
    """Say which version runs."""
    return answer_json({"version": __version__, "kernel_api": KERNEL_API})


@route(system, "GET", "/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document of the asker's tenant and rights."""
    actor = tenant_actor()
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        fixed = current_app.extensions["openmill_api"].spec.to_dict()
        return answer_json(Writer(ctx, current_app.extensions["openmill_endpoints"]).document(fixed))


@route(system, "GET", "/modules")
def list_modules() -> Response:
    """Return every installed module with its state for this tenant, and the refused ones with their reason."""
    actor = tenant_actor()
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        failing = observers.failing(ctx) if ctx.can("kernel.module.enable") else {}
        return answer_json(
            {
                "items": [
                    {**_module(ctx, name), "failing_observers": failing.get(name, [])}
                    for name in ctx.registry.plugins
                    if name != KERNEL
                ],
                "refused": [{"name": item.name, "reason": item.reason} for item in ctx.registry.refused],
            }
        )


@route(system, "POST", "/modules/<string:name>/enable")
def enable_module(name: str) -> Response:
    """Switch a module on, with everything it requires."""
    return _switch(name, modules.enable, "enable")


@route(system, "POST", "/modules/<string:name>/disable")
def disable_module(name: str) -> Response:
    """Switch a module off; its data stays."""
    return _switch(name, modules.disable, "disable")


@route(system, "POST", "/modules/<string:name>/observers/<string:key>/enable")
def enable_observer(name: str, key: str) -> Response:
    """Switch an observer on again that was switched off because it kept failing."""

    def change(ctx: Context, plugin: str) -> list[str]:
        return observers.switch_on(ctx, plugin, key)

    return _switch(name, change, "enable")


@route(system, "GET", "/settings")
def list_settings() -> Response:
    """Return the settings of the modules that are on."""
    actor = tenant_actor()
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        _require(ctx, settings.READ)
        return answer_json({"items": settings.list_settings(ctx)})


@route(system, "PATCH", "/settings", reads=ANY_OBJECT)
def change_settings() -> Response:
    """Change settings: an object of key and value; all or none."""
    body = read_json(request)

    def work(ctx: Context) -> dict[str, Any]:
        _require(ctx, settings.UPDATE)
        return {"changed": settings.change_settings(ctx, body)}

    return answer_write(work)


@route(system, "DELETE", "/settings/<string:key>")
def reset_setting(key: str) -> Response:
    """Give a setting its default again."""

    def work(ctx: Context) -> dict[str, Any]:
        _require(ctx, settings.UPDATE)
        return {"changed": settings.reset_settings(ctx, [key])}

    return answer_write(work)


def _switch(name: str, change: Any, verb: str) -> Response:
    def work(ctx: Context) -> dict[str, Any]:
        _require(ctx, f"kernel.module.{verb}")
        return {"changed": change(ctx, name)}

    return answer_write(work)


def _require(ctx: Context, permission: str) -> None:
    if not ctx.can(permission):
        raise Forbidden(f"You need the permission {permission}.", permission=permission)


def _module(ctx: Context, name: str) -> dict[str, Any]:
    plugin = ctx.registry.plugins[name]
    return {
        "name": name,
        "title": plugin.manifest.title,
        "summary": plugin.manifest.summary,
        "version": plugin.manifest.version,
        "enabled": ctx.enabled(name),
        "requires": ctx.registry.requirements_of(name)[:-1],
        "required_by": ctx.registry.dependents_of(name),
    }
