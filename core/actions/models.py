"""Tables of the road: the audit trail, stored answers, approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from core.db.base import Derived, Entry, Record
from core.db.fields import field
from core.db.types import UTC, Json, states


class AuditEntry(Entry):
    """What one operation changed in one record, chained by hash to the entry before it."""

    __tablename__ = "core_audit"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "sequence"),
        sa.Index("ix_core_audit_record", "tenant_id", "resource", "record_id", "sequence"),
    )

    sequence: Mapped[int] = field(sa.BigInteger, label="Sequence")
    user_id: Mapped[int | None] = field(sa.BigInteger, label="User", optional=True)
    username: Mapped[str] = field(sa.String(80), label="Who", search=True)
    action: Mapped[str] = field(sa.String(160), label="Action", search=True)
    resource: Mapped[str] = field(sa.String(80), label="Resource")
    record_id: Mapped[int | None] = field(sa.BigInteger, label="Record", optional=True)
    changes: Mapped[dict[str, Any]] = field(Json, label="Changes", sensitive=True)
    request_id: Mapped[str] = field(sa.String(64), label="Request", default="")
    previous_hash: Mapped[str] = field(sa.String(64), label="Previous hash")
    hash: Mapped[str] = field(sa.String(64), label="Hash")


class AuditHead(Derived):
    """The end of a tenant's audit chain; locked for the last moment of a writing transaction."""

    __tablename__ = "core_audit_head"

    sequence: Mapped[int] = field(sa.BigInteger, label="Sequence", default=0)
    hash: Mapped[str] = field(sa.String(64), label="Hash", default="")


class StoredAnswer(Derived):
    """The answer given under an idempotency key, in the same transaction as its effect."""

    __tablename__ = "core_stored_answer"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "user_id", "key"),)

    user_id: Mapped[int] = field(sa.BigInteger, label="User")
    key: Mapped[str] = field(sa.String(200), label="Key")
    fingerprint: Mapped[str] = field(sa.String(64), label="Fingerprint of the request")
    status: Mapped[int] = field(sa.Integer, label="Status", default=0)
    body: Mapped[str] = field(sa.Text, label="Body", default="")
    created_at: Mapped[datetime] = field(UTC, label="Created")


class Approval(Record):
    """A request that somebody else must approve before an action runs."""

    __tablename__ = "core_approval"
    __table_args__ = (sa.Index("ix_core_approval_record", "tenant_id", "resource", "record_id"),)

    resource: Mapped[str] = field(sa.String(80), label="Resource", readonly=True)
    record_id: Mapped[int] = field(sa.BigInteger, label="Record", readonly=True)
    action: Mapped[str] = field(sa.String(160), label="Action", readonly=True)
    arguments: Mapped[dict[str, Any]] = field(Json, label="Arguments", default=dict, readonly=True, sensitive=True)
    reason: Mapped[str] = field(sa.String(300), label="Reason", default="", readonly=True)
    requester_id: Mapped[int | None] = field(sa.BigInteger, label="Requested by", optional=True, readonly=True)
    reviewer_id: Mapped[int | None] = field(sa.BigInteger, label="Reviewed by", optional=True, readonly=True)
    decided_at: Mapped[datetime | None] = field(UTC, label="Decided", optional=True, readonly=True)
    decision: Mapped[str] = field(sa.String(300), label="Decision", default="", readonly=True)
    expires_at: Mapped[datetime | None] = field(UTC, label="Expires", optional=True, readonly=True)
    state: Mapped[str] = field(states("pending", "approved", "rejected", "cancelled"), label="State")
