"""The declarative bases: what every table of the kernel and of a plugin starts from."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, foreign, mapped_column, relationship, remote

from core.db.fields import Reference, Relation, default_of, meta_of
from core.db.types import UTC, Choice, JsonType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The one registry of models."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __abstract__ = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if not cls.__dict__.get("__abstract__", False):
            _prepare(cls)
        super().__init_subclass__(**kwargs)
        if not cls.__dict__.get("__abstract__", False):
            _add_children_lists(cls)

    def __init__(self, **values: Any) -> None:
        known, plain, made = _starting_values(type(self))
        if unknown := values.keys() - known:
            raise TypeError(f"{type(self).__name__} has no field {min(unknown)!r}")
        unheard, own = _unheard_fields(type(self)), self.__dict__
        fresh = {name: default_of(column) for name, column in made if name not in values}
        for name, value in {**plain, **fresh, **values}.items():
            # A new object has no history to keep: what nobody listens to is not announced.
            if name in unheard:
                own[name] = value
            else:
                setattr(self, name, value)


@cache
def _starting_values(model: type[Base]) -> tuple[frozenset[str], dict[str, Any], list[tuple[str, sa.Column[Any]]]]:
    """Return the field names of a model, its plain defaults and the columns whose default is made anew each time."""
    mapper = sa.inspect(model)
    columns = [(item.key, cast(sa.Column[Any], item.columns[0])) for item in mapper.column_attrs]
    plain = {key: column.default.arg for key, column in columns if _is_plain(column)}  # type: ignore[union-attr]
    made = [(key, column) for key, column in columns if column.default is not None and key not in plain]
    return frozenset(mapper.attrs.keys()), plain, made


@cache
def _unheard_fields(model: type[Base]) -> frozenset[str]:
    """Return the columns whose setting nobody listens to: neither a validator nor a mutable type."""
    attributes = ((item.key, getattr(model, item.key).impl) for item in sa.inspect(model).column_attrs)
    return frozenset(key for key, impl in attributes if not impl.dispatch.set)


def _is_plain(column: sa.Column[Any]) -> bool:
    return isinstance(column.default, sa.ColumnDefault) and not callable(column.default.arg)


class TenantOwned(Base):
    """Rows of exactly one tenant, behind all four walls."""

    __abstract__ = True

    tenant_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, sort_order=-10)
    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, sort_order=-9)


class Record(TenantOwned):
    """A document or master record: versioned, audited, open to the tenant's own fields."""

    __abstract__ = True
    version: Mapped[int] = mapped_column(sa.Integer, nullable=False, sort_order=90)
    created_at: Mapped[datetime] = mapped_column(UTC, nullable=False, sort_order=91)
    updated_at: Mapped[datetime] = mapped_column(UTC, nullable=False, sort_order=92)
    # A type of its own: as_mutable() makes every column of the very same type instance a dictionary.
    custom: Mapped[dict[str, Any]] = mapped_column(
        MutableDict.as_mutable(JsonType()), nullable=False, default=dict, sort_order=93
    )


class Entry(TenantOwned):
    """An append-only row: it is never changed and never deleted, corrections are new rows."""

    __abstract__ = True

    created_at: Mapped[datetime] = mapped_column(UTC, nullable=False, sort_order=91)


class Derived(TenantOwned):
    """A balance or cache row that the kernel can rebuild: neither audited nor versioned."""

    __abstract__ = True


class Extension(TenantOwned):
    """Fields that one plugin adds to another plugin's record: at most one row per record, deleted with it."""

    __abstract__ = True


class Shared(Base):
    """Reference data of the kernel, the same for all tenants, read-only to them."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, sort_order=-9)


class KernelTable(Base):
    """A table of the kernel itself, outside every tenant's walls: tenants, users, jobs."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, sort_order=-9)


