"""Answers kept under idempotency keys: forgotten once nobody can still be asking again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.actions.models import StoredAnswer
from core.plugins.declare import job, schedule

KEPT = timedelta(days=30)


@job("kernel.forget_answers")
def forget_answers(ctx: Context) -> dict[str, int]:
    """Forget answers older than thirty days; their keys are free again."""
    old = sa.delete(StoredAnswer).where(StoredAnswer.created_at < ctx.now() - KEPT)
    done: Any = ctx.db.execute(old.execution_options(synchronize_session=False))
    return {"forgotten": int(done.rowcount)}


schedule("kernel.forget_answers.nightly", job="kernel.forget_answers", cron="45 3 * * *")
