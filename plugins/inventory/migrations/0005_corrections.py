"""Adjustments and counts."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "inventory_0005"
down_revision = "inventory_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventory_adjustment",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("adjustment_type", sa.String(40), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("total_value", types.Money(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "adjustment_type IN ('manual_addition', 'restock', 'returned', 'refunded', 'issue', 'use', 'sale', 'sample', 'tester', 'gift', 'supplier_return', 'spoil', 'trash', 'expired', 'damaged', 'quality_fail', 'shrinkage', 'obsolete', 'recount', 'cost_override')",
            name=op.f("ck_inventory_adjustment_adjustment_type"),
        ),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed')", name=op.f("ck_inventory_adjustment_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_adjustment_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_adjustment")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inventory_adjustment_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_inventory_adjustment_tenant_id_reference")),
    )
    op.create_index(
        op.f("ix_inventory_adjustment_tenant_id_location_id"),
        "inventory_adjustment",
        ["tenant_id", "location_id"],
        unique=False,
    )
    op.create_table(
        "inventory_adjustment_line",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adjustment_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_cost", types.UnitCost(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("lot_number", sa.String(length=60), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("value", types.Money(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_inventory_adjustment_line_quantity_not_negative")),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_inventory_adjustment_line_unit_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "adjustment_id"],
            ["inventory_adjustment.tenant_id", "inventory_adjustment.id"],
            name=op.f("fk_inventory_adjustment_line_tenant_id_adjustment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_adjustment_line_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_adjustment_line_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_adjustment_line_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_adjustment_line")),
    )
    op.create_index(
        op.f("ix_inventory_adjustment_line_tenant_id_adjustment_id"),
        "inventory_adjustment_line",
        ["tenant_id", "adjustment_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_adjustment_line_tenant_id_item_id"),
        "inventory_adjustment_line",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_adjustment_line_tenant_id_lot_id"),
        "inventory_adjustment_line",
        ["tenant_id", "lot_id"],
        unique=False,
    )
    op.create_table(
        "inventory_count",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("total_value", types.Money(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'counting', 'posted', 'cancelled')", name=op.f("ck_inventory_count_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_count_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_count")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inventory_count_tenant_id_number")),
    )
    op.create_index(
        op.f("ix_inventory_count_tenant_id_location_id"), "inventory_count", ["tenant_id", "location_id"], unique=False
    )
    op.create_table(
        "inventory_count_line",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("system_quantity", types.Quantity(), nullable=True),
        sa.Column("counted_quantity", types.Quantity(), nullable=True),
        sa.Column("difference", types.Quantity(), nullable=True),
        sa.Column("value", types.Money(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("counted_quantity >= 0", name=op.f("ck_inventory_count_line_counted_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "count_id"],
            ["inventory_count.tenant_id", "inventory_count.id"],
            name=op.f("fk_inventory_count_line_tenant_id_count_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_count_line_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_count_line_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_count_line")),
    )
    op.create_index(
        op.f("ix_inventory_count_line_tenant_id_count_id"),
        "inventory_count_line",
        ["tenant_id", "count_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_count_line_tenant_id_item_id"),
        "inventory_count_line",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_count_line_tenant_id_lot_id"), "inventory_count_line", ["tenant_id", "lot_id"], unique=False
    )
    protect("inventory_adjustment", "inventory_adjustment_line", "inventory_count", "inventory_count_line")


def downgrade() -> None:
    op.drop_table("inventory_count_line")
    op.drop_table("inventory_count")
    op.drop_table("inventory_adjustment_line")
    op.drop_table("inventory_adjustment")
