"""The command in this process, over a database of the test's own."""

import logging
import os

import pytest
from click.testing import CliRunner

from core.cli import main


@pytest.fixture(autouse=True)
def same_logging():
    """Commands configure the log of their process: put this one's back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def environment(fresh_database, tmp_path, monkeypatch):
    """A migrated database that the command finds through its environment."""
    for name in [name for name in os.environ if name.startswith("OPENMILL_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    values = {"OPENMILL_DATABASE_URL": fresh_database.config.url, "OPENMILL_INSTANCE": str(tmp_path),
              "OPENMILL_ARGON2_MEMORY_KIB": "8", "OPENMILL_ARGON2_TIME_COST": "1"}  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def run(environment):
    """Run the command; answers its result, whose output holds what stood on both streams."""

    def run(*words, code=0, send=None):
        result = CliRunner().invoke(main, [str(word) for word in words], input=send)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return run
