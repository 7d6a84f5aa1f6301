"""Sessions behind walls: one session serves one tenant for life, and its door is closed to unscoped statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.exc import StaleDataError

from core.db.base import Entry, Record, Shared, TenantOwned
from core.db.bulk import change, insert_many, insertion, update_many
from core.db.door import WallError, check_statement
from core.db.engine import OPENING, WRITE
from core.db.fields import default_of
from core.db.ids import IdSource, forget_spare
from core.db.statements.prepared import Fetched, Question, Row, converted
from core.db.statements.walled import Walled
from core.db.trips.lookups import Reads, makes_trips, opening_of, read_together, send_together
from core.db.trips.together import Together

UNSCOPED = "unscoped"
# A look-up in the kernel's tables needs no transaction.
_WRITES = {"write": True, "read": False, "lookup": None}
MOST_BINDS = 2000
_binds: WeakKeyDictionary[Engine, dict[tuple[str, str], Engine]] = WeakKeyDictionary()


def _bind(engine: Engine, use: str, opening: str = "") -> Engine:
    """Return the engine for writing, reading or looking up, made once: an engine with options is costly to make."""
    made = _binds.setdefault(engine, {})
    found = made.get((use, opening))
    if found is None:
        if len(made) >= MOST_BINDS:
            made.clear()
        options: dict[str, Any] = {WRITE: _WRITES[use]}
        found = engine.execution_options(**options, **({OPENING: opening} if opening else {}))
        made[use, opening] = found
    return found


class KernelSession(Session):
    """A session of the kernel for its own tables, outside every tenant."""

    _opening = ""

    def __init__(self, engine: Engine, ids: IdSource, now: Callable[[], datetime], *, readonly: bool = False) -> None:
        use = "write" if not readonly else ("read" if isinstance(self, TenantSession) else "lookup")
        super().__init__(_bind(engine, use, self._opening), expire_on_commit=False, autoflush=True)
        self.ids, self.now, self.readonly = ids, now, readonly
        self._plain: sa.Connection | None = None

    def look_up(self, *questions: Question) -> list[Fetched]:
        """Run prepared reads together; a reading session that is not open yet stays so and takes the short way."""
        engine = self.bind
        if not self.readonly or self.in_transaction() or not isinstance(engine, Engine) or _is_still(engine):
            connection = self.connection()
            return [prepared.fetch(connection, values) for prepared, values in questions]
        return self._looked_up(engine, questions)

    def _looked_up(self, engine: Engine, questions: Sequence[Question]) -> list[Fetched]:
        return read_together(engine, questions)

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> sa.Connection:
        """Return the connection; one that only reads is opened past the session's own bookkeeping."""
        if not self.readonly or (self._plain is None and self.in_transaction()):
            return super().connection(bind_arguments, execution_options)
        if self._plain is None:
            assert isinstance(self.bind, Engine)
            # The session's own statements, if there are any, run on it too.
            self.bind = self._plain = self._opened(self.bind)
        return self._plain

    def close(self) -> None:
        """Give the connection back."""
        if self._plain is not None or not self.readonly or self.in_transaction():
            super().close()
        if self._plain is not None:
            # There is nothing to take back, and a rollback costs PostgreSQL's driver every plan it has kept.
            if self._plain.in_transaction():
                self._plain.commit()
            self._plain.close()

    def _opened(self, engine: Engine) -> sa.Connection:
        return engine.connect()

    def take_ids(self, count: int) -> list[int]:
        """Return fresh ids."""
        return self.ids.take(self, count)

    def reserve_ids(self, count: int) -> None:
        """Have ids at hand for so many rows that are about to be made one by one."""
        self.ids.reserve(self, count)

    def stamp(self, record: Any) -> None:
        """Give a new row its id and its times."""
        if record.id is None:
            record.id = self.take_ids(1)[0]
        if hasattr(type(record), "created_at") and record.created_at is None:
            record.created_at = self.now()
        if isinstance(record, Record):
            record.updated_at = self.now()


