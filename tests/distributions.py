"""Throw-away distributions: what pip leaves behind for a plugin, without a build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.tooling.sources import ROOT


def distribute(site: Path, name: str, entry_point: str) -> None:
    """Write the metadata of an installed distribution with one plugin into a folder of the import path."""
    info = site / f"openmill_test_{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: openmill-test-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[openmill.plugins]\n{name} = {entry_point}\n")


def run_python(program: str, *paths: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter that sees the given folders as installed."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("OPENMILL_")}
    path = os.pathsep.join(str(part) for part in (*paths, ROOT))
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**known, "PYTHONPATH": path, "OPENMILL_INSTANCE": str(folder), **environment},
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
