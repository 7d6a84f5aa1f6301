"""Saved views: a way to look at a list that somebody named, for themselves, a role or everyone.

A person sees their own, those of their roles and those of everyone; only who has `kernel.saved_view.share` writes the
shared ones, and nobody sees or writes what another keeps for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from core.actions.context import Context
from core.db.statements.prepared import Prepared, Question, converted
from core.desk.models import SavedView
from core.errors import Forbidden, Invalid, NotFound, VersionMismatch
from core.identity.models import MemberRole, Role
from core.plugins.declarations import Resource
from core.resources.kinds import plain_json

SHARE = "kernel.saved_view.share"
AUDIENCES = ("me", "role", "everyone")
DENSITIES = ("", "comfortable", "compact")
MOST_OF_A_LIST = 100
LONGEST_NAME, LONGEST_QUERY, MOST_COLUMNS = 80, 2000, 60
_COLUMN = re.compile(r"[A-Za-z_][\w.]{0,120}(:\d{2,4})?")
_QUERY = re.compile(r"[\x21-\x7e]*")
_SHOWN = ("id", "version", "resource", "name", "audience", "user_id", "role", "query", "columns", "density",
          "is_default")  # fmt: skip
WRITABLE = ("name", "audience", "role", "query", "columns", "density", "is_default")


def saved_views(ctx: Context, resource: Resource) -> list[SavedView]:
    """Return the views of a list that the person may open, their own first."""
    [fetched] = ctx.db.look_up(saved_views_question(ctx, resource))
    rows = [SavedView(**dict(zip(_SHOWN, row, strict=True))) for row in converted(fetched)]
    return sorted(rows, key=lambda row: AUDIENCES.index(row.audience))


def saved_views_question(ctx: Context, resource: Resource) -> Question:
    """Return the question that `saved_views` asks."""
    values = {"own_tenant": ctx.tenant.id, "person": ctx.actor.user_id or 0, "member": ctx.actor.member_id or 0}
    return _of_list(resource.key, ctx.can(SHARE)), values


def _written(word: str) -> Any:
    """A declared word as a part of the statement: together with others only numbers may be asked for."""
    return sa.literal_column(f"'{word}'")


@cache
def _of_list(key: str, shares: bool) -> Prepared:
    columns = SavedView.__table__.c
    tenant, person, member = (sa.bindparam(name, type_=sa.BigInteger) for name in ("own_tenant", "person", "member"))
    own = (columns.tenant_id == tenant, columns.resource == _written(key))
    seen = _seen_by(person, member, tenant, shares=shares, word=_written)
    shown = sa.select(*(columns[name] for name in _SHOWN)).where(*own, seen)
    return Prepared(shown.order_by(columns.name, columns.id).limit(sa.literal_column(str(MOST_OF_A_LIST * 3))))


def all_saved_views(ctx: Context) -> list[SavedView]:
    """Return every view that the person may open, of all lists that they may read."""
    rows = ctx.all(sa.select(SavedView).where(_seen(ctx)).order_by(SavedView.resource, SavedView.name, SavedView.id))
    return [row for row in rows if _may_read(ctx, row.resource)]


def default_view(views: Sequence[SavedView]) -> SavedView | None:
    """Return the view that opens by itself: the person's own before their role's before everyone's."""
    return next((row for row in views if row.is_default), None)


def find_saved_view(ctx: Context, view_id: int) -> SavedView:
    """Return a view that the person may open; NotFound for any other."""
    found = ctx.all(sa.select(SavedView).where(SavedView.id == view_id, _seen(ctx)))
    if not found or not _may_read(ctx, found[0].resource):
        raise NotFound("There is no such saved view.")
    return found[0]  # type: ignore[no-any-return]


