"""Parts that plugins put into other pages. Each is fetched by itself: a slow or failing one never holds the page up."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.admin.display.answers import blocks_of
from core.admin.frame.themes import plugin_template
from core.admin.frame.visit import Visit, frame, show
from core.errors import Forbidden, Invalid, NotFound, Problem
from core.plugins.declarations import Panel
from core.resources.reading import read_one

log = logging.getLogger(__name__)


def panel_page(visit: Visit, key: str) -> Response:
    """Show one panel: as a fragment of the page that asked for it, or alone where there is no JavaScript."""
    item = visit.kernel.registry.panels.get(key)
    with visit.reading() as ctx:
        if item is None or not ctx.view.sees(item):
            raise NotFound("There is no such panel.")
        if not ctx.can(item.permission):
            raise Forbidden(f"You need the permission {item.permission}.", permission=item.permission)
        answer, failed = _answer(ctx, item)
        plain = answer is not None and not item.template
        values = {
            "title": item.title, "failed": failed, "view": answer, "blocks": blocks_of(ctx, answer) if plain else [],
            "template": plugin_template(item.plugin, item.template) if item.template else "",
        }  # fmt: skip
        alone = not request.headers.get("HX-Request")
        return show(frame(visit, ctx, item.title), "plugin_pages/panel.html", panel=values, alone=alone)


def _answer(ctx: Context, item: Panel) -> tuple[Any, bool]:
    ids = [_record(ctx, item)] if item.slot.startswith("record.") else []
    try:
        with ctx.db.begin_nested():
            return item.function(ctx, *ids), False
    except Problem:
        raise
    except Exception:
        # What a third party gets wrong is shown in its own place and nowhere else.
        log.exception("panel %s failed", item.key)
        return None, True


def _record(ctx: Context, item: Panel) -> int:
    text = request.args.get("record", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Invalid({"record": ["Name the record by its id."]})
    resource = ctx.registry.resources[item.resource]
    if not ctx.can(f"{resource.key}.read"):
        raise Forbidden(f"You need the permission {resource.key}.read.", permission=f"{resource.key}.read")
    read_one(ctx, ctx.shape(resource), int(text))
    return int(text)
