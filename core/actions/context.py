"""The context: first argument of all business code, the only way it reaches data, numbers, time and others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.actions.journal import Journal
from core.actions.many import write_changed
from core.db.base import TenantOwned
from core.db.records import lock_records, read_lines
from core.db.session import TenantSession
from core.db.statements.keys import among
from core.db.statements.walled import Walled
from core.errors import NotFound
from core.identity.actor import Actor
from core.plugins.declarations import Resource
from core.plugins.registry import Registry, View
from core.resources.kinds import plain_json
from core.resources.shape import Shape
from core.services import money, outbox
from core.services.models import ExternalKey
from core.services.numbering import next_number
from core.services.settings import question_of, read_setting
from core.tenancy.modules import TenantInfo

if TYPE_CHECKING:
    from core.actions.importing import Loaded
    from core.actions.models import Approval
    from core.kernel import Kernel

Model = TypeVar("Model", bound=TenantOwned)


@dataclass(eq=False)
class Context:
    """One unit of work of one actor in one tenant."""

    kernel: Kernel
    db: TenantSession
    tenant: TenantInfo
    actor: Actor
    view: View
    approval: Approval | None = None
    operation: str = ""
    running: list[tuple[str, Sequence[int]]] = field(default_factory=list)
    jobs: list[int] = field(default_factory=list)
    _settings: dict[str, Any] = field(default_factory=dict)
    report_progress: Callable[[int], None] | None = None
    _adding: type[Any] | None = None
    _after: list[Any] = field(default_factory=list)
    _undo: list[Callable[[], None]] = field(default_factory=list)

    @property
    def registry(self) -> Registry:
        """Everything that plugins declared."""
        return self.kernel.registry

    @property
    def hook(self) -> Any:
        """The hook callers that reach this tenant's modules only."""
        return self.view.hook

    @property
    def journal(self) -> Journal:
        """What this unit has changed so far; one that only reads has none."""
        found: Journal = self.db.info["journal"]
        return found

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the organisation's clock."""
        return ZoneInfo(self.tenant.zone)

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return self.db.now()

    def today(self) -> date:
        """Return the business date in the tenant's zone."""
        return self.now().astimezone(self.zone).date()

    def enabled(self, plugin: str) -> bool:
        """Whether a module is on for this tenant."""
        return plugin in self.view.enabled

    def can(self, permission: str) -> bool:
        """Whether the actor has a permission."""
        return self.actor.permissions.allows(permission)

    def setting(self, key: str) -> Any:
        """Return the tenant's value of a declared setting."""
        if key not in self._settings:
            self._settings[key] = read_setting(self.db, self.registry.settings[key])
        return self._settings[key]

    def money(self, amount: Decimal) -> Decimal:
        """Round an amount half-up to the digits of the tenant's currency."""
        return money.round_money(amount, self.tenant.currency)

    def next_number(self, series: str, *, count: int = 1) -> int:
        """Return the next number of a series (the first of `count`), locked until this unit ends."""
        return next_number(self.db, series, count)

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, model: type[Model], record_id: int) -> Model:
        """Return a record by id; NotFound when there is none in this tenant."""
        found = self.db.get(model, (self.tenant.id, record_id))
        if found is None:
            raise NotFound(f"There is no {self._singular(model)} {record_id}.")
        return found

    def find(self, model: type[Model], **equals: Any) -> Model | None:
        """Return the one record with these values, or None; where nothing is written none is read twice."""
        if self.db.readonly and equals.keys() == {"id"} and isinstance(equals["id"], int):
            return self.db.get(model, (self.tenant.id, equals["id"]))
        return self.db.execute(sa.select(model).filter_by(**equals)).scalars().one_or_none()

    def all(self, statement: Any, **given: Any) -> list[Any]:
        """Return the records of a select of one model; its `bindparam`s are given by name."""
        return list(self.db.execute(statement, given).scalars())

    def rows(self, statement: Any, **given: Any) -> list[Any]:
        """Return the rows of a select of columns; its `bindparam`s are given by name.

        What is asked again and again is kept as `prepared(select(…))`: its rows are plain tuples.
        """
        if isinstance(statement, Walled):
            return self.db.read(statement, given)
        return list(self.db.execute(statement, given).all())

    def expect(self, statement: Walled, **given: Any) -> None:
        """Say that a prepared select will be asked soon: it goes along with the next one, where that saves time."""
        self.db.ask_early((statement, statement.own(self.tenant.id, given)))

    def expect_setting(self, key: str) -> None:
        """Say that a setting will be asked for soon."""
        self.db.ask_early(question_of(self.db, self.registry.settings[key]))

    def one(self, statement: Any, **given: Any) -> Any:
        """Return the first value of the first row, None when there is no row; `bindparam`s are given by name."""
        return self.db.execute(statement, given).scalars().first()

    scalar = one

    def among(self, columns: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> Any:
        """Return the condition that some columns together are one of the keys: `(Lot.item_id, Lot.number)`."""
        return among(self.db.get_bind().dialect.name, columns, keys)

    def extension(self, model: type[Model], records: Iterable[TenantOwned | int]) -> dict[int, Model]:
        """Return the rows of an extension by the id of their record, in one query."""
        ids = [record if isinstance(record, int) else record.id for record in records]
        return {row.id: row for row in self.all(sa.select(model).where(model.id.in_(ids)))} if ids else {}

    def lock(self, model: type[Model], ids: Iterable[int]) -> list[Model]:
        """Lock records in id order and read them afresh; NotFound when one is missing."""
        wanted = sorted(set(ids))
        found = lock_records(self.db, model, wanted)
        if len(found) < len(wanted):
            missing = sorted(set(wanted) - {record.id for record in found})
            raise NotFound(f"There is no {self._singular(model)} {missing[0]}.")
        return found

    def lines(self, record: TenantOwned, name: str = "lines") -> list[Any]:
        """Return the lines of a document; the shortest way to them."""
        return read_lines(self.db, record, name)

    def shape(self, resource: Resource) -> Shape:
        """Return the shape of a resource as this actor may see it."""
        shape = self.kernel.shape(self, resource)
        if shape.has_sensitive and not self.can(f"{resource.key}.sensitive"):
            return shape.without_sensitive
        return shape

    def restriction(self, resource: Resource, verb: str) -> list[Any]:
        """Return the conditions that the actor's record rules put on a resource; empty when nothing narrows it."""
        alternatives = self.actor.permissions.restrictions(f"{resource.key}.{verb}")
        always = resource.narrow(self) if resource.narrow is not None else []
        if not alternatives:
            return always
        rules = self.registry.rules
        return [
            sa.or_(*(sa.and_(sa.true(), *(rules[key].function(self, resource) for key in sorted(keys) if key in rules))
                     for keys in alternatives)),
            *always,
        ]  # fmt: skip

    def visible(self, key: str, verb: str = "read") -> list[Any]:
        """Return the conditions of the actor's record rules on a resource, for queries of a plugin's own."""
        return self.restriction(self.registry.resources[key], verb)

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, model: type[Model], **values: Any) -> Model:
        """Add a record; it has its id at once and is written with the next flush."""
        record = model(**{**self.db.stamps(model), **values})
        self.add(record)
        return record

    def add(self, record: TenantOwned) -> None:
        """Add a record made elsewhere, already stamped."""
        # Other models go first: a row may refer to them, and the mapper does not know of plain ids.
        if type(record) is not self._adding or _refers_to_itself(type(record)):
            self.db.flush()
            self._adding = type(record)
        self.db.add(record)

    def insert(self, model: type[TenantOwned], rows: Sequence[dict[str, Any]]) -> list[int]:
        """Insert many rows at once and return their ids: no objects, no hooks, one audit note."""
        ids = self.db.insert_rows(model, rows)
        self.journal.note_inserted(model, rows, ids)
        return ids

    def update_rows(self, model: type[TenantOwned], rows: Sequence[dict[str, Any]]) -> None:
        """Change many balance or line rows at once: each row holds its `id` and the same columns as the others.

        One that is not there fails the unit, which is answered as a change by somebody else (409).
        """
        self.db.update_rows(model, rows)

    def update(self, record: Model, **values: Any) -> Model:
        """Change fields of a record."""
        for name, value in values.items():
            setattr(record, name, value)
        return record

    def write_changed(self, records: Iterable[TenantOwned]) -> None:
        """Write what was changed in the lines of a locked document by one statement, instead of one for each."""
        write_changed(self, list(records))

    def delete(self, record: TenantOwned) -> None:
        """Delete a record and its lines."""
        self.db.delete(record)
        self.db.flush()

    def upsert(self, model: type[Model], key: str, **values: Any) -> Model:
        """Create or update the record known under a stable key: loading twice changes nothing."""
        known = self.find(ExternalKey, key=key)
        if known is not None:
            found = self.db.get(model, (self.tenant.id, known.record_id))
            if found is not None:
                changed = {name: value for name, value in values.items() if getattr(found, name) != value}
                return self.update(found, **changed)
            self.db.delete(known)
        record = self.create(model, **values)
        self.create(ExternalKey, key=key, table=model.__tablename__, record_id=record.id)
        self.db.flush()
        return record

    # -- others ----------------------------------------------------------------------------------------------

    def do(self, action: str, target: Any = None, /, **arguments: Any) -> Any:
        """Run another action in this unit, with all its rules but without asking for a permission.

        `target` is a record, an id, or a list of either; left out for a collection action. Returns the action's
        result, for `<resource>.create` the record.
        """
        from core.actions.run import run_nested

        return run_nested(self, action, target, arguments)

    def enqueue(
        self, key: str, *, run_at: datetime | None = None, effect_key: str | None = None, **arguments: Any
    ) -> int | None:
        """Ask for a declared job after this unit's commit; None when its effect key was asked for before."""
        if key not in self.registry.jobs and key not in self.registry.observers:
            raise LookupError(f"no plugin declares the job {key!r}")
        found = outbox.enqueue(
            self.db, self.tenant.id, key, plain_json(arguments), user_id=self.actor.user_id, run_at=run_at,
            effect_key=effect_key, request_id=self.actor.request_id,
        )  # fmt: skip
        if found is not None and run_at is None:
            self.jobs.append(found)
        return found

    def progress(self, percent: int) -> None:
        """Tell those who wait how far a long job has come; outside a job nobody listens."""
        if self.report_progress is not None:
            self.report_progress(percent)

    def request_approval(
        self, record: TenantOwned, action: str, *, reason: str, expires_at: datetime | None = None, **arguments: Any
    ) -> Approval:
        """Ask that somebody else approves an action on a record; approving runs it with these arguments."""
        from core.actions.approvals import request

        return request(self, record, action, reason=reason, expires_at=expires_at, arguments=arguments)

    def waiting_approval(self, record: TenantOwned, action: str) -> Approval | None:
        """Return the request that waits for an action on a record, None where nobody asked."""
        from core.actions.approvals import waiting_for

        return waiting_for(self, record, action)

    def close_approval(self, approval: Approval, decision: str = "") -> None:
        """Put a request aside that nobody is to decide any more, as when its record is cancelled."""
        from core.actions.approvals import close

        close(self, approval, decision)

    def load(
        self, resource: str, rows: Sequence[dict[str, Any]], *, dry_run: bool = False, mode: str = "upsert"
    ) -> Loaded:
        """Take rows along the import road: matched by natural key, checked together, unchanged ones left alone."""
        from core.actions.importing import load_rows

        return load_rows(self, self.registry.resources[resource], rows, dry_run=dry_run, mode=mode)

    def on_rollback(self, function: Callable[[], None]) -> None:
        """Call a function when this unit is rolled back; for what lies outside the database."""
        self._undo.append(function)

    def after_commit(self, function: Any) -> None:
        """Call a function once this unit has committed; for caches of the kernel only."""
        self._after.append(function)

    def _singular(self, model: type[Any]) -> str:
        resource = self.registry.resource_of_model.get(model)
        return resource.singular.lower() if resource is not None else model.__name__


@cache
def _refers_to_itself(model: type[Any]) -> bool:
    return any(
        column.info.get("ref") is not None and column.info["ref"].target is model for column in model.__table__.columns
    )