def create_saved_view(ctx: Context, resource_key: str, values: Mapping[str, Any]) -> SavedView:
    """Keep a new view; Invalid names what does not fit, Forbidden where it would be shared without the right to."""
    if ctx.actor.user_id is None:
        raise Forbidden("Only a person keeps views.", code="NOT_A_PERSON")
    if resource_key is None:
        raise Invalid({"resource": ["Name the list that it is a view of, such as inventory.item."]})
    if not _may_read(ctx, resource_key):
        raise Invalid({"resource": [f"There is no list {str(resource_key)[:80]!r} that you may read."]})
    given = {"audience": "me", "role": "", "query": "", "columns": [], "density": "", "is_default": False, **values}
    checked = _checked(ctx, {"name": "", **given})
    _require(ctx, checked["audience"])
    resource = ctx.registry.resources[resource_key]
    if len(saved_views(ctx, resource)) >= MOST_OF_A_LIST:
        raise Invalid({"name": [f"This list has {MOST_OF_A_LIST} saved views; delete one first."]})
    ctx.operation = ctx.operation or "kernel.saved_view.create"
    made = ctx.create(SavedView, resource=resource_key, user_id=ctx.actor.user_id, **checked)
    ctx.db.flush()
    _only_default(ctx, made)
    return made


def change_saved_view(ctx: Context, view_id: int, values: Mapping[str, Any], version: int | None = None) -> SavedView:
    """Change a view that the person may write."""
    row = writable_view(ctx, view_id)
    if version is not None and version != row.version:
        raise VersionMismatch("Somebody else changed the view; open it again.", current_version=row.version)
    audience = values.get("audience", row.audience)
    checked = _checked(ctx, {"audience": audience, "role": row.role if audience == "role" else "", **values})
    _require(ctx, checked["audience"])
    ctx.operation = ctx.operation or "kernel.saved_view.update"
    # Whoever takes a shared view for themselves alone takes it from the others: it becomes theirs.
    owner = ctx.actor.user_id if checked["audience"] == "me" else row.user_id
    ctx.update(row, user_id=owner, **checked)
    ctx.db.flush()
    _only_default(ctx, row)
    return row


def remove_saved_view(ctx: Context, view_id: int) -> None:
    """Delete a view that the person may write."""
    row = writable_view(ctx, view_id)
    ctx.operation = ctx.operation or "kernel.saved_view.delete"
    ctx.delete(row)


def writable_view(ctx: Context, view_id: int) -> SavedView:
    """Return a view that the person may change; NotFound for one unseen, Forbidden for one only to look at."""
    row = find_saved_view(ctx, view_id)
    _require(ctx, row.audience)
    return row


def may_write_view(ctx: Context, row: SavedView) -> bool:
    """Whether the person may change a view that they see."""
    return row.audience == "me" or ctx.can(SHARE)


def view_row(ctx: Context, row: SavedView) -> dict[str, Any]:
    """Return a view as the API answers it."""
    return {
        "id": row.id, "version": row.version, "resource": row.resource,
        **{name: getattr(row, name) for name in WRITABLE}, "is_mine": row.user_id == ctx.actor.user_id,
        "may_write": may_write_view(ctx, row), "url": f"/{ctx.registry.resources[row.resource].path}?saved={row.id}",
    }  # fmt: skip


def _may_read(ctx: Context, key: Any) -> bool:
    resource = ctx.registry.resources.get(key) if isinstance(key, str) else None
    return resource is not None and ctx.view.sees(resource) and ctx.can(f"{resource.key}.read")


def _seen(ctx: Context) -> sa.ColumnElement[bool]:
    person, member = ctx.actor.user_id or 0, ctx.actor.member_id or 0
    return _seen_by(person, member, ctx.tenant.id, shares=ctx.can(SHARE))


