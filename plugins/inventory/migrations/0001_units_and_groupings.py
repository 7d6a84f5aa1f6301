"""Units of measure, and what items are grouped by."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "inventory_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventory_unit",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("unit_class", sa.String(40), nullable=False),
        sa.Column("numerator", types.Factor(), nullable=True),
        sa.Column("denominator", types.Factor(), nullable=True),
        sa.Column("is_standard", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "unit_class IN ('mass', 'volume', 'count', 'length', 'area', 'time')",
            name=op.f("ck_inventory_unit_unit_class"),
        ),
        sa.CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name=op.f("ck_inventory_unit_whole_ratio")),
        sa.CheckConstraint("denominator > 0", name=op.f("ck_inventory_unit_denominator_positive")),
        sa.CheckConstraint("numerator > 0", name=op.f("ck_inventory_unit_numerator_positive")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_unit")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_inventory_unit_tenant_id_code")),
    )
    op.create_table(
        "inventory_unit_mapping",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("equal_quantity", types.Quantity(), nullable=False),
        sa.Column("equal_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("equal_quantity > 0", name=op.f("ck_inventory_unit_mapping_equal_quantity_positive")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_unit_mapping_quantity_positive")),
        sa.CheckConstraint("unit_id <> equal_unit_id", name=op.f("ck_inventory_unit_mapping_two_units")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "equal_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_unit_mapping_tenant_id_equal_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_unit_mapping_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_unit_mapping")),
        sa.UniqueConstraint(
            "tenant_id",
            "unit_id",
            "equal_unit_id",
            name=op.f("uq_inventory_unit_mapping_tenant_id_unit_id_equal_unit_id"),
        ),
    )
    op.create_index(
        op.f("ix_inventory_unit_mapping_tenant_id_equal_unit_id"),
        "inventory_unit_mapping",
        ["tenant_id", "equal_unit_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_unit_mapping_tenant_id_unit_id"),
        "inventory_unit_mapping",
        ["tenant_id", "unit_id"],
        unique=False,
    )
    op.create_table(
        "inventory_category",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["inventory_category.tenant_id", "inventory_category.id"],
            name=op.f("fk_inventory_category_tenant_id_parent_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_category")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_inventory_category_tenant_id_name")),
    )
    op.create_index(
        op.f("ix_inventory_category_tenant_id_parent_id"),
        "inventory_category",
        ["tenant_id", "parent_id"],
        unique=False,
    )
    op.create_table(
        "inventory_item_family",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("brand", sa.String(length=80), nullable=True),
        sa.Column("attribute_names", types.Json, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_item_family")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_inventory_item_family_tenant_id_code")),
    )
    op.create_table(
        "inventory_material",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("density", types.Factor(), nullable=True),
        sa.Column("price_per_kg", types.Money(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("density > 0", name=op.f("ck_inventory_material_density_positive")),
        sa.CheckConstraint("price_per_kg >= 0", name=op.f("ck_inventory_material_price_not_negative")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_material")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_inventory_material_tenant_id_code")),
    )
    op.create_table(
        "inventory_colour",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hex", sa.String(length=7), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_colour")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_inventory_colour_tenant_id_code")),
    )
    protect(
        "inventory_unit",
        "inventory_unit_mapping",
        "inventory_category",
        "inventory_item_family",
        "inventory_material",
        "inventory_colour",
    )


def downgrade() -> None:
    op.drop_table("inventory_colour")
    op.drop_table("inventory_material")
    op.drop_table("inventory_item_family")
    op.drop_table("inventory_category")
    op.drop_table("inventory_unit_mapping")
    op.drop_table("inventory_unit")
