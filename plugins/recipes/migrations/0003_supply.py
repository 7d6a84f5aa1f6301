"""Where batches take their goods from: allowed per recipe and batch, noted with every lot used."""

import sqlalchemy as sa
from alembic import op

from core.db.ddl import keep_append_only

revision = "recipes_0003"
down_revision = "recipes_0002"
branch_labels = None
depends_on = None

USAGE = "recipes_batch_usage"
REFERENCE = "fk_recipes_batch_usage_tenant_id_location_id"


def upgrade() -> None:
    for table in ("recipes_recipe", "recipes_batch"):
        op.add_column(table, sa.Column("supply", sa.String(40), nullable=True))
    with op.batch_alter_table(USAGE) as usage:
        usage.add_column(sa.Column("location_id", sa.BigInteger(), nullable=True))
        usage.create_foreign_key(
            op.f(REFERENCE), "inventory_location", ["tenant_id", "location_id"], ["tenant_id", "id"],
            ondelete="RESTRICT",
        )  # fmt: skip
    keep_append_only(USAGE)


def downgrade() -> None:
    with op.batch_alter_table(USAGE) as usage:
        usage.drop_constraint(op.f(REFERENCE), type_="foreignkey")
        usage.drop_column("location_id")
    keep_append_only(USAGE)
    for table in ("recipes_batch", "recipes_recipe"):
        op.drop_column(table, "supply")
