"""Creating and changing many records at once: each is checked as always, all are written by one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast, overload

import sqlalchemy as sa
from sqlalchemy.orm import PassiveFlag, make_transient_to_detached
from sqlalchemy.orm.attributes import get_history

from core.actions.journal import note_changed, note_created
from core.db.base import Record
from core.db.session import TenantSession
from core.plugins.registry import KERNEL

if TYPE_CHECKING:
    from core.actions.context import Context

MANY = 20


class Made(Sequence[Any]):
    """Records that were written without the session; they join it when somebody looks at them."""

    def __init__(self, db: TenantSession, records: list[Any]) -> None:
        self._db, self._records, self._joined = db, records, False
        self.ids = [record.id for record in records]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._join())

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._join()[index]

    def _join(self) -> list[Any]:
        if not self._joined:
            self._joined = True
            for record in self._records:
                record.version = 1
                make_transient_to_detached(record)
            self._db.add_all(self._records)
        return self._records


def hold(ctx: Context, record: Any) -> None:
    """Keep a new record for the next flush, which writes all that are kept by one statement."""
    values, columns = record.__dict__, _columns(cast(Any, type(record)))
    ctx.db.hold(type(record), {column: values[key] for key, column in columns if key in values})


def made(ctx: Context, records: list[Any]) -> Made:
    """Note records that were kept and written, and return them."""
    for record in records:
        note_created(ctx.journal, record)
    return Made(ctx.db, records)


def can_write_changed(model: type[Any]) -> bool:
    """Whether changes may be written past the session: the kernel's own tables have listeners at the flush."""
    return issubclass(model, Record) and cast(sa.Table, model.__table__).info.get("plugin") not in (None, KERNEL)


def write_changed(ctx: Context, records: Sequence[Any]) -> None:
    """Write what was changed in locked records: one statement for all that changed in the same columns."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for record in records:
        # One that was deleted meanwhile has nothing to be written to.
        changed = _changed_columns(record) if sa.inspect(record).persistent else ()
        if changed:
            groups.setdefault(changed, []).append(record)
    now = ctx.now()
    for names, group in groups.items():
        for record in group:
            note_changed(ctx.journal, record)
            record.__dict__ |= {"version": record.version + 1, "updated_at": now}
        kept = [_given(record, names) | {"id": record.id, "version": record.version, "updated_at": now}
                for record in group]  # fmt: skip
        for record in group:
            # As after a flush: nothing of it is pending any more.
            state: Any = sa.inspect(record)
            state._commit_all(state.dict, ctx.db.identity_map)
        ctx.db.update_rows(type(group[0]), kept)


def _changed_columns(record: Any) -> tuple[str, ...]:
    """Return the attributes of a record that have another value than the database, none where it is unchanged."""
    pending: Any = sa.inspect(record)
    names = [name for name in pending.committed_state
             if get_history(record, name, PassiveFlag.PASSIVE_NO_INITIALIZE).has_changes()]  # fmt: skip
    return tuple(sorted(names))


def _given(record: Any, names: Sequence[str]) -> dict[str, Any]:
    columns = dict(_columns(cast(Any, type(record))))
    return {columns[name]: getattr(record, name) for name in names if name in columns}


def can_hold(model: type[Any]) -> bool:
    """Whether records of a model may be written together: none of them waits for another."""
    own = (column.info.get("ref") for column in model.__table__.columns)
    return issubclass(model, Record) and not any(item is not None and item.resolve(model) is model for item in own)


@cache
def _columns(model: Any) -> tuple[tuple[str, str], ...]:
    return tuple((item.key, item.columns[0].name) for item in sa.inspect(model).column_attrs)
