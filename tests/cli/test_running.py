"""What docs/running.md says is what there is."""

from dataclasses import fields

import pytest

from core.cli import COMMANDS
from core.config import Config
from tests.tooling.sources import ROOT

DOCUMENT = (ROOT / "docs" / "running.md").read_text()


@pytest.mark.parametrize("name", [item.name for item in fields(Config)])
def test_every_setting_is_documented(name):
    assert f"`OPENMILL_{name.upper()}`" in DOCUMENT


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"revision", "jobs"}))
def test_every_command_is_mentioned(name):
    assert f"openmill {name}" in DOCUMENT


def test_defaults_are_the_real_ones():
    config = Config()
    for name in ("pool_size", "access_token_seconds", "refresh_token_seconds", "session_idle_seconds",
                 "session_seconds", "max_body_bytes", "max_file_bytes", "tenant_file_bytes"):  # fmt: skip
        assert f"`OPENMILL_{name.upper()}` | {getattr(config, name)} |" in DOCUMENT
