"""Figures as tables: on the screen, and between the marks in docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import Figure

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
GROWING = ("list page", "list page with its total", "list page, few found", "total of a list", "one record",
           "create a record", "validated import", "on hand of all items", "receipt of 1,000 lines",
           "1,000 FIFO issues in one", "single postings")  # fmt: skip


def line(figure: Figure) -> str:
    """Return a figure as a line of text."""
    mark = {True: "reached", False: "MISSED", None: ""}[figure.reached]
    bare = "" if figure.bare_per_second is None else f"bare {_number(figure.bare_per_second):>9}"
    ratio = "" if figure.ratio is None else f"{_ratio(figure)} of bare"
    return (f"{figure.database:10} {figure.rows:>7,} {figure.name:32} {_number(figure.per_second):>9} "
            f"{figure.unit:10} {bare:15} {ratio:15} {figure.aim:22} {mark}")  # fmt: skip


def main_table(figures: Sequence[Figure]) -> str:
    """Return the last measurement of each figure, which is at the full size, as a table of Markdown."""
    rows = ["| Figure | Rows | OpenMill | Bare | Of bare | Aim | |", "|---|--:|--:|--:|--:|---|---|"]
    for item in {item.name: item for item in figures}.values():
        mark = {True: "reached", False: "**missed**", None: ""}[item.reached]
        bare = "" if item.bare_per_second is None else f"{_number(item.bare_per_second)} {item.unit}"
        ratio = "" if item.ratio is None else _ratio(item)
        size = f"{item.rows:,}" if item.rows else ""
        rows.append(f"| {item.name} | {size} | {_number(item.per_second)} {item.unit} | {bare} | {ratio} "
                    f"| {item.aim} | {mark} |")  # fmt: skip
    return "\n".join(rows)


def growth_table(figures: Sequence[Figure], sizes: Sequence[int]) -> str:
    """Return how figures change with the number of rows as a table of Markdown."""
    rows = ["| Figure | " + " | ".join(f"{size:,} rows" for size in sizes) + " |", "|---|" + "--:|" * len(sizes)]
    for name in GROWING:
        found = {item.rows: item for item in figures if item.name == name}
        if found:
            cells = [_cell(found[size]) if size in found else "" for size in sizes]
            rows.append(f"| {name}, {next(iter(found.values())).unit} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cell(figure: Figure) -> str:
    return _number(figure.per_second) + ("" if figure.ratio is None else f" ({_ratio(figure)})")


def write_tables(database: str, conditions: str, figures: Sequence[Figure], sizes: Sequence[int]) -> None:
    """Put the tables of one database, and how they were measured, into the document."""
    write_document({
        f"{database} conditions": conditions,
        f"{database} figures": main_table(figures),
        f"{database} growth": growth_table(figures, sizes),
    })  # fmt: skip


def write_document(tables: dict[str, str], document: Path = DOCUMENT) -> None:
    """Put each table between its marks `<!-- name -->` and `<!-- /name -->`."""
    text = document.read_text()
    for name, table in tables.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise LookupError(f"{document} has no place for the table {name!r}")
        text = pattern.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)  # type: ignore[misc]
    document.write_text(text)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _ratio(figure: Figure) -> str:
    assert figure.ratio is not None
    return f"{figure.ratio:.1f} times" if figure.ratio >= 10 else f"{figure.ratio * 100:.0f} %"
