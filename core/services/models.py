"""Tables of the services: number series, settings, external keys, jobs, schedules, files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from core.db.base import Derived, KernelTable, Record
from core.db.fields import field
from core.db.types import UTC, Json, choice


class NumberSeries(Derived):
    """The next number of a series, such as the batch labels of a year."""

    __tablename__ = "core_number_series"

    series: Mapped[str] = field(sa.String(120), label="Series", unique=True)
    next: Mapped[int] = field(sa.BigInteger, label="Next number")


class SettingValue(Record):
    """A setting that a tenant has changed from its default."""

    __tablename__ = "core_setting"

    key: Mapped[str] = field(sa.String(120), label="Setting", unique=True)
    value: Mapped[Any] = field(Json, label="Value", optional=True)


class ExternalKey(Derived):
    """The stable name under which demo data or an import finds its record again."""

    __tablename__ = "core_external_key"

    key: Mapped[str] = field(sa.String(160), label="Key", unique=True)
    table: Mapped[str] = field(sa.String(80), label="Table")
    record_id: Mapped[int] = field(sa.BigInteger, label="Record")


class Job(KernelTable):
    """Work asked for in a transaction, done after it: the outbox row is the truth, Redis only carries its id."""

    __tablename__ = "core_job"
    __table_args__ = (
        sa.Index("ix_core_job_due", "state", "run_at"),
        sa.UniqueConstraint("tenant_id", "effect_key"),
        sa.ForeignKeyConstraint(["tenant_id"], ["core_tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: Mapped[int] = field(sa.BigInteger, label="Tenant")
    user_id: Mapped[int | None] = field(sa.BigInteger, label="Asked by", optional=True)
    key: Mapped[str] = field(sa.String(120), label="Job")
    arguments: Mapped[dict[str, Any]] = field(Json, label="Arguments", default=dict)
    effect_key: Mapped[str | None] = field(sa.String(200), label="Effect key", optional=True)
    state: Mapped[str] = field(choice("ready", "queued", "running", "done", "failed"), label="State", default="ready")
    tries: Mapped[int] = field(sa.Integer, label="Tries", default=0)
    run_at: Mapped[datetime] = field(UTC, label="Due")
    created_at: Mapped[datetime] = field(UTC, label="Created")
    claimed_at: Mapped[datetime | None] = field(UTC, label="Claimed", optional=True)
    finished_at: Mapped[datetime | None] = field(UTC, label="Finished", optional=True)
    progress: Mapped[int] = field(sa.Integer, label="Progress", default=0)
    result: Mapped[Any] = field(Json, label="Result", optional=True)
    error: Mapped[str] = field(sa.Text, label="Error", default="")
    request_id: Mapped[str] = field(sa.String(64), label="Request", default="")


class ScheduleState(KernelTable):
    """When a schedule runs next for a tenant; whoever moves `next_run` on has claimed the run."""

    __tablename__ = "core_schedule"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key"),
        sa.ForeignKeyConstraint(["tenant_id"], ["core_tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: Mapped[int] = field(sa.BigInteger, label="Tenant")
    key: Mapped[str] = field(sa.String(120), label="Schedule")
    next_run: Mapped[datetime] = field(UTC, label="Next run")
    last_run: Mapped[datetime | None] = field(UTC, label="Last run", optional=True)


class FailingObserver(KernelTable):
    """An observer whose last runs for a tenant were parked; with a moment since when, it is switched off."""

    __tablename__ = "core_failing_observer"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key"),
        sa.ForeignKeyConstraint(["tenant_id"], ["core_tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: Mapped[int] = field(sa.BigInteger, label="Tenant")
    key: Mapped[str] = field(sa.String(120), label="Observer")
    failures: Mapped[int] = field(sa.Integer, label="Failures in a row", default=0)
    error: Mapped[str] = field(sa.Text, label="Last error", default="")
    failed_at: Mapped[datetime] = field(UTC, label="Failed last")
    switched_off_at: Mapped[datetime | None] = field(UTC, label="Off since", optional=True)


class StoredFile(Record):
    """A file beside a record, kept outside the web root under a random name."""

    __tablename__ = "core_file"
    __table_args__ = (sa.Index("ix_core_file_record", "tenant_id", "resource", "record_id"),)

    resource: Mapped[str] = field(sa.String(80), label="Resource")
    record_id: Mapped[int] = field(sa.BigInteger, label="Record")
    name: Mapped[str] = field(sa.String(200), label="File name", search=True)
    media_type: Mapped[str] = field(sa.String(100), label="Type", readonly=True)
    size: Mapped[int] = field(sa.BigInteger, label="Bytes", readonly=True)
    sha256: Mapped[str] = field(sa.String(64), label="SHA-256", readonly=True)
    stored_as: Mapped[str] = field(sa.String(80), label="Stored as", readonly=True, sensitive=True)
