"""Identity of one process: its policy, its way to the kernel's tables, its memory of permissions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

from core.db.statements.prepared import Fetched
from core.db.trips.lookups import Lookups, Reads
from core.identity.access import Access, OpenSession
from core.identity.access_tokens import AccessClaims, read_access_token
from core.identity.actor import Actor
from core.identity.policy import IdentityPolicy
from core.identity.sessions import CurrentSession, current_session, needs_touch, touch
from core.identity.standing import standing_of_user
from core.identity.tokens import standing_of_family

ReadsOf = Callable[[AccessClaims], Reads | None]


@dataclass(frozen=True)
class Identity:
    """What logging in and recognising somebody needs; `write` commits at its end, `read` never writes."""

    policy: IdentityPolicy
    write: OpenSession
    read: OpenSession
    lookups: Lookups
    access: Access = field(default_factory=Access)

    def actor_of_token(self, token: str, *, request_id: str = "") -> Actor | None:
        """Return who an access token speaks for; None when its log-in was ended, Unauthenticated when it is not one."""
        return self.recognise(token, request_id=request_id)[0]

    def recognise(
        self, token: str, *, request_id: str = "", prefetch: ReadsOf | None = None
    ) -> tuple[Actor | None, list[Fetched]]:
        """Return who an access token speaks for, and what `prefetch` reads of their tenant on the same way.

        What was read goes to nobody before the actor's rights are checked as for any other reading.
        """
        claims = read_access_token(self.policy, token, self.lookups.now())
        then = prefetch(claims) if prefetch is not None else None
        standing, answers = standing_of_family(self.lookups, claims, then)
        if standing is None:
            return None, []
        actor = self.access.actor(
            self.read, standing, source="token", session_id=claims.family_id, request_id=request_id
        )
        return actor, answers

    def actor_of_cookie(self, cookie: str, *, request_id: str = "") -> tuple[Actor, CurrentSession] | None:
        """Return who a session cookie speaks for, with the session; None when there is no such session any more."""
        with self.read() as session:
            current = current_session(session, self.policy, cookie)
            if current is None:
                return None
            idle = needs_touch(self.policy, current, session.now())
            actor = self.access.actor(
                lambda: nullcontext(session), current.standing, source="session", session_id=current.session_id,
                request_id=request_id,
            )  # fmt: skip
        if idle:
            with self.write() as session:
                touch(session, current.session_id)
        return actor, current

    def actor_of_user(self, user_id: int, tenant_id: int, *, request_id: str = "") -> Actor | None:
        """Return a user as they stand now in a tenant, for work they asked for earlier; None when they may not act."""
        with self.read() as session:
            standing = standing_of_user(session, user_id, tenant_id)
            if standing is None:
                return None
            return self.access.actor(lambda: nullcontext(session), standing, source="job", request_id=request_id)
