"""initial."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "bakery_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bakery_shelf",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["bakery_shelf.tenant_id", "bakery_shelf.id"],
            name=op.f("fk_bakery_shelf_tenant_id_parent_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bakery_shelf")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_bakery_shelf_tenant_id_name")),
    )
    with op.batch_alter_table("bakery_shelf", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bakery_shelf_tenant_id_parent_id"), ["tenant_id", "parent_id"], unique=False
        )

    op.create_table(
        "bakery_loaf",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("weight", types.Quantity(), nullable=True),
        sa.Column("baked_on", sa.Date(), nullable=True),
        sa.Column("is_sliced", sa.Boolean(), nullable=False),
        sa.Column("notes", types.Json, nullable=False),
        sa.Column("shelf_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("state IN ('dough', 'baked')", name=op.f("ck_bakery_loaf_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "shelf_id"],
            ["bakery_shelf.tenant_id", "bakery_shelf.id"],
            name=op.f("fk_bakery_loaf_tenant_id_shelf_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bakery_loaf")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_bakery_loaf_tenant_id_name")),
    )
    with op.batch_alter_table("bakery_loaf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bakery_loaf_tenant_id_shelf_id"), ["tenant_id", "shelf_id"], unique=False)

    op.create_table(
        "bakery_crumb",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("loaf_id", sa.BigInteger(), nullable=False),
        sa.Column("weight", types.Quantity(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "loaf_id"],
            ["bakery_loaf.tenant_id", "bakery_loaf.id"],
            name=op.f("fk_bakery_crumb_tenant_id_loaf_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bakery_crumb")),
    )
    with op.batch_alter_table("bakery_crumb", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bakery_crumb_tenant_id_loaf_id"), ["tenant_id", "loaf_id"], unique=False)

    protect("bakery_shelf", "bakery_loaf")
    protect("bakery_crumb", append_only=True)


def downgrade() -> None:
    with op.batch_alter_table("bakery_crumb", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bakery_crumb_tenant_id_loaf_id"))

    op.drop_table("bakery_crumb")
    with op.batch_alter_table("bakery_loaf", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bakery_loaf_tenant_id_shelf_id"))

    op.drop_table("bakery_loaf")
    with op.batch_alter_table("bakery_shelf", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bakery_shelf_tenant_id_parent_id"))

    op.drop_table("bakery_shelf")
