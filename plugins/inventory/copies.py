"""Copies of records: what other plugins keep beside a record goes along with it."""

from __future__ import annotations

from collections.abc import Mapping

from core.api import Context, Resource


def copy_extensions(ctx: Context, resource: Resource, copies: Mapping[int, int], *, lines: str = "") -> None:
    """Copy the fields that other plugins add to records, or to lines of them, by old and new ids.

    What no two records may hold the same value of stays with the old one.
    """
    shape = ctx.kernel.shape(ctx, resource)
    for extension in shape.lines[lines].extensions if lines else shape.extensions:
        own = ("tenant_id", "id")
        names = [column.name for column in extension.model.__table__.columns
                 if column.name not in own and not column.info.get("unique")]  # fmt: skip
        for row in ctx.extension(extension.model, copies).values():
            values = {name: getattr(row, name) for name in names}
            ctx.create(extension.model, id=copies[row.id], **values)
