"""Recipes with their groups and lines."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "recipes_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recipes_group",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_group")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_recipes_group_tenant_id_name")),
        sa.UniqueConstraint("tenant_id", "prefix", name=op.f("uq_recipes_group_tenant_id_prefix")),
    )
    op.create_table(
        "recipes_recipe",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("label_prefix", sa.String(length=12), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("test_number", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("variation_of_id", sa.BigInteger(), nullable=True),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_type", sa.String(40), nullable=False),
        sa.Column("yield_qty", types.Quantity(), nullable=False),
        sa.Column("yield_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("yield_item_id", sa.BigInteger(), nullable=True),
        sa.Column("is_portioned", sa.Boolean(), nullable=False),
        sa.Column("portion_name", sa.String(length=40), nullable=True),
        sa.Column("portion_count", sa.Integer(), nullable=True),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint(
            "batch_type IN ('product', 'ingredient', 'untracked')", name=op.f("ck_recipes_recipe_batch_type")
        ),
        sa.CheckConstraint("kind IN ('master', 'variation', 'test')", name=op.f("ck_recipes_recipe_kind")),
        sa.CheckConstraint("state IN ('draft', 'active', 'archived')", name=op.f("ck_recipes_recipe_state")),
        sa.CheckConstraint("portion_count > 0", name=op.f("ck_recipes_recipe_portion_count_positive")),
        sa.CheckConstraint(
            "portion_count IS NOT NULL OR NOT is_portioned", name=op.f("ck_recipes_recipe_portions_counted")
        ),
        sa.CheckConstraint("shelf_life_days > 0", name=op.f("ck_recipes_recipe_shelf_life_positive")),
        sa.CheckConstraint("yield_qty > 0", name=op.f("ck_recipes_recipe_yield_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["recipes_group.tenant_id", "recipes_group.id"],
            name=op.f("fk_recipes_recipe_tenant_id_group_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_recipe_tenant_id_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "origin_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_recipe_tenant_id_origin_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variation_of_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_recipe_tenant_id_variation_of_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "yield_item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_recipe_tenant_id_yield_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "yield_unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_recipes_recipe_tenant_id_yield_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_recipe")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_recipes_recipe_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "label_prefix", name=op.f("uq_recipes_recipe_tenant_id_label_prefix")),
        sa.UniqueConstraint(
            "tenant_id",
            "line_id",
            "version_number",
            "test_number",
            name=op.f("uq_recipes_recipe_tenant_id_line_id_version_number_test_number"),
        ),
    )
    op.create_index("ix_recipes_recipe_tenant_id_group_id", "recipes_recipe", ["tenant_id", "group_id"], unique=False)
    op.create_index("ix_recipes_recipe_tenant_id_line_id", "recipes_recipe", ["tenant_id", "line_id"], unique=False)
    op.create_index("ix_recipes_recipe_tenant_id_origin_id", "recipes_recipe", ["tenant_id", "origin_id"], unique=False)
    op.create_index(
        "ix_recipes_recipe_tenant_id_variation_of_id", "recipes_recipe", ["tenant_id", "variation_of_id"], unique=False
    )
    op.create_index(
        "ix_recipes_recipe_tenant_id_yield_item_id", "recipes_recipe", ["tenant_id", "yield_item_id"], unique=False
    )
    op.create_index(
        "ix_recipes_recipe_tenant_id_yield_unit_id", "recipes_recipe", ["tenant_id", "yield_unit_id"], unique=False
    )
    op.create_table(
        "recipes_consumable",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_recipes_consumable_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_consumable_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recipe_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_consumable_tenant_id_recipe_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_recipes_consumable_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_consumable")),
    )
    op.create_index(
        "ix_recipes_consumable_tenant_id_item_id", "recipes_consumable", ["tenant_id", "item_id"], unique=False
    )
    op.create_index(
        "ix_recipes_consumable_tenant_id_recipe_id", "recipes_consumable", ["tenant_id", "recipe_id"], unique=False
    )
    op.create_index(
        "ix_recipes_consumable_tenant_id_unit_id", "recipes_consumable", ["tenant_id", "unit_id"], unique=False
    )
    op.create_table(
        "recipes_container",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_container_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_container_tenant_id_product_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recipe_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_container_tenant_id_recipe_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_container")),
        sa.UniqueConstraint(
            "tenant_id", "recipe_id", "item_id", name=op.f("uq_recipes_container_tenant_id_recipe_id_item_id")
        ),
    )
    op.create_index(
        "ix_recipes_container_tenant_id_item_id", "recipes_container", ["tenant_id", "item_id"], unique=False
    )
    op.create_index(
        "ix_recipes_container_tenant_id_product_id", "recipes_container", ["tenant_id", "product_id"], unique=False
    )
    op.create_index(
        "ix_recipes_container_tenant_id_recipe_id", "recipes_container", ["tenant_id", "recipe_id"], unique=False
    )
    op.create_table(
        "recipes_ingredient",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.Column("updated_at", types.UTC(), nullable=False),
        sa.Column("custom", types.Json, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_recipes_ingredient_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_recipes_ingredient_tenant_id_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recipe_id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_recipes_ingredient_tenant_id_recipe_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["inventory_unit.tenant_id", "inventory_unit.id"],
            name=op.f("fk_recipes_ingredient_tenant_id_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recipes_ingredient")),
    )
    op.create_index(
        "ix_recipes_ingredient_tenant_id_item_id", "recipes_ingredient", ["tenant_id", "item_id"], unique=False
    )
    op.create_index(
        "ix_recipes_ingredient_tenant_id_recipe_id", "recipes_ingredient", ["tenant_id", "recipe_id"], unique=False
    )
    op.create_index(
        "ix_recipes_ingredient_tenant_id_unit_id", "recipes_ingredient", ["tenant_id", "unit_id"], unique=False
    )
    protect("recipes_group", "recipes_recipe", "recipes_consumable", "recipes_container", "recipes_ingredient")


def downgrade() -> None:
    op.drop_table("recipes_ingredient")
    op.drop_table("recipes_container")
    op.drop_table("recipes_consumable")
    op.drop_table("recipes_recipe")
    op.drop_table("recipes_group")
