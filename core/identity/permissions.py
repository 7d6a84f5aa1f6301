"""What a member may do: patterns of permissions, compiled once and asked many times."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_SEGMENT = r"(?:\*|[a-z][a-z0-9_-]*)"
_PATTERN = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT}){{0,5}}")
PATTERN_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role gives: permission patterns, narrowed to the records that its record rules let through."""

    patterns: tuple[str, ...]
    rules: frozenset[str] = frozenset()


def is_pattern(text: str) -> bool:
    """Tell whether the text is a permission pattern such as `inventory.*.read`, `recipes.batch.*` or `*`."""
    return len(text) <= PATTERN_LENGTH and _PATTERN.fullmatch(text) is not None


def pattern_covers(wide: str, narrow: str) -> bool:
    """Tell whether every permission of the narrow pattern is also one of the wide pattern.

    A `*` stands for one segment, and for one or more as the last segment, so `inventory.*` is all of a plugin.
    """
    outer, inner = wide.split("."), narrow.split(".")
    if outer[-1] == "*":
        head = len(outer) - 1
        return len(inner) > head and _segments_cover(outer[:head], inner[:head])
    return len(inner) == len(outer) and _segments_cover(outer, inner)


def _segments_cover(outer: list[str], inner: list[str]) -> bool:
    return all(wide in ("*", narrow) for wide, narrow in zip(outer, inner, strict=True))


class PermissionSet:
    """All grants of one member; immutable, shared between threads and requests."""

    __slots__ = ("_allowed", "_restricted", "_rule_resources", "grants")

    def __init__(
        self, grants: Iterable[Grant] = (), rule_resources: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self.grants = tuple(grants)
        self._rule_resources = {key: frozenset(names) for key, names in (rule_resources or {}).items()}
        # Keys come from declarations, never from a request, so both memories stay small.
        self._allowed: dict[str, bool] = {}
        self._restricted: dict[str, tuple[frozenset[str], ...]] = {}

    @classmethod
    def everything(cls) -> PermissionSet:
        """Return the set of an owner or of the system itself."""
        return cls([Grant(("*",))])

    def allows(self, permission: str) -> bool:
        """Tell whether any role grants the permission, on some record at least."""
        known = self._allowed.get(permission)
        if known is None:
            known = self._allowed[permission] = bool(self._granting(permission))
        return known

    def restrictions(self, permission: str) -> tuple[frozenset[str], ...]:
        """Return alternatives of record rules, empty when nothing narrows the permission.

        A record is open when it passes all rules of any one alternative: each role is one alternative, and a role
        that grants the permission without a rule for this resource lifts the rules of all others. Where no role grants
        it, the rules of all roles that carry one hold: what else tells of the resource tells no more than they do.
        """
        known = self._restricted.get(permission)
        if known is None:
            known = self._restricted[permission] = self._alternatives(permission)
        return known

    def covers(self, other: Iterable[Grant]) -> bool:
        """Tell whether whoever has this set may hand out the given grants: nobody gives what they do not have."""
        return all(
            any(self._gives(grant, pattern, wanted.rules) for grant in self.grants)
            for wanted in other
            for pattern in wanted.patterns
        )

    def patterns(self) -> list[str]:
        """Return every granted pattern once, sorted, for display."""
        return sorted({pattern for grant in self.grants for pattern in grant.patterns})

    def _granting(self, permission: str) -> list[Grant]:
        resource = permission.rpartition(".")[0]
        return [
            grant
            for grant in self.grants
            if any(pattern_covers(pattern, permission) for pattern in grant.patterns)
            and not self._is_blind(grant, resource)
        ]

    def _alternatives(self, permission: str) -> tuple[frozenset[str], ...]:
        resource = permission.rpartition(".")[0]
        granting = self._granting(permission)
        found = {self._rules_for(grant, resource) for grant in granting or self.grants}
        if not granting:
            found.discard(frozenset())
        return () if frozenset() in found else tuple(sorted(found, key=sorted))

    def _rules_for(self, grant: Grant, resource: str) -> frozenset[str]:
        return frozenset(rule for rule in grant.rules if resource in self._rule_resources.get(rule, ()))

    def _is_blind(self, grant: Grant, resource: str) -> bool:
        # A rule nobody declares any more cannot be applied; its plugin's records stay shut rather than all open.
        return any(
            rule not in self._rule_resources and resource.partition(".")[0] == rule.partition(".")[0]
            for rule in grant.rules
        )

    @staticmethod
    def _gives(grant: Grant, pattern: str, rules: frozenset[str]) -> bool:
        return grant.rules <= rules and any(pattern_covers(own, pattern) for own in grant.patterns)
