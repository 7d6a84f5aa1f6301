"""Units behind what is chosen in a form, such as the base unit of a line's item, named before anything is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.actions.context import Context
from core.actions.run import reachable
from core.admin.forms.controls import GeneratedForm, unit_text
from core.admin.forms.generated import BoundForm
from core.admin.forms.pickers import is_id, may_read
from core.resources.shape import Shape
from core.resources.units import with_far_units

Units = dict[str, dict[str, str]]
Chosen = dict[str, dict[str, int]]


def name_units_behind(ctx: Context, shape: Shape, form: BoundForm) -> None:
    """Write beside amounts that were sent the units of what is chosen now."""
    told = units_behind(ctx, shape, form, {})
    for _, prefix, part in _parts(form):
        for control in part.controls():
            if unit := told.get(prefix, {}).get(control.info.unit_of):
                control.unit = unit_text(control.info, unit, form.inputs.currency)


def units_behind(ctx: Context, shape: Shape, form: BoundForm, become: Mapping[str, Mapping[str, str]]) -> Units:
    """Return by the prefix of a form's parts what their units are called; `become` tells what is filled in besides."""
    parts = list(_parts(form))
    chosen = _reachable(ctx, form, {prefix: _chosen(part, prefix, become) for _, prefix, part in parts})
    lines = {name: [dict(chosen[prefix]) for grid, prefix, _ in parts if grid == name] for name in form.grids}
    told = with_far_units(ctx, shape, {**chosen[""], **lines})
    rows = {name: iter(told[name]) for name in form.grids}
    found: Units = {}
    for grid, prefix, part in parts:
        values = next(rows[grid]) if grid else told
        behind = {control.info.unit_of for control in part.controls() if "." in control.info.unit_of}
        found[prefix] = {unit: name for unit in sorted(behind) if (name := values.get(f"{unit}_label"))}
    return {prefix: units for prefix, units in found.items() if units}


def _parts(form: BoundForm) -> Iterator[tuple[str, str, GeneratedForm]]:
    """Yield the form itself and its rows, each with its grid and the prefix of its inputs."""
    yield "", "", form.top
    for grid in form.grids.values():
        yield from ((grid.name, f"{grid.name}-{row.index}-", row.form) for row in grid.rows)


def _chosen(part: GeneratedForm, prefix: str, become: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return the records behind which units are, as far as somebody may choose them here."""
    units = [control.info.unit_of for control in part.controls()]
    near = {f"{unit.partition('.')[0]}_id" for unit in units if "." in unit}
    found = {}
    for control in filter(None, map(part.find, sorted(near))):
        text = str(become.get(f"{prefix}{control.info.name}", {}).get("value") or control.data or "")
        if control.info.finder and not control.info.readonly and is_id(text):
            found[control.info.name] = int(text)
    return found


def _reachable(ctx: Context, form: BoundForm, chosen: Chosen) -> Chosen:
    """Leave out what the person may not see, so that no unit tells of it."""
    targets = {control.info.name: control.info.target for _, _, part in _parts(form) for control in part.controls()}
    wanted: dict[str, set[int]] = {}
    for name, identity in [pair for values in chosen.values() for pair in values.items()]:
        wanted.setdefault(targets[name], set()).add(identity)
    seen: set[tuple[str, Any]] = set()
    for key, ids in wanted.items():
        resource = ctx.registry.resources.get(key)
        if resource is not None and may_read(ctx, resource):
            seen |= {(key, identity) for identity in reachable(ctx, resource, "read", sorted(ids))}
    return {
        prefix: {name: identity for name, identity in values.items() if (targets[name], identity) in seen}
        for prefix, values in chosen.items()
    }
