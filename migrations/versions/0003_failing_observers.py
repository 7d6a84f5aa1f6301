"""Observers that keep failing, by tenant: how often in a row, and since when they are switched off."""

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "kernel_0003"
down_revision = "kernel_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_failing_observer",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", types.UTC(), nullable=False),
        sa.Column("switched_off_at", types.UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core_tenant.id"], name=op.f("fk_core_failing_observer_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_failing_observer")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_core_failing_observer_tenant_id_key")),
    )


def downgrade() -> None:
    op.drop_table("core_failing_observer")
