"""Items with their conversions, locations with their members."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "inventory_0002"
down_revision = "inventory_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventory_item",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("barcode", sa.String(length=40), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("base_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("purchase_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("density", types.Factor(), nullable=True),
        sa.Column("capacity", types.Quantity(), nullable=True),
        sa.Column("capacity_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("costing", sa.String(40), nullable=False),
        sa.Column("standard_cost", types.UnitCost(), nullable=True),
        sa.Column("selling_price", types.Money(), nullable=True),
        sa.Column("reorder_point", types.Quantity(), nullable=True),
        sa.Column("minimum_stock", types.Quantity(), nullable=True),
        sa.Column("maximum_stock", types.Quantity(), nullable=True),
        sa.Column("safety_stock", types.Quantity(), nullable=True),
        sa.Column("preferred_supplier", sa.String(length=120), nullable=True),
        sa.Column("allow_negative", sa.Boolean(), nullable=False),
        sa.Column("lot_tracking", sa.String(40), nullable=False),
        sa.Column("is_perishable", sa.Boolean(), nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("family_id", sa.BigInteger(), nullable=True),
        sa.Column("variant", types.Json, nullable=False),
        sa.Column("material_id", sa.BigInteger(), nullable=True),
        sa.Column("colour_id", sa.BigInteger(), nullable=True),
        sa.Column("brand", sa.String(length=80), nullable=True),
        sa.Column("size_label", sa.String(length=40), nullable=True),
        sa.Column("attributes", types.Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "costing IN ('fifo', 'weighted_average', 'standard')", name=op.f("ck_inventory_item_costing")
        ),
        sa.CheckConstraint(
            "kind IN ('raw', 'packaging', 'component', 'finished', 'service', 'container', 'consumable')",
            name=op.f("ck_inventory_item_kind"),
        ),
        sa.CheckConstraint(
            "lot_tracking IN ('none', 'optional', 'required')", name=op.f("ck_inventory_item_lot_tracking")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_inventory_item_capacity_positive")),
        sa.CheckConstraint("density > 0", name=op.f("ck_inventory_item_density_positive")),
        sa.CheckConstraint("minimum_stock <= maximum_stock", name=op.f("ck_inventory_item_minimum_under_maximum")),
        sa.CheckConstraint("reorder_point >= 0", name=op.f("ck_inventory_item_reorder_point_not_negative")),
        sa.CheckConstraint("safety_stock >= 0", name=op.f("ck_inventory_item_safety_stock_not_negative")),
        sa.CheckConstraint("selling_price >= 0", name=op.f("ck_inventory_item_selling_price_not_negative")),
        sa.CheckConstraint("shelf_life_days > 0", name=op.f("ck_inventory_item_shelf_life_positive")),
        sa.CheckConstraint("standard_cost >= 0", name=op.f("ck_inventory_item_standard_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "base_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_item_tenant_id_base_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "capacity_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_item_tenant_id_capacity_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "category_id"],
            ["inventory_category.tenant_id", "inventory_category.id"],
            name=op.f("fk_inventory_item_tenant_id_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "colour_id"],
            ["inventory_colour.tenant_id", "inventory_colour.id"],
            name=op.f("fk_inventory_item_tenant_id_colour_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "family_id"],
            ["inventory_item_family.tenant_id", "inventory_item_family.id"],
            name=op.f("fk_inventory_item_tenant_id_family_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "material_id"],
            ["inventory_material.tenant_id", "inventory_material.id"],
            name=op.f("fk_inventory_item_tenant_id_material_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_item_tenant_id_purchase_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_item")),
        sa.UniqueConstraint("tenant_id", "barcode", name=op.f("uq_inventory_item_tenant_id_barcode")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_inventory_item_tenant_id_code")),
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_base_unit_id"), "inventory_item", ["tenant_id", "base_unit_id"], unique=False
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_capacity_unit_id"),
        "inventory_item",
        ["tenant_id", "capacity_unit_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_category_id"), "inventory_item", ["tenant_id", "category_id"], unique=False
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_colour_id"), "inventory_item", ["tenant_id", "colour_id"], unique=False
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_family_id"), "inventory_item", ["tenant_id", "family_id"], unique=False
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_material_id"), "inventory_item", ["tenant_id", "material_id"], unique=False
    )
    op.create_index(
        op.f("ix_inventory_item_tenant_id_purchase_unit_id"),
        "inventory_item",
        ["tenant_id", "purchase_unit_id"],
        unique=False,
    )
    op.create_table(
        "inventory_item_conversion",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("equal_quantity", types.Quantity(), nullable=False),
        sa.Column("equal_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("equal_quantity > 0", name=op.f("ck_inventory_item_conversion_equal_quantity_positive")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_item_conversion_quantity_positive")),
        sa.CheckConstraint("unit_id <> equal_unit_id", name=op.f("ck_inventory_item_conversion_two_units")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "equal_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_item_conversion_tenant_id_equal_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_item_conversion_tenant_id_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_item_conversion_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_item_conversion")),
        sa.UniqueConstraint(
            "tenant_id",
            "item_id",
            "unit_id",
            "equal_unit_id",
            name=op.f("uq_inventory_item_conversion_tenant_id_item_id_unit_id_equal_unit_id"),
        ),
    )
    op.create_index(
        op.f("ix_inventory_item_conversion_tenant_id_equal_unit_id"),
        "inventory_item_conversion",
        ["tenant_id", "equal_unit_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_item_conversion_tenant_id_item_id"),
        "inventory_item_conversion",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_item_conversion_tenant_id_unit_id"),
        "inventory_item_conversion",
        ["tenant_id", "unit_id"],
        unique=False,
    )
    op.create_table(
        "inventory_location",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("location_type", sa.String(40), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "location_type IN ('warehouse', 'store', 'kitchen', 'central', 'production', 'transit', 'supplier', 'customer', 'scrap', 'virtual')",
            name=op.f("ck_inventory_location_location_type"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_location_tenant_id_parent_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_location")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_inventory_location_tenant_id_code")),
    )
    op.create_index(
        op.f("ix_inventory_location_tenant_id_parent_id"),
        "inventory_location",
        ["tenant_id", "parent_id"],
        unique=False,
    )
    op.create_table(
        "inventory_location_member",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_location_member_tenant_id_location_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["core_member.tenant_id", "core_member.id"],
            name=op.f("fk_inventory_location_member_tenant_id_member_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_location_member")),
        sa.UniqueConstraint(
            "tenant_id",
            "location_id",
            "member_id",
            name=op.f("uq_inventory_location_member_tenant_id_location_id_member_id"),
        ),
    )
    op.create_index(
        op.f("ix_inventory_location_member_tenant_id_location_id"),
        "inventory_location_member",
        ["tenant_id", "location_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_location_member_tenant_id_member_id"),
        "inventory_location_member",
        ["tenant_id", "member_id"],
        unique=False,
    )
    protect("inventory_item", "inventory_item_conversion", "inventory_location", "inventory_location_member")


def downgrade() -> None:
    op.drop_table("inventory_location_member")
    op.drop_table("inventory_location")
    op.drop_table("inventory_item_conversion")
    op.drop_table("inventory_item")
