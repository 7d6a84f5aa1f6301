"""The one who acts: a user in a tenant, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.identity.permissions import PermissionSet

Source = Literal["session", "token", "system", "job"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, in which tenant, by which door, with which rights."""

    user_id: int | None
    username: str
    name: str
    tenant_id: int | None
    member_id: int | None = None
    permissions: PermissionSet = field(default_factory=PermissionSet, repr=False, compare=False)
    is_platform_admin: bool = False
    source: Source = "system"
    session_id: int | None = None
    request_id: str = ""
    # The tenant's revision when the actor was recognised: a read may then skip asking for the tenant again.
    tenant_revision: int = -1
    # The role by whose rights somebody looks for a while; nothing can be changed then.
    viewing_as: str = ""

    def can(self, permission: str) -> bool:
        """Tell whether the actor's roles grant the permission."""
        return self.permissions.allows(permission)


def system_actor(tenant_id: int | None, *, name: str = "OpenMill", request_id: str = "") -> Actor:
    """Return the actor of commands, demo data and jobs that no user started: every permission of one tenant."""
    return Actor(
        user_id=None,
        username="system",
        name=name,
        tenant_id=tenant_id,
        permissions=PermissionSet.everything(),
        source="system",
        request_id=request_id,
    )
