"""The figures of identity: how long things last, how many tries there are, what a hash costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from core.config import Config


@dataclass(frozen=True, slots=True)
class TryLimit:
    """So many failures are free; each further one blocks twice as long as the one before, up to a ceiling."""

    free: int
    first_block: timedelta = timedelta(seconds=15)
    longest_block: timedelta = timedelta(minutes=15)
    forgotten_after: timedelta = timedelta(hours=1)

    def block_after(self, failures: int) -> timedelta:
        """Return how long the next try must wait after this many failures."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)
        return min(self.first_block * (1 << doublings), self.longest_block)


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """Everything about identity that an operator may tune; one value per process."""

    secret_key: str = field(repr=False)
    issuer: str = "openmill"
    audience: str = "openmill-api"
    access_lifetime: timedelta = timedelta(minutes=15)
    refresh_lifetime: timedelta = timedelta(days=30)
    family_lifetime: timedelta = timedelta(days=90)
    leeway: timedelta = timedelta(seconds=30)
    session_idle: timedelta = timedelta(hours=12)
    session_lifetime: timedelta = timedelta(days=14)
    touch_interval: timedelta = timedelta(minutes=5)
    minimum_password: int = 10
    hash_memory_kib: int = 19_456
    hash_passes: int = 2
    hash_lanes: int = 1
    per_pair: TryLimit = TryLimit(free=5)
    per_account: TryLimit = TryLimit(free=20, longest_block=timedelta(minutes=5))
    per_source: TryLimit = TryLimit(free=20)
    source_known_for: timedelta = timedelta(days=90)

    def __hash__(self) -> int:
        # Asked for at every request, to find what its token says; the secret alone tells two policies apart.
        return hash(self.secret_key)

    @classmethod
    def from_config(cls, config: Config) -> IdentityPolicy:
        """Return the policy of a process's configuration."""
        return cls(
            secret_key=config.secret_key,
            access_lifetime=timedelta(seconds=config.access_token_seconds),
            refresh_lifetime=timedelta(seconds=config.refresh_token_seconds),
            session_idle=timedelta(seconds=config.session_idle_seconds),
            session_lifetime=timedelta(seconds=config.session_seconds),
            hash_memory_kib=config.argon2_memory_kib,
            hash_passes=config.argon2_time_cost,
        )
