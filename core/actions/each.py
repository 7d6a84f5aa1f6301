"""One action on many records at once: what stands against one is found and told, the others go through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from core.actions.run import Call, run_action
from core.actions.savepoints import attempt
from core.errors import Forbidden, Problem

if TYPE_CHECKING:
    from core.actions.context import Context

PARTS = 10
Refusals = dict[int, Problem]


def run_on_each(ctx: Context, call: Call) -> Refusals:
    """Run an action on many records as one; returns what stands against those that were left out, by their ids."""
    if not ctx.can(call.action.permission):
        permission = call.action.permission
        return dict.fromkeys(call.ids, Forbidden(f"You need the permission {permission}.", permission=permission))
    refused: Refusals = {}
    if call.ids:
        _run(ctx, call, refused)
    return refused


def _run(ctx: Context, call: Call, refused: Refusals) -> None:
    try:
        with attempt(ctx):
            run_action(ctx, call)
        return
    except Problem as problem:
        named = {record_id: told for record_id, told in problem.by_record.items() if record_id in call.ids}
        if len(call.ids) == 1:
            named = {call.ids[0]: problem}
    refused |= named
    rest = [record_id for record_id in call.ids if record_id not in named]
    # Who it is about was told, or is narrowed down: a hook and the database speak of all of them.
    for part in [rest] if named else _parts(rest):
        if part:
            _run(ctx, call.only(part), refused)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    size = -(-len(ids) // PARTS)
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
