"""The benchmarks run by one command, and their tables find their place in the documentation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measuring import Figure
from benchmarks.tables import DOCUMENT, growth_table, main_table, write_document

HERE = Path(__file__).parents[2]


@pytest.mark.slow
def test_one_command_measures_and_leaves_nothing(tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("OPENMILL_TEST_")}
    asked = "--quick --database sqlite --items 300 --moves 300 --turns 1 --only reading,stock,writing"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *asked.split()], cwd=HERE, env={**own, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "one record" in done.stdout and "validated import" in done.stdout
    assert list(tmp_path.iterdir()) == []


def figure(rows: int, per_second: float, *, reached: bool | None = None) -> Figure:
    return Figure("one record", "sqlite", rows, per_second, "records/s", 1000, per_second / 1000, "≥ 50 %", reached)


def test_the_last_and_largest_measurement_is_told() -> None:
    table = main_table([figure(1000, 700, reached=True), figure(5000, 400, reached=False)])
    assert "| one record | 5,000 | 400 records/s | 1,000 records/s | 40 % | ≥ 50 % | **missed** |" in table
    assert "700" not in table


def test_growth_stands_side_by_side() -> None:
    table = growth_table([figure(1000, 700), figure(5000, 400)], [1000, 5000])
    assert "| one record, records/s | 700 (70 %) | 400 (40 %) |" in table


def test_a_table_is_put_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- /x -->\nb\n")
    write_document({"x": "new"}, page)
    assert page.read_text() == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(LookupError, match="'y'"):
        write_document({"y": "new"}, page)


def test_the_documentation_has_a_place_for_every_table() -> None:
    text = DOCUMENT.read_text()
    for database in ("sqlite", "postgresql"):
        for part in ("conditions", "figures", "growth"):
            assert f"<!-- {database} {part} -->" in text and f"<!-- /{database} {part} -->" in text
