"""What the documents promise is what the repository does."""

import re

import click
import pytest

from core.admin.administration.readme import for_administrators
from core.cli import main
from tests.tooling.sources import ROOT, committed_files, relative

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:`|^|&& )openmill ([a-z][^`#\n]*)", re.M)
OWN_WORDS = re.compile(r"(?<= )--[a-z][a-z-]*")
DOCUMENTS = [path for path in committed_files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(path):
    broken = [target for target in LINK.findall(path.read_text()) if not (path.parent / target).exists()]
    assert not broken


def test_the_readme_has_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    first, second = re.findall(r"```sh\n(python3 -m venv [^\n]+)\n```", readme)
    assert first.endswith("openmill demo")
    assert second.endswith("python -m pytest")


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "index.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def commands_told():
    """List what documents say behind the command's name, up to a comment or the next command."""
    told = {}
    for path in DOCUMENTS:
        if path.name != "CHANGELOG.md" and "adr" not in path.parts:
            for words in COMMAND.findall(path.read_text()):
                told[words.partition("&&")[0].split(";")[0].strip()] = relative(path)
    return told


def test_the_commands_that_documents_tell_exist_with_their_options():
    told, wrong = commands_told(), []
    assert {"upgrade", "verify", "jobs list --state failed"} <= set(told)
    for words, document in told.items():
        command, name = main, words.partition(" ")[0]
        for word in words.split():
            command = command.get_command(None, word) if isinstance(command, click.Group) else command
        known = {option for item in command.params for option in item.opts} if command else set()
        missing = [option for option in OWN_WORDS.findall(f" {words}") if option not in known | {"--help"}]
        if name and (command is None or missing):
            wrong.append(f"{document}: openmill {words} {missing}")
    assert wrong == []


@pytest.mark.parametrize("module", ["plugins/inventory", "plugins/recipes", "examples/openmill-brewing"])
def test_a_module_tells_administrators_what_it_asks_of_them(module):
    assert len(for_administrators((ROOT / module / "README.md").read_text())) > 300
