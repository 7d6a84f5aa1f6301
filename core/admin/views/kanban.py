"""The board of a resource: a column for each value of a field, a card for each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from core.actions.context import Context
from core.admin.display.cells import TONES, cell
from core.admin.display.money import currency_of
from core.admin.display.words import words_label
from core.admin.forms.pickers import choices, may_read
from core.admin.forms.plans import target_resource
from core.admin.frame.visit import Visit
from core.admin.lists.address import ListAddress
from core.admin.lists.page import may_write
from core.admin.records.status import ASIDE_STATES
from core.admin.views.cards import Card, card_items, card_names, card_of
from core.admin.views.moving import steps_from
from core.admin.views.page import show_page
from core.desk.preferences import own_zone
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.boards import count_columns, read_columns
from core.resources.filters import is_summable
from core.resources.shape import Field, Shape
from core.resources.units import name_far_units

MOST_CARDS = 50
MOST_COLUMNS = 20


@dataclass
class Column:
    """A column: a value, what it is called, its cards, and where a card can go from here."""

    value: str
    label: str
    tone: str
    count: str
    sums: list[str]
    more_url: str
    reach: list[tuple[str, str]] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    aside: bool = False


@dataclass(frozen=True)
class Board:
    """Everything a board shows."""

    field: str
    label: str
    columns: list[Column]
    movable: bool
    back: str
    cut: bool


def show_kanban(visit: Visit, resource: Resource, address: ListAddress) -> Response:
    """Show the board of a resource."""
    return show_page(visit, resource, address, "views/kanban.html", board_of)


def board_of(ctx: Context, shape: Shape, address: ListAddress) -> Board:
    """Read the first cards of every column, with counts and sums: a fixed number of queries."""
    item = board_field(shape)
    items = card_items(shape, item.name)
    request = address.request(card_names(shape, items, item.name))
    values = _values(ctx, shape, item)
    shown, cut = values[:MOST_COLUMNS], len(values) > MOST_COLUMNS
    summed = [found for found in items if is_summable(found) and not found.unit]
    counts = count_columns(ctx, shape, request, item, [found.name for found in summed])
    rows = read_columns(ctx, shape, request, item, [value for value, _ in shown], MOST_CARDS)
    name_far_units(ctx, shape, items, rows)
    reach = _reach(ctx, shape, item, shown)
    columns = {
        value: _column(ctx, address, item, value, label, None if counts is None else counts.get(value, {}), summed)
        for value, label in shown
    }
    for value, column in columns.items():
        own = [row for row in rows if row[item.name] == value]
        column.cards = [card_of(ctx, shape, items, row, state=item.kind.name != "state") for row in own[:MOST_CARDS]]
        column.reach = reach.get(value, [])
        column.count = column.count or (f"{MOST_CARDS}+" if len(own) > MOST_CARDS else str(len(own)))
        column.more_url = column.more_url if len(own) > MOST_CARDS else ""
    ordered = sorted(columns.values(), key=lambda column: column.aside)
    return Board(item.name, item.label, ordered, any(reach.values()), address.url, cut)


def board_field(shape: Shape) -> Field:
    """Return the field that a board is made by; Invalid where the person may not see it."""
    item = shape.fields.get(shape.resolve(shape.resource.kanban))
    if item is None:
        raise Invalid({"view": [f"{shape.resource.title} have no board that you may see."]})
    return item


def _values(ctx: Context, shape: Shape, item: Field) -> list[tuple[Any, str]]:
    none: list[tuple[Any, str]] = [(None, f"No {item.label.lower()}")] if item.optional else []
    if item.kind.name == "boolean":
        return [*none, (False, f"Not {item.label.lower()}"), (True, item.label)]
    if item.reference is None:
        return [*none, *((word, words_label(word)) for word in item.choices)]
    target = target_resource(ctx, item, shape.model)
    if target is None or not may_read(ctx, target):
        return none
    return [*none, *((int(identity), label) for identity, label in choices(ctx, target))]


def _column(
    ctx: Context, address: ListAddress, item: Field, value: Any, label: str, counted: Mapping[str, Any] | None,
    summed: Sequence[Field],
) -> Column:  # fmt: skip
    zone = own_zone(ctx)
    sums = [cell(found.kind.name, counted[found.name], zone, currency=currency_of(ctx, found)).text
            for found in summed if counted and counted["count"]]  # fmt: skip
    count = "" if counted is None else f"{counted.get('count', 0):,}"
    return Column(
        value=_text(value), label=label,
        tone=TONES.get(str(value), "") if item.kind.name == "state" else "", count=count, sums=sums,
        more_url=address.viewed("list").narrowed_to(item.name, None if value is None else _text(value)).url,
        aside=item.kind.name == "state" and value in ASIDE_STATES,
    )  # fmt: skip


def _reach(
    ctx: Context, shape: Shape, item: Field, shown: Sequence[tuple[Any, str]]
) -> dict[Any, list[tuple[str, str]]]:
    """Return for each column the columns that its cards can be moved to, as value and label."""
    others = [(_text(value), label) for value, label in shown]
    if item.kind.name == "state":
        names = dict(others)
        return {value: [(to, names[to]) for to in steps_from(ctx, shape.resource, value) if to in names]
                for value, _ in shown}  # fmt: skip
    if item.readonly or not may_write(ctx, shape.resource, "update"):
        return {}
    return {value: [other for other in others if other[0] != _text(value)] for value, _ in shown}


def _text(value: Any) -> str:
    """Return a value as forms and addresses write it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
