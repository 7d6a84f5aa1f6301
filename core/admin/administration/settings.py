"""The settings of an organisation: what its modules let it choose, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.display.words import words_label
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.records.pages import said, told_faults
from core.administration.settings import READ, UPDATE, change_settings, list_settings, reset_settings
from core.desk.branding import DENSITIES, brand_of, change_brand, remove_logo, set_logo
from core.errors import Forbidden, Invalid, Problem
from core.services.themes import installed_themes

DEFAULT_HUE = 258
INPUTS = {"bool": "checkbox", "int": "number", "Decimal": "decimal", "date": "date", "str": "text"}
FILE = "logo"


def settings(visit: Visit, problem: Problem | None = None) -> Response:
    """Show every setting of the modules that are on, by module, and the look of the organisation."""
    with visit.reading() as ctx:
        _require(ctx, READ)
        errors = problem.errors if problem else {}
        modules = _by_module(ctx, errors)
        view = {
            "modules": modules, "brand": brand_of(ctx), "themes": list(installed_themes().values()),
            "densities": DENSITIES, "may_change": ctx.can(UPDATE), "default_hue": DEFAULT_HUE, "errors": errors,
        }  # fmt: skip
        page = frame(visit, ctx, "Settings")
        labels = {item["key"]: item["label"] for module in modules for item in module["settings"]}
    page.pickers = False
    summary = told_faults(errors, labels, at="set")
    status = problem.status if problem else 200
    return show(page, "administration/settings.html", status, view=view, problem=said(problem), summary=summary)


def _require(ctx: Context, permission: str) -> None:
    if not ctx.can(permission):
        raise Forbidden(f"You need the permission {permission}.", permission=permission)


def _by_module(ctx: Context, errors: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    modules: dict[str, list[dict[str, Any]]] = {}
    for item in list_settings(ctx):
        modules.setdefault(item["module"], []).append(_shown(item, errors.get(item["key"], [])))
    plugins = ctx.registry.plugins
    return [
        {"name": name, "title": plugins[name].manifest.title, "icon": plugins[name].manifest.icon, "settings": items}
        for name, items in modules.items()
    ]


def _shown(item: Mapping[str, Any], errors: list[str]) -> dict[str, Any]:
    kind = "choice" if item["choices"] else INPUTS[item["kind"]]
    value = request.form.get(item["key"]) if errors else None
    default = _text(item["default"])
    return {**item, "input": kind, "text": _text(item["value"]) if value is None else value,
            "choices": [(word, words_label(word)) for word in item["choices"]],
            "default_text": words_label(default) if kind == "choice" else default, "errors": errors}  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None:
        return ""
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def save_settings(visit: Visit) -> Response:
    """Keep the settings of one module that differ from what they are, or give one its default again."""
    told: list[str] = []

    def work(ctx: Context) -> Answer:
        _require(ctx, UPDATE)
        if key := request.form.get("_reset"):
            told[:] = reset_settings(ctx, [key])
            return Answer(200, "")
        values = _changed(ctx)
        told[:] = change_settings(ctx, values) if values else []
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return settings(visit, problem)
    many = f"{len(told)} settings" if len(told) != 1 else "1 setting"
    return go("/settings", Note(f"Saved: {many} changed." if told else "Nothing had to change."))


def _changed(ctx: Context) -> dict[str, Any]:
    """Return what the form says otherwise than it is; a box that is not ticked is not sent at all."""
    found: dict[str, Any] = {}
    for item in list_settings(ctx):
        if f"{item['key']}__shown" in request.form:
            value = _sent(item["kind"], request.form.get(item["key"], ""))
            if value != item["value"] and _text(value) != _text(item["value"]):
                found[item["key"]] = value
    return found


def _sent(kind: str, text: str) -> Any:
    text = text.strip()
    if kind == "bool":
        return text == "on"
    if kind == "int":
        plain = text.removeprefix("-")
        return int(text) if plain.isascii() and plain.isdigit() and len(plain) < 20 else text
    return text


def save_branding(visit: Visit) -> Response:
    """Keep how the organisation looks."""
    form, sent = request.form, request.files.get(FILE)

    def work(ctx: Context) -> Answer:
        _require(ctx, UPDATE)
        if form.get("_remove") == FILE:
            remove_logo(ctx)
            return Answer(200, "")
        change_brand(ctx, _brand(form))
        if sent is not None and sent.filename:
            sent.seek(0)
            set_logo(ctx, sent.filename, sent.stream)
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return settings(visit, problem)
    finally:
        if sent is not None:
            sent.close()
    return go("/settings", Note("Saved. Everybody sees it from their next page on."))


def _brand(form: Mapping[str, str]) -> dict[str, Any]:
    hue = form.get("hue", "").strip() if form.get("own_hue") else ""
    if hue and not (hue.isascii() and hue.isdigit() and len(hue) < 4):
        raise Invalid({"hue": ["Must be a whole number from 0 to 360."]})
    return {"name": form.get("name", ""), "theme": form.get("theme", ""), "hue": int(hue) if hue else None,
            "density": form.get("density") or None}  # fmt: skip
