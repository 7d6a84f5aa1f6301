"""The kernel's tables."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect, start_ids, stop_ids

revision = "kernel_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_approval",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=160), nullable=False),
        sa.Column("arguments", types.Json, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", types.UTC(), nullable=True),
        sa.Column("decision", sa.String(length=300), nullable=False),
        sa.Column("expires_at", types.UTC(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'rejected', 'cancelled')", name=op.f("ck_core_approval_state")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_approval")),
    )
    with op.batch_alter_table("core_approval", schema=None) as batch_op:
        batch_op.create_index("ix_core_approval_record", ["tenant_id", "resource", "record_id"], unique=False)

    op.create_table(
        "core_audit",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=160), nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("changes", types.Json, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_audit")),
        sa.UniqueConstraint("tenant_id", "sequence", name=op.f("uq_core_audit_tenant_id_sequence")),
    )
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.create_index("ix_core_audit_record", ["tenant_id", "resource", "record_id"], unique=False)

    op.create_table(
        "core_audit_head",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_audit_head")),
    )
    op.create_table(
        "core_custom_field",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("choices", types.Json, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("help", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'integer', 'decimal', 'boolean', 'date', 'choice')",
            name=op.f("ck_core_custom_field_kind"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_custom_field")),
        sa.UniqueConstraint("tenant_id", "resource", "name", name=op.f("uq_core_custom_field_tenant_id_resource_name")),
    )
    op.create_table(
        "core_external_key",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("table", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_external_key")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_core_external_key_tenant_id_key")),
    )
    op.create_table(
        "core_file",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_file")),
    )
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.create_index("ix_core_file_record", ["tenant_id", "resource", "record_id"], unique=False)

    op.create_table("core_id_counter", sa.Column("next", sa.BigInteger(), nullable=False))
    op.create_table(
        "core_login_counter",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", types.UTC(), nullable=True),
        sa.Column("blocked_until", types.UTC(), nullable=True),
        sa.Column("last_success_at", types.UTC(), nullable=True),
        sa.Column("touched_at", types.UTC(), nullable=False),
        sa.CheckConstraint("kind IN ('account', 'source', 'pair')", name=op.f("ck_core_login_counter_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_login_counter")),
        sa.UniqueConstraint("key", name=op.f("uq_core_login_counter_key")),
    )
    with op.batch_alter_table("core_login_counter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_login_counter_touched_at"), ["touched_at"], unique=False)

    op.create_table(
        "core_number_series",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("series", sa.String(length=120), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_number_series")),
        sa.UniqueConstraint("tenant_id", "series", name=op.f("uq_core_number_series_tenant_id_series")),
    )
    op.create_table(
        "core_role",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("permissions", types.Json, nullable=False),
        sa.Column("rules", types.Json, nullable=False),
        sa.Column("is_declared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_role")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_core_role_tenant_id_key")),
    )
    op.create_table(
        "core_setting",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("value", types.Json, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_setting")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_core_setting_tenant_id_key")),
    )
    op.create_table(
        "core_stored_answer",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_stored_answer")),
        sa.UniqueConstraint("tenant_id", "user_id", "key", name=op.f("uq_core_stored_answer_tenant_id_user_id_key")),
    )
    op.create_table(
        "core_tenant",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("modules_revision", sa.Integer(), nullable=False),
        sa.Column("access_revision", sa.Integer(), nullable=False),
        sa.Column("fields_revision", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_core_tenant_slug")),
    )
    op.create_table(
        "core_job",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("arguments", types.Json, nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("run_at", types.UTC(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("claimed_at", types.UTC(), nullable=True),
        sa.Column("finished_at", types.UTC(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("result", types.Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint("state IN ('ready', 'queued', 'running', 'done', 'failed')", name=op.f("ck_core_job_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core_tenant.id"], name=op.f("fk_core_job_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_job")),
        sa.UniqueConstraint("tenant_id", "effect_key", name=op.f("uq_core_job_tenant_id_effect_key")),
    )
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.create_index("ix_core_job_due", ["state", "run_at"], unique=False)

    op.create_table(
        "core_schedule",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("next_run", types.UTC(), nullable=False),
        sa.Column("last_run", types.UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core_tenant.id"], name=op.f("fk_core_schedule_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_schedule")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_core_schedule_tenant_id_key")),
    )
    op.create_table(
        "core_tenant_module",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core_tenant.id"], name=op.f("fk_core_tenant_module_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_tenant_module")),
        sa.UniqueConstraint("tenant_id", "plugin", name=op.f("uq_core_tenant_module_tenant_id_plugin")),
    )
    op.create_table(
        "core_user",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_platform_admin", sa.Boolean(), nullable=False),
        sa.Column("auth_revision", sa.Integer(), nullable=False),
        sa.Column("last_tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("last_login_at", types.UTC(), nullable=True),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["last_tenant_id"], ["core_tenant.id"], name=op.f("fk_core_user_last_tenant_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
        sa.UniqueConstraint("email", name=op.f("uq_core_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_core_user_username")),
    )
    op.create_table(
        "core_browser_session",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("auth_revision", sa.Integer(), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("last_seen_at", types.UTC(), nullable=False),
        sa.Column("expires_at", types.UTC(), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core_tenant.id"], name=op.f("fk_core_browser_session_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_browser_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_browser_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_browser_session_token_hash")),
    )
    with op.batch_alter_table("core_browser_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_browser_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_browser_session_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_browser_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_member",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_member_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_member")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_core_member_tenant_id_user_id")),
    )
    with op.batch_alter_table("core_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_member_tenant_id_user_id"), ["tenant_id", "user_id"], unique=False)

    op.create_table(
        "core_token_family",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("login_id", sa.BigInteger(), nullable=False),
        sa.Column("auth_revision", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("expires_at", types.UTC(), nullable=False),
        sa.Column("revoked_at", types.UTC(), nullable=True),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core_tenant.id"], name=op.f("fk_core_token_family_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_token_family_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_token_family")),
    )
    with op.batch_alter_table("core_token_family", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_token_family_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_token_family_login_id"), ["login_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_token_family_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_token_family_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_member_role",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["core_member.tenant_id", "core_member.id"],
            name=op.f("fk_core_member_role_tenant_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["core_role.tenant_id", "core_role.id"],
            name=op.f("fk_core_member_role_tenant_id_role_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_core_member_role")),
        sa.UniqueConstraint(
            "tenant_id", "member_id", "role_id", name=op.f("uq_core_member_role_tenant_id_member_id_role_id")
        ),
    )
    with op.batch_alter_table("core_member_role", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_member_role_tenant_id_member_id"), ["tenant_id", "member_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_member_role_tenant_id_role_id"), ["tenant_id", "role_id"], unique=False
        )

    op.create_table(
        "core_refresh_token",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("expires_at", types.UTC(), nullable=False),
        sa.Column("used_at", types.UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id"], ["core_token_family.id"], name=op.f("fk_core_refresh_token_family_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_refresh_token_token_hash")),
    )
    with op.batch_alter_table("core_refresh_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_refresh_token_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_refresh_token_family_id"), ["family_id"], unique=False)

    start_ids()
    protect(
        "core_approval",
        "core_audit_head",
        "core_custom_field",
        "core_external_key",
        "core_file",
        "core_number_series",
        "core_setting",
        "core_stored_answer",
    )
    protect("core_audit", append_only=True)
    protect("core_member", "core_member_role", "core_role", open_to_kernel=True)


def downgrade() -> None:
    with op.batch_alter_table("core_refresh_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_refresh_token_family_id"))
        batch_op.drop_index(batch_op.f("ix_core_refresh_token_expires_at"))

    op.drop_table("core_refresh_token")
    with op.batch_alter_table("core_member_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_member_role_tenant_id_role_id"))
        batch_op.drop_index(batch_op.f("ix_core_member_role_tenant_id_member_id"))

    op.drop_table("core_member_role")
    with op.batch_alter_table("core_token_family", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_token_family_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_token_family_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_core_token_family_login_id"))
        batch_op.drop_index(batch_op.f("ix_core_token_family_expires_at"))

    op.drop_table("core_token_family")
    with op.batch_alter_table("core_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_member_tenant_id_user_id"))

    op.drop_table("core_member")
    with op.batch_alter_table("core_browser_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_browser_session_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_browser_session_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_core_browser_session_expires_at"))

    op.drop_table("core_browser_session")
    op.drop_table("core_user")
    op.drop_table("core_tenant_module")
    op.drop_table("core_schedule")
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.drop_index("ix_core_job_due")

    op.drop_table("core_job")
    op.drop_table("core_tenant")
    op.drop_table("core_stored_answer")
    op.drop_table("core_setting")
    op.drop_table("core_role")
    op.drop_table("core_number_series")
    with op.batch_alter_table("core_login_counter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_login_counter_touched_at"))

    op.drop_table("core_login_counter")
    op.drop_table("core_id_counter")
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.drop_index("ix_core_file_record")

    op.drop_table("core_file")
    op.drop_table("core_external_key")
    op.drop_table("core_custom_field")
    op.drop_table("core_audit_head")
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.drop_index("ix_core_audit_record")

    op.drop_table("core_audit")
    with op.batch_alter_table("core_approval", schema=None) as batch_op:
        batch_op.drop_index("ix_core_approval_record")

    op.drop_table("core_approval")
    stop_ids()
