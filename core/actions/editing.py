"""Changing many records in one go: foreseen record by record, then all of them or none, each along the one road."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.actions.crud import check_references
from core.actions.each import run_on_each
from core.actions.run import Call, find_action
from core.actions.savepoints import taken_back
from core.errors import Forbidden, Invalid, NotFound, Problem, Refused, VersionMismatch
from core.plugins.declarations import Resource
from core.resources.labels import READ, label_names, label_text, labels
from core.resources.paging import join_extensions
from core.resources.reading import LARGEST_PAGE, ListRequest, conditions_of, read_many, stream_rows
from core.resources.schemas import check_body
from core.resources.shape import Field, Shape

if TYPE_CHECKING:
    from core.actions.context import Context

MOST = 1000
CHUNK = 500
ADJUSTMENTS = ("add", "percent")
# Enough for the product of any amount and any percentage that is taken.
DIGITS = 80
SINCE = "Somebody changed it since the preview."
GONE = "It was deleted since the preview."
ELSEWHERE = "It does not match any more."
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Edit:
    """What is asked: on which records, named or found, which fields get which values or are raised by how much."""

    ids: Sequence[int] = ()
    found: ListRequest | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    adjust: Mapping[str, tuple[str, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """A record before and after; `refused` says why it cannot be changed."""

    before: Row
    after: Row
    label: str
    fields: tuple[str, ...]
    refused: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of one record."""
        changes = {name: [self.before.get(name), self.after.get(name)] for name in self.fields}
        return {"id": self.before["id"], "label": self.label, "refused": self.refused or None, "changes": changes}


