"""The words an author declares with. Each only notes what was said; the loader checks and collects it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from core.plugins.declarations import (
    DECLARED,
    Action,
    Alert,
    Before,
    Check,
    Column,
    Declaration,
    Demo,
    Extends,
    Group,
    Job,
    Lines,
    Menu,
    Observer,
    OnChange,
    Page,
    Panel,
    Query,
    Resource,
    Role,
    Rule,
    Schedule,
    Setting,
    Widget,
)

Function = TypeVar("Function", bound=Callable[..., Any])
ModelClass = TypeVar("ModelClass", bound=type[Any])
Declared = TypeVar("Declared", bound=Declaration)


def _note(item: Declared) -> Declared:
    """File a declaration under the module that makes it: the key says the owner, the module proves it."""
    module = sys._getframe(2).f_globals["__name__"]
    DECLARED.setdefault(module, []).append(item)
    return item


def _note_function(module: str, item: Declaration) -> None:
    DECLARED.setdefault(module, []).append(item)


def _words(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def group(title: str, *fields: str, tab: str = "", columns: int = 2) -> Group:
    """Return a titled group of form fields, in so many columns; groups of one `tab` stand together behind it."""
    return Group(title, fields, tab, columns)


def lines(name: str, *fields: str, title: str = "", tab: str = "", totals: Sequence[str] = ()) -> Lines:
    """Return a grid of child records in a form; the columns named in `totals` are summed below it."""
    return Lines(name, fields, title, tab, tuple(totals))


def column(name: str, label: str, kind: str = "text", *, total: bool | None = None) -> Column:
    """Return a report column; kind is text, quantity, money, price, date, integer or boolean.

    Money is added up below the table unless `total=False`, other numbers with `total=True`. On pages money is rounded
    to the digits of the currency; a price, which is what one unit costs, is not.
    """
    return Column(name, label, kind, total)


def resource(
    key: str,
    model: type[Any],
    *,
    path: str,
    title: str,
    singular: str = "",
    label: str | Sequence[str] = "name",
    natural_key: str | Sequence[str] = (),
    list: Sequence[str] = (),
    form: Sequence[Group | Lines] = (),
    sort: str = "id",
    icon: str = "file-text",
    writable: bool = True,
    verbs: Sequence[str] = ("create", "update", "delete", "import"),
    editable: Sequence[str] = (),
    help: str = "",
    kanban: str = "",
    calendar: str | Sequence[str] = (),
    chart: str | Sequence[str] = (),
    tree: str = "",
    graph: str = "",
    card: Sequence[str] = (),
    opens: tuple[str, str] = ("", ""),
    narrow: Callable[..., Any] | None = None,
) -> Resource:
    """Declare a model as something people reach: REST, pages, permissions, import and export follow.

    `label`: the fields a record is called by; `natural_key` finds it on import; `writable=False` or fewer `verbs`: only
    reading and actions; `editable`: the states in which it may be changed, if not all; `narrow` (ctx): conditions on
    what anybody sees; `opens`: name and filter of its page. Views: `kanban` the columns' field, `calendar` one or two
    days, `chart` what to group by and to sum, `tree` the parent, `graph` a query {"nodes", "edges"}, `card` its fields.
    """
    return _note(Resource(
        key=key, model=model, path=path.strip("/"), title=title, singular=singular or title.removesuffix("s"),
        label=_words(label), natural_key=_words(natural_key), list=tuple(list), form=tuple(form), sort=sort,
        icon=icon, writable=writable, verbs=tuple(verbs) if writable else (), editable=tuple(editable),
        help=help or (model.__doc__ or "").strip().split("\n")[0], kanban=kanban, calendar=_words(calendar),
        chart=_words(chart), tree=tree, graph=graph, card=tuple(card), opens=opens, narrow=narrow,
    ))  # fmt: skip


def action(
    owner: Resource | str,
    /,
    *,
    source: str | Sequence[str] = (),
    target: str | None = None,
    scope: str = "record",
    label: str = "",
    verb: str = "",
    confirm: str = "",
    permission: str = "",
    path: str = "",
    icon: str = "",
) -> Callable[[Function], Function]:
    """Declare a business verb: `source` the states it starts from, `target` the state it leads to.

    A record action is called with (ctx, record, *, arguments), a collection action (`scope="collection"`) with
    (ctx, *, arguments); the keyword-only arguments are its schema. `path` overrides where a collection action stands.
    """
    return _action(owner, source=_words(source), target=target, scope=scope, label=label, verb=verb,
                   confirm=confirm, permission=permission, path=path, icon=icon)  # fmt: skip


def _action(resource_: Resource | str, **said: Any) -> Callable[[Function], Function]:
    owner = resource_ if isinstance(resource_, str) else resource_.key

    def declare(function: Function) -> Function:
        verb = said["verb"] or function.__name__.replace("_", "-").strip("-")
        key = f"{owner}.{verb}"
        values = {**said, "verb": verb, "label": said["label"] or verb.replace("-", " ").capitalize(),
                  "permission": said["permission"] or key, "path": said["path"].strip("/")}  # fmt: skip
        _note_function(function.__module__, Action(key=key, resource=owner, function=function, **values))
        return function

    return declare


def before(resource_: Resource, verb: str, *, many: bool = False) -> Callable[[Function], Function]:
    """Declare what the owner of a resource does inside create, update or delete, before the flush.

    Called with (ctx, record, values): values are the new ones (empty for delete); changing `record` is allowed.
    With `many`, for update and delete, it is called once with (ctx, records, rows), so that it can look everything up
    at once, and returns what stands against which record: {id: problem}.
    """
    if many and verb == "create":
        raise TypeError("a rule for create is called record by record")

    def declare(function: Function) -> Function:
        key = f"{resource_.key}.{verb}.{function.__name__}"
        _note_function(function.__module__, Before(key=key, verb=f"{resource_.key}.{verb}", function=function,
                                                   many=many))  # fmt: skip
        return function

    return declare


def query(key: str, *, path: str, title: str, permission: str, many: bool = False) -> Callable[[Function], Function]:
    """Declare a read with parameters: GET at its path, any JSON answer; keyword-only arguments are its parameters.

    A path may hold `{id}`: the function then takes it as first argument after ctx.
    """

    def declare(function: Function) -> Function:
        item = Query(key=key, path=path.strip("/"), title=title, permission=permission, function=function, many=many)
        _note_function(function.__module__, item)
        return function

    return declare


def report(
    key: str, *, title: str, columns: Sequence[Column], permission: str, path: str = "", chart: Sequence[str] = ()
) -> Callable[[Function], Function]:
    """Declare a report: the function returns rows as dictionaries of the columns; it gets a page, JSON, CSV and XLSX.

    `chart` names the column to group by and the one to add up, for the chart that the page opens with.
    """

    def declare(function: Function) -> Function:
        where = path.strip("/") or f"reports/{key.replace('.', '/').replace('_', '-')}"
        item = Query(key=key, path=where, title=title, permission=permission, function=function,
                     columns=tuple(columns), many=True, chart=tuple(chart))  # fmt: skip
        _note_function(function.__module__, item)
        return function

    return declare


def widget(
    key: str, *, title: str, permission: str, link: str = "", kind: str = "number", width: int = 1
) -> Callable[[Function], Function]:
    """Declare a dashboard card: kind is number, list, chart or alert; width is 1 to 4 columns.

    The function (ctx) returns {"value", "unit"?, "detail"?, "trend"?: [numbers]} for a number, {"items": [{"text",
    "url"?, "detail"?, "tone"?}]} for a list or an alert, {"type": "bar"|"line"|"pie", "labels": [...], "series":
    [{"name", "values"}]} for a chart.
    """

    def declare(function: Function) -> Function:
        item = Widget(key, title=title, permission=permission, function=function, link=link, kind=kind, width=width)
        _note_function(function.__module__, item)
        return function

    return declare


def alert(key: str, *, title: str, permission: str, link: str = "") -> Callable[[Function], Function]:
    """Declare what people should look at: the function (ctx) yields {"key", "text", "detail"?, "tone"?, "url"?}.

    A finding that somebody put aside stays aside for them as long as its `key` and `text` are the same.
    """

    def declare(function: Function) -> Function:
        _note_function(
            function.__module__, Alert(key, title=title, permission=permission, function=function, link=link)
        )
        return function

    return declare


def on_change(resource_: Resource, field: str) -> Callable[[Function], Function]:
    """Declare what a form fills in when somebody changes `field`, or `lines.field` of one line.

    Called with (ctx, values, line): the form's own values and, for a line, that line's, as JSON values. Returns the
    values that change: of the line where one is given, else of the form.
    """

    def declare(function: Function) -> Function:
        key = f"{resource_.key}.on_change.{field}.{function.__name__}"
        item = OnChange(key, resource=resource_.key, field=field, function=function)
        _note_function(function.__module__, item)
        return function

    return declare


def page(key: str, *, path: str, title: str, permission: str, template: str) -> Callable[[Function], Function]:
    """Declare a page of the plugin's own: `template` in its `templates` folder, filled with what the function returns.

    The function is called with (ctx, **arguments): its keyword-only arguments are read from the address.
    """

    def declare(function: Function) -> Function:
        item = Page(key, path=path.strip("/"), title=title, permission=permission, template=template, function=function)
        _note_function(function.__module__, item)
        return function

    return declare


def panel(
    key: str, *, slot: str, title: str, permission: str, resource: Resource | str = "", template: str = ""
) -> Callable[[Function], Function]:
    """Declare a part of another page: slot is record.aside, record.below, list.above or home.

    Beside a record the function is called with (ctx, record_id), elsewhere with (ctx). Returns what the template is
    filled with; without one a dictionary, a list of dictionaries or a text, shown as a read's answer is.
    """

    def declare(function: Function) -> Function:
        owner = resource if isinstance(resource, str) else resource.key
        item = Panel(key, slot=slot, title=title, permission=permission, function=function, resource=owner,
                     template=template)  # fmt: skip
        _note_function(function.__module__, item)
        return function

    return declare


def menu(path: str, target: Resource | str, *, title: str = "", sequence: int = 50, icon: str = "") -> Menu:
    """Declare a menu entry `section/entry` that leads to a resource, or to a report or page by its key."""
    key = target if isinstance(target, str) else target.key
    name = title or ("" if isinstance(target, str) else target.title)
    return _note(Menu(key=f"{key}.menu.{path}", path=path, target=key, title=name, sequence=sequence, icon=icon))


def role(key: str, *, title: str, allow: Sequence[str], rules: Sequence[str] = ()) -> Role:
    """Declare a role; patterns are `<plugin>.<resource>.<verb>` with `*` for any part."""
    return _note(Role(key, title=title, allow=tuple(allow), rules=tuple(rules)))


def rule(
    key: str, *, resources: Sequence[str], assigned: type[Any] | None = None, assigns: str = ""
) -> Callable[[Function], Function]:
    """Declare a record rule: the function (ctx, resource) returns the SQLAlchemy criterion of what may be seen.

    `assigned` is the model that says which records of the resource `assigns` a member was given, so that the page of
    the member shows them; both are left out where a rule goes by something else.
    """

    def declare(function: Function) -> Function:
        item = Rule(key, resources=tuple(resources), function=function, assigned=assigned, assigns=assigns)
        _note_function(function.__module__, item)
        return function

    return declare


def job(key: str, *, tries: int = 5) -> Callable[[Function], Function]:
    """Declare work that runs after a commit: `ctx.enqueue(key, **arguments)` asks for it."""

    def declare(function: Function) -> Function:
        _note_function(function.__module__, Job(key, function=function, tries=tries))
        return function

    return declare


def schedule(key: str, *, job: str, cron: str) -> Schedule:
    """Declare that a job runs by a cron expression in each tenant's zone."""
    return _note(Schedule(key, job=job, cron=cron))