def _seen_by(
    person: Any, member: Any, tenant: Any, *, shares: bool, word: Callable[[str], Any] = str
) -> sa.ColumnElement[bool]:
    mine = sa.and_(SavedView.audience == word("me"), SavedView.user_id == person)
    held = sa.select(Role.key).join(MemberRole, MemberRole.role_id == Role.id).where(
        Role.tenant_id == tenant, MemberRole.tenant_id == tenant, MemberRole.member_id == member)  # fmt: skip
    of_roles = sa.and_(SavedView.audience == word("role"), sa.true() if shares else SavedView.role.in_(held))
    return sa.or_(mine, SavedView.audience == word("everyone"), of_roles)


def _require(ctx: Context, audience: str) -> None:
    if audience != "me" and not ctx.can(SHARE):
        raise Forbidden(f"You need the permission {SHARE} to share views.", permission=SHARE)


def _only_default(ctx: Context, row: SavedView) -> None:
    """One view opens by itself for each audience; the newest wish counts."""
    if not row.is_default:
        return
    same = [SavedView.resource == row.resource, SavedView.audience == row.audience, SavedView.is_default.is_(True)]
    same.append(SavedView.user_id == row.user_id if row.audience == "me" else SavedView.role == row.role)
    for other in ctx.all(sa.select(SavedView).where(*same, SavedView.id != row.id)):
        other.is_default = False
    ctx.db.flush()


# -- what may be kept ----------------------------------------------------------------------------------------


def _checked(ctx: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        given = {key: plain_json(value) for key, value in values.items()}
    except ma.ValidationError as error:
        raise Invalid({"name": [str(text) for text in error.messages]}) from None
    errors = {key[:80]: [f"Is not known; use {', '.join(WRITABLE)}."] for key in given if key not in WRITABLE}
    errors |= {key: [fault] for key, value in given.items() if key in FAULTS and (fault := FAULTS[key](value))}
    if not errors and given["role"] and given["audience"] != "role":
        errors = {"role": ["Leave it out, or make the audience role."]}
    if not errors and given["audience"] == "role" and given["role"] not in {key for key, _ in roles_to_share_with(ctx)}:
        # Without the right to share, a role's name says nothing: the refusal follows.
        errors = {"role": ["There is no such role."]} if ctx.can(SHARE) else {}
    if errors:
        raise Invalid(errors)
    return {**given, **({"name": given["name"].strip()} if "name" in given else {})}


def roles_to_share_with(ctx: Context) -> list[tuple[str, str]]:
    """Return key and title of every role, for whoever may share."""
    if not ctx.can(SHARE):
        return []
    roles = sa.select(Role.key, Role.title).where(Role.tenant_id == ctx.tenant.id).order_by(Role.title)
    return [(row.key, row.title) for row in ctx.rows(roles)]


def _name_fault(value: Any) -> str:
    good = isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME
    return "" if good else f"Give it a name of 1 to {LONGEST_NAME} characters."


def _query_fault(value: Any) -> str:
    good = isinstance(value, str) and len(value) <= LONGEST_QUERY and _QUERY.fullmatch(value) is not None
    return "" if good else f"Must be a query string of at most {LONGEST_QUERY} characters, such as kind=raw&sort=name."


def _columns_fault(value: Any) -> str:
    good = isinstance(value, list) and len(value) <= MOST_COLUMNS
    if good and all(isinstance(item, str) and _COLUMN.fullmatch(item) for item in value):
        return ""
    return f"Must be a list of at most {MOST_COLUMNS} names, each perhaps with a width: name:220."


def _word_fault(words: Sequence[str]) -> Any:
    said = ", ".join(word for word in words if word)
    return lambda value: "" if isinstance(value, str) and value in words else f"Must be one of {said}."


FAULTS: Mapping[str, Any] = {
    "name": _name_fault,
    "audience": _word_fault(AUDIENCES),
    "role": lambda value: "" if isinstance(value, str) and len(value) <= 80 else "Must be the key of a role.",
    "query": _query_fault,
    "columns": _columns_fault,
    "density": _word_fault(DENSITIES),
    "is_default": lambda value: "" if isinstance(value, bool) else "Must be true or false.",
}
"""What may be said of a view, each with what says why a value is not acceptable."""
