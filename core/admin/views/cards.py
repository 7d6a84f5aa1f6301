"""A record as a card of a board or an entry of a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.actions.context import Context
from core.admin.display.cells import TONES, Cell
from core.admin.display.words import words_label
from core.admin.forms.pickers import label_of_row
from core.admin.lists.page import cell_of
from core.resources.labels import label_names
from core.resources.shape import Field, Shape
from core.resources.units import unit_name

MOST_FACTS = 4


@dataclass(frozen=True)
class Fact:
    """A field on a card; its label is read out and shown on hovering."""

    label: str
    cell: Cell


@dataclass(frozen=True)
class Card:
    """What a card shows of a record."""

    id: int
    label: str
    url: str
    facts: list[Fact]
    state: Cell | None


def card_items(shape: Shape, *without: str) -> list[Field]:
    """Return the fields on a card: the declared ones, else the first of the list that are not its name."""
    named = [shape.resolve(name) for name in shape.resource.card]
    hidden = {*without, *_label_fields(shape), "state"}
    plain = [name for name in shape.list_names if shape.fields[name].kind.name not in ("boolean", "json", "long_text")]
    usual = [name for name in plain if name not in hidden][:3]
    return [shape.fields[name] for name in (named or usual) if name in shape.fields and name not in without][
        :MOST_FACTS
    ]


def card_names(shape: Shape, items: list[Field], *more: str) -> tuple[str, ...]:
    """Return the fields to read for cards, with their units and states."""
    units = [unit_name(shape, item) for item in items]
    names = [*_label_fields(shape), *(item.name for item in items), *units, "state", *more]
    return tuple(dict.fromkeys(name for name in names if name in shape.fields))


def card_of(ctx: Context, shape: Shape, items: list[Field], row: Mapping[str, Any], *, state: bool) -> Card:
    """Return the card of a record."""
    cells = [(item.label, replace(cell_of(ctx, shape, item, row, shape.model), url="")) for item in items]
    facts = [Fact(label, cell) for label, cell in cells if cell.text]
    url = f"/{shape.resource.path}/{row['id']}"
    return Card(row["id"], label_of_row(shape, row), url, facts, _state(row) if state else None)


def _state(row: Mapping[str, Any]) -> Cell | None:
    state = row.get("state")
    return Cell(words_label(str(state)), tone=TONES.get(str(state), "")) if state else None


def _label_fields(shape: Shape) -> list[str]:
    return label_names(shape.model, shape.resource)
