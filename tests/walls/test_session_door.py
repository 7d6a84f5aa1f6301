"""The door of a tenant's session judges a statement by its structure, and remembers: it must not mix two up."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.actions.models import AuditEntry, StoredAnswer
from core.db.door import WallError

ENTRIES, ANSWERS = AuditEntry.__table__, StoredAnswer.__table__
OTHER = aliased(StoredAnswer, name="other")
OTHER_BARE = ANSWERS.alias("other")
PAIRS = {
    "column": (
        sa.select(AuditEntry.id, StoredAnswer.id).where(AuditEntry.id == StoredAnswer.id),
        sa.select(AuditEntry.id, ANSWERS.c.id).where(AuditEntry.id == ANSWERS.c.id),
    ),
    "join": (
        sa.select(AuditEntry.id).join(StoredAnswer, StoredAnswer.id == AuditEntry.id),
        sa.select(AuditEntry.id).join(ANSWERS, ANSWERS.c.id == AuditEntry.id),
    ),
    "subquery": (
        sa.select(AuditEntry.id).where(AuditEntry.id.in_(sa.select(StoredAnswer.id))),
        sa.select(AuditEntry.id).where(AuditEntry.id.in_(sa.select(ANSWERS.c.id))),
    ),
    "alias": (
        sa.select(AuditEntry.id, OTHER.id).where(AuditEntry.id == OTHER.id),
        sa.select(AuditEntry.id, OTHER_BARE.c.id).where(AuditEntry.id == OTHER_BARE.c.id),
    ),
    "count": (sa.select(sa.func.count(AuditEntry.id)), sa.select(sa.func.count(ENTRIES.c.id))),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_bare_table_is_refused_after_the_same_statement_of_models(unit, name):
    of_models, bare = PAIRS[name]
    for _ in range(2):
        with unit(readonly=True) as ctx:
            ctx.db.execute(of_models)
            with pytest.raises(WallError):
                ctx.db.execute(bare)


def test_statements_of_the_same_structure_are_refused_alike(unit):
    for number in (1, 2, 3):
        with unit(readonly=True) as ctx, pytest.raises(WallError, match="core_stored_answer"):
            ctx.db.execute(sa.select(AuditEntry.id).where(ANSWERS.c.status > number))


def test_plain_sql_is_refused_whatever_it_says(unit):
    with unit(readonly=True) as ctx:
        ctx.db.execute(sa.select(AuditEntry.id).where(AuditEntry.id > 0))
        for text in ("1 = 1", "2 = 2"):
            with pytest.raises(WallError):
                ctx.db.execute(sa.select(AuditEntry.id).where(sa.text(text)))
