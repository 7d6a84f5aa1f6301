"""What records are called: one query per referred model and page, never one per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from core.db.base import TenantOwned
from core.db.session import UNSCOPED, KernelSession
from core.db.statements.prepared import Prepared, converted
from core.plugins.declarations import Resource

READ = {UNSCOPED: "generic read that names its tenant"}
MOST_NAMES = 1000


def label_columns(model: Any, resource: Resource | None, table: Any = None) -> list[Any]:
    """Return what makes up the label of a model, from its table or an alias of it; a reference tells its own name."""
    table = model.__table__ if table is None else table
    return [_told(model, model.__table__.c[name], table) for name in label_names(model, resource)]


def label_names(model: Any, resource: Resource | None) -> list[str]:
    """Return the names of the columns that make up the label of a model."""
    columns = model.__table__.c
    names = resource.label if resource is not None else ()
    names = names or tuple(name for name in ("code", "number", "name") if name in columns)[:1] or ("id",)
    return [name if name in columns else f"{name}_id" for name in names]


def _told(model: Any, column: sa.Column[Any], table: Any) -> Any:
    reference = column.info.get("ref")
    if reference is None:
        return table.c[column.name]
    far = reference.resolve(model).__table__.alias()
    same = far.c.id == table.c[column.name]
    same = sa.and_(far.c.tenant_id == table.c.tenant_id, same) if "tenant_id" in far.c else same
    return sa.select(far.c[telling_column(far)]).where(same).correlate(table).scalar_subquery()


def telling_column(table: Any) -> str:
    """Return the column that stands for a record within the label of another one."""
    return next((name for name in ("name", "number", "code", "label") if name in table.c), "id")


def labels(
    db: KernelSession, tenant_id: int, model: Any, resource: Resource | None, ids: Iterable[int]
) -> dict[int, str]:
    """Return id -> label for records of one model."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    names = tuple(label_names(model, resource))
    db.flush()
    asked = {"own_tenant": tenant_id, "ids": wanted} if issubclass(model, TenantOwned) else {"ids": wanted}
    rows = converted(db.look_up((_by_ids(model, names), asked))[0])
    return {row[0]: label_text(row[1:]) for row in rows}


@cache
def _by_ids(model: Any, names: tuple[str, ...]) -> Prepared:
    table = model.__table__
    columns = [_told(model, table.c[name], table) for name in names]
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    statement = sa.select(table.c.id, *columns).where(table.c.id.in_(ids))
    if issubclass(model, TenantOwned):
        statement = statement.where(table.c.tenant_id == sa.bindparam("own_tenant", type_=sa.BigInteger))
    return Prepared(statement, plans_once=True)


def label_text(parts: Iterable[Any]) -> str:
    """Join the parts of a label."""
    return " ".join(str(part) for part in parts if part not in (None, ""))


def ids_by_label(
    db: KernelSession, tenant_id: int, model: Any, names: Iterable[str], texts: Iterable[str]
) -> Mapping[str, int]:
    """Return text -> id of the records whose natural key column holds the text; ambiguous ones are left out."""
    table = model.__table__
    wanted = sorted(set(texts))
    found: dict[str, int] = {}
    for name in names:
        column = table.c[name]
        missing = [text for text in wanted if text not in found]
        seen: dict[str, list[int]] = {}
        # A statement takes some ten thousand parameters, a file has more names.
        for start in range(0, len(missing), MOST_NAMES):
            statement = sa.select(column, table.c.id).where(column.in_(missing[start : start + MOST_NAMES]))
            if issubclass(model, TenantOwned):
                statement = statement.where(table.c.tenant_id == tenant_id)
            for text, identity in db.execute(statement, execution_options=READ):
                seen.setdefault(text, []).append(identity)
        found.update({text: ids[0] for text, ids in seen.items() if len(ids) == 1})
    return found
