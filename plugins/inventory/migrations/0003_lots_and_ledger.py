"""Lots, the append-only ledger, balances and reservations."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "inventory_0003"
down_revision = "inventory_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventory_lot",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("supplier_lot", sa.String(length=60), nullable=True),
        sa.Column("supplier_name", sa.String(length=120), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("unit_cost", types.UnitCost(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("state_reason", sa.String(length=200), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('available', 'quarantine', 'expired', 'recalled')", name=op.f("ck_inventory_lot_state")
        ),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_inventory_lot_unit_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_lot_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_lot")),
        sa.UniqueConstraint("tenant_id", "item_id", "number", name=op.f("uq_inventory_lot_tenant_id_item_id_number")),
    )
    op.create_index(
        op.f("ix_inventory_lot_tenant_id_expires_on"), "inventory_lot", ["tenant_id", "expires_on"], unique=False
    )
    op.create_index(op.f("ix_inventory_lot_tenant_id_item_id"), "inventory_lot", ["tenant_id", "item_id"], unique=False)
    op.create_table(
        "inventory_lot_link",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("input_lot_id", sa.BigInteger(), nullable=False),
        sa.Column("output_lot_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("document_kind", sa.String(length=60), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.CheckConstraint("input_lot_id <> output_lot_id", name=op.f("ck_inventory_lot_link_two_lots")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "input_lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_lot_link_tenant_id_input_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "output_lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_lot_link_tenant_id_output_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_lot_link")),
    )
    op.create_index(
        op.f("ix_inventory_lot_link_tenant_id_input_lot_id"),
        "inventory_lot_link",
        ["tenant_id", "input_lot_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_lot_link_tenant_id_output_lot_id"),
        "inventory_lot_link",
        ["tenant_id", "output_lot_id"],
        unique=False,
    )
    op.create_table(
        "inventory_move",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("move_type", sa.String(40), nullable=False),
        sa.Column("counterpart", sa.String(40), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_cost", types.UnitCost(), nullable=False),
        sa.Column("value", types.Money(), nullable=False),
        sa.Column("variance", types.Money(), nullable=False),
        sa.Column("entered_quantity", types.Quantity(), nullable=True),
        sa.Column("entered_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("document_kind", sa.String(length=60), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("document_number", sa.String(length=60), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.CheckConstraint(
            "counterpart IN ('supplier', 'customer', 'production', 'use', 'scrap', 'adjustment', 'opening', 'transit')",
            name=op.f("ck_inventory_move_counterpart"),
        ),
        sa.CheckConstraint(
            "move_type IN ('receipt', 'restock', 'opening', 'manual_addition', 'returned', 'refunded', 'finished_batch', 'transfer_in', 'transfer_out', 'batch', 'issue', 'use', 'sample', 'tester', 'gift', 'sale', 'supplier_return', 'spoil', 'trash', 'expired', 'damaged', 'quality_fail', 'shrinkage', 'obsolete', 'recount', 'cost_override', 'settlement')",
            name=op.f("ck_inventory_move_move_type"),
        ),
        sa.CheckConstraint(
            "quantity <> 0 OR move_type IN ('cost_override', 'settlement')",
            name=op.f("ck_inventory_move_quantity_not_zero"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entered_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_move_tenant_id_entered_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_move_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_move_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_move_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reverses_id"],
            ["inventory_move.tenant_id", "inventory_move.id"],
            name=op.f("fk_inventory_move_tenant_id_reverses_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_move")),
    )
    op.create_index(
        op.f("ix_inventory_move_tenant_id_document_kind_document_id"),
        "inventory_move",
        ["tenant_id", "document_kind", "document_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_move_tenant_id_item_id_business_date"),
        "inventory_move",
        ["tenant_id", "item_id", "business_date"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_move_tenant_id_location_id_business_date"),
        "inventory_move",
        ["tenant_id", "location_id", "business_date"],
        unique=False,
    )
    op.create_index(op.f("ix_inventory_move_tenant_id_lot_id"), "inventory_move", ["tenant_id", "lot_id"], unique=False)
    op.create_index(
        op.f("ix_inventory_move_tenant_id_reverses_id"), "inventory_move", ["tenant_id", "reverses_id"], unique=False
    )
    op.create_table(
        "inventory_stock",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("on_hand", types.Quantity(), nullable=False),
        sa.Column("reserved", types.Quantity(), nullable=False),
        sa.Column("value", types.Money(), nullable=False),
        sa.Column("below_zero", sa.Boolean(), nullable=False),
        sa.CheckConstraint("on_hand >= 0 OR below_zero", name=op.f("ck_inventory_stock_on_hand_not_negative")),
        sa.CheckConstraint(
            "reserved <= on_hand OR reserved = 0", name=op.f("ck_inventory_stock_reserved_within_on_hand")
        ),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_inventory_stock_reserved_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_stock_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_stock_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_stock_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_stock")),
        sa.UniqueConstraint(
            "tenant_id",
            "item_id",
            "location_id",
            "lot_id",
            name=op.f("uq_inventory_stock_tenant_id_item_id_location_id_lot_id"),
        ),
    )
    op.create_index(
        op.f("ix_inventory_stock_tenant_id_location_id"), "inventory_stock", ["tenant_id", "location_id"], unique=False
    )
    op.create_index(
        op.f("ix_inventory_stock_tenant_id_lot_id"), "inventory_stock", ["tenant_id", "lot_id"], unique=False
    )
    op.create_index(
        "uq_inventory_stock_without_lot",
        "inventory_stock",
        ["tenant_id", "item_id", "location_id"],
        unique=True,
        sqlite_where=sa.text("lot_id IS NULL"),
        postgresql_where=sa.text("lot_id IS NULL"),
    )
    op.create_table(
        "inventory_reservation",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("strength", sa.String(40), nullable=False),
        sa.Column("held", types.Quantity(), nullable=False),
        sa.Column("missing", types.Quantity(), nullable=False),
        sa.Column("customer_name", sa.String(length=120), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("expires_at", types.UTC(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("document_kind", sa.String(length=60), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'released', 'fulfilled', 'expired')", name=op.f("ck_inventory_reservation_state")
        ),
        sa.CheckConstraint("strength IN ('hard', 'soft')", name=op.f("ck_inventory_reservation_strength")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_inventory_reservation_held_not_negative")),
        sa.CheckConstraint("missing >= 0", name=op.f("ck_inventory_reservation_missing_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_reservation_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_reservation_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_reservation_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_reservation_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_reservation")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inventory_reservation_tenant_id_number")),
    )
    op.create_index(
        op.f("ix_inventory_reservation_tenant_id_document_kind_document_id"),
        "inventory_reservation",
        ["tenant_id", "document_kind", "document_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_reservation_tenant_id_item_id"),
        "inventory_reservation",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_reservation_tenant_id_location_id"),
        "inventory_reservation",
        ["tenant_id", "location_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_reservation_tenant_id_state_expires_at"),
        "inventory_reservation",
        ["tenant_id", "state", "expires_at"],
        unique=False,
    )
    op.create_table(
        "inventory_reservation_pick",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_cost", types.UnitCost(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_reservation_pick_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_reservation_pick_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_reservation_pick_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_reservation_pick_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reservation_id"],
            ["inventory_reservation.tenant_id", "inventory_reservation.id"],
            name=op.f("fk_inventory_reservation_pick_tenant_id_reservation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_reservation_pick")),
    )
    op.create_index(
        op.f("ix_inventory_reservation_pick_tenant_id_lot_id"),
        "inventory_reservation_pick",
        ["tenant_id", "lot_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_reservation_pick_tenant_id_reservation_id"),
        "inventory_reservation_pick",
        ["tenant_id", "reservation_id"],
        unique=False,
    )
    protect("inventory_lot", "inventory_stock", "inventory_reservation", "inventory_reservation_pick")
    protect("inventory_lot_link", "inventory_move", append_only=True)


def downgrade() -> None:
    op.drop_table("inventory_reservation_pick")
    op.drop_table("inventory_reservation")
    op.drop_table("inventory_stock")
    op.drop_table("inventory_move")
    op.drop_table("inventory_lot_link")
    op.drop_table("inventory_lot")
