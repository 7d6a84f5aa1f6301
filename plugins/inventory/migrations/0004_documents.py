"""Receipts, issues and transfers."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "inventory_0004"
down_revision = "inventory_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventory_receipt",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("receipt_type", sa.String(40), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("supplier_name", sa.String(length=120), nullable=False),
        sa.Column("supplier_reference", sa.String(length=60), nullable=True),
        sa.Column("invoice_number", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("total_value", types.Money(), nullable=True),
        sa.Column("import_digest", sa.String(length=64), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "receipt_type IN ('receipt', 'restock', 'opening', 'returned', 'refunded')",
            name=op.f("ck_inventory_receipt_receipt_type"),
        ),
        sa.CheckConstraint("state IN ('draft', 'posted', 'reversed')", name=op.f("ck_inventory_receipt_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_receipt_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_receipt")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inventory_receipt_tenant_id_number")),
    )
    op.create_index(
        op.f("ix_inventory_receipt_tenant_id_location_id"),
        "inventory_receipt",
        ["tenant_id", "location_id"],
        unique=False,
    )
    op.create_index(
        "uq_inventory_receipt_invoice",
        "inventory_receipt",
        ["tenant_id", "supplier_name", "invoice_number"],
        unique=True,
        sqlite_where=sa.text("invoice_number IS NOT NULL AND state <> 'reversed'"),
        postgresql_where=sa.text("invoice_number IS NOT NULL AND state <> 'reversed'"),
    )
    op.create_table(
        "inventory_receipt_line",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_cost", types.UnitCost(), nullable=True),
        sa.Column("lot_number", sa.String(length=60), nullable=True),
        sa.Column("supplier_lot", sa.String(length=60), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("value", types.Money(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_receipt_line_quantity_positive")),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_inventory_receipt_line_unit_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_receipt_line_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_receipt_line_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["inventory_receipt.tenant_id", "inventory_receipt.id"],
            name=op.f("fk_inventory_receipt_line_tenant_id_receipt_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_receipt_line_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_receipt_line")),
    )
    op.create_index(
        op.f("ix_inventory_receipt_line_tenant_id_item_id"),
        "inventory_receipt_line",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_receipt_line_tenant_id_receipt_id"),
        "inventory_receipt_line",
        ["tenant_id", "receipt_id"],
        unique=False,
    )
    op.create_table(
        "inventory_issue",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issue_type", sa.String(40), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("cost_centre", sa.String(length=60), nullable=True),
        sa.Column("customer_name", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("total_value", types.Money(), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "issue_type IN ('issue', 'use', 'sale', 'sample', 'tester', 'gift', 'supplier_return')",
            name=op.f("ck_inventory_issue_issue_type"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'pending_approval', 'posted', 'cancelled', 'reversed')",
            name=op.f("ck_inventory_issue_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_issue_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_issue")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inventory_issue_tenant_id_number")),
    )
    op.create_index(
        op.f("ix_inventory_issue_tenant_id_location_id"), "inventory_issue", ["tenant_id", "location_id"], unique=False
    )
    op.create_table(
        "inventory_issue_line",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_cost", types.UnitCost(), nullable=True),
        sa.Column("value", types.Money(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_issue_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "issue_id"],
            ["inventory_issue.tenant_id", "inventory_issue.id"],
            name=op.f("fk_inventory_issue_line_tenant_id_issue_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_issue_line_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_issue_line_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_issue_line_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_issue_line")),
    )
    op.create_index(
        op.f("ix_inventory_issue_line_tenant_id_issue_id"),
        "inventory_issue_line",
        ["tenant_id", "issue_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_issue_line_tenant_id_item_id"),
        "inventory_issue_line",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_issue_line_tenant_id_lot_id"), "inventory_issue_line", ["tenant_id", "lot_id"], unique=False
    )
    op.create_table(
        "inventory_transfer",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("from_location_id", sa.BigInteger(), nullable=False),
        sa.Column("to_location_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("total_value", types.Money(), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.String(length=200), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'pending_approval', 'completed', 'rejected', 'cancelled', 'reversed')",
            name=op.f("ck_inventory_transfer_state"),
        ),
        sa.CheckConstraint("from_location_id <> to_location_id", name=op.f("ck_inventory_transfer_two_locations")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_transfer_tenant_id_from_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_inventory_transfer_tenant_id_to_location_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_transfer")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inventory_transfer_tenant_id_number")),
    )
    op.create_index(
        op.f("ix_inventory_transfer_tenant_id_from_location_id"),
        "inventory_transfer",
        ["tenant_id", "from_location_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_transfer_tenant_id_to_location_id"),
        "inventory_transfer",
        ["tenant_id", "to_location_id"],
        unique=False,
    )
    op.create_table(
        "inventory_transfer_line",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("value", types.Money(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_inventory_transfer_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_inventory_transfer_line_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_inventory_transfer_line_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "transfer_id"],
            ["inventory_transfer.tenant_id", "inventory_transfer.id"],
            name=op.f("fk_inventory_transfer_line_tenant_id_transfer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_inventory_transfer_line_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inventory_transfer_line")),
    )
    op.create_index(
        op.f("ix_inventory_transfer_line_tenant_id_item_id"),
        "inventory_transfer_line",
        ["tenant_id", "item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_transfer_line_tenant_id_lot_id"),
        "inventory_transfer_line",
        ["tenant_id", "lot_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_transfer_line_tenant_id_transfer_id"),
        "inventory_transfer_line",
        ["tenant_id", "transfer_id"],
        unique=False,
    )
    protect(
        "inventory_receipt",
        "inventory_receipt_line",
        "inventory_issue",
        "inventory_issue_line",
        "inventory_transfer",
        "inventory_transfer_line",
    )


def downgrade() -> None:
    op.drop_table("inventory_transfer_line")
    op.drop_table("inventory_transfer")
    op.drop_table("inventory_issue_line")
    op.drop_table("inventory_issue")
    op.drop_table("inventory_receipt_line")
    op.drop_table("inventory_receipt")
