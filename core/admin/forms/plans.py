"""From a declaration to the plan of its form: a resource's shape, or the arguments of an action or report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from core.actions.arguments import Parameter
from core.actions.context import Context
from core.actions.suggesting import watches
from core.admin.display.money import is_price
from core.admin.display.words import NUMERIC_KINDS, words_label
from core.admin.forms.controls import WIDE_KINDS, ControlInfo
from core.admin.forms.depending import texts_of
from core.admin.forms.generated import FormPlan, GridPlan
from core.db.types import Money
from core.plugins.declarations import Group, Lines, Resource
from core.resources.conditions import document_field
from core.resources.shape import Field, Shape, target_of

YES_OR_NO = (("true", "Yes"), ("false", "No"))


def record_plan(ctx: Context, shape: Shape) -> FormPlan:
    """Return the inputs of a resource's form; made once per shape."""
    made: FormPlan = shape.memo("admin.form", lambda: _record_plan(ctx, shape))
    return made


def _record_plan(ctx: Context, shape: Shape) -> FormPlan:
    names = [name for part in shape.form if isinstance(part, Group) for name in part.fields]
    fields = [shape.fields[name] for name in dict.fromkeys(names)]
    watched = {*watches(ctx, shape), *_near_units(fields)}
    infos = tuple(
        replace(
            field_info(ctx, item, shape.model), watched=item.name in watched,
            visible_when=texts_of(item.visible_when), readonly_when=texts_of(item.readonly_when),
        )
        for item in fields if not item.readonly
    )  # fmt: skip
    parts = [part for part in shape.form if isinstance(part, Lines) and part.name in shape.lines]
    parts = [part for part in parts if not shape.lines[part.name].readonly]
    return FormPlan(infos, tuple(_line_plan(ctx, shape, part) for part in parts))


def _line_plan(ctx: Context, shape: Shape, part: Lines) -> GridPlan:
    line = shape.lines[part.name]
    shown = [name for name in part.fields if name in line.fields] or [name for name in line.fields if name != "id"]
    items = [line.fields[name] for name in shown]
    watched, units = watches(ctx, shape), {f"{item.unit}_id" for item in items if item.unit}
    near = _near_units(items)
    columns = tuple(
        replace(
            field_info(ctx, item, line.model), watched=f"{part.name}.{item.name}" in watched or item.name in near,
            totalled=type(item.type) is Money or item.name in part.totals, tells_unit=item.name in units,
            # Nobody needs it twice: where a column of its own says it, and beside the price of something.
            unit_beside=bool(item.unit) and item.kind.name != "money" and f"{item.unit}_id" not in shown,
            visible_when=texts_of(item.visible_when, lambda name: document_field(line, name)),
            readonly_when=texts_of(item.readonly_when, lambda name: document_field(line, name)),
        )
        for item in items
    )  # fmt: skip
    ordered = "position" in line.fields and not line.fields["position"].readonly and "position" not in shown
    return GridPlan(part.name, part.title or line.title, columns, tab=part.tab, ordered=ordered)


def _near_units(items: Iterable[Field]) -> set[str]:
    """Return the references behind which the units of some amounts are: only the server knows what they become."""
    return {f"{item.unit.partition('.')[0]}_id" for item in items if "." in item.unit}


def field_info(ctx: Context, item: Field, owner: Any) -> ControlInfo:
    """Return what a template must know of a field of a resource or of its lines."""
    kind = "words" if item.kind.name == "json" and isinstance(item.default, list) else item.kind.name
    length = getattr(item.type, "length", None)
    multiline = item.multiline or kind in WIDE_KINDS
    target = target_resource(ctx, item, owner)
    # A check box knows two answers; where there may be none, three words do.
    unsure = kind == "boolean" and item.optional
    where = item.reference.where if item.reference is not None else ""
    return ControlInfo(
        name=item.name, label=item.label, kind=kind, help=item.help, unit_of=item.unit, unit_beside=bool(item.unit),
        required=item.required, wide=multiline or bool(length and length > 200), numeric=kind in NUMERIC_KINDS,
        check=kind == "boolean" and not unsure, finder=kind == "reference", readonly=item.readonly,
        choices=YES_OR_NO if unsure else tuple((word, words_label(word)) for word in item.choices),
        target=target.key if target else "", picker_url=picker_url(target, where) if target else "",
        max_length=length, multiline=multiline, blank=item.optional or (not item.required and kind != "choice"),
        nullable=item.optional, price=is_price(item),
    )  # fmt: skip


def target_resource(ctx: Context, item: Field, owner: Any) -> Resource | None:
    """Return the resource that a reference field leads to, if people can reach it."""
    if item.reference is None:
        return None
    return ctx.registry.resource_of_model.get(target_of(item, owner))


def picker_url(resource: Resource, where: str = "") -> str:
    """Return the address that a picker searches."""
    return f"/{resource.path}/choices" + (f"?{quote(where, safe='=&,')}" if where else "")


def argument_plan(ctx: Context, parameters: Sequence[Parameter]) -> FormPlan:
    """Return the inputs for the arguments of an action, query or report."""
    fields = tuple(parameter_info(ctx, item) for item in parameters if not _is_grid(item))
    grids = tuple(
        GridPlan(item.name, item.label, tuple(parameter_info(ctx, part) for part in item.nested), item.said.help)
        for item in parameters
        if _is_grid(item)
    )
    return FormPlan(fields, grids)


def _is_grid(item: Parameter) -> bool:
    return item.kind == "list:object" and bool(item.nested)


def parameter_info(ctx: Context, item: Parameter) -> ControlInfo:
    """Return what a template must know of an argument."""
    said = item.said
    target = ctx.registry.resources.get(said.ref)
    kind = item.kind if item.kind in _PLAIN_KINDS else _LIST_KINDS.get(item.kind, "json")
    multiple = item.kind in ("list:integer", "list:reference") and target is not None
    finder = multiple or (kind == "reference" and target is not None)
    unsure = kind == "boolean" and not item.required and item.default is None
    choices = YES_OR_NO if unsure else tuple((word, words_label(word)) for word in _choices(item))
    return ControlInfo(
        name=item.name, label=item.label, kind=kind, help=said.help, unit=said.unit, required=item.required,
        wide=kind in WIDE_KINDS or bool(said.max_length and said.max_length > 200), numeric=kind in NUMERIC_KINDS,
        check=kind == "boolean" and not unsure, finder=finder, choices=choices,
        target=said.ref if finder else "", picker_url=picker_url(target) if finder and target else "",
        max_length=said.max_length, multiline=said.multiline or kind in WIDE_KINDS, blank=not item.required,
        multiple=multiple, nullable=bool(item.field.allow_none),
    )  # fmt: skip


_LIST_KINDS = {f"list:{name}": "words" for name in ("text", "integer", "decimal", "date", "choice")}
_PLAIN_KINDS = frozenset(
    {"text", "long_text", "integer", "decimal", "boolean", "date", "moment", "choice", "reference"}
)


def _choices(item: Parameter) -> Iterable[str]:
    if item.kind != "choice":
        return ()
    validators = getattr(item.field, "validators", [])
    return item.said.choices or next((v.choices for v in validators if hasattr(v, "choices")), ())
