"""The import road: rows found again by natural key, checked together, created or changed through the actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import marshmallow as ma
import sqlalchemy as sa

from core.actions import crud
from core.actions.comparing import CHUNK, Row, changes, extensions_before, lines_before
from core.actions.run import Call, check_reach, find_action, run_checked
from core.actions.savepoints import attempt, taken_back
from core.errors import Invalid, Problem
from core.plugins.declarations import Resource
from core.resources.kinds import CleanText
from core.resources.labels import ids_by_label
from core.resources.schemas import check_body, schema_field
from core.resources.shape import Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context

TEXT = CleanText(multiline=True)
Numbered = tuple[int, Row]


@dataclass
class Loaded:
    """What an import did or, as a dry run, would do; errors by row number and field."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    ids: list[int | None] = field(default_factory=list)
    errors: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON body."""
        errors = [{"row": row, "errors": texts} for row, texts in sorted(self.errors.items())]
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged, "errors": errors}


def load_rows(
    ctx: Context, resource: Resource, rows: Sequence[Mapping[str, Any]], *, dry_run: bool = False, mode: str = "upsert",
    trusted: bool = True, numbers: Sequence[int] = (),
) -> Loaded:  # fmt: skip
    """Create or change a record for each row; rows whose record is already so are left alone.

    `mode` is upsert, create (known keys are errors) or update (unknown keys are errors). Everything is checked
    before anything is written: Invalid names every wrong cell as `rows.<n>.<field>`, unless it is a dry run, which
    does all of it, tells what it found and takes it back. What is not `trusted` keeps to the fields and records that
    the actor may see. `numbers` are the rows' own, as their file counts them; without them the first row is 1.
    """
    shape = ctx.kernel.shape(ctx, resource) if trusted else ctx.shape(resource)
    errors: dict[int, dict[str, list[str]]] = {}
    numbered = list(zip(numbers or range(1, len(rows) + 1), map(dict, rows), strict=True))
    given = _with_references(ctx, shape, numbered, errors)
    ctx.progress(10)
    reach = [] if trusted else [*ctx.restriction(resource, "import"), *ctx.restriction(resource, "read")]
    known = _known_records(ctx, shape, [row for _, row in given], reach)
    ctx.progress(20)
    checked = _checked(shape, given, known, errors, mode)
    _check_references(ctx, shape, checked, errors)
    ctx.progress(50)
    result = Loaded(errors=errors)
    if not errors:
        (_rehearse if dry_run else _store)(ctx, shape, checked, result)
        if not trusted and not dry_run:
            check_reach(ctx, resource, "import", [identity for identity in result.ids if identity is not None])
    if errors and not dry_run:
        raise Invalid({f"rows.{n}.{name}": texts for n, found in sorted(errors.items())
                       for name, texts in found.items()},
                      f"{len(errors)} of {len(rows)} rows cannot be taken; nothing was stored.")  # fmt: skip
    return result


def key_of(shape: Shape, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the natural key in a row, None where it has none."""
    names = [shape.resolve(name) for name in shape.resource.natural_key]
    key = tuple(row.get(name) for name in names)
    return key if names and all(part not in (None, "") for part in key) else None


def _with_references(
    ctx: Context, shape: Shape, rows: list[Numbered], errors: dict[int, dict[str, list[str]]]
) -> list[Numbered]:
    """Replace the names of referred records by their ids; one query per referred column."""
    _resolve(ctx, shape.fields, shape.model, [(number, "", row) for number, row in rows], errors)
    for name, line in shape.lines.items():
        parts = [
            (number, f"{name}.{index}.", part)
            for number, row in rows
            for index, part in enumerate(_lines_in(row, name))
            if isinstance(part, dict)
        ]
        _resolve(ctx, line.fields, line.model, parts, errors)
    return rows


def _resolve(
    ctx: Context, fields: Mapping[str, Any], owner: Any, parts: list[tuple[int, str, Row]],
    errors: dict[int, dict[str, list[str]]],
) -> None:  # fmt: skip
    for item in fields.values():
        if item.reference is None:
            continue
        short = item.name.removesuffix("_id")
        named = [(number, at, row, row.pop(short)) for number, at, row in parts if short in row]
        texts = {text: _clean(text) for text in {str(value) for *_, value in named if value not in (None, "")}}
        target = target_of(item, owner)
        resource = ctx.registry.resource_of_model.get(target)
        names = (resource.natural_key or resource.label) if resource else ()
        names = tuple(name for name in names if name in target.__table__.c)
        wanted = {text for text in texts.values() if text}
        found = ids_by_label(ctx.db, ctx.tenant.id, target, names, wanted) if wanted else {}
        for number, at, row, value in named:
            if value in (None, ""):
                row[item.name] = None
            elif (known := found.get(texts[str(value)])) is not None:
                row[item.name] = known
            else:
                text = f"There is no {item.label.lower()} {str(value)[:80]!r}."
                errors.setdefault(number, {})[f"{at}{short}"] = [text]


