"""The plugins of the guides are built from the guides themselves, installed beside OpenMill and put to the test."""

import re
import subprocess
import sys

import pytest

from tests.distributions import run_commands, run_python
from tests.tooling.sources import ROOT

FILES = re.compile(r"^`([\w/.]+\.(?:py|cfg|toml|html|md))`[^\n]*\n(?:(?!```)[^\n]*\n)*?```\w+\n(.*?)^```$", re.M | re.S)
CONTRACT = """
import sys, pytest
sys.exit(pytest.main(["-q", "-n", "0", "--database=sqlite", "-p", "no:cacheprovider"]))
"""
GUIDES = {"tools": "plugins.md", "repairs": "ui.md", "scales": "beside.md"}
# The contract of all modules beside each other has a test of its own.
UNRELATED = {"tools": "brewing,recipes,inventory", "repairs": "brewing,recipes,inventory", "scales": "brewing,recipes"}


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


@pytest.mark.slow
def test_a_guide_leads_to_a_plugin_that_keeps_the_contract(guide):
    folder, name = guide
    commands = ("upgrade", f"revision {name} first", "upgrade", "tenant create my-workshop",
                f"tenant enable my-workshop {name}", "plugins")  # fmt: skip
    # The guides install in place: the sources come first, the installed copy gives the entry point.
    paths = (folder, folder / "site")
    done = run_commands([words.split() for words in commands], *paths, folder=folder)
    assert [code for code, _ in done] == [0] * len(commands), done
    assert done[1][1].startswith("Wrote ") and "0001_first.py" in done[1][1] and f"{name}_0001" in done[-1][1]
    told = run_python(CONTRACT, *paths, folder=folder, limit=400, OPENMILL_EXCLUDE_PLUGINS=UNRELATED[name])
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-4000:]
    assert re.search(r"^\d+ passed", told.stdout.splitlines()[-1])
