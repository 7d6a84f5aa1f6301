"""The one road. REST, page, import, job, command and test all come along here, so a rule is written once.

module on -> permission -> load and lock -> expected version -> source state -> arguments -> guards -> function ->
target state -> flush -> follow-ups -> observers into the outbox. Audit and commit end the unit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.actions import crud
from core.actions.arguments import Parameter, check_arguments, parameters_of
from core.actions.many import Made, can_write_changed, write_changed
from core.actions.observers import listening
from core.db.base import TenantOwned
from core.db.records import lock_records
from core.errors import Forbidden, Invalid, NotFound, Refused, VersionMismatch, refuse_each
from core.plugins.declarations import Action, Resource
from core.resources.labels import labels
from core.resources.schemas import check_body
from core.resources.shape import Shape

if TYPE_CHECKING:
    from core.actions.context import Context


@dataclass
class Call:
    """What is asked: an action, on which records, with which arguments, expecting which versions.

    An update may give each record values of its own: `rows`, in the order of `ids`.
    """

    action: Action
    ids: Sequence[int] = ()
    arguments: Any = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)
    rows: Sequence[Any] = ()

    def only(self, ids: Sequence[int]) -> Call:
        """Return the same call for some of its records."""
        given = dict(zip(self.ids, self.rows, strict=True)) if self.rows else {}
        return dataclasses.replace(self, ids=ids, rows=[given[record_id] for record_id in ids] if given else ())


@dataclass
class Outcome:
    """What an action did: the records it ran on and what its function returned for each."""

    action: Action
    resource: Resource
    records: Sequence[Any]
    results: Sequence[Any]

    @property
    def ids(self) -> list[int]:
        """The ids of the records."""
        return self.records.ids if isinstance(self.records, Made) else [record.id for record in self.records]


def find_action(ctx: Context, key: str) -> Action:
    """Return an action by key; NotFound when nobody declares it or its module is off."""
    found = ctx.registry.actions.get(key)
    if found is None:
        owner, _, verb = key.rpartition(".")
        resource = ctx.registry.resources.get(owner)
        found = crud.built_in(ctx.registry, resource, verb) if resource is not None else None
    if found is None or not ctx.view.sees(found) or found.resource.split(".", 1)[0] not in ctx.view.enabled:
        raise NotFound(f"There is no action {key!r}.")
    return found


def run_action(ctx: Context, call: Call) -> Outcome:
    """Run an action that somebody asked for: with the permission of the actor."""
    if not ctx.can(call.action.permission):
        raise Forbidden(f"You need the permission {call.action.permission}.", permission=call.action.permission)
    return _run(ctx, call, trusted=False)


def run_nested(ctx: Context, key: str, target: Any, arguments: dict[str, Any]) -> Any:
    """Run an action as part of another: all rules, no permission asked."""
    records = [] if target is None else (list(target) if isinstance(target, (list, tuple)) else [target])
    ids = [record.id if isinstance(record, TenantOwned) else int(record) for record in records]
    ctx.db.flush()
    outcome = _run(ctx, Call(find_action(ctx, key), ids, _as_given(arguments)), trusted=True)
    results = [record if result is None else result for record, result in
               zip(outcome.records or [None] * len(outcome.results), outcome.results, strict=False)]  # fmt: skip
    return results if isinstance(target, (list, tuple)) else (results[0] if results else None)


def run_checked(ctx: Context, call: Call) -> Outcome:
    """Run a create or update whose values were already checked against the full shape, as an import does."""
    return _run(ctx, call, trusted=True, checked=True)


def _as_given(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _as_given(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _as_given(item) for key, item in value.items()}
    return [_as_given(item) for item in value] if isinstance(value, (list, tuple)) else value


def _run(ctx: Context, call: Call, *, trusted: bool, checked: bool = False) -> Outcome:
    action = call.action
    resource = ctx.registry.resources[action.resource]
    before, ctx.operation = ctx.operation, ctx.operation or action.key
    ctx.running.append((action.key, call.ids))
    try:
        records = _load(ctx, resource, call, trusted=trusted)
        _check_versions(records, call.versions)
        _check_states(action, resource, records)
        arguments = list(call.rows) or call.arguments
        if not checked:
            arguments = _check_each(ctx, call, resource, trusted=trusted)
        shown = arguments if isinstance(arguments, dict) else {"rows": arguments}
        ctx.hook.before_action(ctx=ctx, action=action, records=records, arguments=shown)
        outcome = Outcome(action, resource, records, _call(ctx, action, resource, records, arguments, trusted=trusted))
        if action.built_in and action.verb == "create":
            outcome.records = outcome.results
        _enter_target(ctx, action, outcome.records)
        if not action.built_in and can_write_changed(resource.model):
            write_changed(ctx, outcome.records)
        ctx.db.flush()
        if action.built_in and action.verb != "delete" and not trusted:
            check_reach(ctx, resource, action.verb, outcome.ids)
        if action.built_in and action.verb != "delete":
            ctx.hook.validate_records(ctx=ctx, resource=resource, records=outcome.records)
        ctx.hook.after_action(ctx=ctx, action=action, records=outcome.records, result=outcome.results)
        _tell_observers(ctx, action, outcome.records)
        ctx.db.flush()
        return outcome
    finally:
        ctx.running.pop()
        ctx.operation = before or ctx.operation


def _load(ctx: Context, resource: Resource, call: Call, *, trusted: bool) -> list[Any]:
    if call.action.scope == "collection":
        return []
    if not call.ids:
        raise Invalid({"ids": ["Name at least one record."]})
    model = resource.model
    wanted = sorted(set(call.ids))
    conditions = [] if trusted else ctx.restriction(resource, call.action.permission.rsplit(".", 1)[-1])
    conditions = [] if trusted else [*conditions, *ctx.restriction(resource, "read")]
    found = {record.id: record for record in lock_records(ctx.db, model, wanted, conditions)}
    if missing := [record_id for record_id in wanted if record_id not in found]:
        gone = NotFound(f"There is no such {resource.singular.lower()}.", ids=missing)
        refuse_each(dict.fromkeys(missing, gone))
    return [found[record_id] for record_id in dict.fromkeys(call.ids)]


def reachable(ctx: Context, resource: Resource, verb: str, ids: Sequence[int]) -> set[int]:
    """Return those ids that the actor's record rules let through."""
    conditions = [*ctx.restriction(resource, verb), *(ctx.restriction(resource, "read") if verb != "read" else ())]
    if not conditions:
        return set(ids)
    return {row.id for row in ctx.rows(sa.select(resource.model.id).where(resource.model.id.in_(ids), *conditions))}


