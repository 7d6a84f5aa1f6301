"""What every plugin must keep, asked of this one."""

import ast
from importlib.metadata import version
from pathlib import Path

import openmill_brewing
from core.testing.contract import PluginContract
from openmill_brewing.plugin import plugin

PACKAGE = Path(openmill_brewing.__file__).parent
DOORS = {"core.api", "plugins.inventory.api", "plugins.recipes.api"}


class TestBrewing(PluginContract):
    """The kernel's own tests of a plugin."""

    plugin = "brewing"


def test_it_uses_nothing_of_openmill_but_the_published_doors() -> None:
    used = set()
    for source in PACKAGE.rglob("*.py"):
        if source.parent.name != "migrations":  # OpenMill writes those
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    used |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    used.add(node.module or "")
    assert {name for name in used if name.split(".")[0] in {"core", "plugins", "themes", "migrations"}} == DOORS


def test_the_plugin_has_the_version_of_its_distribution() -> None:
    assert plugin.version == version("openmill-brewing")
