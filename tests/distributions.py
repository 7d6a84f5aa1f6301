"""Throw-away distributions: what pip leaves behind for a plugin, without a build."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.tooling.sources import ROOT

COMMANDS = """
import json, sys
from click.testing import CliRunner
from core.cli import main
done = [CliRunner().invoke(main, words) for words in json.loads(sys.argv[1])]
print(json.dumps([(each.exit_code, each.output) for each in done]))
"""


def distribute(site: Path, name: str, entry_point: str) -> None:
    """Write the metadata of an installed distribution with one plugin into a folder of the import path."""
    info = site / f"openmill_test_{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: openmill-test-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[openmill.plugins]\n{name} = {entry_point}\n")


def run_commands(commands: list[list[str]], *paths: Path, folder: Path, **environment: str) -> list[tuple[int, str]]:
    """Run commands one after the other in one fresh interpreter; answers the exit code and the words of each.

    A start for each of them would take most of the time.
    """
    done = run_python(COMMANDS, *paths, folder=folder, arguments=[json.dumps(commands)], **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return [(code, said) for code, said in json.loads(done.stdout.splitlines()[-1])]


def run_python(
    program: str, *paths: Path, folder: Path, arguments: Sequence[str] = (), limit: int = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter that sees the given folders as installed; it may take ``limit`` seconds."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("OPENMILL_")}
    path = os.pathsep.join(str(part) for part in (*paths, ROOT))
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**known, "PYTHONPATH": path, "OPENMILL_INSTANCE": str(folder), **environment},
        cwd=folder, capture_output=True, text=True, check=False, timeout=limit,
    )  # fmt: skip
