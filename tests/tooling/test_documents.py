"""What the documents promise is what the repository does."""

import re

import pytest

from tests.tooling.sources import ROOT, committed_files, relative

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")
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
