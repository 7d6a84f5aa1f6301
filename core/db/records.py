"""Records read by prepared selects: made objects of the session as its own queries would, without their cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class, set_committed_value

from core.db.base import TenantOwned, children_of
from core.db.statements.prepared import Row
from core.db.statements.walled import Walled

if TYPE_CHECKING:
    from core.db.session import TenantSession


def lock_records(
    session: TenantSession, model: type[TenantOwned], ids: Iterable[int], conditions: Sequence[Any] = ()
) -> list[Any]:
    """Lock the records of some ids in the order of their ids and read them afresh.

    Those that are missing, or do not meet the conditions, are left out. Everybody locks in this order: two who want the
    same records wait for each other and do not deadlock.
    """
    if conditions:
        narrowed = _by_ids(model, model).where(*conditions).execution_options(populate_existing=True)
        return list(session.execute(narrowed, {"ids": list(ids)}).scalars())
    return _placed(session, model, session.read(_locked(model), {"ids": list(ids)}), afresh=True)


def read_lines(session: TenantSession, record: TenantOwned, name: str) -> list[Any]:
    """Return the lines of a record, which are kept under their name as if they had been loaded by it."""
    known = record.__dict__.get(name)
    # One that was written past its object is read again: all of them by one statement.
    if known is None or any(sa.inspect(line).expired_attributes for line in known):
        model, of_parent = _lines(type(record), name)
        rows = session.read(of_parent, {"parent": record.id})
        set_committed_value(record, name, _placed(session, model, rows, afresh=False))
    return list(record.__dict__[name])


@cache
def _locked(model: Any) -> Walled:
    return Walled(_by_ids(model, *_columns(model)), plans_once=True)


def _by_ids(model: Any, *told: Any) -> sa.Select[Any]:
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    return sa.select(*told).where(model.id.in_(ids)).order_by(model.id).with_for_update()


@cache
def _lines(owner: Any, name: str) -> tuple[Any, Walled]:
    found: tuple[Any, str] = children_of(owner)[name]
    model, column = found
    order = [getattr(model, key) for key in ("position", "id") if key in model.__table__.c]
    parent: sa.BindParameter[Any] = sa.bindparam("parent")
    return model, Walled(sa.select(*_columns(model)).where(getattr(model, column) == parent).order_by(*order))


@cache
def _names(model: Any) -> tuple[str, ...]:
    return tuple(item.key for item in sa.inspect(model).column_attrs)


def _columns(model: Any) -> list[Any]:
    return [getattr(model, name) for name in _names(model)]


def _placed(session: TenantSession, model: type[TenantOwned], rows: Sequence[Row], *, afresh: bool) -> list[Any]:
    names, mapper = _names(model), sa.inspect(model)
    placed = []
    for row in rows:
        values = dict(zip(names, row, strict=True))
        key = mapper.identity_key_from_primary_key((session.tenant_id, values["id"]))
        known = session.identity_map.get(key)
        if known is None:
            known = _joined(session, model, values)
        elif afresh or sa.inspect(known).expired_attributes:
            _refresh(session, known, values)
        placed.append(known)
    return placed


def _joined(session: TenantSession, model: type[TenantOwned], values: dict[str, Any]) -> Any:
    manager: Any = manager_of_class(model)
    record = manager.new_instance()
    record.__dict__.update(values)
    make_transient_to_detached(record)
    state: Any = sa.inspect(record)
    # What add() does, but for its search of everything that hangs on a record: on one just read hangs nothing.
    session._update_impl(state)
    # What listens to a record being read, such as the dictionary of the tenant's own fields.
    manager.dispatch.load(state, None)
    return record


def _refresh(session: TenantSession, record: Any, values: dict[str, Any]) -> None:
    state: Any = sa.inspect(record)
    for name, value in values.items():
        set_committed_value(record, name, value)
    state.manager.dispatch.refresh(state, None, values.keys())
    if loaded := [name for name in state.mapper.relationships if name in state.dict]:
        session.expire(record, loaded)