@dataclass(frozen=True)
class EditedMany:
    """What an edit did or would do; `stamp` stands for the records as they were, so that a preview holds or is told."""

    rows: list[Edited]
    stamp: str
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON body."""
        refused = sum(bool(row.refused) for row in self.rows)
        changed = sum(bool(row.fields) and not row.refused for row in self.rows)
        items = [row.as_dict() for row in self.rows]
        return {"dry_run": self.dry_run, "stamp": self.stamp, "changed": changed, "refused": refused,
                "unchanged": len(self.rows) - changed - refused, "items": items}  # fmt: skip


def edit_many(ctx: Context, resource: Resource, edit: Edit, *, dry_run: bool, stamp: str = "") -> EditedMany:
    """Change records, or tell what that would do and take it back.

    Refused names every record that cannot be changed, and nothing is then. VersionMismatch when a `stamp` is given and
    a record is not as it was when the stamp was made.
    """
    shape = check_edit(ctx, resource, edit)
    names = _read_names(shape, edit)
    before = _read(ctx, shape, _ids(ctx, shape, edit), names)
    now = _stamp(before)
    if stamp and stamp != now:
        raise VersionMismatch("Some of the records were changed since the preview; look at it again.")
    with taken_back(ctx) if dry_run else nullcontext():
        refused, after = _done(ctx, shape, edit, before, names)
    rows = _rows(shape, edit, before, after, refused)
    if refused and not dry_run:
        said = [{"id": row.before["id"], "label": row.label, "reason": row.refused} for row in rows if row.refused]
        raise Refused("EDIT_REFUSED", f"{len(refused)} of {len(rows)} records cannot be changed; nothing was.",
                      refused=said)  # fmt: skip
    return EditedMany(rows, now, dry_run)


def edit_part(ctx: Context, resource: Resource, edit: Edit, versions: Mapping[int, int]) -> list[Edited]:
    """Change those records that are as they were and still found, and name the others, in the order of the ids given.

    What stands against one record does not stand against another: each is changed or refused by itself.
    """
    shape = check_edit(ctx, resource, edit)
    names = _read_names(shape, edit)
    stays = _moved_on(ctx, shape, edit, versions)
    open_ids = [record_id for record_id in versions if record_id not in stays]
    before = _read(ctx, shape, open_ids, names) if open_ids else {}
    refused, after = _done(ctx, shape, edit, before, names, versions)
    rows = {row.before["id"]: row for row in _rows(shape, edit, before, after, refused)}
    called = labels(ctx.db, ctx.tenant.id, shape.model, resource, stays)
    for record_id, reason in stays.items():
        row = {"id": record_id}
        rows[record_id] = Edited(row, row, called.get(record_id) or f"#{record_id}", (), reason)
    return [rows[record_id] for record_id in versions]


def find_versions(ctx: Context, resource: Resource, edit: Edit, most: int) -> dict[int, int]:
    """Return the records that an edit names or finds, in the order of their ids, with their versions; one query.

    NotFound when one that it names is none that the person may see; Invalid for none at all or more than `most`.
    """
    shape = ctx.shape(resource)
    asked = edit.found if edit.found is not None else ListRequest()
    named = [resource.model.id.in_(edit.ids)] if edit.found is None else []
    found = _versions_where(ctx, shape, [*named, *conditions_of(ctx, shape, asked)], most + 1)
    if edit.found is None and (missing := sorted(set(edit.ids) - found.keys())):
        raise NotFound(f"There is no such {resource.singular.lower()}.", ids=missing[:MOST])
    if len(found) > most:
        raise Invalid({"where": [f"At most {most:,} records can be changed by one edit; narrow the filter."]})
    if not found:
        raise Invalid({"ids": ["Choose at least one record."]})
    return found


def _versions_where(
    ctx: Context, shape: Shape, conditions: Sequence[Any], most: int, *, lock: bool = False
) -> dict[int, int]:
    table = shape.table
    source = join_extensions(table, shape.fields.values())
    wanted = sa.select(table.c.id, table.c.version).select_from(source)
    wanted = wanted.where(table.c.tenant_id == ctx.tenant.id, *conditions).order_by(table.c.id).limit(most)
    wanted = wanted.with_for_update(of=table) if lock else wanted
    return {row.id: row.version for row in ctx.db.execute(wanted, execution_options=READ)}


def _moved_on(ctx: Context, shape: Shape, edit: Edit, versions: Mapping[int, int]) -> dict[int, str]:
    """Return why records are not what they were when they were found."""
    mine, most = [shape.table.c.id.in_(list(versions))], len(versions)
    asked = edit.found if edit.found is not None else ListRequest()
    # Locked first: what is found to be as it was stays so until it is changed.
    there = _versions_where(ctx, shape, mine, most, lock=True)
    found = _versions_where(ctx, shape, [*mine, *conditions_of(ctx, shape, asked)], most)
    reasons: dict[int, str] = {}
    for record_id, version in versions.items():
        if record_id not in there:
            reasons[record_id] = GONE
        elif there[record_id] != version:
            reasons[record_id] = SINCE
        elif record_id not in found:
            reasons[record_id] = ELSEWHERE
    return reasons


def _done(
    ctx: Context, shape: Shape, edit: Edit, before: Mapping[int, Row], names: Sequence[str],
    versions: Mapping[int, int] | None = None,
) -> tuple[dict[int, str], Mapping[int, Row]]:  # fmt: skip
    """Change records; returns why some were not, and what all of them are now."""
    refused: dict[int, str] = {}
    _change(ctx, shape, _plans(shape, edit, before, refused), refused, versions or {})
    return refused, _read(ctx, shape, list(before), names) if before else {}


def _rows(
    shape: Shape, edit: Edit, before: Mapping[int, Row], after: Mapping[int, Row], refused: Mapping[int, str]
) -> list[Edited]:
    names = [*edit.values, *edit.adjust]
    return [_edited(shape, names, row, after[record_id], refused.get(record_id, ""))
            for record_id, row in before.items()]  # fmt: skip


def check_edit(ctx: Context, resource: Resource, edit: Edit) -> Shape:
    """Return the shape of what is edited; Forbidden and Invalid for what would be wrong with every record."""
    permission = f"{resource.key}.update"
    if not ctx.can(permission):
        raise Forbidden(f"You need the permission {permission}.", permission=permission)
    shape = ctx.shape(resource)
    _check_fields(shape, edit)
    check_references(ctx, shape, [check_body(shape, edit.values, partial=True)])
    return shape


def _check_fields(shape: Shape, edit: Edit) -> None:
    errors: dict[str, list[str]] = {}
    for name in [*edit.values, *edit.adjust]:
        item = shape.fields.get(name)
        if item is None:
            errors[name] = ["There is no such field."]
        elif item.readonly:
            errors[name] = ["Is not written by people."]
        elif name in edit.adjust and not adjustable(item):
            errors[name] = ["Only numbers can be raised."]
        elif name in edit.adjust and name in edit.values:
            errors[name] = ["Give it a value or raise it, not both."]
    if errors or not (edit.values or edit.adjust):
        raise Invalid(errors or {"values": ["Name at least one field to change."]})


def adjustable(item: Field) -> bool:
    """Whether a field is an amount that can be raised."""
    return item.kind.sums


def _ids(ctx: Context, shape: Shape, edit: Edit) -> list[int]:
    ids = list(dict.fromkeys(edit.ids))
    if edit.found is not None:
        ids = []
        for part in stream_rows(ctx, shape, edit.found, LARGEST_PAGE):
            ids += [row["id"] for row in part]
            if len(ids) > MOST:
                break
    if len(ids) > MOST:
        text = f"At most {MOST:,} records can be changed at once; narrow the filter, or send it to /api/v1/edits."
        raise Invalid({"ids": [text]})
    if not ids:
        raise Invalid({"ids": ["Choose at least one record."]})
    return ids


def _read_names(shape: Shape, edit: Edit) -> list[str]:
    """Return the fields that tell what an edit does: those it changes with their units, and what records are called."""
    changed = [shape.fields[name] for name in (*edit.values, *edit.adjust)]
    called = label_names(shape.model, shape.resource)
    wanted = ["id", "version", *called, *(item.name for item in changed), *(f"{item.unit}_id" for item in changed)]
    return [name for name in dict.fromkeys(wanted) if name in shape.fields]


def _read(ctx: Context, shape: Shape, ids: Sequence[int], names: Sequence[str]) -> dict[int, Row]:
    return {row["id"]: row for part in _parts(ids) for row in read_many(ctx, shape, part, only=names)}


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _stamp(rows: Mapping[int, Row]) -> str:
    text = ",".join(f"{record_id}:{row.get('version')}" for record_id, row in sorted(rows.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plans(shape: Shape, edit: Edit, before: Mapping[int, Row], refused: dict[int, str]) -> dict[int, Any]:
    """Return the values that each record gets: the very same object where they are the same for all."""
    if not edit.adjust:
        return dict.fromkeys(before, edit.values)
    plans: dict[int, Any] = {}
    for record_id, row in before.items():
        raised = {name: _raised(shape.fields[name], row.get(name), *by) for name, by in edit.adjust.items()}
        if empty := [shape.fields[name].label for name, value in raised.items() if value is None]:
            refused[record_id] = f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty: nothing to raise."
        else:
            plans[record_id] = {**edit.values, **raised}
    return plans


def _raised(item: Field, value: Any, how: str, by: Decimal) -> str | None:
    if value is None:
        return None
    places = 0 if item.kind.name == "integer" else getattr(item.type, "scale", 6)
    with localcontext(prec=DIGITS):
        number = Decimal(str(value))
        number = number + by if how == "add" else number * (100 + by) / 100
        return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


def _change(
    ctx: Context, shape: Shape, plans: Mapping[int, Any], refused: dict[int, str], versions: Mapping[int, int]
) -> None:
    if not plans:
        return
    action, rows = find_action(ctx, f"{shape.resource.key}.update"), list(plans.values())
    same = all(values is rows[0] for values in rows)
    call = Call(action, list(plans), rows[0] if same else {}, versions, () if same else rows)
    for record_id, problem in run_on_each(ctx, call).items():
        refused[record_id] = SINCE if isinstance(problem, VersionMismatch) else _said(shape, problem)


def _said(shape: Shape, problem: Problem) -> str:
    said = (f"{shape.fields[name].label if name in shape.fields else name}: {' '.join(texts)}"
            for name, texts in problem.errors.items())  # fmt: skip
    return " ".join(said) or problem.detail


def _edited(shape: Shape, names: Sequence[str], before: Row, after: Row, refused: str) -> Edited:
    called = [name for name in label_names(shape.model, shape.resource) if name in shape.fields]
    told = [before.get(shape.fields[name].label_name if shape.fields[name].reference else name) for name in called]
    label = label_text(told) or f"#{before['id']}"
    changed = tuple(name for name in names if before.get(name) != after.get(name))
    return Edited(before, after, label, changed, refused)
