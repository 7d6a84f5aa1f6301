"""What a session tells its database together: writes that wait, and questions that will be asked soon.

A round trip takes PostgreSQL longer than most of the statements in it. What need not be answered at once goes along
with what must be; what was asked early is told once, to whoever asks the very same, unless something was written.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core.db.statements.prepared import Fetched, Question
from core.db.statements.writes import Write
from core.db.trips.lookups import send_together


class Together:
    """The writes and questions of one session that have not been sent, and the answers nobody has asked for yet."""

    def __init__(self) -> None:
        self._waiting: list[Write | Question] = []
        self._told: list[tuple[Question, Fetched]] = []

    @property
    def waits(self) -> bool:
        """Whether anything has yet to be sent."""
        return bool(self._waiting)

    @property
    def is_sure(self) -> bool:
        """Whether nothing that waits may turn out to have found too few rows."""
        return not any(isinstance(step, Write) and step.rows is not None for step in self._waiting)

    def write(self, write: Write) -> None:
        """Have a write wait for the next statement."""
        self.forget_questions()
        self._waiting.append(write)

    def ask_along(self, questions: Sequence[Question]) -> None:
        """Ask with the next statement what will be asked for soon, each once."""
        known = [*self._waiting, *(asked for asked, _ in self._told)]
        self._waiting += [question for question in questions if question not in known]

    def keep(self, questions: Sequence[Question], answers: Sequence[Fetched]) -> None:
        """Keep what was answered before it is asked for."""
        self._told += zip(questions, answers, strict=True)

    def told(self, questions: Sequence[Question]) -> list[Fetched]:
        """Return what was answered early, once; nothing unless all of it was."""
        found = [next((told for asked, told in self._told if asked == question), None) for question in questions]
        if None in found:
            return []
        self._told = [pair for pair in self._told if pair[0] not in questions]
        return [told for told in found if told is not None]

    def send(self, connection: sa.Connection, steps: Sequence[Question | str] = ()) -> list[Fetched]:
        """Send what waits and then some steps as one text; returns what the steps asked."""
        waiting, self._waiting = [step for step in self._waiting if step not in steps], []
        early = [step for step in waiting if isinstance(step, tuple)]
        answers = send_together(connection, [*waiting, *steps])
        self.keep(early, answers[: len(early)])
        return answers[len(early) :]

    def forget_questions(self) -> None:
        """Drop what was asked early: something is about to be written."""
        self._told = []
        self._waiting = [step for step in self._waiting if isinstance(step, Write)]

    def forget(self) -> None:
        """Drop everything: it was taken back."""
        self._told, self._waiting = [], []