def check_reach(ctx: Context, resource: Resource, verb: str, ids: Sequence[int]) -> None:
    """Refuse to put records where the actor's record rules do not reach."""
    reached = reachable(ctx, resource, verb, ids)
    if missed := [record_id for record_id in ids if record_id not in reached]:
        text = f"Your role does not reach what this {resource.singular.lower()} would become."
        refuse_each(dict.fromkeys(missed, Forbidden(text, code="OUT_OF_REACH")))


def _check_versions(records: Sequence[Any], versions: Mapping[int, int]) -> None:
    refuse_each({
        record.id: VersionMismatch("Somebody else changed the record; read it again.", current_version=record.version,
                                   record_id=record.id)
        for record in records if versions and versions.get(record.id, record.version) != record.version
    })  # fmt: skip


def _check_states(action: Action, resource: Resource, records: Sequence[Any]) -> None:
    if not action.source:
        return
    refuse_each({
        record.id: Refused(
            "INVALID_STATE",
            f"{action.label} is possible from {', '.join(action.source)}; this {resource.singular.lower()} is "
            f"{record.state}.",
            state=record.state, allowed=list(action.source), record_id=record.id,
        )
        for record in records if record.state not in action.source
    })  # fmt: skip


def _check_each(ctx: Context, call: Call, resource: Resource, *, trusted: bool) -> Any:
    if not call.rows:
        return _check_arguments(ctx, call.action, resource, call.arguments, trusted=trusted)
    checked, refused = [], {}
    for record_id, row in zip(call.ids, call.rows, strict=True):
        try:
            checked.append(_check_arguments(ctx, call.action, resource, row, trusted=trusted))
        except Invalid as problem:
            refused[record_id] = problem
    refuse_each(refused)
    return checked