def _lines_in(row: Row, name: str) -> list[Any]:
    found = row.get(name)
    return found if isinstance(found, list) else []


def _clean(name: str) -> str:
    """Return a name as records keep it, nothing where it cannot be one."""
    try:
        return str(TEXT.deserialize(name))
    except ma.ValidationError:
        return ""


def _known_records(ctx: Context, shape: Shape, rows: list[Row], reach: list[Any]) -> dict[tuple[Any, ...], Any]:
    names = [shape.resolve(name) for name in shape.resource.natural_key]
    keys = list(dict.fromkeys(key for row in rows if (key := _typed_key(shape, names, row)) is not None))
    columns = [getattr(shape.model, name) for name in names]
    found: dict[tuple[Any, ...], Any] = {}
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        for record in ctx.all(sa.select(shape.model).where(ctx.among(columns, part), *reach)):
            found[tuple(getattr(record, name) for name in names)] = record
    return found


def _typed_key(shape: Shape, names: list[str], row: Row) -> tuple[Any, ...] | None:
    if key_of(shape, row) is None:
        return None
    try:
        return tuple(
            shape.memo(("key", name), lambda name=name: schema_field(shape.fields[name], partial=True)).deserialize(
                row[name]
            )
            for name in names
        )
    except ma.ValidationError:
        return None


def _checked(
    shape: Shape, rows: list[Numbered], known: Mapping[tuple[Any, ...], Any], errors: dict[int, dict[str, list[str]]],
    mode: str,
) -> list[tuple[int, Any, Row]]:  # fmt: skip
    names = [shape.resolve(name) for name in shape.resource.natural_key]
    seen: dict[tuple[Any, ...], int] = {}
    checked = []
    for number, row in rows:
        key = _typed_key(shape, names, row)
        record = known.get(key) if key is not None else None
        problem = _key_problem(shape, key, record, seen, mode)
        if key is not None:
            seen.setdefault(key, number)
        if problem:
            errors.setdefault(number, {})[names[0] if names else "row"] = [problem]
            continue
        try:
            checked.append((number, record, check_body(shape, row, partial=record is not None)))
        except Invalid as error:
            found = errors.setdefault(number, {})
            # A reference that was not found is not missing as well.
            found.update({n: texts for n, texts in error.errors.items() if n.removesuffix("_id") not in found})
    return checked


def _key_problem(shape: Shape, key: Any, record: Any, seen: Mapping[Any, int], mode: str) -> str:
    if key is not None and key in seen:
        return f"Row {seen[key]} has the same key."
    if mode == "create" and record is not None:
        return "A record with this key exists."
    if mode == "update" and record is None:
        return f"There is no {shape.resource.singular.lower()} with this key."
    return ""


def _check_references(
    ctx: Context, shape: Shape, checked: list[tuple[int, Any, Row]], errors: dict[int, dict[str, list[str]]]
) -> None:
    try:
        crud.check_references(ctx, shape, [values for _, _, values in checked])
    except Invalid as error:
        for name, texts in error.errors.items():
            index, _, rest = name.partition(".") if len(checked) > 1 else ("0", "", name)
            errors.setdefault(checked[int(index)][0], {})[rest] = texts


