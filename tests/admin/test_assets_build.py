"""The build backend: browser packages come from the lock file, or the build says in one sentence why not."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

THEMES = Path(__file__).resolve().parents[2] / "themes"


@pytest.fixture
def backend(tmp_path):
    """The backend over a copy of the themes folder, without what an earlier build put there."""
    copy = tmp_path / "themes"
    shutil.copytree(THEMES, copy, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    spec = importlib.util.spec_from_file_location("assets_build_copy", copy / "assets_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_file_names_checksums_and_no_address():
    packages = json.loads((THEMES / "package-lock.json").read_text())["packages"]
    wanted = {name: entry for name, entry in packages.items() if name}
    assert {"node_modules/htmx.org", "node_modules/tom-select"} <= set(wanted)
    for entry in wanted.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry


def test_a_build_without_npm_asks_pip_for_node(backend, monkeypatch):
    monkeypatch.setattr(backend, "installed_npm", lambda: None)
    assert backend.NODE_WHEEL in backend.get_requires_for_build_wheel()
    assert backend.NODE_WHEEL in backend.get_requires_for_build_editable()
    monkeypatch.setattr(backend, "installed_npm", lambda: ["npm"])
    assert backend.NODE_WHEEL not in backend.get_requires_for_build_wheel()


def test_a_build_with_neither_says_so_in_one_sentence(backend, monkeypatch):
    monkeypatch.setattr(backend, "installed_npm", lambda: None)
    monkeypatch.setattr(backend, "packaged_npm", lambda: None)
    with pytest.raises(backend.AssetsMissing) as refused:
        backend.build_assets()
    assert "install Node.js" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_there_and_belongs_to_the_lock_file_is_left_alone(backend, monkeypatch):
    backend.VENDOR.mkdir(parents=True)
    for name in backend.COPIES.values():
        (backend.VENDOR / name).write_text("built before")
    backend.STAMP.write_text(backend.lock_digest())
    monkeypatch.setattr(backend, "_install", lambda *_: pytest.fail("nothing had to be installed"))
    backend.build_assets()
    (backend.THEMES / "package-lock.json").write_text("{}")
    assert not backend.assets_are_current()
