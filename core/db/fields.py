"""What an author writes in a model: `field()` for a column, `ref()` for a reference to another record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from core.db.types import State

_UNSET: Any = object()
Condition = tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True)
class Meta:
    """What SQLAlchemy cannot say about a column."""

    label: str
    help: str = ""
    unit: str = ""
    search: bool = False
    readonly: bool = False
    sensitive: bool = False
    multiline: bool = False
    minimum: Any = None
    maximum: Any = None
    required: bool = False
    visible_when: Condition = ()
    readonly_when: Condition = ()


@dataclass
class Reference:
    """A reference to one record of another model; `parent` names the list of children it gives the target."""

    target: Any
    parent: str = ""
    ondelete: str = "RESTRICT"
    column: str = ""
    where: str = ""

    def resolve(self, owner: type[Any]) -> type[Any]:
        """Return the target class; `self` and class names of the same package are allowed."""
        if isinstance(self.target, str):
            self.target = _class_named(self.target, owner)
        return self.target  # type: ignore[no-any-return]


def _class_named(name: str, owner: type[Any]) -> type[Any]:
    if name in ("self", owner.__name__):
        return owner
    package = owner.__module__.rsplit(".", 1)[0].split(".models")[0]
    for mapper in owner.registry.mappers:
        if mapper.class_.__name__ == name and mapper.class_.__module__.startswith(package):
            return cast(type[Any], mapper.class_)
    raise LookupError(f"{owner.__module__}.{owner.__name__} refers to {name!r}, which is not defined before it")


class Relation:
    """Stands in the class body for the relationship that the base builds once the class is known."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference


def field(
    column_type: TypeEngine[Any] | type[TypeEngine[Any]],
    *,
    label: str = "",
    help: str = "",
    unit: str = "",
    search: bool = False,
    readonly: bool = False,
    sensitive: bool = False,
    multiline: bool = False,
    unique: bool = False,
    index: bool = False,
    optional: bool = False,
    default: Any = _UNSET,
    minimum: Any = None,
    maximum: Any = None,
    visible_when: Mapping[str, Any] | None = None,
    readonly_when: Mapping[str, Any] | None = None,
) -> MappedColumn[Any]:
    """Declare a column with what people need to know about it.

    `unit` names the reference whose label is the unit of the amount; `search` adds the field to free-text search;
    `sensitive` hides it from whoever lacks `<resource>.sensitive`; `unique` is unique within the tenant.
    `visible_when={"kind": ("raw", "packaging")}` shows it, and lets it be given, only while the other fields hold one
    of these values; `readonly_when` closes it while they do.
    """
    kind = column_type() if isinstance(column_type, type) else column_type
    if default is _UNSET and isinstance(kind, State):
        default = kind.choices[0]
    if default is _UNSET and isinstance(kind, sa.Boolean):
        default = False
    required = default is _UNSET and not optional
    meta = Meta(
        label=label, help=help, unit=unit, search=search, sensitive=sensitive, multiline=multiline,
        readonly=readonly or isinstance(kind, State), minimum=minimum, maximum=maximum, required=required,
        visible_when=_condition(visible_when), readonly_when=_condition(readonly_when),
    )  # fmt: skip
    info = {"meta": meta, "unique": unique, "index": index}
    arguments: dict[str, Any] = {} if default is _UNSET else {"default": default}
    return mapped_column(kind, nullable=optional, info=info, **arguments)


def _condition(said: Mapping[str, Any] | None) -> Condition:
    """Return a condition as pairs of a field and the values it may hold; all pairs must hold."""
    return tuple(
        (name, tuple(value) if isinstance(value, (tuple, list, set, frozenset)) else (value,))
        for name, value in (said or {}).items()
    )


def ref(
    target: Any,
    *,
    label: str = "",
    help: str = "",
    optional: bool = False,
    readonly: bool = False,
    parent: str = "",
    index: bool = True,
    where: str = "",
    ondelete: str = "",
    visible_when: Mapping[str, Any] | None = None,
    readonly_when: Mapping[str, Any] | None = None,
) -> tuple[Mapped[Any], Any]:
    """Declare a reference: `recipe_id, recipe = ref(Recipe)` gives column, composite key and relationship.

    With `parent="lines"` the record is a line of the target: written and deleted with it, listed as `target.lines`.
    `where` narrows what may be picked, as a list filter (`kind__in=raw,packaging`).
    """
    reference = Reference(
        target, parent=parent, ondelete=ondelete or ("CASCADE" if parent else "RESTRICT"), where=where
    )
    meta = Meta(label=label, help=help, readonly=readonly, required=not optional,
                visible_when=_condition(visible_when), readonly_when=_condition(readonly_when))  # fmt: skip
    info = {"meta": meta, "ref": reference, "index": index}
    return mapped_column(sa.BigInteger, nullable=optional, info=info), Relation(reference)


def meta_of(column: sa.ColumnElement[Any] | sa.Column[Any]) -> Meta:
    """Return what the author said of a column; a plain column gets its name as label."""
    found: Meta | None = getattr(column, "info", {}).get("meta")
    return found or Meta(label=str(getattr(column, "name", "")).replace("_", " ").capitalize(), readonly=True)


def default_of(column: sa.Column[Any]) -> Any:
    """Return the plain default of a column, or a fresh value of a callable one; None where it has none."""
    default = column.default
    if default is None or not isinstance(default, sa.ColumnDefault):
        return None
    if callable(default.arg):
        make: Callable[..., Any] = default.arg
        return make(None)
    return default.arg
