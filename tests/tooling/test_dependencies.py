"""Every dependency is there for a written reason."""

import configparser
import json
import re

import pytest
from packaging.requirements import Requirement

from tests.tooling.sources import ROOT

PYTHON_ROW = re.compile(r"^\| `([\w.-]+)` \|[^|\n]+\|([^|\n]+)\|([^|\n]+)\|$", re.M)
BROWSER_ROW = re.compile(r"^\| `([\w.-]+)` \|([^|\n]+)\|([^|\n]+)\|$", re.M)


def _declared():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["options"]["install_requires"].splitlines()
    for extra in config["options.extras_require"].values():
        lines += extra.splitlines()
    return {Requirement(line).name.lower() for line in lines if line.strip()}


def _document():
    return (ROOT / "docs" / "dependencies.md").read_text()


def _explained():
    rows = PYTHON_ROW.findall(_document())
    return {name.lower(): (licence.strip(), reason.strip()) for name, licence, reason in rows}


def test_the_table_and_the_declaration_agree():
    assert _declared() == set(_explained())


@pytest.mark.parametrize("name", sorted(_declared()))
def test_dependency_has_licence_and_reason(name):
    licence, reason = _explained()[name]
    assert licence
    assert len(reason.split()) >= 4


def test_browser_packages_are_explained_too():
    declared = json.loads((ROOT / "themes" / "package.json").read_text())["dependencies"]
    assert set(declared) == {name for name, _, _ in BROWSER_ROW.findall(_document())}
