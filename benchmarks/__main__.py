"""`python -m benchmarks`: builds databases of its own, measures, prints, and leaves nothing behind."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bare import make_scratch_tables
from benchmarks.forms import form_figures
from benchmarks.measuring import CLOCKS, Clock, Figure, pace_of_machine
from benchmarks.pages import page_figures
from benchmarks.posting import posting_figures
from benchmarks.reading import reading_figures, stock_figures
from benchmarks.starting import starting_figures
from benchmarks.tables import line, write_tables
from benchmarks.workshop import Workshop, open_workshop
from benchmarks.writing import writing_figures
from core.testing import databases, servers

ITEMS = 111_111
MOVES = 100_000
GROUPS = ("reading", "pages", "writing", "posting", "stock", "starting", "forms")


def main() -> None:
    """Read the command line and run."""
    asked = _arguments()
    folder = servers.open_run_folder()
    try:
        for kind in databases.KINDS if asked.database == "both" else (asked.database,):
            _measure(kind, asked)
    finally:
        if servers.POSTGRESQL_URL in os.environ:
            databases.drop_all()
        servers.close_run_folder(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rows", default="1000,10000,100000", help="sizes at which growth is measured")
    parser.add_argument("--items", type=int, default=ITEMS, help="items at which the figures are measured")
    parser.add_argument("--moves", type=int, default=MOVES, help="moves at which the figures are measured")
    parser.add_argument("--turns", type=int, default=15, help="turns of each race")
    parser.add_argument("--only", default=",".join(GROUPS), help=f"some of {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="one small size and few turns: does it run at all?")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall",
                        help="processor: this process's own time, for SQLite on a busy machine")  # fmt: skip
    asked = parser.parse_args()
    Clock.choose(asked.clock)
    if asked.quick:
        asked.rows, asked.turns = "", min(asked.turns, 3)
        asked.items, asked.moves = min(asked.items, 2000), min(asked.moves, 2000)
    return asked


def _measure(kind: databases.Kind, asked: argparse.Namespace) -> None:
    groups = set(asked.only.split(","))
    sizes = [int(part) for part in asked.rows.split(",") if part]
    with tempfile.TemporaryDirectory() as folder, open_workshop(kind, Path(folder)) as shop:
        conditions = _conditions(shop, asked)
        print(f"# {conditions}", flush=True)
        make_scratch_tables(shop)
        figures: list[Figure] = []
        for size in sizes:
            figures += _told(_figures(shop, size, size, asked.turns, groups - {"starting"}))
        figures += _told(_figures(shop, asked.items, asked.moves, asked.turns, groups))
    if asked.write:
        write_tables(kind, conditions, figures, sizes)


def _figures(shop: Workshop, items: int, moves: int, turns: int, groups: set[str]) -> Iterator[Figure]:
    shop.fill_items(items)
    if groups & {"stock", "posting"}:
        shop.fill_moves(moves)
    measures = {"reading": reading_figures, "pages": page_figures, "stock": stock_figures, "posting": posting_figures,
                "writing": writing_figures, "starting": starting_figures, "forms": form_figures}  # fmt: skip
    for name, measure in measures.items():
        if name in groups:
            yield from measure(shop, turns)


def _told(figures: Iterator[Figure]) -> Iterator[Figure]:
    for figure in figures:
        print(line(figure), flush=True)
        yield figure


def _conditions(shop: Workshop, asked: argparse.Namespace) -> str:
    """Return what a figure means nothing without."""
    if shop.database == "sqlite":
        engine = f"SQLite {sqlite3.sqlite_version}, WAL"
    else:
        version, lasting = (shop.rows(f"SHOW {name}")[0][0] for name in ("server_version", "fsync"))
        engine = f"PostgreSQL {version.split()[0]}, fsync {lasting}"
    machine = (f"{os.cpu_count()} cores at a load of {os.getloadavg()[0]:.0f} and a pace of {pace_of_machine():.0f} "
               "million additions a second when it began")  # fmt: skip
    return (f"{engine}, Python {platform.python_version()}, {machine}, {asked.clock} clock, "
            f"median of {asked.turns} turns")  # fmt: skip


main()
