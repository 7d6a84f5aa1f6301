"""The shape of a resource for one tenant: its own fields, those of enabled extensions, the tenant's own, its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from core.db.base import Record, TenantOwned, children_of, label_of
from core.db.fields import Condition, Reference, default_of, meta_of
from core.db.types import Choice, choices_of
from core.plugins.declarations import Extends, Group, Lines, Resource
from core.plugins.registry import View
from core.resources.kinds import CUSTOM_KINDS, Kind, kind_of

SYSTEM = ("tenant_id", "custom")
STAMPS = ("id", "version", "created_at", "updated_at")


@dataclass(frozen=True, eq=False)
class Field:
    """One field as the API, the forms and the filters know it."""

    name: str
    label: str
    kind: Kind
    source: str
    column: sa.Column[Any] | None
    help: str = ""
    required: bool = False
    readonly: bool = False
    sensitive: bool = False
    search: bool = False
    optional: bool = True
    unit: str = ""
    multiline: bool = False
    choices: tuple[str, ...] = ()
    type: Any = None
    reference: Reference | None = None
    minimum: Any = None
    maximum: Any = None
    extension: str = ""
    visible_when: Condition = ()
    readonly_when: Condition = ()

    @property
    def label_name(self) -> str:
        """The name under which a reference's label is answered."""
        return self.name.removesuffix("_id") + "_label"

    @property
    def default(self) -> Any:
        """The value a new record starts with."""
        return default_of(self.column) if self.column is not None else None


@dataclass(frozen=True, eq=False)
class LineShape:
    """The child records that are written with their parent."""

    name: str
    title: str
    model: Any
    parent_column: str
    fields: dict[str, Field]
    extensions: tuple[Extends, ...] = ()

    @property
    def readonly(self) -> bool:
        """Whether nothing in these lines is for people to write: actions make them."""
        return all(item.readonly for item in self.fields.values() if item.source == "own")


class Shape:
    """Everything generated code needs to know of a resource, for tenants with the same modules and fields."""

    def __init__(self, resource: Resource, fields: Iterable[Field], lines: Iterable[LineShape], view: View) -> None:
        self.resource = resource
        self.model: Any = resource.model
        self.table: sa.Table = resource.model.__table__
        self.fields = _settled({item.name: item for item in fields})
        self.lines = {item.name: item for item in lines}
        self.extensions = view.extensions_of(resource.model)
        self._memo: dict[Any, Any] = {}

    @cached_property
    def references(self) -> list[Field]:
        """The fields that refer to other records."""
        return [item for item in self.fields.values() if item.reference is not None]

    @cached_property
    def has_sensitive(self) -> bool:
        """Whether any field, here or in a line, is sensitive."""
        parts = [*self.fields.values(), *(item for line in self.lines.values() for item in line.fields.values())]
        return any(item.sensitive for item in parts)

    @cached_property
    def without_sensitive(self) -> Shape:
        """The shape for whoever may not see sensitive fields."""
        shape = Shape.__new__(Shape)
        shape.__dict__ = {**self.__dict__, "_memo": {}}
        for name in ("references", "list_names", "form", "has_sensitive", "without_sensitive"):
            shape.__dict__.pop(name, None)
        shape.fields = {name: item for name, item in self.fields.items() if not item.sensitive}
        shape.lines = {
            name: replace(line, fields={key: item for key, item in line.fields.items() if not item.sensitive})
            for name, line in self.lines.items()
        }
        return shape

    @cached_property
    def list_names(self) -> list[str]:
        """The columns of the list page, extensions' included."""
        own = [self.resolve(name) for name in self.resource.list] or list(self.fields)[:6]
        added = [f"{item.plugin}.{name}" for item in self.extensions for name in item.list]
        return [name for name in [*own, *added] if name in self.fields]

    @cached_property
    def form(self) -> list[Group | Lines]:
        """The form: the declared groups, extensions placed by their anchors, the tenant's own fields last."""
        parts: list[Group | Lines] = [self._resolved(part) for part in self.resource.form or [self._default_group()]]
        for item in self.extensions:
            if item.form is not None:
                added = replace(item.form, fields=tuple(f"{item.plugin}.{name}" for name in item.form.fields))
                place = self._anchor(parts, item.after)
                # A group stands on the tab of the one it stands behind, unless it says otherwise.
                tab = added.tab or (parts[place - 1].tab if place else "")
                parts.insert(place, replace(self._visible(added), tab=tab))
        custom = tuple(item.name for item in self.fields.values() if item.source == "custom")
        tab = "More" if any(part.tab for part in parts) else ""
        return [*parts, Group("More", custom, tab)] if custom else parts

    def resolve(self, name: str) -> str:
        """Return the field name for what an author wrote: `recipe` stands for `recipe_id`."""
        return f"{name}_id" if name not in self.fields and f"{name}_id" in self.fields else name

    def memo(self, key: Any, make: Any) -> Any:
        """Return something derived from this shape, made once."""
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]

    def _default_group(self) -> Group:
        hidden = {*STAMPS, *SYSTEM}
        return Group("General", tuple(n for n, f in self.fields.items() if n not in hidden and f.source == "own"))

    def _resolved(self, part: Group | Lines) -> Group | Lines:
        if isinstance(part, Group):
            return self._visible(replace(part, fields=tuple(self.resolve(name) for name in part.fields)))
        known = self.lines[part.name].fields if part.name in self.lines else {}
        names = [name if name in known else f"{name}_id" for name in part.fields]
        extensions = self.lines[part.name].extensions if part.name in self.lines else ()
        names += [f"{item.plugin}.{name}" for item in extensions for name in item.list]
        return replace(part, fields=tuple(name for name in names if name in known))

    def _visible(self, part: Group) -> Group:
        return replace(part, fields=tuple(name for name in part.fields if name in self.fields))

    def _anchor(self, parts: list[Group | Lines], after: str) -> int:
        wanted = self.resolve(after)
        for index, part in enumerate(parts):
            if isinstance(part, Group) and (after == part.title or wanted in part.fields):
                return index + 1
        return next((index for index, part in enumerate(parts) if isinstance(part, Lines)), len(parts))


