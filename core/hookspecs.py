"""The kernel's hooks. Plugins publish their own in `hookspecs.py`, prefixed with their name.

Every hook runs inside the operation's transaction: raising a Problem refuses the whole operation. Hooks receive
lists, never one row at a time; slow work belongs into `ctx.enqueue()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from core.actions.context import Context
    from core.plugins.declarations import Action, Resource

hookspec = pluggy.HookspecMarker("openmill")
hookimpl = pluggy.HookimplMarker("openmill")


@hookspec
def before_action(ctx: Context, action: Action, records: Sequence[Any], arguments: dict[str, Any]) -> None:
    """Guard an action: called after its own checks and before its function; raise Refused to stop it."""


@hookspec
def after_action(ctx: Context, action: Action, records: Sequence[Any], result: Any) -> None:
    """Follow an action up in the same transaction, after its function and target state."""


@hookspec
def validate_records(ctx: Context, resource: Resource, records: Sequence[Any]) -> None:
    """Check records that were created or changed; raise Invalid naming the fields."""


@hookspec
def tenant_enabled(ctx: Context, plugin: str) -> None:
    """Seed what a tenant needs when the module `plugin` is switched on; called for every enabled plugin."""


@hookspec
def tenant_disabled(ctx: Context, plugin: str) -> None:
    """Put aside what must not go on when the module `plugin` is switched off; data stays."""
