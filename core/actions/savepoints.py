"""Work that is taken back within its unit: always, for what it says of itself, or when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.actions.journal import Journal
from core.db.faults import problem_of
from core.db.ids import forget_spare

if TYPE_CHECKING:
    from core.actions.context import Context


@contextmanager
def taken_back(ctx: Context) -> Iterator[None]:
    """Do work for what it says of itself, and take it back."""
    with _savepoint(ctx, keep=False):
        yield


@contextmanager
def attempt(ctx: Context) -> Iterator[None]:
    """Do work that leaves nothing behind when it raises; within it the journal holds this work alone."""
    with _savepoint(ctx, keep=True):
        yield


@contextmanager
def _savepoint(ctx: Context, *, keep: bool) -> Iterator[None]:
    ctx.db.flush()
    journal, jobs, after, undo = ctx.journal, len(ctx.jobs), len(ctx._after), len(ctx._undo)
    savepoint = ctx.db.begin_nested()
    done = False
    try:
        ctx.db.info["journal"] = Journal()
        yield
        ctx.db.settle()
        done = keep
    except Exception as error:
        # What the database says is told as what it means, for its own words mean nothing outside.
        if (problem := problem_of(error)) is not None:
            raise problem from error
        raise
    finally:
        own, ctx.db.info["journal"] = ctx.journal, journal
        if done:
            savepoint.commit()
            for (table, record_id), change in own.changes.items():
                journal.note(own.models[table], record_id, change["verb"], change["fields"], change["parent"])
        else:
            savepoint.rollback()
            ctx.db.expire_all()
            # The ids that the savepoint took are free again.
            forget_spare(ctx.db)
            for function in ctx._undo[undo:]:
                function()
            del ctx.jobs[jobs:], ctx._after[after:], ctx._undo[undo:]
