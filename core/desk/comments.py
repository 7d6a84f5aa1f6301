"""What people say beside a record: whoever may read it reads them, `<resource>.comment` says and corrects one's own.

Somebody else's comment is removed with `<resource>.moderate`; nobody rewrites what another said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from core.actions.context import Context
from core.actions.crud import GOES_ALONG
from core.desk.models import Comment
from core.errors import Forbidden, Invalid, NotFound
from core.plugins.declarations import Resource
from core.resources.kinds import CleanText, dump_moment
from core.resources.reading import read_one

LONGEST = 10_000
MOST = 50
SAY, MODERATE = "comment", "moderate"


def comments_of(
    ctx: Context, resource: Resource, record_id: int, *, before: int | None = None, limit: int = MOST
) -> dict[str, Any]:
    """Return the comments of a record the actor may read, newest first, and from where older ones go on."""
    read_one(ctx, ctx.shape(resource), record_id)
    wanted = _of_record(resource, record_id).order_by(Comment.created_at.desc(), Comment.id.desc()).limit(limit + 1)
    rows = ctx.all(wanted if before is None else wanted.where(_older(ctx, before)))
    following = rows[limit - 1].id if len(rows) > limit else None
    return {"items": [comment_row(ctx, row) for row in rows[:limit]], "next": following}


def _older(ctx: Context, comment_id: int) -> Any:
    """Return what stands behind a comment: each process has a block of ids, which alone do not tell what came first."""
    said = ctx.one(sa.select(Comment.created_at).where(Comment.id == comment_id))
    if said is None:
        return Comment.id < comment_id
    return sa.or_(Comment.created_at < said, sa.and_(Comment.created_at == said, Comment.id < comment_id))


def comment_row(ctx: Context, row: Comment) -> dict[str, Any]:
    """Return a comment as the API answers it."""
    return {
        "id": row.id, "author": row.author, "text": row.text, "created_at": dump_moment(row.created_at),
        "edited_at": dump_moment(row.updated_at) if row.version > 1 else None, "is_own": _is_own(ctx, row),
    }  # fmt: skip


def say(ctx: Context, resource: Resource, record_id: int, text: Any) -> Comment:
    """Add a comment to a record."""
    _check(ctx, resource, record_id, SAY)
    made = ctx.create(Comment, resource=resource.key, record_id=record_id, user_id=ctx.actor.user_id,
                      author=(ctx.actor.name or ctx.actor.username)[:120], text=_clean(text))  # fmt: skip
    ctx.db.flush()
    return made


def correct(ctx: Context, resource: Resource, record_id: int, comment_id: int, text: Any) -> Comment:
    """Change one's own comment; Forbidden for another's."""
    _check(ctx, resource, record_id, SAY)
    row = _find(ctx, resource, record_id, comment_id)
    if not _is_own(ctx, row):
        raise Forbidden("Only who wrote a comment may change it.", code="NOT_YOURS")
    row.text = _clean(text)
    ctx.db.flush()
    return row


def withdraw(ctx: Context, resource: Resource, record_id: int, comment_id: int) -> None:
    """Remove one's own comment, or anybody's with the permission to moderate."""
    _check(ctx, resource, record_id, SAY)
    row = _find(ctx, resource, record_id, comment_id)
    if not _is_own(ctx, row) and not may_moderate(ctx, resource):
        needed = f"{resource.key}.{MODERATE}"
        raise Forbidden(f"Another's comment is removed with the permission {needed}.", permission=needed)
    ctx.delete(row)


def may_say(ctx: Context, resource: Resource) -> bool:
    """Whether the actor may comment on records of a resource."""
    return ctx.can(f"{resource.key}.{SAY}")


def may_moderate(ctx: Context, resource: Resource) -> bool:
    """Whether the actor may remove what others said."""
    return ctx.can(f"{resource.key}.{MODERATE}")


def _of_record(resource: Resource, record_id: int) -> Any:
    return sa.select(Comment).where(Comment.resource == resource.key, Comment.record_id == record_id)


def _find(ctx: Context, resource: Resource, record_id: int, comment_id: int) -> Comment:
    row: Comment | None = ctx.find(Comment, id=comment_id, resource=resource.key, record_id=record_id)
    if row is None:
        raise NotFound("There is no such comment.")
    return row


def _check(ctx: Context, resource: Resource, record_id: int, verb: str) -> None:
    for needed in ("read", verb):
        if not ctx.can(f"{resource.key}.{needed}"):
            permission = f"{resource.key}.{needed}"
            raise Forbidden(f"You need the permission {permission}.", permission=permission)
        read_one(ctx, ctx.shape(resource), record_id, needed)
    ctx.operation = ctx.operation or f"{resource.key}.{verb}"


def _is_own(ctx: Context, row: Comment) -> bool:
    return row.user_id is not None and row.user_id == ctx.actor.user_id


def _clean(text: Any) -> str:
    try:
        clean = str(CleanText(multiline=True).deserialize(text)).strip()
    except ma.ValidationError as error:
        raise Invalid({"text": [str(message) for message in error.messages]}) from None
    if not 0 < len(clean) <= LONGEST:
        raise Invalid({"text": [f"Write 1 to {LONGEST} characters."]})
    return clean


def _go_along(ctx: Context, resource: Resource, record_ids: Sequence[int]) -> None:
    for row in ctx.all(sa.select(Comment).where(Comment.resource == resource.key, Comment.record_id.in_(record_ids))):
        ctx.db.delete(row)


GOES_ALONG.append(_go_along)
