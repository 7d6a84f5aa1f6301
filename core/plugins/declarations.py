"""Everything a plugin can declare, as plain data: listed, checked for owner and duplicates, documented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, eq=False)
class Declaration:
    """Something with a key of its own, declared in a module of a plugin."""

    key: str

    @property
    def plugin(self) -> str:
        """The plugin that owns the key."""
        return self.key.split(".", 1)[0]

    @property
    def name(self) -> str:
        """The key without its plugin."""
        return self.key.split(".", 1)[1]


@dataclass(frozen=True)
class Group:
    """A titled group of fields in a form; its title is the anchor other plugins place fields by."""

    title: str
    fields: tuple[str, ...]
    tab: str = ""
    columns: int = 2


@dataclass(frozen=True)
class Lines:
    """A grid of child records in a form: the list's name, the columns shown, those that are summed below it."""

    name: str
    fields: tuple[str, ...]
    title: str = ""
    tab: str = ""
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Resource(Declaration):
    """A model as people reach it."""

    model: Any
    path: str
    title: str
    singular: str
    label: tuple[str, ...]
    natural_key: tuple[str, ...]
    list: tuple[str, ...]
    form: tuple[Group | Lines, ...]
    sort: str
    icon: str
    writable: bool
    verbs: tuple[str, ...]
    editable: tuple[str, ...]
    help: str
    kanban: str = ""
    calendar: tuple[str, ...] = ()
    chart: tuple[str, ...] = ()
    tree: str = ""
    graph: str = ""
    card: tuple[str, ...] = ()
    narrow: Callable[..., Any] | None = None
    opens: tuple[str, str] = ("", "")

    def is_open(self, state: str | None) -> bool:
        """Whether a record in this state may be changed and deleted."""
        return not self.editable or state in self.editable


def opening_names(resource: Resource) -> tuple[str, ...]:
    """Return the fields that a list is narrowed by when it opens."""
    keys = [name for name, _ in parse_qsl(resource.opens[1], keep_blank_values=True)]
    return tuple(part for key in keys for part in key.partition("__")[0].split("|"))


@dataclass(frozen=True, eq=False)
class Action(Declaration):
    """A business verb on the records of a resource, or on the whole collection."""

    resource: str
    verb: str
    function: Callable[..., Any]
    scope: str
    source: tuple[str, ...]
    target: str | None
    label: str
    confirm: str
    permission: str
    path: str
    icon: str
    built_in: bool = False

    @property
    def help(self) -> str:
        """What the action does, as its author wrote it."""
        return (self.function.__doc__ or "").strip()


@dataclass(frozen=True, eq=False)
class Query(Declaration):
    """A read with parameters at a path of its own; with columns it is a report with a page and a CSV."""

    path: str
    title: str
    permission: str
    function: Callable[..., Any]
    columns: tuple[Column, ...] = ()
    many: bool = False
    chart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a report; `total` says whether it is added up: unsaid, money is and what one unit costs is not."""

    name: str
    label: str
    kind: str = "text"
    total: bool | None = None

    @property
    def adds_up(self) -> bool:
        """Whether a total stands below it."""
        return self.kind == "money" if self.total is None else self.total


@dataclass(frozen=True, eq=False)
class Widget(Declaration):
    """A card on the dashboard: a number, a list, a chart or an alert, as wide as one to four columns."""

    title: str
    permission: str
    function: Callable[..., Any]
    link: str = ""
    kind: str = "number"
    width: int = 1


@dataclass(frozen=True, eq=False)
class Alert(Declaration):
    """Something that people should look at now; each finding can be put aside by whoever has seen it."""

    title: str
    permission: str
    function: Callable[..., Any]
    link: str = ""


@dataclass(frozen=True, eq=False)
class OnChange(Declaration):
    """What other fields become when somebody changes one in a form: `field`, or `lines.field` of a line."""

    resource: str
    field: str
    function: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Page(Declaration):
    """A page of a plugin's own: a template of the plugin, filled by a function."""

    path: str
    title: str
    permission: str
    template: str
    function: Callable[..., Any]


SCOPES = ("record", "collection")
WIDGET_KINDS = ("number", "list", "chart", "alert")
COLUMN_KINDS = ("text", "quantity", "money", "price", "date", "moment", "integer", "boolean")
SLOTS = ("record.aside", "record.below", "list.above", "home")


@dataclass(frozen=True, eq=False)
class Panel(Declaration):
    """A part that a plugin puts into a slot of another page: beside a record, above a list, on the home page."""

    slot: str
    title: str
    permission: str
    function: Callable[..., Any]
    resource: str = ""
    template: str = ""


@dataclass(frozen=True, eq=False)
class Menu(Declaration):
    """An entry of the menu: section/entry, leading to a resource, a report or a page."""

    path: str
    target: str
    title: str
    sequence: int
    icon: str


@dataclass(frozen=True, eq=False)
class Role(Declaration):
    """A role that a plugin brings: permission patterns and the record rules that narrow them."""

    title: str
    allow: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rule(Declaration):
    """A record rule: which records of some resources a role may see."""

    resources: tuple[str, ...]
    function: Callable[..., Any]
    assigned: Any = None
    assigns: str = ""


@dataclass(frozen=True, eq=False)
class Job(Declaration):
    """Work that runs after the commit that asked for it."""

    function: Callable[..., Any]
    tries: int


@dataclass(frozen=True, eq=False)
class Schedule(Declaration):
    """A job run again and again, by a cron expression in the tenant's zone."""

    job: str
    cron: str


@dataclass(frozen=True, eq=False)
class Setting(Declaration):
    """A value that a tenant's administrator may change."""

    kind: type
    default: Any
    label: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: Any = None
    maximum: Any = None


@dataclass(frozen=True, eq=False)
class Demo(Declaration):
    """Believable data of one theme."""

    function: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Check(Declaration):
    """An invariant that `openmill verify` recomputes."""

    title: str
    function: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Before(Declaration):
    """What the owner of a resource does inside its create, update or delete, before the flush."""

    verb: str
    function: Callable[..., Any]
    many: bool = False


@dataclass(frozen=True, eq=False)
class Observer(Declaration):
    """Work of any plugin after an action's commit; its failure never touches the action."""

    action: str
    function: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Extends(Declaration):
    """Fields of one plugin beside another plugin's record."""

    target: Any
    model: Any
    list: tuple[str, ...]
    form: Group | None
    after: str

    @property
    def plugin(self) -> str:
        """The plugin that owns the extension's table."""
        return str(self.model.__table__.info.get("plugin", super().plugin))


DECLARED: dict[str, list[Declaration]] = {}
"""Declarations by the module they stand in: a module is executed once, however many kernels a process makes."""


@dataclass
class Collected:
    """The declarations of one plugin, by kind."""

    items: Sequence[Declaration] = field(default_factory=list)

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the declarations of one kind, in the order they were written."""
        return [item for item in self.items if type(item) is kind]
