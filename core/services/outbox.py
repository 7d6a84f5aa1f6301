"""The outbox: jobs are rows written in the transaction that asks for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.session import KernelSession
from core.services.models import Job


def enqueue(
    db: KernelSession,
    tenant_id: int,
    key: str,
    arguments: dict[str, Any],
    *,
    user_id: int | None = None,
    run_at: datetime | None = None,
    effect_key: str | None = None,
    request_id: str = "",
) -> int | None:
    """Write a job row and return its id; None when a job with the same effect key was asked for before."""
    if effect_key is not None:
        known = sa.select(Job.id).where(Job.tenant_id == tenant_id, Job.effect_key == effect_key)
        if db.execute(known).first() is not None:
            return None
    job = Job(tenant_id=tenant_id, key=key, arguments=arguments, user_id=user_id, effect_key=effect_key,
              run_at=run_at or db.now(), request_id=request_id)  # fmt: skip
    db.add(job)
    db.flush()
    return job.id
