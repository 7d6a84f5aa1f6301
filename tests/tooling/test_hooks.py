"""A hook that nobody documents or tests is a hook that nobody may rely on."""

import pytest

from core.plugins.loader import load
from core.plugins.registry import KERNEL
from core.testing.contract.declared import hook_specifications
from tests.tooling.sources import ROOT, committed_files, is_test, relative

OWN = [(name, hook) for name, plugin in load().plugins.items() if name in (KERNEL, "inventory", "recipes")
       for hook, _ in hook_specifications(plugin)]  # fmt: skip
TESTS = [path for path in committed_files()
         if path.suffix == ".py" and is_test(path) and "tooling" not in relative(path)]  # fmt: skip


@pytest.mark.parametrize(("plugin", "hook"), OWN, ids=[hook for _, hook in OWN])
def test_hook_is_documented(plugin, hook):
    document = ROOT / "docs" / "plugins.md" if plugin == KERNEL else ROOT / "plugins" / plugin / "README.md"
    assert f"`{hook}" in document.read_text()


@pytest.mark.parametrize(("plugin", "hook"), OWN, ids=[hook for _, hook in OWN])
def test_hook_is_tested(plugin, hook):
    assert [relative(path) for path in TESTS if hook in path.read_text()]
