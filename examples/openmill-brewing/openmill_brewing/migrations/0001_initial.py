"""The tables of brewing: fields beside items, recipes and lines, and the files read."""

import sqlalchemy as sa
from alembic import op

from core.db import types
from core.db.ddl import protect

revision = "brewing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brewing_import",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UTC(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_brewing_import")),
    )
    op.create_table(
        "brewing_item",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ingredient", sa.String(40), nullable=True),
        sa.Column("form", sa.String(40), nullable=True),
        sa.Column("alpha_acid", types.Percent(), nullable=True),
        sa.Column("beta_acid", types.Percent(), nullable=True),
        sa.Column("hop_use", sa.String(40), nullable=True),
        sa.Column("colour", types.Factor(), nullable=True),
        sa.Column("extract_yield", types.Percent(), nullable=True),
        sa.Column("attenuation", types.Percent(), nullable=True),
        sa.Column("laboratory", sa.String(length=40), nullable=True),
        sa.Column("product_code", sa.String(length=40), nullable=True),
        sa.Column("min_temperature", types.Factor(), nullable=True),
        sa.Column("max_temperature", types.Factor(), nullable=True),
        sa.Column("origin", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "form IN ('pellet', 'plug', 'leaf', 'liquid', 'dry', 'slant', 'culture')", name=op.f("ck_brewing_item_form")
        ),
        sa.CheckConstraint("hop_use IN ('bittering', 'aroma', 'both')", name=op.f("ck_brewing_item_hop_use")),
        sa.CheckConstraint(
            "ingredient IN ('fermentable', 'hop', 'misc', 'yeast')", name=op.f("ck_brewing_item_ingredient")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["inventory_item.tenant_id", "inventory_item.id"],
            name=op.f("fk_brewing_item_tenant_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_brewing_item")),
    )
    op.create_table(
        "brewing_recipe",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_beer", sa.Boolean(), nullable=False),
        sa.Column("style", sa.String(length=120), nullable=True),
        sa.Column("original_gravity", types.Factor(), nullable=True),
        sa.Column("final_gravity", types.Factor(), nullable=True),
        sa.Column("efficiency", types.Percent(), nullable=True),
        sa.Column("boil_minutes", types.Factor(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["recipes_recipe.tenant_id", "recipes_recipe.id"],
            name=op.f("fk_brewing_recipe_tenant_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_brewing_recipe")),
    )
    op.create_table(
        "brewing_addition",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(40), nullable=True),
        sa.Column("minutes", types.Factor(), nullable=True),
        sa.Column("alpha_acid", types.Percent(), nullable=True),
        sa.CheckConstraint(
            "stage IN ('mash', 'boil', 'whirlpool', 'ferment', 'package')", name=op.f("ck_brewing_addition_stage")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"],
            ["recipes_ingredient.tenant_id", "recipes_ingredient.id"],
            name=op.f("fk_brewing_addition_tenant_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_brewing_addition")),
    )
    protect("brewing_item", "brewing_recipe", "brewing_addition")
    protect("brewing_import", append_only=True)


def downgrade() -> None:
    op.drop_table("brewing_addition")
    op.drop_table("brewing_recipe")
    op.drop_table("brewing_item")
    op.drop_table("brewing_import")
