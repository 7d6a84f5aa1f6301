"""The state of a list lives in its address: search, filters, order, columns, page. This reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from core.desk.conditions import unquoted
from core.errors import Invalid
from core.resources.reading import DEEPEST_OFFSET, LARGEST_PAGE, ListRequest

PAGE_SIZES = (25, 50, 100, 200)
USUAL_SIZE = 50
OWN_NAMES = frozenset(
    {"search", "sort", "page", "page_size", "view", "group", "columns", "density", "totals", "after", "count", "saved",
     "from"}
)  # fmt: skip
# What only a view has: the day and span of a calendar, the kind and sum of a chart, the branch of a tree.
LOOK_NAMES = ("on", "span", "chart", "sum", "under")
DENSITIES = ("", "comfortable", "compact")
MOST_GROUPS = 3
MOST_SORTS = 4
PLAIN = 0
"""In the place of a saved view: the list as it is, although another one opens by itself."""

Pairs = list[tuple[str, str]]


@lru_cache(maxsize=4096)
def _written(pairs: tuple[tuple[str, str], ...]) -> str:
    # A page leads to itself, changed a little, from each of its columns.
    return urlencode(pairs)


@dataclass(frozen=True)
class ListAddress:
    """What an address says of a list; `saved` is the saved view that it is, or was made from."""

    path: str
    search: str = ""
    sort: str = ""
    page: int = 1
    page_size: int = USUAL_SIZE
    view: str = ""
    group: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    look: Mapping[str, str] = field(default_factory=dict)
    columns: str = ""
    density: str = ""
    totals: str = ""
    after: str = ""
    count: str = ""
    saved: int | None = None
    saved_state: str = ""

    @classmethod
    def read(cls, path: str, query: MultiDict[str, str]) -> ListAddress:
        """Read the query string; Invalid for a page that is no number, a density that nobody knows."""
        look = {name: query[name] for name in LOOK_NAMES if query.get(name)} if query.get("view") else {}
        filters = {
            name: values
            for name in query
            if name not in OWN_NAMES
            and name not in look
            and (values := tuple(text for text in query.getlist(name) if text != ""))
        }
        return cls(
            path, search=query.get("search", "").strip()[:200], sort=query.get("sort", ""),
            page=_number(query, "page", 1, 1_000_000), page_size=_number(query, "page_size", USUAL_SIZE, LARGEST_PAGE),
            view=query.get("view", ""),
            group=tuple(name for name in ",".join(query.getlist("group")).split(",") if name)[:MOST_GROUPS],
            filters=filters, look=look, columns=query.get("columns", "")[:2000],
            density=_one_of(query, "density", DENSITIES), totals=query.get("totals", "")[:500],
            after=query.get("after", ""), count=_one_of(query, "count", ("", "exact")),
            saved=_saved(query),
        )  # fmt: skip

    @property
    def narrowed(self) -> bool:
        """Whether anything is searched or filtered."""
        return bool(self.search or self.filters)

    @property
    def is_bare(self) -> bool:
        """Whether nothing is said but where the list stands, so that a view that opens by itself may do so."""
        return not self.state and self.saved is None

    @property
    def changed(self) -> bool:
        """Whether the list is no longer what the saved view says."""
        return bool(self.saved) and self.state != self.saved_state

    @property
    def state(self) -> str:
        """What a saved view keeps of the address: all but the page."""
        return urlencode(self._state())

    @property
    def url(self) -> str:
        """The address itself, in its shortest form."""
        pairs = self._whole()
        pairs += [("page", str(self.page))] if self.page > 1 else []
        pairs += [("after", self.after)] if self.after else []
        pairs += [("count", self.count)] if self.count else []
        return f"/{self.path}" + (f"?{_written(tuple(pairs))}" if pairs else "")

    def _whole(self) -> Pairs:
        state = self._state()
        if self.saved:
            return [*state, ("from", str(self.saved))] if self.changed else [("saved", str(self.saved))]
        return [("saved", "0")] if self.saved == PLAIN and not state else state

    def _state(self) -> Pairs:
        return [*self._narrowing(filters=True, search=True), *self._kept_always()]

    def _narrowing(self, *, filters: bool, search: bool) -> Pairs:
        pairs = [("search", self.search)] if search and self.search else []
        return pairs + ([(name, value) for name, values in self.filters.items() for value in values] if filters else [])

    def _kept_always(self) -> Pairs:
        pairs = [("group", ",".join(self.group))] if self.group else []
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("view", self.view), *self.look.items()] if self.view else []
        for name in ("columns", "density", "totals"):
            pairs += [(name, getattr(self, name))] if getattr(self, name) else []
        return pairs + ([("page_size", str(self.page_size))] if self.page_size != USUAL_SIZE else [])

    def kept(self, *, filters: bool, search: bool = False) -> Pairs:
        """Return what a form of the page sends along unseen."""
        pairs = [*self._narrowing(filters=filters, search=search), *self._kept_always()]
        return pairs if self.saved is None else [*pairs, ("from", str(self.saved))]

    @property
    def panel_query(self) -> str:
        """Return the address as a panel beside the list carries it, so that it can lead back changed."""
        return urlencode([*self._state(), *([("from", str(self.saved))] if self.saved is not None else [])])

    @property
    def exported(self) -> str:
        """Return the part of the address that says which records, in which order."""
        return urlencode([*self._narrowing(filters=True, search=True), *([("sort", self.sort)] if self.sort else [])])

    def viewed(self, view: str) -> ListAddress:
        """Return the address of the same records in another view; `list` is the usual one."""
        return replace(self, view="" if view == "list" else view, look={}, page=1, after="")

    def looking(self, **look: str) -> ListAddress:
        """Return the address with parts of its view changed; an empty text takes one away."""
        return replace(self, look={name: text for name, text in {**self.look, **look}.items() if text})

    def at_page(self, page: int) -> ListAddress:
        """Return the address of another page."""
        return replace(self, page=page, after="")

    def behind(self, cursor: str) -> ListAddress:
        """Return the address of the next page: by its number, in the depth by where it begins."""
        deep = self.page * self.page_size > DEEPEST_OFFSET
        return replace(self, page=self.page + 1, after=cursor if deep else "")

    @property
    def has_previous(self) -> bool:
        """Whether the page before can be asked for by its number."""
        return self.page > 1 and (self.page - 2) * self.page_size <= DEEPEST_OFFSET

    def sized(self, page_size: int) -> ListAddress:
        """Return the address with another number of rows."""
        return replace(self, page_size=page_size, page=1, after="")

    def sorted_by(self, name: str, within: str = "") -> ListAddress:
        """Return the address sorted by a column, perhaps within another one, turned round where it is sorted so."""
        lead = f"{within}," if within else ""
        turned = "-" if self.sort == f"{lead}{name}" else ""
        return replace(self, sort=f"{lead}{turned}{name}", page=1, after="")

    def sorted_also_by(self, name: str, usual: str = "") -> ListAddress:
        """Return the address sorted by a column too: added last, turned round, then taken out again."""
        parts = [part for part in (self.sort or usual).split(",") if part]
        turned = {name: [f"-{name}"], f"-{name}": []}
        if name in parts or f"-{name}" in parts:
            parts = [text for part in parts for text in turned.get(part, [part])]
        else:
            parts = [*parts[: MOST_SORTS - 1], name]
        return replace(self, sort=",".join(parts), page=1, after="")

    def without(self, name: str, value: str = "") -> ListAddress:
        """Return the address without one filter, or without one value of it."""
        kept = {**self.filters, name: tuple(text for text in self.filters.get(name, ()) if value and text != value)}
        return self.filtered({key: texts for key, texts in kept.items() if texts})

    def filtered(self, filters: Mapping[str, tuple[str, ...]]) -> ListAddress:
        """Return the address with other filters."""
        return replace(self, filters=filters, page=1, after="")

    def narrowed_to(self, name: str, value: object) -> ListAddress:
        """Return the address with a field held to one value; None stands for an empty one."""
        own = {f"{name}__isnull": ("true",)} if value is None else {filter_name(name): (str(value),)}
        kept = {key: texts for key, texts in self.filters.items() if key.partition("__")[0] != name}
        return self.filtered({**kept, **own})

    def cleared(self) -> ListAddress:
        """Return the address without search and filters."""
        return replace(self, search="", filters={}, page=1, after="")

    def request(self, fields: tuple[str, ...]) -> ListRequest:
        """Return what to ask of the list."""
        filters = {name: list(values) for name, values in self.filters.items()}
        return ListRequest(
            filters, unquoted(self.search), self.sort, self.page, self.page_size, self.after, fields, self.count
        )


def filter_name(name: str, operator: str = "eq") -> str:
    """Return the name of a filter in an address; a field that is called as a part of it is said in full."""
    return name if operator == "eq" and name not in OWN_NAMES else f"{name}__{operator}"


def _number(query: MultiDict[str, str], name: str, usual: int, largest: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= largest and len(text) < 9):
        raise Invalid({name: [f"Must be a whole number from 1 to {largest}."]})
    return int(text)


def _one_of(query: MultiDict[str, str], name: str, words: tuple[str, ...]) -> str:
    text = query.get(name, "")
    if text not in words:
        raise Invalid({name: [f"Must be one of {', '.join(word for word in words if word)}."]})
    return text


def _saved(query: MultiDict[str, str]) -> int | None:
    text = query.get("saved") or query.get("from") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid({"saved": ["Must be the number of a saved view."]})
    return int(text)
