"""Items are looked up by how their name begins."""

from alembic import op

revision = "inventory_0006"
down_revision = "inventory_0005"
branch_labels = None
depends_on = None

INDEX = "ix_inventory_item_tenant_id_name"


def upgrade() -> None:
    op.create_index(op.f(INDEX), "inventory_item", ["tenant_id", "name"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="inventory_item")
