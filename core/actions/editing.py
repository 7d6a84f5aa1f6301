"""Changing many records in one go: foreseen record by record, then all of them or none, each along the one road."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from core.actions.each import run_on_each
from core.actions.run import Call, find_action
from core.actions.savepoints import taken_back
from core.errors import Forbidden, Invalid, Problem, Refused, VersionMismatch
from core.plugins.declarations import Resource
from core.resources.labels import label_names, label_text
from core.resources.reading import LARGEST_PAGE, ListRequest, read_many, stream_rows
from core.resources.shape import Field, Shape

if TYPE_CHECKING:
    from core.actions.context import Context

MOST = 1000
CHUNK = 500
ADJUSTMENTS = ("add", "percent")
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
        items = [
            {"id": row.before["id"], "label": row.label, "refused": row.refused or None,
             "changes": {name: [row.before.get(name), row.after.get(name)] for name in row.fields}}
            for row in self.rows
        ]  # fmt: skip
        return {"dry_run": self.dry_run, "stamp": self.stamp, "changed": changed, "refused": refused,
                "unchanged": len(self.rows) - changed - refused, "items": items}  # fmt: skip


def edit_many(ctx: Context, resource: Resource, edit: Edit, *, dry_run: bool, stamp: str = "") -> EditedMany:
    """Change records, or tell what that would do and take it back.

    Refused names every record that cannot be changed, and nothing is then. VersionMismatch when a `stamp` is given and
    a record is not as it was when the stamp was made.
    """
    permission = f"{resource.key}.update"
    if not ctx.can(permission):
        raise Forbidden(f"You need the permission {permission}.", permission=permission)
    shape = ctx.shape(resource)
    _check_fields(shape, edit)
    names = _read_names(shape, edit)
    before = _read(ctx, shape, _ids(ctx, shape, edit), names)
    now = _stamp(before)
    if stamp and stamp != now:
        raise VersionMismatch("Some of the records were changed since the preview; look at it again.")
    refused: dict[int, str] = {}
    with taken_back(ctx) if dry_run else nullcontext():
        _change(ctx, resource, _plans(shape, edit, before, refused), refused)
        after = _read(ctx, shape, list(before), names)
    names = [*edit.values, *edit.adjust]
    rows = [_edited(shape, names, row, after[record_id], refused.get(record_id, "")) for record_id, row in
            before.items()]  # fmt: skip
    if refused and not dry_run:
        said = [{"id": row.before["id"], "label": row.label, "reason": row.refused} for row in rows if row.refused]
        raise Refused("EDIT_REFUSED", f"{len(refused)} of {len(rows)} records cannot be changed; nothing was.",
                      refused=said)  # fmt: skip
    return EditedMany(rows, now, dry_run)


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
        text = f"At most {MOST:,} records can be changed at once; narrow the filter, or import a file."
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
    number = Decimal(str(value))
    number = number + by if how == "add" else number * (100 + by) / 100
    places = 0 if item.kind.name == "integer" else getattr(item.type, "scale", 6)
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


def _change(ctx: Context, resource: Resource, plans: Mapping[int, Any], refused: dict[int, str]) -> None:
    shape, rows = ctx.shape(resource), list(plans.values())
    same = bool(rows) and all(values is rows[0] for values in rows)
    call = Call(find_action(ctx, f"{resource.key}.update"), list(plans), *([rows[0]] if same else ()))
    call.rows = () if same else rows
    refused |= {record_id: _said(shape, problem) for record_id, problem in run_on_each(ctx, call).items()}


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
