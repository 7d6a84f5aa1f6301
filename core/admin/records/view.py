"""What the page of one record shows: its form or its facts, its state, what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.actions.context import Context
from core.actions.history import Mark, first_and_last
from core.admin.display.cells import Cell, cell
from core.admin.display.markup import table_markup
from core.admin.forms.generated import BoundForm, BoundGrid, Posted
from core.admin.forms.pickers import label_of_row, name_chosen
from core.admin.forms.plans import record_plan
from core.admin.forms.tabs import Layout, arranged
from core.admin.lists.page import cell_of, may_change, may_write, query_links
from core.admin.lists.pointing import asked_for
from core.admin.lists.toolbar import Link
from core.admin.lists.whence import list_url
from core.admin.records.beside import Beside, Tab, tabs_of
from core.admin.records.copying import Copy
from core.admin.records.drawn import drawn_form
from core.admin.records.status import Status, status_of
from core.desk.preferences import own_zone
from core.plugins.declarations import Group, Lines, Resource
from core.resources.conditions import document_field, holds
from core.resources.reading import read_one
from core.resources.shape import Field, Shape
from core.resources.units import with_far_units


@dataclass(frozen=True)
class Item:
    """A place in a group: an input by its name, made when it is typed into, or a value that is only shown."""

    label: str
    name: str = ""
    field: Any = None
    cell: Cell | None = None


@dataclass(frozen=True)
class Part:
    """A titled group of a record's page."""

    title: str
    items: list[Item]
    kind: str = "group"
    tab: str = ""
    columns: int = 2


@dataclass(frozen=True)
class LineTable:
    """Lines that are only shown."""

    name: str
    title: str
    columns: list[Any]
    table: list[list[Cell]]
    body: Markup
    kind: str = "line-table"
    tab: str = ""


@dataclass
class RecordView:
    """Everything the page of a record shows."""

    heading: str
    singular: str
    url: str
    save_url: str
    cancel_url: str
    version: str
    form: BoundForm | None
    parts: Sequence[Part | BoundGrid | LineTable]
    status: Status = field(default_factory=Status)
    marks: list[str] = field(default_factory=list)
    seen: str = ""
    queries: list[Link] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    beside: Beside | None = None
    delete_url: str = ""
    new_url: str = ""
    copy_url: str = ""
    copied: Copy | None = None

    @property
    def layout(self) -> Layout:
        """The parts as they stand: above the tabs, on them, below."""
        return arranged([replace(part, items=[self._typed(item) for item in part.items])
                         if isinstance(part, Part) else part for part in self.parts])  # fmt: skip

    def _typed(self, item: Item) -> Item:
        if not item.name or self.form is None:
            return item
        return replace(item, field=self.form.top.find(item.name))

    def drawn(self, form_layout: Any) -> Markup:
        """Return the parts as the theme's macro draws them: from a pattern, as long as nobody has typed into them."""
        if self.form is not None and self.form.is_still:
            return drawn_form(self.parts, self.form, form_layout)
        made: Markup = form_layout(self.layout, self.form is not None)
        return made


def read_record(ctx: Context, shape: Shape, record_id: int) -> Mapping[str, Any]:
    """Return a record as its page shows it: with its lines, and what the far units of their amounts are called."""
    return with_far_units(ctx, shape, read_one(ctx, shape, record_id))


def bind_form(ctx: Context, shape: Shape, values: Mapping[str, Any], posted: Posted | None = None) -> BoundForm:
    """Return the form of a record bound to its values, and over them to what was sent."""
    zone, currency = own_zone(ctx), ctx.tenant.currency
    return BoundForm(record_plan(ctx, shape), zone, values=values, posted=posted, currency=currency)


