"""Tables of the desk: saved views, preferences, dashboards, comments, files being imported, edits of many records."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from core.db.base import Derived, Record
from core.db.fields import field, ref
from core.db.types import Json, choice, states


class SavedView(Record):
    """A way to look at a list that somebody named: its address and its columns, for them, a role or everyone."""

    __tablename__ = "core_saved_view"
    __table_args__ = (sa.Index("ix_core_saved_view_resource", "tenant_id", "resource"),)

    resource: Mapped[str] = field(sa.String(80), label="Resource")
    name: Mapped[str] = field(sa.String(80), label="Name", search=True)
    audience: Mapped[str] = field(choice("me", "role", "everyone"), label="For", default="me")
    user_id: Mapped[int | None] = field(sa.BigInteger, label="Person", optional=True, readonly=True)
    role: Mapped[str] = field(sa.String(80), label="Role", default="")
    query: Mapped[str] = field(sa.String(2000), label="Address", default="")
    columns: Mapped[list[Any]] = field(
        Json, label="Columns", default=lambda _context: [], help="Names with widths, in their order."
    )
    density: Mapped[str] = field(choice("", "comfortable", "compact"), label="Density", default="")
    is_default: Mapped[bool] = field(sa.Boolean, label="Opens first")


class Preference(Derived):
    """Something one person chose in one organisation: favourites, zone, density, dismissed alerts."""

    __tablename__ = "core_preference"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "user_id", "key"),)

    user_id: Mapped[int] = field(sa.BigInteger, label="Person")
    key: Mapped[str] = field(sa.String(80), label="Preference")
    value: Mapped[Any] = field(Json, label="Value", optional=True)


class Dashboard(Record):
    """The cards of a home page and their order, for a person, a role or everyone."""

    __tablename__ = "core_dashboard"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "audience", "user_id", "role"),)

    audience: Mapped[str] = field(choice("me", "role", "everyone"), label="For", default="me")
    user_id: Mapped[int] = field(sa.BigInteger, label="Person", default=0, readonly=True)
    role: Mapped[str] = field(sa.String(80), label="Role", default="")
    cards: Mapped[list[Any]] = field(Json, label="Cards", default=lambda _context: [])


class Comment(Record):
    """What somebody said beside a record."""

    __tablename__ = "core_comment"
    __table_args__ = (sa.Index("ix_core_comment_record", "tenant_id", "resource", "record_id"),)

    resource: Mapped[str] = field(sa.String(80), label="Resource")
    record_id: Mapped[int] = field(sa.BigInteger, label="Record")
    user_id: Mapped[int | None] = field(sa.BigInteger, label="Person", optional=True, readonly=True)
    author: Mapped[str] = field(sa.String(120), label="Who", readonly=True, default="")
    text: Mapped[str] = field(sa.Text, label="Comment", search=True)


class FileImport(Record):
    """A file on its way in: uploaded, its columns mapped, checked, taken, and perhaps taken back."""

    __tablename__ = "core_file_import"

    resource: Mapped[str] = field(sa.String(80), label="Resource")
    name: Mapped[str] = field(sa.String(200), label="File name", search=True)
    stored_as: Mapped[str] = field(sa.String(80), label="Stored as", sensitive=True, readonly=True)
    user_id: Mapped[int | None] = field(sa.BigInteger, label="Person", optional=True, readonly=True)
    mode: Mapped[str] = field(choice("upsert", "create", "update"), label="Mode", default="upsert")
    mapping: Mapped[dict[str, Any]] = field(Json, label="Columns", default=lambda _context: {})
    rows: Mapped[int] = field(sa.Integer, label="Rows", default=0, readonly=True)
    job_id: Mapped[int | None] = field(sa.BigInteger, label="Job", optional=True, readonly=True)
    outcome: Mapped[dict[str, Any]] = field(Json, label="Outcome", default=lambda _context: {}, readonly=True)
    undo: Mapped[dict[str, Any]] = field(
        Json, label="Undo", default=lambda _context: {}, readonly=True, sensitive=True,
        help="The ids that were made, and the values from before of those that were changed.",
    )  # fmt: skip
    state: Mapped[str] = field(states("uploaded", "checked", "running", "done", "failed", "undone"), label="State")


class BulkEdit(Record):
    """A change of everything that a list finds: what it is, and the records as they were when it was previewed."""

    __tablename__ = "core_bulk_edit"

    resource: Mapped[str] = field(sa.String(80), label="Resource")
    user_id: Mapped[int | None] = field(sa.BigInteger, label="Person", optional=True, readonly=True)
    asked: Mapped[dict[str, Any]] = field(
        Json, label="Asked", default=lambda _context: {}, help="What finds the records, and what becomes of them."
    )
    preview: Mapped[list[Any]] = field(
        Json, label="Preview", default=lambda _context: [], readonly=True, help="The first records before and after."
    )
    total: Mapped[int] = field(sa.Integer, label="Records", default=0, readonly=True)
    job_id: Mapped[int | None] = field(sa.BigInteger, label="Job", optional=True, readonly=True)
    state: Mapped[str] = field(states("ready", "running", "done", "cancelled", "undoing", "undone"), label="State")


class BulkEditPart(Derived):
    """Some records of an edit, changed in one transaction: their versions at the preview, and what came of it."""

    __tablename__ = "core_bulk_edit_part"

    edit_id, edit = ref(BulkEdit, label="Edit", ondelete="CASCADE")
    position: Mapped[int] = field(sa.Integer, label="Position")
    records: Mapped[list[Any]] = field(Json, label="Ids and versions", default=lambda _context: [])
    size: Mapped[int] = field(sa.Integer, label="Records in it")
    is_done: Mapped[bool] = field(sa.Boolean, label="Done")
    changed: Mapped[int] = field(sa.Integer, label="Changed", default=0)
    refused: Mapped[int] = field(sa.Integer, label="Refused", default=0)
    refusals: Mapped[list[Any]] = field(Json, label="Refusals", default=lambda _context: [])
    undo: Mapped[Any] = field(
        Json, label="Undo", optional=True, help="The values from before, until they are given back."
    )
    restored: Mapped[int] = field(sa.Integer, label="Given back", default=0)
    kept: Mapped[list[Any]] = field(Json, label="Kept", default=lambda _context: [], help="What stays, and why.")
