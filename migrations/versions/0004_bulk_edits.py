"""Edits of everything that a list finds: what is asked, and its records in parts."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "kernel_0004"
down_revision = "kernel_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_bulk_edit",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("asked", types.Json, nullable=False),
        sa.Column("preview", types.Json, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("state IN ('ready', 'running', 'done', 'cancelled')", name=op.f("ck_core_bulk_edit_state")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_bulk_edit")),
    )
    op.create_table(
        "core_bulk_edit_part",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edit_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("records", types.Json, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("refusals", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "edit_id"],
            ["core_bulk_edit.tenant_id", "core_bulk_edit.id"],
            name=op.f("fk_core_bulk_edit_part_tenant_id_edit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_bulk_edit_part")),
    )
    with op.batch_alter_table("core_bulk_edit_part", schema=None) as batch_op:
        batch_op.create_index("ix_core_bulk_edit_part_tenant_id_edit_id", ["tenant_id", "edit_id"], unique=False)

    protect("core_bulk_edit", "core_bulk_edit_part")


def downgrade() -> None:
    op.drop_table("core_bulk_edit_part")
    op.drop_table("core_bulk_edit")
