"""A form asks what else changes: its own inputs and the touched row come in, new values as inputs show them go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify, request

from core.actions.context import Context
from core.actions.suggesting import Known, Suggestion, suggest
from core.admin.forms.far_units import units_behind
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
LONGEST_ID = 16


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
        touched = [_touched(form, places, name) for name in names]
        # What many rows ask for one by one is read together before; as long as it is held, nothing reads it again.
        held, known = _referred(ctx, touched), Known()
        found: Inputs = {}
        for item in touched:
            found |= _changed(ctx, resource, form, item, known)
        del held
        return jsonify(fields=found, units=units_behind(ctx, shape, form, found))


@dataclass(frozen=True)
class Touched:
    """An input that changed, and the row that it stands in."""

    control: Any
    name: str
    grid: BoundGrid | None = None
    row: Row | None = None


def _touched(form: BoundForm, places: Mapping[str, tuple[BoundGrid, Row]], name: str) -> Touched:
    control = form.top.find(name)
    if control is not None:
        return Touched(control, name)
    prefix, _, column = name.rpartition("-")
    grid, row = places.get(f"{prefix}-", (None, None))
    control = row.form.find(column) if row is not None else None
    if grid is None or control is None:
        raise Invalid({"_changed": ["Is not an input of this form."]})
    return Touched(control, f"{grid.name}.{column}", grid, row)


def _referred(ctx: Context, touched: Iterable[Touched]) -> list[Any]:
    """Return the records that the touched inputs refer to, one query per model."""
    wanted: dict[type[Any], set[int]] = {}
    for item in touched:
        resource, text = ctx.registry.resources.get(item.control.info.target), str(item.control.data or "")
        if resource is not None and text.isascii() and text.isdecimal() and len(text) < LONGEST_ID:
            wanted.setdefault(resource.model, set()).add(int(text))
    return [record for model, ids in wanted.items() for record in ctx.all(sa.select(model).where(model.id.in_(ids)))]


def _changed(ctx: Context, resource: Resource, form: BoundForm, item: Touched, known: Known) -> Inputs:
    values = body_of(form.top, form.zone, creating=False)
    if item.grid is None or item.row is None:
        return _inputs(form, form.top, suggest(ctx, resource, item.name, values, known=known), "")
    grid, row = item.grid, item.row
    line = body_of(row.form, form.zone, creating=False)
    told = suggest(ctx, resource, item.name, values, line, known)
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
