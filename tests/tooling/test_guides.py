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
    return follow(request.param, tmp_path_factory.mktemp(request.param)), request.param


def follow(module, folder):
    """Write and install what a guide says."""
    for name, text in FILES.findall((ROOT / "docs" / GUIDES[module]).read_text()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / f"openmill_{module}" / "__init__.py").touch()
    options = ["--no-deps", "--quiet", "--target", folder / "site"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, folder], check=True)
    return folder


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


def run_each(folder, *commands):
    """Run commands as the reader of the guide to scales; answers what they said."""
    words = [command.split() for command in commands]
    done = run_commands(words, folder, folder / "site", folder=folder, OPENMILL_EXCLUDE_PLUGINS=UNRELATED["scales"])
    return [(code, said.strip()) for code, said in done]


@pytest.mark.slow
def test_a_second_version_is_told_what_the_rows_of_the_first_need(tmp_path):
    folder = follow("scales", tmp_path)
    (folder / "places.csv").write_text("code,name\nWEIGH,Weighing room\n")
    (folder / "scales.csv").write_text("code,name,location,tolerance\nB-1,Bench scale,WEIGH,0.5\n")
    rows = "--tenant my-workshop --resource"
    first = run_each(
        folder, "upgrade", "revision scales first", "upgrade", "tenant create my-workshop --enable scales",
        f"import places.csv {rows} inventory.location", f"import scales.csv {rows} scales.scale",
    )  # fmt: skip
    assert [code for code, _ in first] == [0] * 6, first

    models = folder / "openmill_scales" / "models.py"
    tolerance = "    tolerance: Mapped[Decimal]"
    serial = '    serial: Mapped[str] = field(String(40), label="Serial number")\n'
    models.write_text(models.read_text().replace(tolerance, serial + tolerance, 1))
    (wrote, told), (failed, why) = run_each(folder, "revision scales serials", "upgrade")
    assert (wrote, failed) == (0, 1)
    assert "Rows that are there need a value of serial" in told
    assert "null" in why.lower() and "This ended the upgrade of scales, whose tables are as they were." in why

    revision = folder / "openmill_scales" / "migrations" / "0002_serials.py"
    revision.write_text(revision.read_text().replace("nullable=False", "nullable=False, server_default='unknown'"))
    upgraded, exported, checked = run_each(
        folder, "upgrade", "export scales.scale --tenant my-workshop --fields code,serial", "verify"
    )
    assert "Upgraded: scales." in upgraded[1] and "B-1,unknown" in exported[1] and checked[0] == 0
