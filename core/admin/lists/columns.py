"""Which columns of a list are shown, in which order and how wide: by its address, else as the person left them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.actions.context import Context
from core.admin.display.money import is_price
from core.admin.lists.address import ListAddress
from core.desk.preferences import COLUMNS, preference
from core.errors import Invalid
from core.resources.filters import is_summable
from core.resources.grouping import FUNCTIONS
from core.resources.shape import Field, Shape

NARROWEST, WIDEST = 48, 900
MOST_COLUMNS = 60


@dataclass(frozen=True)
class Shown:
    """A column that is shown: its field, and its width in pixels where somebody chose one."""

    field: Field
    width: int = 0

    @property
    def text(self) -> str:
        """The column as an address names it."""
        return f"{self.field.name}:{self.width}" if self.width else self.field.name


def shown_columns(ctx: Context, shape: Shape, address: ListAddress) -> list[Shown]:
    """Return the columns of a list; Invalid where the address itself names one that there is not."""
    if address.columns:
        return _read(shape, address.columns.split(","), strict=True)
    kept = _kept(ctx, shape).get("columns")
    found = _read(shape, kept, strict=False) if isinstance(kept, list) else []
    return found or usual_columns(shape)


def usual_columns(shape: Shape) -> list[Shown]:
    """Return the columns that the resource declares."""
    return [Shown(shape.fields[name]) for name in shape.list_names]


def columns_text(columns: Iterable[Shown]) -> str:
    """Return columns as an address names them."""
    return ",".join(column.text for column in columns)


def density_of(ctx: Context, shape: Shape, address: ListAddress) -> str:
    """Return how dense the rows stand: as the address says, else as the person likes it here, else anywhere."""
    kept = _kept(ctx, shape).get("density")
    usual = preference(ctx, "density", "")
    return str(address.density or (kept if kept in ("comfortable", "compact") else "") or usual or "comfortable")


def _kept(ctx: Context, shape: Shape) -> Mapping[str, Any]:
    found = preference(ctx, COLUMNS + shape.resource.key)
    return found if isinstance(found, dict) else {}


def _read(shape: Shape, parts: Iterable[Any], *, strict: bool) -> list[Shown]:
    found: dict[str, Shown] = {}
    for part in list(parts)[:MOST_COLUMNS]:
        name, _, width = str(part).partition(":")
        item = shape.fields.get(shape.resolve(name))
        if item is not None:
            found[item.name] = Shown(item, _width(width, strict=strict))
        elif strict and name:
            raise Invalid({"columns": [f"{shape.resource.title} have no column {name!r}."]})
    return list(found.values())


def _width(text: str, *, strict: bool) -> int:
    if not text:
        return 0
    if text.isascii() and text.isdecimal() and len(text) < 5 and NARROWEST <= int(text) <= WIDEST:
        return int(text)
    if strict:
        raise Invalid({"columns": [f"A width is {NARROWEST} to {WIDEST} pixels, not {text!r}."]})
    return 0


def totals_of(shape: Shape, address: ListAddress, columns: Iterable[Shown]) -> dict[str, str]:
    """Return which figure stands below which column: the sum, or what the address says."""
    wanted = {column.field.name: "sum" for column in columns if is_summable(column.field) and _adds_up(column.field)}
    for part in [part for part in address.totals.split(",") if part]:
        name, _, function = part.partition(":")
        if name == "all":
            continue
        item = shape.fields.get(shape.resolve(name))
        if item is None or not is_summable(item) or (function and function not in (*FUNCTIONS, "none")):
            raise Invalid({"totals": [f"{part!r} is no figure of this list; use <column>:{'|'.join(FUNCTIONS)}|none."]})
        wanted[item.name] = function or "sum"
    seen = {column.field.name for column in columns}
    return {name: function for name, function in wanted.items() if function != "none" and name in seen}


def _adds_up(item: Field) -> bool:
    """Whole numbers and prices are not added up unasked: the sum of versions or of prices says nothing."""
    return item.kind.name in ("quantity", "money", "decimal") and not is_price(item)