def setting(
    key: str, kind: type, *, default: Any, label: str, help: str = "", choices: Sequence[str] = (), minimum: Any = None,
    maximum: Any = None,
) -> Setting:  # fmt: skip
    """Declare a value that a tenant's administrator may change; kind is bool, int, str, Decimal or date."""
    return _note(Setting(key, kind=kind, default=default, label=label, help=help, choices=tuple(choices),
                         minimum=minimum, maximum=maximum))  # fmt: skip


def demo(key: str) -> Callable[[Function], Function]:
    """Declare believable data; loading it twice must change nothing (use ctx.upsert)."""

    def declare(function: Function) -> Function:
        _note_function(function.__module__, Demo(key, function=function))
        return function

    return declare


def check(key: str, *, title: str) -> Callable[[Function], Function]:
    """Declare an invariant: the function yields one sentence for each difference it finds."""

    def declare(function: Function) -> Function:
        _note_function(function.__module__, Check(key, title=title, function=function))
        return function

    return declare


def observer(key: str, *, action: str) -> Callable[[Function], Function]:
    """Declare work after an action's commit: called as a job with (ctx, ids=[...]) of the records."""

    def declare(function: Function) -> Function:
        _note_function(function.__module__, Observer(key, action=action, function=function))
        return function

    return declare


def extends(
    target: type[Any], *, list: Sequence[str] = (), form: Group | None = None, after: str = ""
) -> Callable[[ModelClass], ModelClass]:
    """Declare fields beside another plugin's record, in a table of the plugin's own.

    They appear as `<plugin>.<field>` in API, list, form, filters and import; `after` names the field or group they
    are placed behind (missing anchor: they are appended and a warning is logged).
    """

    def declare(model: ModelClass) -> ModelClass:
        _attach_extension(model, target)
        key = f"{model.__tablename__.split('_', 1)[0]}.extends.{model.__tablename__}"
        item = Extends(key, target=target, model=model, list=tuple(list), form=form, after=after)
        _note_function(model.__module__, item)
        return model

    return declare


def _attach_extension(model: type[Any], target: type[Any]) -> None:
    import sqlalchemy as sa

    names = [f"{target.__tablename__}.tenant_id", f"{target.__tablename__}.id"]
    model.__table__.append_constraint(sa.ForeignKeyConstraint(["tenant_id", "id"], names, ondelete="CASCADE"))
