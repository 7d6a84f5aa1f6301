"""The list page of any resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from core.actions.context import Context
from core.actions.crud import built_in
from core.admin.lists.address import PAGE_SIZES, ListAddress
from core.admin.lists.columns import Shown, columns_text, density_of, shown_columns, totals_of
from core.admin.lists.filters import chips_of
from core.admin.lists.markup import ListedRows
from core.admin.lists.pointing import points
from core.admin.lists.rows import (
    MOST_GROUPS_SHOWN,
    Figure,
    GroupRow,
    figures,
    group_rows,
    lead_of,
    rows_of,
    wanted_fields,
)
from core.admin.lists.rows import cell_of as cell_of
from core.admin.lists.toolbar import Link, Toolbar, states_url, toolbar_of
from core.errors import Invalid
from core.plugins.declarations import Action, Resource
from core.resources.paging import count_records
from core.resources.reading import COUNT_LIMIT, DEEPEST_OFFSET, Page, conditions_of, is_too_deep, read_page
from core.resources.shape import Field, Shape
from core.resources.sorting import UNSORTABLE
from core.resources.units import unit_name
from core.web.endpoints import ID

EXPORTS = ("csv", "xlsx", "json")
MOST_WAYS_OUT = 6


@dataclass(frozen=True)
class Column:
    """A column of the list; `order` is its place where several columns sort."""

    name: str
    label: str
    numeric: bool
    url: str
    add_url: str
    sorted: str
    order: int
    width: int


@dataclass(frozen=True)
class BulkAction:
    """An action on the chosen rows."""

    verb: str
    label: str
    icon: str
    danger: bool = False


@dataclass
class Pager:
    """Where in the list one is."""

    position: str
    sizes: list[Link]
    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    count_url: str = ""
    total: str = ""


@dataclass
class ListView:
    """Everything the list page shows."""

    url: str
    help: str
    singular: str
    icon: str
    teach: str
    toolbar: Toolbar
    columns: list[Column]
    columns_text: str
    density: str
    rows: ListedRows
    groups: list[GroupRow]
    figures: list[Figure]
    figures_url: str
    pager: Pager
    ways_out: list[Link]
    new_url: str
    import_url: str
    edit_url: str
    exports: list[Link]
    bulk_actions: list[BulkAction]
    collection_actions: list[Link]
    queries: list[Link]
    states_url: str = ""
    lead: str = ""
    nearest: str = ""


@dataclass
class Content:
    """What is read for a list: rows or groups, the figures below, the pager."""

    pager: Pager
    rows: ListedRows = field(default_factory=ListedRows)
    groups: list[GroupRow] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    figures_url: str = ""
    nearest: str = ""


def list_view(ctx: Context, resource: Resource, address: ListAddress) -> ListView:
    """Read one page of a resource and everything around it."""
    shape = ctx.shape(resource)
    shown = shown_columns(ctx, shape, address)
    found = _groups(ctx, shape, address, shown) if address.group else _rows(ctx, shape, address, shown)
    is_empty = not (found.rows or found.groups)
    writable = {verb: may_write(ctx, resource, verb) for verb in ("create", "update", "import", "delete")}
    return ListView(
        url=f"/{resource.path}", help=resource.help, singular=resource.singular, icon=resource.icon,
        teach=_teach(resource, writable["create"]), toolbar=toolbar_of(ctx, shape, address),
        columns=_columns(address, shape, shown), columns_text=columns_text(shown),
        density=density_of(ctx, shape, address), rows=found.rows, groups=found.groups, figures=found.figures,
        figures_url=found.figures_url, pager=found.pager,
        ways_out=_ways_out(ctx, shape, address) if is_empty and address.narrowed else [],
        new_url=f"/{resource.path}/new" if writable["create"] else "",
        import_url=f"/{resource.path}/import" if writable["import"] else "",
        edit_url=f"/{resource.path}/cells" if writable["update"] else "",
        exports=_exports(resource, address, shown) if ctx.can(f"{resource.key}.export") else [],
        bulk_actions=bulk_actions(ctx, resource), collection_actions=_collection_actions(ctx, resource),
        queries=query_links(ctx, resource), states_url=states_url(shape), lead=_lead_figure(shown, found.figures),
        nearest=found.nearest,
    )  # fmt: skip


def _lead_figure(shown: Sequence[Shown], below: Sequence[Figure]) -> str:
    """Return the figure that a narrow screen tells below the names."""
    lead = lead_of(shown)
    found = below[lead.place] if lead is not None and below else Figure()
    return f"{found.label} {found.text}" if found.text else ""


def _rows(ctx: Context, shape: Shape, address: ListAddress, shown: Sequence[Shown]) -> Content:
    request = address.request(wanted_fields(shape, shown))
    if is_too_deep(request):
        raise Invalid({"page": [f"Pages reach {DEEPEST_OFFSET:,} records deep; filter or search for what you need."]})
    page = read_page(ctx, shape, request)
    rows = rows_of(ctx, shape, shown, page.items)
    wanted = totals_of(shape, address, shown) if rows else {}
    asked = page.total_is_exact or "all" in address.totals.split(",")
    return Content(
        _pager(address, page), rows=rows,
        figures=figures(ctx, shape, request, shown, wanted, address.totals) if asked else [],
        figures_url="" if asked or not wanted else _with_all(address), nearest=_nearest(address, page),
    )  # fmt: skip


def _nearest(address: ListAddress, page: Page) -> str:
    """Return the last page there is, to somebody who stands behind it: what was there may have been deleted."""
    if page.items or (address.page == 1 and not address.after):
        return ""
    return address.at_page(max(1, -(-page.total // address.page_size))).url


def _groups(ctx: Context, shape: Shape, address: ListAddress, shown: Sequence[Shown]) -> Content:
    groups = group_rows(ctx, shape, address, shown)
    total = sum(group.count for group in groups)
    whole = len(groups) < MOST_GROUPS_SHOWN
    said = (
        f"{len(groups):,} groups, {total:,} in all" if whole else f"The first {len(groups):,} groups, {total:,} in them"
    )
    wanted = totals_of(shape, address, shown) if groups else {}
    asked = (whole and total <= COUNT_LIMIT) or "all" in address.totals.split(",")
    return Content(
        Pager(said, []), groups=groups,
        figures=figures(ctx, shape, address.request(()), shown, wanted, address.totals) if asked else [],
        figures_url="" if asked or not wanted else _with_all(address),
    )  # fmt: skip


def _with_all(address: ListAddress) -> str:
    return replace(address, totals=",".join(part for part in (address.totals, "all") if part)).url


def _pager(address: ListAddress, page: Page) -> Pager:
    sizes = [Link(str(size), address.sized(size).url, current=size == address.page_size) for size in PAGE_SIZES]
    if not page.items:
        return Pager("", sizes)
    first = (address.page - 1) * address.page_size + 1
    total = f"{page.total:,}" if page.total_is_exact else f"more than {page.total:,}"
    return Pager(
        f"{first:,} to {first + len(page.items) - 1:,} of {total}", sizes,
        first_url=address.at_page(1).url if address.page > 2 else "",
        previous_url=address.at_page(address.page - 1).url if address.has_previous else "",
        next_url=address.behind(page.next).url if page.next else "",
        count_url="" if page.total_is_exact else replace(address, count="exact").url, total=total,
    )  # fmt: skip


def _ways_out(ctx: Context, shape: Shape, address: ListAddress) -> list[Link]:
    """Return what would be found without one of the conditions, most first: the way out of an empty list."""
    others = [(f"“{address.search}”", replace(address, search="", page=1, after=""))] if address.search else []
    pairs = [(name, text) for name, texts in address.filters.items() for text in texts]
    said = [chip.text for chip in chips_of(ctx, shape, address)]
    others += [(text, address.without(*pair)) for text, pair in zip(said, pairs, strict=True)]
    if len(others) < 2:
        return []
    found: list[tuple[int, Link]] = []
    for text, other in others[:MOST_WAYS_OUT]:
        count = count_records(ctx, shape, conditions_of(ctx, shape, other.request(())), COUNT_LIMIT + 1)
        number = f"{count:,}" if count <= COUNT_LIMIT else f"more than {COUNT_LIMIT:,}"
        if count:
            found.append((count, Link(f"Without {text}: {number} found", other.url, "filter-x")))
    return [link for _, link in sorted(found, key=lambda pair: -pair[0])[:3]]


def may_write(ctx: Context, resource: Resource, verb: str) -> bool:
    """Whether a resource has a writing verb that the person may use."""
    return verb in resource.verbs and ctx.can(f"{resource.key}.{verb}")


def may_change(ctx: Context, resource: Resource, row: Mapping[str, Any], verb: str) -> bool:
    """Whether the person may change or delete this record in the state it is in."""
    return may_write(ctx, resource, verb) and resource.is_open(row.get("state"))


def open_actions(ctx: Context, resource: Resource, scope: str) -> list[Action]:
    """Return the declared actions of a resource that the person may run."""
    declared = ctx.registry.actions_of.get(resource.key, [])
    return [item for item in declared if item.scope == scope and ctx.view.sees(item) and ctx.can(item.permission)]


def bulk_actions(ctx: Context, resource: Resource) -> list[BulkAction]:
    """Return what may be done to several records at once."""
    found = [BulkAction(item.verb, item.label, item.icon or "play") for item in open_actions(ctx, resource, "record")]
    delete = built_in(ctx.registry, resource, "delete")
    if delete is not None and ctx.can(delete.permission):
        found.append(BulkAction("delete", delete.label, "trash-2", danger=True))
    return found


def _collection_actions(ctx: Context, resource: Resource) -> list[Link]:
    actions = open_actions(ctx, resource, "collection")
    found = [Link(item.label, f"/{resource.path}/do/{item.verb}", item.icon or "play") for item in actions]
    return found


def query_links(ctx: Context, resource: Resource, record_id: int | None = None) -> list[Link]:
    """Return the reads that belong to a resource, or to one record of it, and that the person may ask."""
    start = f"{resource.path}/" if record_id is None else f"{resource.path}/{ID}/"
    return [
        Link(item.title, f"/{item.path.replace(ID, str(record_id))}", "chart-column" if item.columns else "eye")
        for item in ctx.view.only(ctx.registry.queries)
        if item.path.startswith(start) and (ID in item.path) == (record_id is not None) and ctx.can(item.permission)
    ]


def _exports(resource: Resource, address: ListAddress, shown: Sequence[Shown]) -> list[Link]:
    """Return the files of what is seen: the same records, the same order, the same columns."""
    fields = quote(",".join(column.field.name for column in shown), safe=",.")
    # The API has an order of its own where none is asked for: a file is in the one that is seen.
    tail = f"&{replace(address, sort=address.sort or resource.sort).exported}"
    return [
        Link(name.upper(), f"/api/v1/{resource.path}/export?format={name}{tail}&fields={fields}") for name in EXPORTS
    ]


def _unit_of(shape: Shape, item: Field) -> str:
    """Return what an amount is sorted within: 44,500 ml are neither more nor less than 40 pieces."""
    return unit_name(shape, item) if item.unit and item.kind.name != "money" else ""


def _columns(address: ListAddress, shape: Shape, shown: Sequence[Shown]) -> list[Column]:
    resource = shape.resource
    parts = [part for part in (address.sort or resource.sort).split(",") if part]
    places = {part.lstrip("-"): number for number, part in enumerate(parts, 1)}
    found = []
    for column in shown:
        item = column.field
        place = places.get(item.name) or places.get(item.name.removesuffix("_id"), 0)
        sort = "" if not place else "descending" if parts[place - 1].startswith("-") else "ascending"
        sortable = item.kind.name not in UNSORTABLE
        url = address.sorted_by(item.name, _unit_of(shape, item)).url if sortable else ""
        also = address.sorted_also_by(item.name, resource.sort).url if sortable else ""
        numeric = (item.kind.sums or item.kind.name == "percent") and not points(shape, item)
        found.append(Column(item.name, item.label, numeric, url, also, sort, place if len(parts) > 1 else 0,
                            column.width))  # fmt: skip
    return found


def _teach(resource: Resource, creatable: bool) -> str:
    if not creatable:
        return resource.help
    how = ", or take many from a file" if "import" in resource.verbs else ""
    return f"{resource.help} Create the first one{how}."
