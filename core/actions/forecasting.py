"""What an action would do: the one road, walked to its end and taken back, so that nothing of it stays.

Jobs, numbers and files go with the transaction; nothing is sent, for what is sent leaves through the outbox only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from core.actions.audit import folded, plain_value
from core.actions.context import Context
from core.actions.history import visible
from core.actions.run import Call, reachable, run_action
from core.actions.unit import Answer, perform
from core.errors import Invalid
from core.identity.actor import Actor
from core.plugins.declarations import Action, Resource
from core.resources.labels import labels

if TYPE_CHECKING:
    from core.kernel import Kernel

Told = TypeVar("Told")
MOST = 200


@dataclass(frozen=True)
class Touched:
    """A record that would be made, changed or deleted."""

    resource: Resource
    record_id: int
    label: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class Booked:
    """Rows that would be written into a ledger."""

    resource: Resource
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Forecast:
    """Everything that an action would leave behind and that the actor may see."""

    touched: list[Touched]
    booked: list[Booked]


class _Over(Exception):
    """Ends a forecast with what was seen of it."""

    def __init__(self, told: Any) -> None:
        self.told = told


def can_forecast(action: Action) -> bool:
    """Whether what an action would do can be told: it leads records of this tenant from one state to another."""
    return action.scope == "record" and action.target is not None and not action.built_in


def forecast_action(
    kernel: Kernel, actor: Actor, call: Call, tell: Callable[[Context, Forecast], Told],
    *, gate: Callable[[Context], None] | None = None,
) -> Told:  # fmt: skip
    """Run an action, let `tell` say what came of it, and take all of it back; its refusals are raised as ever."""
    if not can_forecast(call.action):
        raise Invalid({"dry_run": ["Only what leads from one state to another can be told beforehand."]})

    def work(ctx: Context) -> Answer:
        ctx.journal.ledger = []
        run_action(ctx, call)
        ctx.db.settle()
        raise _Over(tell(ctx, _seen(ctx)))

    try:
        perform(kernel, actor, work, gate=gate)
    except _Over as over:
        told: Told = over.told
        return told
    raise AssertionError("a forecast never ends well")


def tell_changes(ctx: Context, forecast: Forecast) -> dict[str, Any]:
    """Return a forecast as the API answers it."""
    changes = [{"resource": item.resource.key, "id": item.record_id, "label": item.label, **item.changes}
               for item in forecast.touched]  # fmt: skip
    entries = [{"resource": item.resource.key, "rows": item.rows} for item in forecast.booked]
    return {"possible": True, "changes": changes, "entries": entries}


def _seen(ctx: Context) -> Forecast:
    found = [(resource, entry) for entry in folded(ctx, ctx.journal)[:MOST]
             if (resource := _open(ctx, ctx.registry.resources.get(entry["resource"]))) is not None]  # fmt: skip
    found = _within_reach(ctx, found)
    names = _labels(ctx, [(resource, entry["record_id"]) for resource, entry in found])
    touched = [
        Touched(resource, entry["record_id"], names.get((resource.key, entry["record_id"]), ""),
                visible(ctx.shape(resource), entry["changes"]))
        for resource, entry in found
    ]  # fmt: skip
    return Forecast(touched, _booked(ctx))


def _within_reach(ctx: Context, found: list[tuple[Resource, Any]]) -> list[tuple[Resource, Any]]:
    """Leave out what the actor's record rules keep from them."""
    narrowed = {resource for resource, _ in found if ctx.restriction(resource, "read")}
    ids = {resource: [entry["record_id"] for other, entry in found if other is resource] for resource in narrowed}
    open_ids = {resource: reachable(ctx, resource, "read", wanted) for resource, wanted in ids.items()}
    return [(resource, entry) for resource, entry in found
            if resource not in narrowed or entry["record_id"] in open_ids[resource]]  # fmt: skip


def _booked(ctx: Context) -> list[Booked]:
    found: dict[str, Booked] = {}
    for model, row in ctx.journal.ledger or ():
        resource = _open(ctx, ctx.registry.resource_of_model.get(model))
        if resource is None or ctx.restriction(resource, "read"):
            continue
        booked = found.setdefault(resource.key, Booked(resource, []))
        shape = ctx.shape(resource)
        told = {name: plain_value(value) for name, value in row.items() if name in shape.fields and value is not None}
        if len(booked.rows) < MOST:
            booked.rows.append(told)
    return list(found.values())


def _open(ctx: Context, resource: Resource | None) -> Resource | None:
    return resource if resource is not None and ctx.view.sees(resource) and ctx.can(f"{resource.key}.read") else None


def _labels(ctx: Context, wanted: list[tuple[Resource, int]]) -> dict[tuple[str, int], str]:
    ids: dict[Resource, set[int]] = {}
    for resource, record_id in wanted:
        ids.setdefault(resource, set()).add(record_id)
    return {
        (resource.key, record_id): text
        for resource, known in ids.items()
        for record_id, text in labels(ctx.db, ctx.tenant.id, resource.model, resource, known).items()
    }
