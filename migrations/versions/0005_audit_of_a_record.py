"""The index by which a record's history is read tells its order, too."""

from alembic import op

revision = "kernel_0005"
down_revision = "kernel_0004"
branch_labels = None
depends_on = None

NAME = "ix_core_audit_record"
OF_RECORD = ["tenant_id", "resource", "record_id"]


def upgrade() -> None:
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.drop_index(NAME)
        batch_op.create_index(NAME, [*OF_RECORD, "sequence"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.drop_index(NAME)
        batch_op.create_index(NAME, OF_RECORD, unique=False)
