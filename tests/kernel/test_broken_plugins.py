"""Whatever is wrong with a plugin, it is refused in words that help, and everything else is loaded."""

import json

import pytest

from tests.distributions import distribute, run_python
from tests.tooling.sources import ROOT

BROKEN = ROOT / "tests" / "broken_plugins"
WORDS = {
    "missing": ["requires", "nowhere", "not installed"],
    "outdated": ["requires", "inventory", ">=99", "1."],
    "chicken": ["circle", "egg"],
    "egg": ["circle", "chicken"],
    "futuristic": ["kernel", ">=99", "1."],
    "vague": ["version", "cannot be read", "any recent one"],
    "unimportable": ["imported", "no_such_package_anywhere"],
    "impostor": ["broken_impostor.plugin:plugin", "not a Plugin"],
    "alias": ["alias", "somebody_else"],
    "quitter": ["imported", "I do not want to run here"],
    "halfway": ["imported", "the resources cannot be read", "resources.py, line "],
    "squatter": ["inventory_squat", "squatter_"],
    "claimant": ["inventory.claim", "claimant"],
    "repeater": ["repeater.days", "already declared"],
    "listener": ["hooks do not fit", "inventory_moves_dnoe"],
    "mishearing": ["hooks do not fit", "weather"],
    "unmappable": ["NoSuchClassAnywhere"],
    "wanderer": ["wanderer.trip.lose", "lost"],
    "listing": ["manifest", "requires=['inventory']", ">=1,<2"],
    "nothing": ["manifest", "requires=None"],
    "picky": ["works with", "inventory", ">=99", "1."],
    "skipper": ["imported", "no scale is connected", "plugin.py, line 8"],
    "untitled": ["no title"],
}
PROGRAM = """
import json
from core.db.base import Base
from core.plugins.loader import load
registry = load()
Base.registry.configure()
again = load()
print(json.dumps({
    "loaded": list(registry.plugins),
    "refused": {item.name: item.reason for item in registry.refused},
    "tables": sorted(Base.metadata.tables),
    "resources": sorted(registry.resources),
    "settings": sorted(registry.settings),
    "hooks": [impl.plugin_name for impl in registry.bus.hook.before_action.get_hookimpls()],
    "again": [list(again.plugins), {item.name: item.reason for item in again.refused}],
}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """One process that finds all of them beside the plugins that work."""
    folder = tmp_path_factory.mktemp("broken")
    for name in WORDS:
        distribute(folder / "site", name, f"broken_{name}.plugin:plugin")
    done = run_python(PROGRAM, folder / "site", *(BROKEN / name for name in WORDS), folder=folder)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_broken_plugin_is_expected():
    assert sorted(path.name for path in BROKEN.iterdir() if path.is_dir()) == sorted(WORDS)


@pytest.mark.parametrize("name", WORDS)
def test_it_is_refused_with_the_right_words(outcome, name):
    reason = outcome["refused"][name]
    assert [word for word in WORDS[name] if word not in reason] == [], reason
    assert "\n" not in reason


def test_the_healthy_are_loaded(outcome):
    assert {"kernel", "inventory", "recipes"} <= set(outcome["loaded"])
    assert not set(WORDS) & set(outcome["loaded"])
    assert set(outcome["refused"]) == set(WORDS)


def test_the_refused_leave_nothing_behind(outcome):
    everything = " ".join([*outcome["tables"], *outcome["resources"], *outcome["settings"]])
    assert [name for name in (*WORDS, "squat", "claim") if name in everything] == []
    assert "mishearing" not in outcome["hooks"]


def test_a_second_kernel_of_the_process_judges_alike(outcome):
    assert outcome["again"] == [outcome["loaded"], outcome["refused"]]
