"""Databases that are missing, old or out of reach are told in a sentence, and nothing is made by mistake."""

import pytest
from click.testing import CliRunner

from core.cli import main


def run(*words, **environment):
    result = CliRunner().invoke(main, words, env=environment)
    assert "Traceback" not in result.output
    return result


def test_no_database_is_made_by_looking_for_one(tmp_path):
    result = run("tenant", "list", OPENMILL_INSTANCE=str(tmp_path / "nowhere"), OPENMILL_DATABASE_URL=None)
    assert result.exit_code == 1
    assert "openmill upgrade" in result.output
    for words in (["uninstall", "recipes"], ["verify"], ["worker", "--burst"]):
        again = run(*words, OPENMILL_INSTANCE=str(tmp_path / "nowhere"), OPENMILL_DATABASE_URL=None)
        assert "There is no database" in again.output
    listed = run("plugins", OPENMILL_INSTANCE=str(tmp_path / "nowhere"), OPENMILL_DATABASE_URL=None)
    assert "none, upgrade to inventory_0" in listed.output
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_made_and_then_used(tmp_path):
    place = {"OPENMILL_INSTANCE": str(tmp_path / "own"), "OPENMILL_EXCLUDE_PLUGINS": "inventory,recipes,brewing",
             "OPENMILL_DATABASE_URL": None}  # fmt: skip
    assert "Upgraded: kernel." in run("upgrade", **place).output
    assert run("tenant", "list", **place).exit_code == 0
    more = run("tenant", "list", **{**place, "OPENMILL_EXCLUDE_PLUGINS": "recipes,brewing"})
    assert more.exit_code == 1
    assert "not up to date (inventory)" in more.output


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/x", "sqlite:////proc/none/x.sqlite3"])
def test_a_database_out_of_reach_is_told(url):
    result = run("upgrade", OPENMILL_DATABASE_URL=url)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.strip().splitlines()) <= 2


def test_a_worker_without_its_redis_says_so(tmp_path):
    place = {"OPENMILL_INSTANCE": str(tmp_path), "OPENMILL_EXCLUDE_PLUGINS": "inventory,recipes,brewing",
             "OPENMILL_DATABASE_URL": None}  # fmt: skip
    run("upgrade", **place)
    result = run("worker", "--burst", OPENMILL_REDIS_URL="redis://127.0.0.1:1/0", **place)
    assert result.exit_code == 1
    assert "Redis cannot be used" in result.output