def _prepare(cls: type[Base]) -> None:
    """Turn the author's references and flags into constraints, indexes and relationships before mapping."""
    extra: list[Any] = []
    given = cls.__dict__.get("__table_args__", ())
    options = given[-1] if given and isinstance(given, tuple) and isinstance(given[-1], dict) else {}
    own = [part for part in given if not isinstance(part, dict)]
    owned = issubclass(cls, TenantOwned)
    lead = ("tenant_id",) if owned else ()
    for name, value in list(cls.__dict__.items()):
        if isinstance(value, MappedColumn):
            extra += _column_arguments(cls, name, value, lead)
        elif isinstance(value, Relation):
            value.reference.column = f"{name}_id" if not value.reference.column else value.reference.column
            setattr(cls, name, _many_to_one(cls, value.reference))
    if issubclass(cls, Record):
        # The column object only exists once declarative copies it: name it through the class body's own copy.
        cls.version = mapped_column(sa.Integer, nullable=False, sort_order=90)
        cls.__mapper_args__ = {"version_id_col": cls.version, "eager_defaults": False}
    cls.__table_args__ = (*own, *extra, options) if options else (*own, *extra)


def _column_arguments(cls: type[Base], name: str, value: MappedColumn[Any], lead: tuple[str, ...]) -> list[Any]:
    column = value.column
    made: list[Any] = []
    reference: Reference | None = column.info.get("ref")
    if reference is not None:
        reference.column = name
        target = reference.resolve(cls)
        table = target.__tablename__
        remote_columns = [f"{table}.tenant_id", f"{table}.id"] if issubclass(target, TenantOwned) else [f"{table}.id"]
        local = ["tenant_id", name] if len(remote_columns) == 2 else [name]
        made.append(sa.ForeignKeyConstraint(local, remote_columns, ondelete=reference.ondelete))
    if column.info.get("unique"):
        made.append(sa.UniqueConstraint(*lead, name))
    elif column.info.get("index"):
        made.append(sa.Index(None, *lead, name))
    if isinstance(column.type, Choice):
        words = ", ".join(f"'{word}'" for word in column.type.choices)
        made.append(sa.CheckConstraint(f"{name} IN ({words})", name=name))
    return made


def _many_to_one(cls: type[Base], reference: Reference) -> Any:
    """Build the relationship of a reference.

    Only the id is marked foreign: with tenant_id foreign too, clearing an optional reference would blank the
    primary key.
    """
    target = reference.resolve(cls)

    def join() -> Any:
        local, far = cls.__table__.c, target.__table__.c
        pair = foreign(local[reference.column]) == remote(far["id"])
        # A kernel table may have a plain tenant_id of its own, which is no part of its key.
        owned = issubclass(target, TenantOwned)
        return sa.and_(local["tenant_id"] == remote(far["tenant_id"]), pair) if owned else pair

    return relationship(target, primaryjoin=join, viewonly=True, uselist=False, lazy="select", sync_backref=False)


def _add_children_lists(cls: type[Base]) -> None:
    for column in cls.__table__.columns:
        reference: Reference | None = column.info.get("ref")
        if reference is None or not reference.parent:
            continue
        target = reference.resolve(cls)
        if hasattr(target, reference.parent):
            raise TypeError(f"{target.__name__} already has {reference.parent!r}, asked for by {cls.__name__}")
        setattr(target, reference.parent, _one_to_many(cls, target, column.name))


def _one_to_many(cls: type[Base], target: type[Base], name: str) -> Any:
    def join() -> Any:
        near, far = target.__table__.c, cls.__table__.c
        return sa.and_(near["tenant_id"] == remote(far["tenant_id"]), near["id"] == foreign(remote(far[name])))

    def order() -> list[Any]:
        columns = cls.__table__.c
        return [columns[key] for key in ("position", "id") if key in columns]

    return relationship(cls, primaryjoin=join, order_by=order, viewonly=True, uselist=True, lazy="select")


def label_of(column: sa.Column[Any]) -> str:
    """Return the label of a column, made from its name where the author gave none."""
    return meta_of(column).label or column.name.removesuffix("_id").replace("_", " ").capitalize()


def children_of(model: type[Base]) -> dict[str, tuple[type[Base], str]]:
    """Return the line models of a model: list name -> (line model, its reference column)."""
    found: dict[str, tuple[type[Base], str]] = {}
    for mapper in Base.registry.mappers:
        for column in mapper.local_table.columns:
            reference = column.info.get("ref")
            if reference is not None and reference.parent and reference.target is model:
                found[reference.parent] = (mapper.class_, column.name)
    return dict(sorted(found.items()))
