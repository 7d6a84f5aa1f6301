"""From a log-in that stands to an actor with rights: one small statement per request, the rest remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from core.db.session import KernelSession
from core.identity.actor import Actor, Source
from core.identity.permissions import PermissionSet
from core.identity.roles import DeclaredAccess, member_permissions
from core.identity.standing import Standing

OpenSession = Callable[[], AbstractContextManager[KernelSession]]
_Key = tuple[int, int, int, int]
_EVERYTHING = PermissionSet.everything()
_NOTHING = PermissionSet()


@dataclass
class Access:
    """The permissions of members, remembered until their tenant's roles or modules change.

    The key holds the tenant's revisions, which the same transaction raises that changes a role, so that a process
    never needs to be told what another one changed.
    """

    declared: DeclaredAccess = field(default_factory=DeclaredAccess)
    remembered: int = 4096
    _known: OrderedDict[_Key, PermissionSet] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def permissions(self, open_session: OpenSession, standing: Standing) -> PermissionSet:
        """Return what the one who asks may do in their tenant; a session is opened only for what is not remembered."""
        if standing.tenant_id is None or standing.member_id is None:
            return _NOTHING
        if standing.is_owner:
            return _EVERYTHING
        key = (standing.tenant_id, standing.member_id, standing.access_revision, standing.modules_revision)
        with self._lock:
            if (known := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return known
        with open_session() as session:
            found = member_permissions(session, standing.tenant_id, standing.member_id, self.declared)
        with self._lock:
            self._known[key] = found
            while len(self._known) > self.remembered:
                self._known.popitem(last=False)
        return found

    def actor(
        self,
        open_session: OpenSession,
        standing: Standing,
        *,
        source: Source,
        session_id: int | None = None,
        request_id: str = "",
    ) -> Actor:
        """Return the actor of a request or job."""
        return Actor(
            user_id=standing.user_id,
            username=standing.username,
            name=standing.name,
            tenant_id=standing.tenant_id,
            member_id=standing.member_id,
            permissions=self.permissions(open_session, standing),
            is_platform_admin=standing.is_platform_admin,
            source=source,
            session_id=session_id,
            request_id=request_id,
            tenant_revision=standing.modules_revision,
        )
