"""The audit trail: one entry per record and operation, written in its transaction, chained by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from core.actions.journal import Journal
from core.actions.models import AuditEntry, AuditHead
from core.db.statements.prepared import Prepared, Question, converted
from core.resources.kinds import dump_moment

if TYPE_CHECKING:
    from core.actions.context import Context

LONGEST_VALUE = 2000
HIDDEN = "•••"
_HEADS: Any = AuditHead.__table__
_HEAD = Prepared(
    sa.select(_HEADS.c.id, _HEADS.c.sequence, _HEADS.c.hash)
    .where(_HEADS.c.tenant_id == sa.bindparam("own_tenant"))
    .with_for_update()
)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def write_audit(ctx: Context) -> None:
    """Write the entries of everything the unit changed and move the end of the chain on."""
    entries = folded(ctx, ctx.journal)
    if not entries:
        return
    head = _locked_head(ctx)
    now = ctx.now()
    rows = []
    for entry in entries:
        head["sequence"] += 1
        row = {
            **entry, "sequence": head["sequence"], "user_id": ctx.actor.user_id, "username": ctx.actor.username,
            "request_id": ctx.actor.request_id, "previous_hash": head["hash"], "created_at": now,
        }  # fmt: skip
        row["hash"] = head["hash"] = digest(row, dump_moment(now))
        rows.append(row)
    ctx.db.insert_rows(AuditEntry, rows)
    ctx.db.update_rows(AuditHead, [head], sure=True)


def expect_audit(ctx: Context) -> None:
    """Lock the end of the chain along with what is read next: nothing more will be changed."""
    if ctx.journal.changes:
        ctx.db.ask_early(_question(ctx))


def digest(row: dict[str, Any], moment: str) -> str:
    """Return the SHA-256 over an entry and the hash before it."""
    names = ("sequence", "user_id", "username", "action", "resource", "record_id", "changes", "request_id",
             "previous_hash")  # fmt: skip
    text = _ENCODER.encode([moment, *(row[name] for name in names)])
    return hashlib.sha256(text.encode()).hexdigest()


def broken_links(ctx: Context) -> Iterable[str]:
    """Yield a sentence for every entry of the chain that does not follow from the one before it."""
    previous, expected = "", 1
    statement = sa.select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
    for entry in ctx.db.execute(statement).scalars():
        row = {column.name: getattr(entry, column.name) for column in AuditEntry.__table__.columns}
        if entry.sequence != expected:
            yield f"Audit entry {expected} is missing."
            expected = entry.sequence
        if entry.previous_hash != previous or digest(row, dump_moment(entry.created_at)) != entry.hash:
            yield f"Audit entry {entry.sequence} was changed after it was written."
        previous, expected = entry.hash, expected + 1
    head = ctx.db.execute(sa.select(AuditHead.sequence, AuditHead.hash)).first()
    if (head or (0, ""))[0] != expected - 1 or (head or (0, ""))[1] != previous:
        yield "The end of the audit chain is not its last entry."


def _locked_head(ctx: Context) -> dict[str, Any]:
    rows = converted(ctx.db.look_up(_question(ctx))[0])
    if not rows:
        ids = ctx.db.insert_rows(AuditHead, [{"id": ctx.tenant.id, "sequence": 0, "hash": ""}])
        return {"id": ids[0], "sequence": 0, "hash": ""}
    return dict(zip(("id", "sequence", "hash"), rows[0], strict=True))


def _question(ctx: Context) -> Question:
    return _HEAD, {"own_tenant": ctx.tenant.id}


def folded(ctx: Context, journal: Journal) -> list[dict[str, Any]]:
    """Return what a journal holds as entries of the trail, lines folded into the entry of their record."""
    roots: dict[tuple[str, int], dict[str, Any]] = {}
    for (table, record_id), change in journal.changes.items():
        parent = change["parent"]
        if parent is not None and parent[1] is not None:
            root = (parent[0].__tablename__, parent[1])
            entry = roots.setdefault(root, _entry(ctx, parent[0], parent[1]))
            entry["changes"].setdefault("lines", []).append(
                {"table": table, "id": record_id, "verb": change["verb"], **_told(journal.models[table], change)}
            )
            continue
        entry = roots.setdefault((table, record_id), _entry(ctx, journal.models[table], record_id))
        entry["changes"].update({"verb": change["verb"], **_told(journal.models[table], change)})
    return list(roots.values())


def _entry(ctx: Context, model: type[Any], record_id: int) -> dict[str, Any]:
    resource = ctx.registry.resource_of_model.get(model)
    return {
        "action": ctx.operation or "system", "resource": resource.key if resource else model.__tablename__,
        "record_id": record_id, "changes": {},
    }  # fmt: skip


def _told(model: type[Any], change: dict[str, Any]) -> dict[str, Any]:
    hidden = _hidden(cast(Any, model))
    told = {
        name: [plain_value(old), plain_value(new)] if name not in hidden else [old and HIDDEN, new and HIDDEN]
        for name, (old, new) in change["fields"].items()
    }
    return {"fields": told}


@cache
def _hidden(model: type[Any]) -> frozenset[str]:
    """Return the columns whose values never enter the trail."""
    columns = model.__table__.columns
    return frozenset(column.name for column in columns if column.name.endswith(("_hash", "secret", "token")))


def plain_value(value: Any) -> Any:
    """Return a value as the trail tells it."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, datetime):
        return dump_moment(value)
    if isinstance(value, (dict, list)):
        return json.loads(json.dumps(value, default=str))
    # The same number is told the same way, however it was written.
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
