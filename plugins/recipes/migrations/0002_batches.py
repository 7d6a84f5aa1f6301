"""Batches: what was planned, what went in, what came out, timers."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "recipes_0002"
down_revision = "recipes_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recipes_batch_plan",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("scale", types.Factor(), nullable=False),
        sa.Column("snapshot", types.Json, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recipe_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_batch_plan_tenant_id_recipe_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_batch_plan")),
    )
    op.create_index(
        "ix_recipes_batch_plan_tenant_id_recipe_id", "recipes_batch_plan", ["tenant_id", "recipe_id"], unique=False
    )
    op.create_table(
        "recipes_batch",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("scale", types.Factor(), nullable=False),
        sa.Column("batch_type", sa.String(40), nullable=True),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("yield_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("projected_qty", types.Quantity(), nullable=False),
        sa.Column("final_qty", types.Quantity(), nullable=True),
        sa.Column("portions_planned", sa.Integer(), nullable=True),
        sa.Column("portions_made", sa.Integer(), nullable=True),
        sa.Column("yield_accuracy", types.Dec(18, 4), nullable=True),
        sa.Column("fill_efficiency", types.Percent(), nullable=True),
        sa.Column("started_at", types.UTC(), nullable=True),
        sa.Column("ended_at", types.UTC(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("cost_method", sa.String(40), nullable=True),
        sa.Column("ingredient_cost", types.Money(), nullable=False),
        sa.Column("consumable_cost", types.Money(), nullable=False),
        sa.Column("container_cost", types.Money(), nullable=False),
        sa.Column("output_cost", types.Money(), nullable=False),
        sa.Column("expensed_cost", types.Money(), nullable=False),
        sa.Column("rounding_cost", types.Money(), nullable=False),
        sa.Column("valuation_cost", types.Money(), nullable=False),
        sa.Column("unit_cost", types.UnitCost(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "batch_type IN ('product', 'ingredient', 'untracked')", name=op.f("ck_recipes_batch_batch_type")
        ),
        sa.CheckConstraint("cost_method IN ('fifo', 'average')", name=op.f("ck_recipes_batch_cost_method")),
        sa.CheckConstraint("state = 'planned' OR label IS NOT NULL", name=op.f("ck_recipes_batch_started_has_label")),
        sa.CheckConstraint(
            "state IN ('planned', 'in_progress', 'finished', 'cancelled', 'failed')",
            name=op.f("ck_recipes_batch_state"),
        ),
        sa.CheckConstraint("final_qty > 0", name=op.f("ck_recipes_batch_final_positive")),
        sa.CheckConstraint("projected_qty > 0", name=op.f("ck_recipes_batch_projection_positive")),
        sa.CheckConstraint("scale > 0", name=op.f("ck_recipes_batch_scale_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["inventory_location.tenant_id", "inventory_location.id"],
            name=op.f("fk_recipes_batch_tenant_id_location_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["recipes_batch_plan.tenant_id", "recipes_batch_plan.id"],
            name=op.f("fk_recipes_batch_tenant_id_plan_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recipe_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_batch_tenant_id_recipe_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "yield_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_recipes_batch_tenant_id_yield_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_batch")),
        sa.UniqueConstraint("tenant_id", "label", name=op.f("uq_recipes_batch_tenant_id_label")),
    )
    op.create_index(
        "ix_recipes_batch_tenant_id_location_id", "recipes_batch", ["tenant_id", "location_id"], unique=False
    )
    op.create_index("ix_recipes_batch_tenant_id_plan_id", "recipes_batch", ["tenant_id", "plan_id"], unique=False)
    op.create_index("ix_recipes_batch_tenant_id_recipe_id", "recipes_batch", ["tenant_id", "recipe_id"], unique=False)
    op.create_index(
        "ix_recipes_batch_tenant_id_yield_unit_id", "recipes_batch", ["tenant_id", "yield_unit_id"], unique=False
    )
    op.create_table(
        "recipes_batch_line",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("base_qty", types.Quantity(), nullable=False),
        sa.Column("cost", types.Money(), nullable=False),
        sa.Column("average_cost", types.UnitCost(), nullable=True),
        sa.Column("is_extra", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("capacity", types.Quantity(), nullable=True),
        sa.Column("passed", sa.Integer(), nullable=True),
        sa.Column("broken", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "kind IN ('ingredient', 'consumable', 'container')", name=op.f("ck_recipes_batch_line_kind")
        ),
        sa.CheckConstraint("reason IN ('extra_yield', 'damaged', 'other')", name=op.f("ck_recipes_batch_line_reason")),
        sa.CheckConstraint("base_qty >= 0", name=op.f("ck_recipes_batch_line_base_not_negative")),
        sa.CheckConstraint("reason IS NOT NULL OR NOT is_extra", name=op.f("ck_recipes_batch_line_extra_has_reason")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["recipes_batch.tenant_id", "recipes_batch.id"],
            name=op.f("fk_recipes_batch_line_tenant_id_batch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_batch_line_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_recipes_batch_line_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_batch_line")),
    )
    op.create_index(
        "ix_recipes_batch_line_tenant_id_batch_id", "recipes_batch_line", ["tenant_id", "batch_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_line_tenant_id_item_id", "recipes_batch_line", ["tenant_id", "item_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_line_tenant_id_unit_id", "recipes_batch_line", ["tenant_id", "unit_id"], unique=False
    )
    op.create_table(
        "recipes_batch_output",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("container_id", sa.BigInteger(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_cost", types.UnitCost(), nullable=False),
        sa.Column("cost", types.Money(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('container', 'bulk', 'portion', 'intermediate')", name=op.f("ck_recipes_batch_output_kind")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["recipes_batch.tenant_id", "recipes_batch.id"],
            name=op.f("fk_recipes_batch_output_tenant_id_batch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "container_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_batch_output_tenant_id_container_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_batch_output_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_recipes_batch_output_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_batch_output")),
    )
    op.create_index(
        "ix_recipes_batch_output_tenant_id_batch_id", "recipes_batch_output", ["tenant_id", "batch_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_output_tenant_id_container_id",
        "recipes_batch_output",
        ["tenant_id", "container_id"],
        unique=False,
    )
    op.create_index(
        "ix_recipes_batch_output_tenant_id_item_id", "recipes_batch_output", ["tenant_id", "item_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_output_tenant_id_lot_id", "recipes_batch_output", ["tenant_id", "lot_id"], unique=False
    )
    op.create_table(
        "recipes_batch_timer",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("started_at", types.UTC(), nullable=False),
        sa.Column("ends_at", types.UTC(), nullable=False),
        sa.Column("stopped_at", types.UTC(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("state IN ('running', 'expired', 'stopped')", name=op.f("ck_recipes_batch_timer_state")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_recipes_batch_timer_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["recipes_batch.tenant_id", "recipes_batch.id"],
            name=op.f("fk_recipes_batch_timer_tenant_id_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_batch_timer")),
    )
    op.create_index(
        "ix_recipes_batch_timer_tenant_id_batch_id", "recipes_batch_timer", ["tenant_id", "batch_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_timer_tenant_id_ends_at", "recipes_batch_timer", ["tenant_id", "ends_at"], unique=False
    )
    op.create_table(
        "recipes_batch_usage",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_cost", types.UnitCost(), nullable=False),
        sa.Column("cost", types.Money(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["recipes_batch.tenant_id", "recipes_batch.id"],
            name=op.f("fk_recipes_batch_usage_tenant_id_batch_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["recipes_batch_line.tenant_id", "recipes_batch_line.id"],
            name=op.f("fk_recipes_batch_usage_tenant_id_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lot_id"],
            ["inventory_lot.tenant_id", "inventory_lot.id"],
            name=op.f("fk_recipes_batch_usage_tenant_id_lot_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reverses_id"],
            ["recipes_batch_usage.tenant_id", "recipes_batch_usage.id"],
            name=op.f("fk_recipes_batch_usage_tenant_id_reverses_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_batch_usage")),
    )
    op.create_index(
        "ix_recipes_batch_usage_tenant_id_batch_id", "recipes_batch_usage", ["tenant_id", "batch_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_usage_tenant_id_line_id", "recipes_batch_usage", ["tenant_id", "line_id"], unique=False
    )
    op.create_index(
        "ix_recipes_batch_usage_tenant_id_lot_id_batch_id",
        "recipes_batch_usage",
        ["tenant_id", "lot_id", "batch_id"],
        unique=False,
    )
    protect("recipes_batch", "recipes_batch_line", "recipes_batch_timer")
    protect("recipes_batch_plan", "recipes_batch_usage", "recipes_batch_output", append_only=True)


def downgrade() -> None:
    op.drop_table("recipes_batch_usage")
    op.drop_table("recipes_batch_timer")
    op.drop_table("recipes_batch_output")
    op.drop_table("recipes_batch_line")
    op.drop_table("recipes_batch")
    op.drop_table("recipes_batch_plan")
