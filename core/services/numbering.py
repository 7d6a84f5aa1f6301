"""Document numbers: a counter row per tenant and series, locked until the operation commits, so never given twice."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.db.door import WallError
from core.db.session import TenantSession
from core.db.statements.prepared import Prepared
from core.services.models import NumberSeries

_SERIES: Any = NumberSeries.__table__
_COUNT_ON = Prepared(
    sa.update(_SERIES)
    .where(_SERIES.c.tenant_id == sa.bindparam("own_tenant"), _SERIES.c.series == sa.bindparam("own_series"))
    .values(next=_SERIES.c.next + sa.bindparam("count", type_=sa.BigInteger))
    .returning(_SERIES.c.next)
)


def next_number(db: TenantSession, series: str, count: int = 1) -> int:
    """Return the first of `count` following numbers of a series; a rolled-back operation leaves no gap."""
    if db.readonly:
        raise WallError("This unit is read-only.")
    question = _COUNT_ON, {"own_tenant": db.tenant_id, "own_series": series, "count": count}
    [(rows, _)] = db.look_up(question)
    if not rows:
        _open_series(db, series)
        [(rows, _)] = db.look_up(question)
    return int(rows[0][0]) - count


def _open_series(db: TenantSession, series: str) -> None:
    row = {"tenant_id": db.tenant_id, "id": db.take_ids(1)[0], "series": series, "next": 1}
    table = NumberSeries.__table__
    if db.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        # Two first users of a series at once: the second waits here and then counts on.
        statement = insert(table).values(row).on_conflict_do_nothing()  # type: ignore[arg-type]
        db.execute(statement, execution_options={"unscoped": "stamped row"})
        return
    db.execute(sa.insert(table), row, execution_options={"unscoped": "stamped row"})  # type: ignore[arg-type]
