"""What somebody will most likely ask next is read on the way that recognises them, in the same round trip.

Only the statements are remembered, never what they answered; and what was read early is told only to a reader that
has passed every check and asks the very same question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.db.statements.prepared import Prepared, Question

MOST_REMEMBERED = 4096
_Key = tuple[int, int | None, str]


@dataclass
class Prefetch:
    """By which statements a user last read one record of a resource."""

    _statements: dict[_Key, tuple[Prepared, ...]] = field(default_factory=dict)

    def note(self, tenant_id: int, user_id: int | None, resource: str, statements: tuple[Prepared, ...]) -> None:
        """Remember by which statements one record was read."""
        if len(self._statements) >= MOST_REMEMBERED:
            self._statements.clear()
        self._statements[tenant_id, user_id, resource] = statements

    def forget(self) -> None:
        """Remember nothing of what was read before."""
        self._statements.clear()

    def questions(self, tenant_id: int, user_id: int | None, resource: str, record_id: int) -> tuple[Question, ...]:
        """Return what reading a record will most likely ask; nothing when the user has not read one before."""
        return single_questions(self._statements.get((tenant_id, user_id, resource), ()), tenant_id, record_id)


def single_questions(statements: Sequence[Prepared], tenant_id: int, record_id: int) -> tuple[Question, ...]:
    """Return the questions that read one record of a tenant."""
    values = {"own_tenant": tenant_id, "wanted": record_id}
    return tuple((prepared, values) for prepared in statements)
