"""Who uses a record: what has a history is kept and switched off, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.api import Refused


def reasons_for(answers: Iterable[Mapping[int, str]], record_id: int) -> str:
    """Return why one record is in use, in words, from the answers of all plugins; empty when it is free."""
    return ", ".join(answer[record_id] for answer in answers if answer.get(record_id))


def refuse_deletion(code: str, called: str, reasons: str, path: str) -> Refused:
    """Return the refusal to delete something with a history, with the step that switches it off instead."""
    return Refused(
        code,
        f"{called} has a history ({reasons}) and is kept for it. Deactivate it instead.",
        next_step={
            "kind": "deactivate",
            "method": "PATCH",
            "path": path,
            "headers": {"If-Match": "*"},
            "body": {"is_active": False},
            "fill": [],
            "retry": False,
        },
    )
