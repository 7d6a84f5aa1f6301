"""What the pages of an import show: its steps, its columns, its faults, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from core.actions.context import Context
from core.desk import imports as taking
from core.desk.import_columns import Target, column_of, field_label, missing, targets
from core.desk.models import FileImport
from core.desk.preferences import own_zone
from core.errors import Problem
from core.plugins.declarations import Resource
from core.resources.shape import Shape
from core.services.words import moment_text

ROWS_A_PAGE = 50
NOTHING_UNDONE: dict[str, Any] = {"deleted": 0, "restored": 0, "kept": [], "kept_count": 0}
MOST_LINKED = 100
STEPS = ("File", "Columns", "Check", "Import")
TONES = {"uploaded": "", "checked": "info", "running": "info", "done": "good", "failed": "bad", "undone": "warn"}
WORDS = {"uploaded": "Columns to choose", "checked": "Checked", "running": "At work", "done": "Imported",
         "failed": "Failed", "undone": "Taken back"}  # fmt: skip
PAGES = {"uploaded": "columns", "checked": "checked", "running": "running", "failed": "checked", "done": "done",
         "undone": "done"}  # fmt: skip


@dataclass(frozen=True)
class LastImport:
    """A line of the list of imports."""

    name: str
    url: str
    rows: int
    when: str
    label: str
    tone: str
    told: str


@dataclass(frozen=True)
class ColumnRow:
    """A column of the file with the field it is taken into."""

    title: str
    samples: list[str]
    field: str
    fault: str


@dataclass(frozen=True)
class FaultyCell:
    """A value of a faulty row; its fault, where it has one."""

    text: str
    fault: str


@dataclass(frozen=True)
class FaultyRow:
    """A row that cannot be taken."""

    number: int
    cells: list[FaultyCell]
    reasons: list[str]


@dataclass
class ImportView:
    """An import at its step."""

    page: str
    rows_text: str
    url: str
    back_url: str
    list_url: str
    name: str
    title: str
    singular: str
    state: str
    word: str
    tone: str
    step: int
    steps: tuple[str, ...]
    rows: int
    mode: str
    progress: int
    doing: str
    problem: str
    counts: Mapping[str, int]
    faulty: int
    columns: list[ColumnRow] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    natural_key: str = ""
    twin_url: str = ""
    twin_when: str = ""
    header: list[str] = field(default_factory=list)
    faults: list[FaultyRow] = field(default_factory=list)
    previous_url: str = ""
    next_url: str = ""
    position: str = ""
    made_url: str = ""
    undone: Mapping[str, Any] = field(default_factory=dict)


def last_imports(ctx: Context, resource: Resource) -> list[LastImport]:
    """Return the last imports into a list that the person may see."""
    zone = own_zone(ctx)
    found = []
    for row in taking.latest_imports(ctx, resource, 20):
        state, _, _ = taking.status(ctx, row)
        faulty = row.outcome.get("faulty") or 0
        word, tone = (f"{faulty:,} faulty", "warn") if state == "checked" and faulty else (WORDS[state], TONES[state])
        url = f"/{resource.path}/import/{row.id}"
        when = moment_text(row.created_at, zone)
        told = counts_text(row.outcome) if state in ("done", "undone") else ""
        found.append(LastImport(row.name, url, row.rows, when, word, tone, told))
    return found


def rows_text(count: int) -> str:
    """Return a number of rows in words."""
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def counts_text(outcome: Mapping[str, Any]) -> str:
    """Return what an import did in words."""
    words = (("created", "new"), ("updated", "changed"), ("unchanged", "as they were"))
    return ", ".join(f"{outcome[name]:,} {word}" for name, word in words if outcome.get(name)) or "nothing to do"


def chosen_fields(row: FileImport) -> dict[str, str]:
    """Return the field of each column as the page sent them."""
    return {column["title"]: request.form.get(f"field-{index}", "")
            for index, column in enumerate(row.outcome["columns"])}  # fmt: skip


def import_view(ctx: Context, resource: Resource, row: FileImport, problem: Problem | None = None) -> ImportView:
    """Return an import at its step."""
    state, progress, said = taking.status(ctx, row)
    chosen = request.method == "POST" and request.path.endswith("/columns")
    back_to_columns = chosen or request.args.get("step") == "columns"
    page = "columns" if back_to_columns and state in ("uploaded", "checked", "failed") else PAGES[state]
    step = row.outcome.get("step") or ""
    url = f"/{resource.path}/import/{row.id}"
    counts = {name: int(row.outcome.get(name) or 0) for name in ("created", "updated", "unchanged")}
    view = ImportView(
        page=page, rows_text=rows_text(row.rows),
        url=url, back_url=f"/{resource.path}/import", list_url=f"/{resource.path}", name=row.name,
        title=resource.title, singular=resource.singular, state=state, word=WORDS[state], tone=TONES[state],
        step={"columns": 1, "checked": 2, "running": 2 if step == "check" else 3, "done": 3}[page], steps=STEPS,
        rows=row.rows, mode=request.form.get("mode") or row.mode, progress=progress, doing=_doing(row, step),
        problem=said, counts=counts, faulty=int(row.outcome.get("faulty") or 0),
        undone=NOTHING_UNDONE | (row.outcome.get("undone") or {}),
    )  # fmt: skip
    {"columns": _columns, "checked": _checked, "done": _done}.get(page, _nothing)(ctx, resource, row, view)
    if chosen and page == "columns":
        view.columns = _column_rows(row, chosen_fields(row), problem)
    return view


def _doing(row: FileImport, step: str) -> str:
    words = {"check": "Checking", "run": "Importing", "undo": "Taking back"}
    return f"{words.get(step, 'Working on')} {rows_text(row.rows)}"


def _nothing(ctx: Context, resource: Resource, row: FileImport, view: ImportView) -> None:
    """A running import shows its progress alone."""


def _columns(ctx: Context, resource: Resource, row: FileImport, view: ImportView) -> None:
    shape = ctx.shape(resource)
    view.columns = _column_rows(row, row.mapping, None)
    view.targets = targets(ctx, shape, row.outcome["kind"])
    view.lacking = missing(shape, row.mapping, row.mode)
    _tell_twin(ctx, resource, row, view)


def _column_rows(row: FileImport, mapping: Mapping[str, str], problem: Problem | None) -> list[ColumnRow]:
    errors = problem.errors if problem is not None else {}
    return [
        ColumnRow(column["title"], column["samples"], mapping.get(column["title"], ""),
                  " ".join(errors.get(f"mapping.{column['title']}", ())))
        for column in row.outcome["columns"]
    ]  # fmt: skip


def _tell_twin(ctx: Context, resource: Resource, row: FileImport, view: ImportView) -> None:
    shape = ctx.shape(resource)
    names = [shape.fields[shape.resolve(name)].label for name in resource.natural_key]
    view.natural_key = " and ".join(names)
    if (same := taking.twin(ctx, row)) is not None:
        view.twin_url = f"/{resource.path}/import/{same.id}"
        view.twin_when = moment_text(same.created_at, own_zone(ctx))


def _checked(ctx: Context, resource: Resource, row: FileImport, view: ImportView) -> None:
    _tell_twin(ctx, resource, row, view)
    shape = ctx.shape(resource)
    found = taking.faults_of(ctx, row)
    page = _page_number(len(found))
    first = (page - 1) * ROWS_A_PAGE
    titles = [column["title"] for column in row.outcome["columns"]]
    shown = [index for index, title in enumerate(titles) if row.mapping.get(title)]
    view.header = [titles[index] for index in shown]
    view.faults = [_faulty_row(shape, row, titles, shown, fault) for fault in found[first : first + ROWS_A_PAGE]]
    if len(found) > ROWS_A_PAGE:
        view.position = f"{first + 1:,} to {first + len(view.faults):,} of {len(found):,} faulty rows"
        view.previous_url = f"{view.url}?page={page - 1}" if page > 1 else ""
        view.next_url = f"{view.url}?page={page + 1}" if first + ROWS_A_PAGE < len(found) else ""


def _page_number(rows: int) -> int:
    text = request.args.get("page", "")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
    return max(1, min(wanted, -(-rows // ROWS_A_PAGE)))


def _faulty_row(
    shape: Shape, row: FileImport, titles: list[str], shown: list[int], fault: Mapping[str, Any]
) -> FaultyRow:
    by_column: dict[str, str] = {}
    reasons = []
    for name, texts in fault["errors"].items():
        column = column_of(shape, row.mapping, name)
        by_column[column] = f"{by_column.get(column, '')} {' '.join(texts)}".strip()
        label = "" if name == "row" else f"{column or field_label(shape, name)}: "
        reasons.append(f"{label}{' '.join(texts)}")
    cells = fault["cells"]
    texts = {index: _text(cells[index]) if index < len(cells) else "" for index in shown}
    marked = [FaultyCell(texts[index], by_column.get(titles[index], "")) for index in shown]
    return FaultyRow(fault["row"], marked, reasons)


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 120 else f"{text[:120]}…"


def _done(ctx: Context, resource: Resource, row: FileImport, view: ImportView) -> None:
    created = row.undo.get("created", ()) if row.undo else ()
    if view.state == "done" and 0 < len(created) <= MOST_LINKED:
        view.made_url = f"/{resource.path}?id__in={','.join(map(str, created))}"
    elif view.state == "done" and created:
        view.made_url = f"/{resource.path}?sort=-id"
