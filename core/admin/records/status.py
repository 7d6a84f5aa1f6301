"""Where a record stands: its states in order with the side states apart, what may be done now and what may not, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.actions.arguments import parameters_of
from core.actions.context import Context
from core.actions.forecasting import can_forecast
from core.admin.display.cells import TONES
from core.admin.display.words import words_label
from core.admin.lists.page import open_actions
from core.plugins.declarations import Action, Resource
from core.resources.shape import Shape

MOST_BUTTONS = 3
ASIDE_STATES = frozenset(
    {"cancelled", "failed", "rejected", "archived", "void", "expired", "recalled", "scrapped", "reversed", "lost"}
)


@dataclass(frozen=True)
class Step:
    """A state in the status bar."""

    label: str
    current: bool
    past: bool


@dataclass(frozen=True)
class State:
    """The present state as a pill."""

    label: str
    tone: str


@dataclass(frozen=True)
class Button:
    """An action that may run now."""

    label: str
    url: str
    icon: str
    direct: bool
    leads_on: bool = False
    has_forecast: bool = False


@dataclass(frozen=True)
class Blocked:
    """An action that the person may run, but not on a record in this state."""

    label: str
    icon: str
    reason: str


@dataclass
class Status:
    """The state of a record and its actions."""

    state: State | None = None
    steps: list[Step] = field(default_factory=list)
    aside: list[Step] = field(default_factory=list)
    actions: list[Button] = field(default_factory=list)
    more_actions: list[Button] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)


def status_of(ctx: Context, shape: Shape, row: Mapping[str, Any]) -> Status:
    """Return where a record stands and what the person may do with it."""
    steps, aside = _steps(shape, row)
    found = open_actions(ctx, shape.resource, "record")
    now = [item for item in found if not item.source or row.get("state") in item.source]
    buttons = [_button(shape, item, row) for item in sorted(now, key=lambda item: _place(shape, item, row))]
    blocked = [Blocked(item.label, item.icon or "play", _reason(item)) for item in found if item not in now]
    return Status(_state(shape, row), steps, aside, buttons[:MOST_BUTTONS], buttons[MOST_BUTTONS:], blocked)


def actions_now(ctx: Context, resource: Resource, row: Mapping[str, Any]) -> list[Action]:
    """Return the record actions that the record's state and the person's permissions allow."""
    state = row.get("state")
    found = open_actions(ctx, resource, "record")
    return [item for item in found if not item.source or state in item.source]


def is_direct(action: Action) -> bool:
    """Whether an action runs without asking or telling anything first."""
    return not action.confirm and not parameters_of(action.function) and not action.built_in


def _reason(item: Action) -> str:
    return f"Only from {_listed([words_label(state).lower() for state in item.source])}"


def _listed(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _place(shape: Shape, item: Action, row: Mapping[str, Any]) -> int:
    """Return how near the front an action stands: first what moves the document on, last what puts it aside."""
    if item.target is None:
        return 1 if item.source else 2
    states = shape.fields["state"].choices if "state" in shape.fields else ()
    here = states.index(row["state"]) if row.get("state") in states else -1
    onward = item.target in states and states.index(item.target) > here and item.target not in ASIDE_STATES
    return 0 if onward else 3


def _button(shape: Shape, item: Action, row: Mapping[str, Any]) -> Button:
    url = f"/{shape.resource.path}/{row['id']}/do/{item.verb}"
    return Button(item.label, url, item.icon or "play", is_direct(item), _place(shape, item, row) == 0,
                  can_forecast(item))  # fmt: skip


def _state(shape: Shape, row: Mapping[str, Any]) -> State | None:
    state = row.get("state")
    if state is None or shape.fields["state"].kind.name != "state":
        return None
    return State(words_label(str(state)), TONES.get(str(state), ""))


def _steps(shape: Shape, row: Mapping[str, Any]) -> tuple[list[Step], list[Step]]:
    item, state = shape.fields.get("state"), row.get("state")
    if item is None or item.kind.name != "state" or state is None:
        return [], []
    onward = [word for word in item.choices if word not in ASIDE_STATES]
    here = onward.index(state) if state in onward else -1
    steps = [Step(words_label(word), word == state, index < here) for index, word in enumerate(onward)]
    aside = [Step(words_label(word), word == state, False) for word in item.choices if word in ASIDE_STATES]
    return (steps, aside) if len(steps) + len(aside) > 1 else ([], [])