def _check_arguments(ctx: Context, action: Action, resource: Resource, given: Any, *, trusted: bool) -> Any:
    if action.built_in:
        if action.verb == "delete":
            return {}
        shape = ctx.kernel.shape(ctx, resource) if trusted else ctx.shape(resource)
        if action.verb == "create":
            return _check_rows(shape, given) if isinstance(given, list) else [check_body(shape, given, partial=False)]
        return check_body(shape, given, partial=True)
    arguments = check_arguments(action.function, given)
    check_argument_references(ctx, action.function, arguments)
    return arguments


def _check_rows(shape: Shape, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Check many records at once and name every wrong value as `<index>.<field>`."""
    checked, errors = [], {}
    for index, row in enumerate(rows):
        try:
            checked.append(check_body(shape, row, partial=False))
        except Invalid as error:
            errors.update({f"{index}.{name}": texts for name, texts in error.errors.items()})
    if errors:
        raise Invalid(errors)
    return checked


def check_argument_references(ctx: Context, function: Any, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that name records this tenant does not have, naming each; one query per kind of record."""
    asked: dict[str, list[tuple[str, int]]] = {}
    for item in parameters_of(function):
        _collect_references(asked, item, arguments.get(item.name), item.name)
    errors: dict[str, list[str]] = {}
    for key, wanted in asked.items():
        target = ctx.registry.resources.get(key)
        if target is None:
            continue
        known = labels(ctx.db, ctx.tenant.id, target.model, target, {identity for _, identity in wanted})
        text = f"There is no such {target.singular.lower()}."
        errors |= {name: [text] for name, identity in wanted if identity not in known}
    if errors:
        raise Invalid(errors)


def _collect_references(asked: dict[str, list[tuple[str, int]]], item: Parameter, value: Any, at: str) -> None:
    if value is None:
        return
    if isinstance(value, list):
        for index, part in enumerate(value):
            if not item.nested and item.said.ref and isinstance(part, int):
                asked.setdefault(item.said.ref, []).append((at, part))
            _collect_nested(asked, item, part, f"{at}.{index}")
    elif item.nested:
        _collect_nested(asked, item, value, at)
    elif item.said.ref:
        asked.setdefault(item.said.ref, []).append((at, value))


def _collect_nested(asked: dict[str, list[tuple[str, int]]], item: Parameter, part: Any, at: str) -> None:
    for inner in item.nested:
        _collect_references(asked, inner, getattr(part, inner.name, None), f"{at}.{inner.name}")


def _call(
    ctx: Context, action: Action, resource: Resource, records: Sequence[Any], arguments: Any, *, trusted: bool
) -> Sequence[Any]:
    if not action.built_in:
        if action.scope == "collection":
            return [action.function(ctx, **arguments)]
        return [action.function(ctx, record, **arguments) for record in records]
    shape = ctx.kernel.shape(ctx, resource) if trusted else ctx.shape(resource)
    if action.verb == "create":
        return crud.create(ctx, shape, arguments)
    if action.verb == "update":
        rows = arguments if isinstance(arguments, list) else [arguments] * len(records)
        return crud.update(ctx, shape, records, rows)
    crud.delete(ctx, shape, records)
    return [None for _ in records]


def _enter_target(ctx: Context, action: Action, records: Sequence[Any]) -> None:
    if action.target is None or action.scope == "collection":
        return
    for record in records:
        # A function may choose another end itself, such as waiting for an approval.
        if record.state in action.source or not action.source:
            record.state = action.target


def _tell_observers(ctx: Context, action: Action, records: Sequence[Any]) -> None:
    for item in listening(ctx, action.key):
        ctx.enqueue(item.key, ids=[record.id for record in records if isinstance(record, TenantOwned)])