def new_values(shape: Shape, given: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """Return what the form of a new record starts with: declared defaults, and what the address gives."""
    values = {name: item.default for name, item in shape.fields.items() if item.default is not None}
    dumped = {name: _dumped(shape, name, value) for name, value in values.items()}
    read = {name: _given(shape.fields[name], text, zone) for name, text in given.items() if name in shape.fields}
    return dumped | {name: value for name, value in read.items() if value is not None}


def _given(item: Field, text: str, zone: ZoneInfo) -> Any:
    """Return what an address says of a field, None where it cannot be read: it is left to be typed then."""
    if item.kind.name == "boolean":
        return {"true": True, "false": False}.get(text)
    if item.kind.name != "moment":
        return text
    try:
        moment = datetime.fromisoformat(text)
        # A time without a zone is one on the organisation's clock, as calendars show it.
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _dumped(shape: Shape, name: str, value: Any) -> Any:
    dump = shape.fields[name].kind.dump
    return dump(value) if dump is not None else value


def new_view(ctx: Context, resource: Resource, form: BoundForm, copied: Copy | None = None) -> RecordView:
    """Return the page of a record that does not exist yet."""
    shape = ctx.shape(resource)
    name_chosen(ctx, form)
    return RecordView(
        heading=f"New {resource.singular.lower()}", singular=resource.singular, url=f"/{resource.path}",
        save_url=f"/{resource.path}/new", cancel_url=list_url(resource), version="", form=form, copied=copied,
        parts=[part for part in _parts(ctx, shape, {}, form) if not isinstance(part, Part) or part.items],
    )  # fmt: skip


def record_view(
    ctx: Context, resource: Resource, row: Mapping[str, Any], form: BoundForm | None, beside: Beside | None = None
) -> RecordView:
    """Return the page of a record: a form where the person may change it, else its facts."""
    shape = ctx.shape(resource)
    url = f"/{resource.path}/{row['id']}"
    if form is not None:
        name_chosen(ctx, form)
    first, last = first_and_last(ctx, resource, row["id"])
    new_url = f"/{resource.path}/new" if may_write(ctx, resource, "create") else ""
    return RecordView(
        heading=asked_for(ctx, shape, row) or label_of_row(shape, row), singular=resource.singular, url=url,
        save_url=url, cancel_url=list_url(resource), version=str(row.get("version", "")), form=form,
        parts=_parts(ctx, shape, row, form), status=status_of(ctx, shape, row),
        marks=_marks(ctx, first, last), seen=str(last.sequence) if last is not None else "0",
        tabs=tabs_of(resource, row["id"], beside.tab if beside is not None else ""), beside=beside,
        queries=query_links(ctx, resource, row["id"]),
        delete_url=f"{url}/delete" if may_change(ctx, resource, row, "delete") else "",
        new_url=new_url, copy_url=f"{new_url}?from={row['id']}" if new_url else "",
    )  # fmt: skip


def _marks(ctx: Context, first: Mark | None, last: Mark | None) -> list[str]:
    """Return who made a record and who changed it last, in words."""
    zone = own_zone(ctx)
    told = [("Created", first), ("changed", last if last != first else None)]
    return [f"{word} by {mark.username}, {cell('moment', mark.at, zone).text}" for word, mark in told if mark]


def _parts(
    ctx: Context, shape: Shape, row: Mapping[str, Any], form: BoundForm | None
) -> list[Part | BoundGrid | LineTable]:
    parts: list[Part | BoundGrid | LineTable] = []
    for part in shape.form:
        if isinstance(part, Group):
            items = [_item(ctx, shape, name, row, form) for name in part.fields]
            shown = [item for item in items if item is not None]
            parts.append(Part(part.title, shown, tab=part.tab, columns=part.columns))
        elif part.name in shape.lines:
            grid = form.grids.get(part.name) if form is not None else None
            if grid is not None or row:
                parts.append(grid if grid is not None else _line_table(ctx, shape, part, row))
    return parts


def _item(ctx: Context, shape: Shape, name: str, row: Mapping[str, Any], form: BoundForm | None) -> Item | None:
    item = shape.fields[name]
    if form is not None and name in form.inputs.controls.names:
        return Item(item.label, name)
    # The state of a record stands beside its name; what does not apply is hidden as a form hides it.
    if not row or item.kind.name == "state" or not holds(item.visible_when, row.get):
        return None
    return Item(item.label, cell=cell_of(ctx, shape, item, row, shape.model))


def _line_table(ctx: Context, shape: Shape, part: Lines, row: Mapping[str, Any]) -> LineTable:
    line = shape.lines[part.name]
    names = [name for name in part.fields if name in line.fields] or [name for name in line.fields if name != "id"]
    items = [line.fields[name] for name in names]

    def look(given: Mapping[str, Any], name: str) -> Any:
        above = document_field(line, name)
        return row.get(above) if above else given.get(name)

    def made(item: Field, given: Mapping[str, Any]) -> Cell:
        applies = holds(item.visible_when, partial(look, given))
        return cell_of(ctx, shape, item, given, line.model) if applies else Cell("")

    cells = [[made(item, given) for item in items] for given in row.get(part.name, ())]
    columns = [{"label": item.label, "numeric": item.kind.sums} for item in items]
    return LineTable(part.name, part.title or line.title, columns, cells, table_markup(cells), tab=part.tab)
