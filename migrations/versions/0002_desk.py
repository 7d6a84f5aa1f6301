"""What people keep: saved views, preferences, dashboards, comments, imports under way."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_comment",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_comment")),
    )
    with op.batch_alter_table("core_comment", schema=None) as batch_op:
        batch_op.create_index("ix_core_comment_record", ["tenant_id", "resource", "record_id"], unique=False)

    op.create_table(
        "core_dashboard",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("cards", types.Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("audience IN ('me', 'role', 'everyone')", name=op.f("ck_core_dashboard_audience")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_dashboard")),
        sa.UniqueConstraint(
            "tenant_id", "audience", "user_id", "role", name=op.f("uq_core_dashboard_tenant_id_audience_user_id_role")
        ),
    )
    op.create_table(
        "core_file_import",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("stored_as", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("mapping", types.Json, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", types.Json, nullable=False),
        sa.Column("undo", types.Json, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("mode IN ('upsert', 'create', 'update')", name=op.f("ck_core_file_import_mode")),
        sa.CheckConstraint(
            "state IN ('uploaded', 'checked', 'running', 'done', 'failed', 'undone')",
            name=op.f("ck_core_file_import_state"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_file_import")),
    )
    op.create_table(
        "core_preference",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", types.Json, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_preference")),
        sa.UniqueConstraint("tenant_id", "user_id", "key", name=op.f("uq_core_preference_tenant_id_user_id_key")),
    )
    op.create_table(
        "core_saved_view",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("columns", types.Json, nullable=False),
        sa.Column("density", sa.String(40), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("audience IN ('me', 'role', 'everyone')", name=op.f("ck_core_saved_view_audience")),
        sa.CheckConstraint("density IN ('', 'comfortable', 'compact')", name=op.f("ck_core_saved_view_density")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_saved_view")),
    )
    with op.batch_alter_table("core_saved_view", schema=None) as batch_op:
        batch_op.create_index("ix_core_saved_view_resource", ["tenant_id", "resource"], unique=False)

    protect("core_comment", "core_dashboard", "core_file_import", "core_preference", "core_saved_view")


def downgrade() -> None:
    with op.batch_alter_table("core_saved_view", schema=None) as batch_op:
        batch_op.drop_index("ix_core_saved_view_resource")

    op.drop_table("core_saved_view")
    op.drop_table("core_preference")
    op.drop_table("core_file_import")
    op.drop_table("core_dashboard")
    with op.batch_alter_table("core_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_core_comment_record")

    op.drop_table("core_comment")
