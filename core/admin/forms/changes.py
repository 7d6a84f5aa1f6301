"""A form asks what else changes: its own inputs and the touched row come in, new values as inputs show them go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from core.actions.context import Context
from core.actions.suggesting import Suggestion, suggest
from core.admin.forms.generated import BoundForm, BoundGrid
from core.admin.forms.inputs import Row
from core.admin.forms.pickers import find_typed
from core.admin.forms.plans import record_plan
from core.admin.forms.values import body_of, typed
from core.admin.frame.visit import Visit
from core.desk.preferences import own_zone
from core.errors import Invalid
from core.plugins.declarations import Resource

Inputs = dict[str, dict[str, str]]
MOST_CHANGED = 200


def answer_change(visit: Visit, resource: Resource) -> Response:
    """Answer the inputs that become different when those named `_changed` do: one that was typed, or many pasted."""
    names = request.form.getlist("_changed") or [""]
    if len(names) > MOST_CHANGED:
        raise Invalid({"_changed": [f"Ask for at most {MOST_CHANGED} inputs at once."]})
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        form = BoundForm(record_plan(ctx, shape), own_zone(ctx), posted=request.form)
        find_typed(ctx, form, request.form)
        places = {f"{grid.name}-{row.index}-": (grid, row) for grid in form.grids.values() for row in grid.rows}
        found: Inputs = {}
        for name in names:
            found |= _changed(ctx, resource, form, places, name)
        return jsonify(fields=found)


def _changed(
    ctx: Context, resource: Resource, form: BoundForm, places: Mapping[str, tuple[BoundGrid, Row]], name: str
) -> Inputs:
    if form.top.find(name) is not None:
        values = body_of(form.top, form.zone, creating=False)
        return _inputs(form, form.top, suggest(ctx, resource, name, values), "")
    prefix, _, column = name.rpartition("-")
    grid, row = places.get(f"{prefix}-", (None, None))
    if grid is None or row is None or row.form.find(column) is None:
        raise Invalid({"_changed": ["Is not an input of this form."]})
    return _row_inputs(ctx, resource, form, (grid, row, column))


def _row_inputs(ctx: Context, resource: Resource, form: BoundForm, touched: tuple[BoundGrid, Row, str]) -> Inputs:
    grid, row, column = touched
    values = body_of(form.top, form.zone, creating=False)
    line = body_of(row.form, form.zone, creating=False)
    told = suggest(ctx, resource, f"{grid.name}.{column}", values, line)
    inside = Suggestion(told.line, {}, {name.partition(".")[2]: text for name, text in told.labels.items()})
    return _inputs(form, form.top, told, "") | _inputs(form, row.form, inside, f"{grid.name}-{row.index}-")


def _inputs(form: BoundForm, part: Any, told: Suggestion, prefix: str) -> Inputs:
    found: Inputs = {}
    for name, value in told.values.items():
        control = part.find(name)
        if control is not None and not control.info.readonly:
            text = typed(control.info, value, form.zone)
            shown = "true" if text is True else "" if text in (None, False) else str(text)
            found[f"{prefix}{name}"] = {"value": shown, **({"label": told.labels[name]} if name in told.labels else {})}
    return found
