"""The display panel: what a list is grouped and sorted by, how dense it is, which columns it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.lists.address import DENSITIES, MOST_GROUPS, MOST_SORTS, ListAddress
from core.admin.lists.columns import NARROWEST, WIDEST, Shown, columns_text, density_of, shown_columns, usual_columns
from core.admin.lists.rows import FIGURES
from core.desk.preferences import COLUMNS, set_preference
from core.resources.buckets import BUCKETS
from core.resources.filters import is_summable
from core.resources.grouping import DATED, UNGROUPED
from core.resources.shape import STAMPS, Field, Shape

Option = tuple[str, str]


@dataclass(frozen=True)
class ColumnChoice:
    """A column that may be shown."""

    name: str
    label: str
    shown: bool
    width: str
    totals: tuple[Option, ...]
    total: str


@dataclass(frozen=True)
class Display:
    """Everything the panel shows."""

    url: str
    kept: list[tuple[str, str]]
    groups: list[str]
    group_options: list[Option]
    sorts: list[tuple[str, bool]]
    sort_options: list[Option]
    density: str
    columns: list[ColumnChoice]
    narrowest: int
    widest: int
    cancel_url: str


def display(ctx: Context, shape: Shape, address: ListAddress, order: Sequence[Shown] | None = None) -> Display:
    """Return the panel at an address; `order` where columns were moved and not yet kept."""
    shown = list(order if order is not None else shown_columns(ctx, shape, address))
    seen = {column.field.name for column in shown}
    rest = [Shown(item) for item in shape.fields.values() if item.name not in seen]
    sorts = [part for part in (address.sort or shape.resource.sort).split(",") if part][:MOST_SORTS]
    pairs = [(shape.resolve(part.lstrip("-")), part.startswith("-")) for part in sorts]
    plain = replace(address, group=(), sort="", columns="", density="", totals="")
    figures = dict(part.partition(":")[::2] for part in address.totals.split(",") if part)
    return Display(
        url=f"/{shape.resource.path}/display", kept=plain.kept(filters=True, search=True),
        groups=[*address.group, *[""] * (MOST_GROUPS - len(address.group))], group_options=_group_options(shape),
        sorts=[*pairs, *[("", False)] * (MOST_SORTS - len(pairs))],
        sort_options=[(item.name, item.label) for item in shape.fields.values() if item.kind.name not in UNGROUPED],
        density=density_of(ctx, shape, address),
        columns=[_choice(column, column.field.name in seen, figures) for column in [*shown, *rest]],
        narrowest=NARROWEST, widest=WIDEST, cancel_url=address.url,
    )  # fmt: skip


def _choice(column: Shown, shown: bool, figures: Mapping[str, str]) -> ColumnChoice:
    item = column.field
    counted = is_summable(item) and item.name not in STAMPS
    options = (("", "Usual"), *FIGURES.items(), ("none", "None")) if counted else ()
    return ColumnChoice(item.name, item.label, shown, str(column.width or ""), options, figures.get(item.name, ""))


def _group_options(shape: Shape) -> list[Option]:
    found: list[Option] = []
    for item in shape.fields.values():
        if item.kind.name in DATED:
            found += [(f"{item.name}:{bucket}", f"{item.label} by {bucket}") for bucket in BUCKETS]
        elif item.kind.name not in UNGROUPED and item.name not in ("id", "version"):
            found.append((item.name, item.label))
    return found


def chosen(ctx: Context, shape: Shape, address: ListAddress, sent: MultiDict[str, str]) -> ListAddress:
    """Return the address as the panel was sent, and keep the columns for the person where no saved view has them."""
    if sent.get("reset"):
        set_preference(ctx, COLUMNS + shape.resource.key, None)
        return replace(address, columns="", density="", totals="")
    columns = order_of(shape, sent) or usual_columns(shape)
    usual = columns_text(columns) == columns_text(usual_columns(shape))
    density = sent.get("density", "") if sent.get("density") in DENSITIES else density_of(ctx, shape, address)
    if not address.saved:
        kept: dict[str, Any] = {} if usual else {"columns": [column.text for column in columns]}
        kept |= {"density": density} if density else {}
        set_preference(ctx, COLUMNS + shape.resource.key, kept or None)
    made = replace(address, columns="" if usual else columns_text(columns), density=density if address.saved else "")
    return made if "columns" in sent else _arranged(shape, made, sent)


def _arranged(shape: Shape, address: ListAddress, sent: MultiDict[str, str]) -> ListAddress:
    groups = list(dict.fromkeys(text for n in range(MOST_GROUPS) if (text := sent.get(f"group{n}", ""))))
    sorts = {name: "-" if sent.get(f"down{n}") else "" for n in range(MOST_SORTS) if (name := sent.get(f"sort{n}", ""))}
    sort = ",".join(f"{sign}{name}" for name, sign in sorts.items())
    usual = ",".join(f"{'-' if part.startswith('-') else ''}{shape.resolve(part.lstrip('-'))}"
                     for part in shape.resource.sort.split(","))  # fmt: skip
    figures = [(name.removeprefix("total-"), text) for name, text in sent.items() if name.startswith("total-") and text]
    return replace(
        address, group=tuple(groups), sort="" if sort == usual else sort, page=1, after="",
        totals=",".join(f"{name}:{text}" for name, text in figures),
    )  # fmt: skip


def order_of(shape: Shape, sent: MultiDict[str, str]) -> list[Shown]:
    """Return the columns as they were sent: those that are ticked, in their order, one moved by a button."""
    if "columns" in sent:
        pairs = [part.partition(":")[::2] for part in sent["columns"].split(",")]
    else:
        names, ticked = sent.getlist("order"), set(sent.getlist("show"))
        pairs = [(name, sent.get(f"width-{name}", "")) for name in _moved(names, sent) if name in ticked]
    return [Shown(item, _width(width)) for name, width in pairs if (item := _field(shape, name)) is not None]


def _field(shape: Shape, name: str) -> Field | None:
    return shape.fields.get(shape.resolve(name))


def _width(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    return min(max(number, NARROWEST), WIDEST) if number else 0


def _moved(names: list[str], sent: MultiDict[str, str]) -> list[str]:
    name, step = (sent["up"], -1) if "up" in sent else (sent.get("down", ""), 1)
    if name not in names:
        return names
    rest = [other for other in names if other != name]
    place = min(max(names.index(name) + step, 0), len(rest))
    return [*rest[:place], name, *rest[place:]]