def make_shape(resource: Resource, view: View, custom: Iterable[Any] = ()) -> Shape:
    """Build the shape of a resource from its model, the enabled extensions and the tenant's own fields."""
    fields = _own_fields(resource.model)
    for item in view.extensions_of(resource.model):
        fields += _extension_fields(item)
    if issubclass(resource.model, Record):
        fields += [_custom_field(row) for row in custom]
    shown = {part.name: part.title for part in resource.form if isinstance(part, Lines)}
    lines = [
        _line_shape(name, shown.get(name, ""), model, parent, view)
        for name, (model, parent) in children_of(resource.model).items()
        if _owner(model, resource.plugin) in view.enabled
    ]
    return Shape(resource, fields, lines, view)


def _settled(fields: dict[str, Field]) -> dict[str, Field]:
    """Return the fields with their conditions naming fields as the shape does: `item` stands for `item_id`."""

    def named(item: Field, name: str) -> str:
        wanted = (f"{item.extension}.{name}", f"{item.extension}.{name}_id", name, f"{name}_id")
        return next((key for key in wanted if key in fields), name)

    def settled(item: Field, condition: Condition) -> Condition:
        return tuple((named(item, name), allowed) for name, allowed in condition)

    return {
        name: replace(item, visible_when=settled(item, item.visible_when),
                      readonly_when=settled(item, item.readonly_when))
        if item.visible_when or item.readonly_when else item
        for name, item in fields.items()
    }  # fmt: skip


def _owner(model: Any, default: str) -> str:
    return str(model.__table__.info.get("plugin", default))


def _line_shape(name: str, title: str, model: Any, parent: str, view: View) -> LineShape:
    fields = _line_fields(model, parent)
    extensions = tuple(view.extensions_of(model))
    for item in extensions:
        fields |= {field.name: field for field in _extension_fields(item)}
    return LineShape(name, title or name.replace("_", " ").capitalize(), model, parent, _settled(fields), extensions)


def _own_fields(model: Any) -> list[Field]:
    return [_column_field(column) for column in model.__table__.columns if column.name not in SYSTEM]


def _line_fields(model: Any, parent: str) -> dict[str, Field]:
    skipped = {*SYSTEM, "version", "created_at", "updated_at", parent}
    columns = [column for column in model.__table__.columns if column.name not in skipped]
    return {column.name: _column_field(column) for column in columns}


def _extension_fields(item: Any) -> list[Field]:
    columns = [column for column in item.model.__table__.columns if column.name not in ("tenant_id", "id")]
    return [
        # A record that the plugin never touched has no row there: its fields are empty whatever the column says.
        replace(
            _column_field(column, f"{item.plugin}."),
            source="extension",
            extension=item.plugin,
            required=False,
            optional=True,
        )
        for column in columns
    ]


def _column_field(column: sa.Column[Any], prefix: str = "") -> Field:
    meta = meta_of(column)
    system = column.name in STAMPS
    # Derived and append-only tables are plain to read but never written field by field.
    return Field(
        name=prefix + column.name,
        label="ID" if column.name == "id" else label_of(column),
        kind=kind_of(column),
        source="own",
        column=column,
        help=meta.help,
        required=meta.required and not system,
        readonly=meta.readonly or system,
        sensitive=meta.sensitive,
        search=meta.search,
        optional=bool(column.nullable),
        unit=meta.unit,
        multiline=meta.multiline,
        choices=tuple(choices_of(column.type)),
        type=column.type,
        reference=column.info.get("ref"),
        minimum=meta.minimum,
        maximum=meta.maximum,
        visible_when=meta.visible_when,
        readonly_when=meta.readonly_when,
    )


def _custom_field(row: Any) -> Field:
    kind, column_type = CUSTOM_KINDS[row.kind]
    if column_type is None:
        column_type = Choice(*(str(word) for word in row.choices))
    return Field(
        name=row.name,
        label=row.label,
        kind=kind,
        source="custom",
        column=None,
        help=row.help,
        required=row.required,
        choices=tuple(choices_of(column_type)),
        type=column_type,
    )


def target_of(item: Field, owner: Any) -> type[TenantOwned]:
    """Return the model that a reference field points to."""
    assert item.reference is not None
    return item.reference.resolve(owner)
