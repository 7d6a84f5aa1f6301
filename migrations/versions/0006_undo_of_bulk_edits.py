"""What takes an edit by jobs back, and what came of taking it back."""

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "kernel_0006"
down_revision = "kernel_0005"
branch_labels = None
depends_on = None

STATE = "ck_core_bulk_edit_state"
BEFORE = "state IN ('ready', 'running', 'done', 'cancelled')"
SINCE = "state IN ('ready', 'running', 'done', 'cancelled', 'undoing', 'undone')"


def upgrade() -> None:
    _allow(SINCE)
    with op.batch_alter_table("core_bulk_edit_part") as part:
        part.add_column(sa.Column("undo", types.Json, nullable=True))
        part.add_column(sa.Column("restored", sa.Integer(), nullable=False, server_default="0"))
        part.add_column(sa.Column("kept", types.Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("core_bulk_edit_part") as part:
        for name in ("restored", "kept"):
            part.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("core_bulk_edit_part") as part:
        for name in ("kept", "restored", "undo"):
            part.drop_column(name)
    _allow(BEFORE)


def _allow(states: str) -> None:
    with op.batch_alter_table("core_bulk_edit") as edit:
        edit.drop_constraint(op.f(STATE), type_="check")
        edit.create_check_constraint(op.f(STATE), states)