def _store(ctx: Context, shape: Shape, checked: list[tuple[int, Any, Row]], result: Loaded) -> None:
    known = [record for _, record, _ in checked if record is not None]
    rows_before = lines_before(ctx, shape, known)
    extensions = extensions_before(ctx, shape, known, rows_before)
    made = iter(_make(ctx, shape, [(number, values) for number, record, values in checked if record is None], result))
    if result.errors:
        return
    coming: list[tuple[int, int, Row]] = []
    for number, record, values in checked:
        if record is None:
            result.created += 1
            result.ids.append(next(made))
            continue
        changed = changes(shape, record, values, rows_before, extensions)
        result.ids.append(record.id)
        result.updated += bool(changed)
        result.unchanged += not changed
        if changed:
            coming.append((number, record.id, changed))
    for start in range(0, len(coming), CHUNK):
        ctx.progress(80 + 20 * start // len(coming))
        _change(ctx, shape, coming[start : start + CHUNK], result)


def _change(ctx: Context, shape: Shape, rows: list[tuple[int, int, Row]], result: Loaded) -> None:
    """Change records together; where something stands against it, one by one, so that every row is told its fault."""
    update = find_action(ctx, f"{shape.resource.key}.update")
    together = Call(update, [row[1] for row in rows], rows=[row[2] for row in rows])
    if not result.errors and _changed(ctx, together):
        return
    for number, record_id, changed in rows:
        with _row_named(number, result):
            run_checked(ctx, Call(update, [record_id], changed))


def _changed(ctx: Context, call: Call) -> bool:
    try:
        with attempt(ctx):
            run_checked(ctx, call)
    except Problem:
        return False
    return True


def _make(ctx: Context, shape: Shape, rows: list[tuple[int, Row]], result: Loaded) -> list[int]:
    if not rows:
        return []
    create = find_action(ctx, f"{shape.resource.key}.create")
    try:
        return run_checked(ctx, Call(create, arguments=[values for _, values in rows])).ids
    except Invalid as error:
        for name, texts in error.errors.items():
            index, dot, rest = name.partition(".")
            many = len(rows) > 1 and dot and index.isdigit()
            number, name = (rows[int(index)][0], rest) if many else (rows[0][0], name)
            result.errors.setdefault(number, {})[name] = texts
        return []


@contextmanager
def _row_named(number: int, result: Loaded) -> Iterator[None]:
    """Note what a rule finds wrong with one row and go on, so that all faults are told at once."""
    try:
        yield
    except Invalid as error:
        result.errors.setdefault(number, {}).update(error.errors)


def _rehearse(ctx: Context, shape: Shape, checked: list[tuple[int, Any, Row]], result: Loaded) -> None:
    """Do all of an import and take it back, so that a dry run knows what rules and the database say, too."""
    try:
        with taken_back(ctx):
            _store(ctx, shape, checked, result)
    except Problem as problem:
        result.errors.setdefault(problem.extra.get("row", 0), {})["row"] = [problem.detail]
    result.ids = []


def rows_of_table(
    shape: Shape, header: list[str], cells: list[list[Any]], mapping: dict[str, str]
) -> list[dict[str, Any]]:
    """Return rows by field name; columns are matched by mapping, name or label, unknown ones are refused by name."""
    names: list[str | None] = []
    unknown = []
    titles = {item.label.lower(): item.name for item in shape.fields.values()}
    for title in header:
        wanted = mapping.get(title, title)
        name = _field_name(shape, titles, wanted)
        if name is None and wanted:
            unknown.append(title)
        names.append(name)
    refuse_twice(names)
    if unknown:
        said = ", ".join(repr(title[:60]) for title in unknown[:10])
        raise Invalid({"mapping": [f"No field for the columns {said}; map them to a field or to nothing."]})
    readonly = {name for name, item in shape.fields.items() if item.readonly}
    used = [(index, name) for index, name in enumerate(names) if name and name not in readonly]
    blank = {name for _, name in used if not _keeps_blank(shape, name)}
    return [
        {
            name: _typed(row[index])
            for index, name in used
            if index < len(row) and not (row[index] == "" and name in blank)
        }
        for row in cells
    ]


def refuse_twice(names: Sequence[str | None]) -> None:
    """Refuse a table of which more than one column goes into the same field."""
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise Invalid({"mapping": [f"More than one column is {twice[0]}; keep one of them."]})


def _field_name(shape: Shape, titles: dict[str, str], wanted: str) -> str | None:
    if not wanted:
        return None
    if wanted in shape.fields:
        return wanted
    if f"{wanted}_id" in shape.fields:
        return wanted
    found = titles.get(wanted.strip().lower())
    if found is not None and shape.fields[found].reference is not None:
        return found.removesuffix("_id")
    return found


def _keeps_blank(shape: Shape, name: str) -> bool:
    item = shape.fields.get(name)
    return item is not None and item.kind.name in ("text", "long_text") and not item.optional


def _typed(value: Any) -> Any:
    return value if isinstance(value, (str, bool)) or value is None else str(value)


def without_derived(shape: Shape, row: Row) -> Row:
    """Leave out what an export shows and nobody writes: labels of references and read-only fields."""
    shown = {item.label_name for item in shape.references}
    derived = {*shown, *(name for name, item in shape.fields.items() if item.readonly)}
    return {name: value for name, value in row.items() if name not in derived}
