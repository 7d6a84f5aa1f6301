"""The look: templates that parse, icons that exist, files that keep the content security policy whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.admin.frame import assets, icons, themes

DEFAULT = themes.THEMES["default"]
TEMPLATES = sorted((DEFAULT / "templates").glob("**/*.html"))
NAMED = re.compile(r"""(?:icon|empty)\(\s*'([a-z0-9-]+)'(?:\s+if\s+[^')]+\s+else\s+'([a-z0-9-]+)')?""")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_parses_and_carries_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    themes.environment().parse(text)
    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert "|safe" not in text


def test_every_icon_that_a_template_names_exists() -> None:
    named = {name for path in TEMPLATES for match in NAMED.findall(path.read_text()) for name in match if name}
    assert len(named) > 25
    assert [name for name in sorted(named) if not icons.has_icon(name)] == []


def test_an_unknown_icon_becomes_a_sheet_of_paper() -> None:
    assert icons.icon("no-such-icon-anywhere") == icons.icon("file-text") != icons.icon("package")
    assert 'aria-hidden="true"' in icons.icon("plus")


def test_static_files_are_named_by_their_content_and_kept_inside_the_theme() -> None:
    url = assets.asset_url("default", "css/base.css")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/default/css/base\.css", url)
    assert assets.find_asset("default", "../templates/page.html") is None
    assert assets.find_asset("default", "css") is None
    with pytest.raises(FileNotFoundError):
        assets.asset_url("default", "css/none.css")


def test_a_theme_overrides_single_files_of_the_default_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "static" / "css").mkdir(parents=True)
    (tmp_path / "static" / "css" / "tokens.css").write_text(":root { --hue: 30 }")
    (tmp_path / "templates" / "gate.html").write_text("ours {% extends 'default:gate.html' %}")
    monkeypatch.setattr(themes, "THEMES", {**themes.THEMES, "clay": tmp_path})
    source, file, _ = themes.ThemeLoader().get_source(themes.environment(), "clay:gate.html")
    assert source.startswith("ours") and file.startswith(str(tmp_path))
    assert themes.ThemeLoader().get_source(themes.environment(), "clay:session/login.html")[1].startswith(str(DEFAULT))
    assert assets.find_asset("clay", "css/tokens.css") != assets.find_asset("default", "css/tokens.css")
    assert assets.find_asset("clay", "css/base.css") == assets.find_asset("default", "css/base.css")


def test_the_first_page_stays_under_120_kb_compressed() -> None:
    names = ["js/boot.js", "js/ui.js", "vendor/htmx.min.js", "vendor/tom-select.min.js", "mark.svg"]
    names += [f"css/{name}.css" for name in ("tokens", "base", "layout", "components", "forms", "print")]
    found = [asset for name in names if (asset := assets.find_asset("default", name))]
    assert len(found) == len(names)
    assert sum(len(asset.compressed or asset.content) for asset in found) < 60_000