class TenantSession(KernelSession):
    """A session that belongs to one tenant for life."""

    def __init__(
        self, engine: Engine, ids: IdSource, now: Callable[[], datetime], tenant_id: int, *,
        role: str = "", readonly: bool = False,
    ) -> None:  # fmt: skip
        self.tenant_id, self.role = tenant_id, role
        self._opening = opening_of(tenant_id, role) if engine.dialect.name == "postgresql" else ""
        super().__init__(engine, ids, now, readonly=readonly)
        # PostgreSQL is told several things in one round trip: writes wait for the next thing it is asked.
        self._makes_trips = engine.dialect.name == "postgresql" and makes_trips(engine)
        self._goes_together = self._makes_trips and not readonly
        self._together = Together()
        self._held: tuple[type[TenantOwned], list[dict[str, Any]]] | None = None

    def keep_prefetched(self, questions: Sequence[Question], answers: list[Fetched]) -> None:
        """Take what was read for this tenant while its asker was recognised, in case it is asked for first."""
        self._together.keep(questions, answers)

    def prefetch(self, *questions: Question) -> None:
        """Ask together what will be asked for one by one, while nothing is open yet."""
        if self.readonly and isinstance(self.bind, Engine) and not self.in_transaction():
            self.keep_prefetched(questions, self.look_up(*questions))

    def ask_early(self, *questions: Question) -> None:
        """Have asked with the next statement what this writing session will ask for soon."""
        if self._goes_together:
            self._together.ask_along(questions)

    def _looked_up(self, engine: Engine, questions: Sequence[Question]) -> list[Fetched]:
        early = self._together.told(questions)
        return early or (read_together(engine, (), Reads(self._opening, questions)) if questions else [])

    def _opened(self, engine: Engine) -> sa.Connection:
        connection = engine.connect()
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection

    @cached_property
    def criteria(self) -> Any:
        """The condition that every statement of models gets; plain prepared reads never ask for it."""
        tenant_id = self.tenant_id
        return with_loader_criteria(
            TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True, track_closure_variables=True
        )

    def read(self, statement: Walled, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows of a prepared select of models."""
        self.flush()
        return converted(self.look_up((statement, statement.own(self.tenant_id, values)))[0])

    def look_up(self, *questions: Question) -> list[Fetched]:
        """Run prepared reads together, in a writing session behind what waits to be written."""
        if questions and self._goes_together:
            return self._together.told(questions) or self._together.send(super().connection(), questions)
        if questions and self._makes_trips and self._plain is not None:
            return send_together(self._plain, questions)
        return super().look_up(*questions)

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> sa.Connection:
        """Return the connection, with nothing of this session still on its way to it."""
        if self._goes_together:
            # Whoever takes it may write by it.
            self._together.forget_questions()
            if self._together.waits:
                self._together.send(super().connection())
        return super().connection(bind_arguments, execution_options)

    def begin_nested(self) -> SessionTransaction:
        """Begin a savepoint; what was written before it stays when it is taken back."""
        self.settle()
        return super().begin_nested()

    def settle(self) -> None:
        """Have the database say now what it says of everything written so far."""
        self.flush()
        self.connection()

    def stamps(self, model: type[TenantOwned]) -> dict[str, Any]:
        """Return what a new row of this tenant begins with beside its fields: its key and its times."""
        now = self.now()
        times = {name: now for name in ("created_at", "updated_at") if name in model.__table__.c}
        return {"tenant_id": self.tenant_id, "id": self.take_ids(1)[0], **times}

    def hold(self, model: type[TenantOwned], row: dict[str, Any]) -> None:
        """Keep a row for the next flush, which also comes before whatever is read or written of other models."""
        if self._held is None or self._held[0] is not model or self.new:
            self.flush()
            self._held = (model, [])
        self._held[1].append(row)

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what is pending, rows that are kept among it."""
        if self._held is not None:
            (model, rows), self._held = self._held, None
            self.insert_rows(model, rows)
        super().flush(objects)

    def _refuse(self, *_args: Any, **_kwargs: Any) -> Any:
        raise WallError("Write through the session's records or ctx.insert(): bulk statements carry no tenant check.")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _refuse

    def insert_rows(self, model: type[TenantOwned], rows: Sequence[dict[str, Any]]) -> list[int]:
        """Insert many rows in one statement, stamped with tenant, ids and times; returns the ids."""
        if self.readonly:
            raise WallError("This unit is read-only.")
        now, fresh_ids = self.now(), iter(self.take_ids(sum(not row.get("id") for row in rows)))
        table = cast(sa.Table, model.__table__)
        stamps: dict[str, Any] = {"tenant_id": self.tenant_id}
        stamps |= {name: now for name in ("created_at", "updated_at") if name in table.c}
        stamps |= {"version": 1} if "version" in table.c else {}
        given = set().union(*(row.keys() for row in rows)) if rows else set()
        stamps = {name: value for name, value in stamps.items() if name == "tenant_id" or name not in given}
        same = {**_plain_defaults(table, given), **stamps}
        fresh = [c for c in table.c if c.default is not None and c.name not in given and c.name not in same]
        made = [
            {**{c.name: default_of(c) for c in fresh}, **row, "id": row.get("id") or next(fresh_ids)} for row in rows
        ]
        if made:
            self.flush()
            names = tuple(sorted({*given, *same, "id", *(c.name for c in fresh)}))
            if self._goes_together:
                self._together.write(insertion(self.get_bind().dialect, table, names, made, same))
            else:
                insert_many(self.connection(), table, names, made, same)
        return [row["id"] for row in made]

    def update_rows(self, model: type[TenantOwned], rows: Sequence[dict[str, Any]], *, sure: bool = False) -> None:
        """Change many rows by their ids in one statement; every row names the same columns.

        For balances and document lines: no objects, no version, no audit. Raises WallError for append-only models and
        StaleDataError when one of the rows is not there, at the latest when the session commits; who is sure of them,
        since they are locked, need not wait for that.
        """
        if self.readonly or issubclass(model, Entry):
            raise WallError(f"{model.__name__} rows cannot be changed here.")
        if not rows:
            return
        table = cast(sa.Table, model.__table__)
        names = [name for name in rows[0] if name != "id"]
        if "tenant_id" in names or any(row.keys() != rows[0].keys() for row in rows):
            raise WallError("Every row names the same columns, tenant_id never among them.")
        self.flush()
        if self._goes_together:
            self._together.write(change(self.get_bind().dialect, table, names, rows, self.tenant_id, sure=sure))
        elif (found := update_many(self.connection(), table, names, rows, self.tenant_id)) != len(rows):
            raise StaleDataError(f"{len(rows)} rows of {model.__name__} to change, {found} found")


def _plain_defaults(table: sa.Table, given: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        c.name: c.default.arg
        for c in table.c
        if isinstance(c.default, sa.ColumnDefault) and not callable(c.default.arg) and c.name not in given
    }
    return {**found, "custom": {}} if "custom" in table.c and "custom" not in given else found


def _is_still(engine: Engine) -> bool:
    """Whether all its statements are to see one moment of the database."""
    return "isolation_level" in engine.get_execution_options()


@sa.event.listens_for(TenantSession, "after_begin")
def _check_told(session: TenantSession, _transaction: Any, connection: sa.Connection) -> None:
    if connection.get_execution_options().get(OPENING, "") != session._opening:
        raise WallError("This connection was not opened for the tenant of its session.")


@sa.event.listens_for(TenantSession, "do_orm_execute")
def _close_door(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, TenantSession)
    if session._held is not None:
        session.flush()
    if session.readonly or session._together.waits or state.is_update or state.is_delete:
        session.connection()
    if not state.execution_options.get(UNSCOPED):
        check_statement(state)
        state.statement = state.statement.options(session.criteria)


@sa.event.listens_for(TenantSession, "before_attach")
def _check_attach(session: TenantSession, record: Any) -> None:
    if isinstance(record, TenantOwned) and record.tenant_id not in (None, session.tenant_id):
        raise WallError(f"{type(record).__name__} {record.id} belongs to another tenant.")


@sa.event.listens_for(TenantSession, "before_flush")
def _check_flush(session: TenantSession, _context: UOWTransaction, _objects: Any) -> None:
    if session.readonly and (session.new or session.dirty or session.deleted):
        raise WallError("This unit is read-only.")
    session.connection()
    for record in session.new:
        if isinstance(record, TenantOwned):
            if record.tenant_id not in (None, session.tenant_id):
                raise WallError("A new row belongs to the tenant of its session.")
            record.tenant_id = session.tenant_id
        if isinstance(record, Shared):
            raise WallError("Shared reference data is read-only to tenants.")
        session.stamp(record)
    for record in session.dirty:
        if not session.is_modified(record):
            continue
        if isinstance(record, (Entry, Shared)):
            raise WallError(f"{type(record).__name__} rows are append-only.")
        if isinstance(record, TenantOwned) and record.tenant_id != session.tenant_id:
            raise WallError("A row never changes its tenant.")
        if isinstance(record, Record):
            record.updated_at = session.now()
    for record in session.deleted:
        if isinstance(record, (Entry, Shared)):
            raise WallError(f"{type(record).__name__} rows are append-only.")


@sa.event.listens_for(KernelSession, "before_flush")
def _stamp_kernel_rows(session: KernelSession, _context: UOWTransaction, _objects: Any) -> None:
    if not isinstance(session, TenantSession):
        for record in session.new:
            session.stamp(record)


@sa.event.listens_for(TenantSession, "after_soft_rollback")
def _drop_held_rows(session: TenantSession, _previous: Any) -> None:
    session._held = None
    session._together.forget()


@sa.event.listens_for(TenantSession, "before_commit")
def _send_last_writes(session: TenantSession) -> None:
    """Send what waits, and the end of the transaction with it where nothing can come after it."""
    session._together.forget_questions()
    is_last = not session.in_nested_transaction() and not (session.new or session.dirty or session.deleted)
    if session._together.waits and is_last and session._together.is_sure:
        session._together.send(Session.connection(session), ["COMMIT"])
    elif session._together.waits:
        session.connection()


@sa.event.listens_for(KernelSession, "after_rollback")
def _drop_spare_ids(session: KernelSession) -> None:
    forget_spare(session)
