"""Files beside a record: whoever may read the record reads them, `<resource>.attach` adds and removes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import NotFound, Refused, TooLarge
from core.plugins.declarations import Resource
from core.resources.kinds import dump_moment
from core.services import files, pictures
from core.services.models import StoredFile

if TYPE_CHECKING:
    from core.actions.context import Context


def attach(ctx: Context, resource: Resource, record_id: int, name: str, content: IO[bytes]) -> StoredFile:
    """Keep an upload beside a record; TooLarge beyond the limits of a file or of the tenant's quota."""
    ctx.operation = ctx.operation or f"{resource.key}.attach"
    config = ctx.kernel.config
    used = int(ctx.one(sa.select(sa.func.coalesce(sa.func.sum(StoredFile.size), 0))))
    left = max(config.tenant_file_bytes - used, 0)
    title = files.plain_name(name)
    try:
        kept = files.keep(config.instance, ctx.tenant.id, content, min(config.max_file_bytes, left))
    except TooLarge:
        if left >= config.max_file_bytes:
            raise
        text = f"The tenant's space for files is used up: {left} bytes are left. Remove files first."
        raise TooLarge(text, code="QUOTA_EXCEEDED") from None
    ctx.on_rollback(lambda: _remove(ctx, kept.stored_as))
    return ctx.create(StoredFile, resource=resource.key, record_id=record_id, name=title, **vars(kept))


def attachments_of(ctx: Context, resource: Resource, record_id: int) -> list[dict[str, Any]]:
    """Return what is attached to a record, newest first."""
    wanted = sa.select(StoredFile).where(StoredFile.resource == resource.key, StoredFile.record_id == record_id)
    return [
        {"id": row.id, "name": row.name, "media_type": row.media_type, "size": row.size, "sha256": row.sha256,
         "preview": files.preview_of(row.media_type, row.size), "created_at": dump_moment(row.created_at)}
        for row in ctx.all(wanted.order_by(StoredFile.id.desc()))
    ]  # fmt: skip


def attachment(ctx: Context, resource: Resource, record_id: int, file_id: int) -> tuple[StoredFile, Path]:
    """Return a file of a record and where it lies; NotFound when the record has no such file."""
    row = ctx.find(StoredFile, id=file_id, resource=resource.key, record_id=record_id)
    if row is None:
        raise NotFound("There is no such file.")
    return row, files.path_of(ctx.kernel.config.instance, ctx.tenant.id, row.stored_as)


def viewable(ctx: Context, resource: Resource, record_id: int, file_id: int) -> tuple[StoredFile, Path]:
    """Return a file that may be shown in a page; Refused where only a download is safe."""
    row, path = attachment(ctx, resource, record_id, file_id)
    kind = files.preview_of(row.media_type, row.size)
    if not kind or (kind == "image" and not pictures.is_showable(path)):
        raise Refused("NO_PREVIEW", "There is no preview of this file; download it.")
    return row, path


def detach(ctx: Context, resource: Resource, record_id: int, file_id: int) -> None:
    """Remove a file from a record; its bytes go once that is committed."""
    ctx.operation = ctx.operation or f"{resource.key}.attach"
    row, _ = attachment(ctx, resource, record_id, file_id)
    stored_as = row.stored_as
    ctx.delete(row)
    ctx.after_commit(lambda: _remove(ctx, stored_as))


def detach_all(ctx: Context, resource: Resource, record_ids: Sequence[int]) -> None:
    """Remove every file of records that go."""
    wanted = sa.select(StoredFile).where(StoredFile.resource == resource.key, StoredFile.record_id.in_(record_ids))
    for row in ctx.all(wanted):
        stored_as = row.stored_as
        ctx.db.delete(row)
        ctx.after_commit(partial(_remove, ctx, stored_as))


def _remove(ctx: Context, stored_as: str) -> None:
    files.path_of(ctx.kernel.config.instance, ctx.tenant.id, stored_as).unlink(missing_ok=True)
