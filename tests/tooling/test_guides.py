"""The plugins of the guides are built from the guides themselves, installed beside OpenMill and put to the test."""

import os
import re
import subprocess
import sys

import pytest

from tests.tooling.sources import ROOT

FILES = re.compile(r"^`([\w/.]+\.(?:py|cfg|toml|html))`[^\n]*\n(?:(?!```)[^\n]*\n)*?```\w+\n(.*?)^```$", re.M | re.S)
GUIDES = {"tools": "plugins.md", "repairs": "ui.md"}


@pytest.fixture(scope="module", params=GUIDES)
def guide(request, tmp_path_factory):
    """The folder that a reader ends with, and the name of its module."""
    folder = tmp_path_factory.mktemp(request.param)
    for name, text in FILES.findall((ROOT / "docs" / GUIDES[request.param]).read_text()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / f"openmill_{request.param}" / "__init__.py").touch()
    options = ["--no-deps", "--quiet", "--target", folder / "site"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, folder], check=True)
    return folder, request.param


def _run(folder, *words):
    known = {name: value for name, value in os.environ.items() if not name.startswith(("OPENMILL_", "PYTEST_"))}
    # The guides install in place: the sources come first, the installed copy gives the entry point.
    path = os.pathsep.join([str(folder), str(folder / "site"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=400,
        env={**known, "PYTHONPATH": path, "OPENMILL_INSTANCE": str(folder / "instance")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-4000:]
    return done.stdout


def test_a_guide_leads_to_a_plugin_that_keeps_the_contract(guide):
    folder, name = guide
    _run(folder, "core.cli", "upgrade")
    assert "0001_first_tables.py" in _run(folder, "core.cli", "revision", name, "first tables")
    _run(folder, "core.cli", "upgrade")
    _run(folder, "core.cli", "tenant", "create", "my-workshop")
    _run(folder, "core.cli", "tenant", "enable", "my-workshop", name)
    assert f"{name}_0001" in _run(folder, "core.cli", "plugins")
    told = _run(folder, "pytest", "-q", "-n", "0", "--database=sqlite", "-p", "no:cacheprovider")
    assert re.search(r"^\d+ passed", told.splitlines()[-1])
