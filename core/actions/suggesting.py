"""What a form fills in when one value changes: only the touched line comes in, only what becomes different goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import marshmallow as ma

from core.actions.run import reachable
from core.errors import Forbidden, Invalid
from core.plugins.declarations import OnChange, Resource
from core.resources.kinds import DECIMAL
from core.resources.labels import labels
from core.resources.schemas import schema_field
from core.resources.shape import Field, LineShape, Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context

Values = dict[str, Any]
Known = dict[tuple[Any, int], str]
_DECIMALS = DECIMAL.dump


@dataclass
class Suggestion:
    """The values that become different, those of the form and those of the line, and what references are called."""

    values: Values = field(default_factory=dict)
    line: Values = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON body; labels of a line's references are named `lines.item_id`."""
        return {"values": self.values, "line": self.line, "labels": self.labels}


def suggest(
    ctx: Context, resource: Resource, changed: str, values: Mapping[str, Any], line: Mapping[str, Any] | None = None,
    known: Known | None = None,
) -> Suggestion:  # fmt: skip
    """Tell what else changes when `changed` (`field` or `lines.field`) does; each declared function runs once at most.

    What is given and cannot be read as a value of its field is left out: a form is asked while somebody types.
    Whoever asks for many lines hands the same `known` to each, and what references are called is read once.
    """
    known = {} if known is None else known
    _require(ctx, resource)
    shape = ctx.shape(resource)
    grid = changed.partition(".")[0]
    inner = shape.lines.get(grid) if changed not in shape.fields else None
    if changed not in shape.fields and (inner is None or changed.partition(".")[2] not in inner.fields):
        raise Invalid({"field": [f"Is not a field of {resource.key}."]})
    form = _Sheet(ctx, shape.fields, shape.model, values)
    row = _Sheet(ctx, inner.fields, inner.model, line or {}) if inner is not None else None
    _run(ctx, shape, changed, form, row, grid)
    found = Suggestion(form.different(), row.different() if row is not None else {})
    found.labels = form.labels(known)
    found.labels |= {f"{grid}.{key}": text for key, text in row.labels(known).items()} if row is not None else {}
    return found


def watches(ctx: Context, shape: Shape) -> dict[str, list[OnChange]]:
    """Return the functions of a resource by the field that sets them off, `lines.item_id` for one of a line."""
    made: dict[str, list[OnChange]] = shape.memo("on_changes", lambda: _watches(ctx, shape))
    return made


def _watches(ctx: Context, shape: Shape) -> dict[str, list[OnChange]]:
    found: dict[str, list[OnChange]] = {}
    for item in ctx.registry.on_changes.values():
        if item.resource == shape.resource.key and ctx.view.sees(item):
            found.setdefault(_full_name(shape, item.field), []).append(item)
    return found


def _full_name(shape: Shape, name: str) -> str:
    grid, _, rest = name.partition(".")
    line: LineShape | None = shape.lines.get(grid)
    if line is None or not rest:
        return shape.resolve(name)
    return f"{grid}.{rest}" if rest in line.fields else f"{grid}.{rest}_id"


def _require(ctx: Context, resource: Resource) -> None:
    wanted = [f"{resource.key}.{verb}" for verb in ("create", "update") if verb in resource.verbs]
    if not any(ctx.can(permission) for permission in wanted):
        raise Forbidden(f"You need the permission {resource.key}.create or {resource.key}.update.")


def _run(ctx: Context, shape: Shape, changed: str, form: _Sheet, row: _Sheet | None, grid: str) -> None:
    waiting, done = [changed], set[str]()
    while waiting:
        name = waiting.pop(0)
        for item in watches(ctx, shape).get(name, ()):
            if item.key in done:
                continue
            done.add(item.key)
            inside = row is not None and name.startswith(f"{grid}.")
            given = item.function(ctx, dict(form.now), dict(row.now) if row is not None and inside else None) or {}
            sheet, prefix = (row, f"{grid}.") if row is not None and inside else (form, "")
            waiting += [f"{prefix}{key}" for key in sheet.take(given)]


class _Sheet:
    """The values of a form or of one line: as they came, and as they become."""

    def __init__(self, ctx: Context, fields: Mapping[str, Field], owner: Any, given: Mapping[str, Any]) -> None:
        self._ctx, self._fields, self._owner = ctx, fields, owner
        self.before = dict(_readable(fields, given))
        self._drop_unreachable()
        self.now = dict(self.before)

    def take(self, given: Mapping[str, Any]) -> list[str]:
        """Take what a function answered and return what became different by it."""
        changed = []
        for key, value in given.items():
            name = key if key in self._fields else f"{key}_id"
            item = self._fields.get(name)
            # What the person may not see or write is nobody's to fill in.
            if item is None or item.readonly:
                continue
            value = _dumped(item, getattr(value, "id", value) if item.reference is not None else value)
            if not _same(item, self.now.get(name), value):
                self.now[name] = value
                changed.append(name)
        return changed

    def different(self) -> Values:
        """Return what is not as it came."""
        return {
            name: value
            for name, value in self.now.items()
            if not _same(self._fields[name], self.before.get(name), value)
        }

    def labels(self, known: Known) -> dict[str, str]:
        """Return what the references that became different are called; what is not known yet is read and kept."""
        found: dict[str, str] = {}
        for name, value in self.different().items():
            item = self._fields[name]
            if item.reference is not None and value is not None:
                target = target_of(item, self._owner)
                if (target, value) not in known:
                    resource = self._ctx.registry.resource_of_model.get(target)
                    told = labels(self._ctx.db, self._ctx.tenant.id, target, resource, [value])
                    known[(target, value)] = told.get(value, f"#{value}")
                found[name] = known[(target, value)]
        return found

    def _drop_unreachable(self) -> None:
        """Forget references to what the person may not see, so that no function tells of it."""
        for name in [name for name in self.before if self._fields[name].reference is not None]:
            value = self.before[name]
            target = self._ctx.registry.resource_of_model.get(target_of(self._fields[name], self._owner))
            if value is None or target is None:
                continue
            seen = self._ctx.can(f"{target.key}.read") and reachable(self._ctx, target, "read", [value])
            if not seen:
                del self.before[name]


def _readable(fields: Mapping[str, Field], given: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in given.items():
        item = fields.get(name)
        if item is None:
            continue
        try:
            yield name, _dumped(item, schema_field(item, partial=True).deserialize(value))
        except ma.ValidationError:
            continue


def _dumped(item: Field, value: Any) -> Any:
    return item.kind.dump(value) if item.kind.dump is not None and value is not None else value


def _same(item: Field, one: Any, other: Any) -> bool:
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    return Decimal(one) == Decimal(other) if item.kind.dump is _DECIMALS else bool(one == other)
