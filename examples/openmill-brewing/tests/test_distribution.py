"""The distribution itself: built, installed beside OpenMill, on for one tenant of two, and removed without a trace."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

SOURCES = Path(__file__).parent.parent
UNWANTED = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "tests")

# Commands one after the other in one process, since a start takes longer than they do; "look <tenant>" tells what a
# tenant sees of brewing, asked of a running application.
PROGRAM = """
import json, os, sys
os.environ["PYTEST_XDIST_WORKER"] = str(os.getpid())  # each process logs in as somebody else
from click.testing import CliRunner
from core.app import create_app
from core.cli import main
from core.testing.clients import ApiClient
from core.testing.furniture import find
from core.testing.house import make_member
from core.testing.plugin import open_kernel

def look(slug):
    kernel = open_kernel(os.environ["OPENMILL_DATABASE_URL"])
    client = ApiClient(create_app(kernel), make_member(kernel, find(kernel, slug), is_owner=True))
    imported = client.post("brewing/import-beerxml", {"content": "<HOPS><HOP><NAME>Saaz</NAME></HOP></HOPS>"})
    documented = client.get("openapi.json").json
    items = client.get("items").json["items"]
    told = client.get("settings").json
    kernel.close()
    return {
        "import": imported.status_code,
        "documented": "/api/v1/brewing/import-beerxml" in documented["paths"],
        "fields": sorted(name for name in (items[0] if items else {}) if name.startswith("brewing.")),
        "items": len(items),
        "settings": [name for name in json.dumps(told).split('"') if name.startswith("brewing.")],
    }

def run(words):
    if words[0] == "look":
        return look(words[1])
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output

print(json.dumps([run(line.split()) for line in sys.argv[1:]]))
"""


class Site:
    """A fresh environment that sees OpenMill and what it needs, but no brewing, until that is installed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder / 'openmill.sqlite3'}"
        venv.create(folder / "venv", with_pip=False, symlinks=True)
        self.python = folder / "venv" / "bin" / "python"
        beside = folder / "beside"
        beside.mkdir()
        for part in {Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))}:
            for entry in part.iterdir():
                if "brewing" not in entry.name:
                    (beside / entry.name).symlink_to(entry)
        (own,) = (folder / "venv" / "lib").glob("python*/site-packages")
        # addsitedir() also reads the .pth files in there: OpenMill itself may be an editable install.
        (own / "beside.pth").write_text(f"import site; site.addsitedir({str(beside)!r})\n")

    def run(self, *arguments: str) -> str:
        """Run Python in the environment; the command must succeed."""
        known = {name: value for name, value in os.environ.items() if not name.startswith(("OPENMILL_", "PYTHON"))}
        own = {"OPENMILL_DATABASE_URL": self.database, "OPENMILL_INSTANCE": str(self.folder)}
        done = subprocess.run(
            [str(self.python), *arguments], env=known | own, cwd=self.folder, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def openmill(self, *commands: str) -> list[Any]:
        """Run commands in a process of their own; answers what each has said, or what a look has seen."""
        return json.loads(self.run("-W", "ignore", "-c", PROGRAM, *commands).splitlines()[-1])

    def pip(self, *arguments: str) -> None:
        """Run this environment's pip on the fresh one."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "--quiet", *arguments]
        subprocess.run(pip, check=True, capture_output=True, cwd=self.folder, timeout=300)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read the database beside the application."""
        connection = sqlite3.connect(self.folder / "openmill.sqlite3")
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def schema(self) -> list[tuple[Any, ...]]:
        """Return every table, index and trigger as it was made."""
        return self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")

    def traces(self) -> list[str]:
        """Return every row of the kernel's tables that still speaks of brewing; the audit trail remembers for good."""
        tables = [row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: self.rows(f"SELECT * FROM {name}") for name in tables if name != "core_audit"}
        return [f"{name}: {row}" for name, found in rows.items() for row in found if "brewing." in str(row)]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The distribution as pip builds it, from a copy: a build leaves files beside its sources."""
    sources = shutil.copytree(SOURCES, tmp_path / "sources", ignore=UNWANTED)
    command = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (built,) = tmp_path.glob("openmill_brewing-*.whl")
    return built


@pytest.mark.slow
def test_it_comes_and_goes_without_a_trace(wheel: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    made = [f"tenant create {slug} --enable recipes" for slug in ("brewery", "soapery")]
    *_, seen = site.openmill("upgrade", *made, "look brewery")
    assert seen["import"] == 404
    before = site.schema()

    site.pip("install", "--no-deps", "--no-index", str(wheel))
    enabled = ("upgrade", "tenant enable brewery brewing", "plugins --check")
    *_, known, seen, beside = site.openmill(*enabled, "look brewery", "look soapery")
    assert "brewing" in known
    assert (seen["import"], seen["documented"], seen["items"]) == (200, True, 1)
    assert "brewing.alpha_acid" in seen["fields"]
    assert "brewing.yeast_guard" in seen["settings"]
    unseen = {"import": 404, "documented": False, "fields": [], "items": 0, "settings": []}
    assert beside == unseen
    assert {row[1] for row in site.schema()} > {row[1] for row in before}

    _, seen, _ = site.openmill("tenant disable brewery brewing", "look brewery", "uninstall brewing --yes")
    assert seen == unseen | {"items": 1}
    assert site.schema() == before
    assert site.traces() == []
    site.pip("uninstall", "--yes", "openmill-brewing")
    known, seen, beside, _ = site.openmill("plugins --check", "look brewery", "look soapery", "verify")
    assert "brewing" not in known
    assert seen == unseen | {"items": 1}
    assert beside == unseen
