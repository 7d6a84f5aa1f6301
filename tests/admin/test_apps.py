"""The store of modules: found, looked into, turned on and off; a README is text and nothing else."""

import pytest

from core.admin.administration.readme import for_administrators, rendered
from core.services.models import FailingObserver


def test_the_store_finds_and_narrows(pages):
    every = pages.open("/apps")
    assert 'id="app-inventory"' in every
    assert "How they depend on each other" in every
    found = pages.open("/apps?search=batches")
    assert ('id="app-recipes"' in found, 'id="app-inventory"' in found) == (True, False)
    assert 'id="app-inventory"' not in pages.open("/apps?show=off")
    assert "No module fits" in pages.open("/apps?search=zeppelin")


def test_a_module_tells_what_it_brings_and_needs(pages):
    page = pages.open("/apps/recipes")
    for text in ("What it brings", "Documents", "Permissions", "Dashboard cards", "Apache-2.0", "openmill"):
        assert text in page
    assert 'href="/apps/inventory"' in page
    pages.open("/apps/nothing", 404)
    pages.open("/apps/kernel", 404)


@pytest.mark.parametrize(
    ("text", "absent"),
    [("<script>alert(1)</script>", "<script"), ("[x](javascript:alert(1))", "javascript"), ("[x](../secret)", "href"),
     ("![a picture](logo.png)", "<img"), ("<img src=x onerror=alert(1)>", "<img"), ("[x](data:text/html,hi)", "href")],
)  # fmt: skip
def test_a_readme_is_harmless(text, absent):
    assert absent not in str(rendered(text)).replace("&lt;", "").replace("(javascript:", "")


def test_a_readme_keeps_what_it_says():
    html = str(
        rendered(
            "# Title\n\n## Use\n\nSee [the docs](https://example.com), **now**.\n\n| a | b |\n|---|---|\n| 1 | 2 |"
        )
    )
    assert "<h3>Use</h3>" in html
    assert 'href="https://example.com"' in html
    assert "<table>" in html
    assert "Title" not in html


def test_administrators_read_what_a_module_does_and_nothing_of_its_code(pages):
    page = pages.open("/apps/inventory")
    for text in ("Where to find what", "hookspecs.py", "models/"):
        assert text not in page
    for text in ("Expire lots", "Jobs", "Schedules", "Reports", "Settings"):
        assert text in page
    readme = "# Yarn\n\nUse yarn.api.\n\n## For administrators\n\nWinds skeins of 100 g.\n\n## Hooks\n\nyarn_wound"
    assert for_administrators(readme) == "Winds skeins of 100 g."
    assert for_administrators("# Yarn\n\nUse yarn.api.") == ""


def test_what_keeps_failing_is_shown_and_switched_on_again(pages, kernel, tenant):
    observer = next((item for item in kernel.registry.observers.values()), None)
    if observer is None:
        return
    with kernel.platform() as db:
        db.add(FailingObserver(id=db.take_ids(1)[0], tenant_id=tenant.id, key=observer.key, failures=5,
                               error="Boom <b>", failed_at=db.now(), switched_off_at=db.now()))  # fmt: skip
    url = f"/apps/{observer.plugin}"
    page = pages.open(url)
    assert "Boom &lt;b&gt;" in page
    done = pages.send(page, f"{url}/observers")
    assert "Switch on again" not in pages.follow(done)
