"""What hands do in a browser: they wait until a page answers, as a person does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# Until its scripts have run a page takes no click; without this a fast test presses what nobody listens to yet.
UNTIL_LOADED = """(() => {
  const closed = new CSSStyleSheet();
  closed.replaceSync("html { pointer-events: none !important; }");
  document.adoptedStyleSheets = [closed];
  const open = () => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== closed); };
  addEventListener("load", open);
})()"""

# The one rule of WCAG 2.2 AA that axe leaves out unless it is asked for.
TARGETS = {"target-size": {"enabled": True}}
LOOK = "async ([place, options]) => (await axe.run(place ?? document, options)).violations"


def make_patient(page: Page) -> None:
    """Let clicks and keys wait until the page that is there has loaded whole."""
    page.add_init_script(UNTIL_LOADED)
    for name in ("press", "type", "insert_text"):
        setattr(page.keyboard, name, _after_loading(page, getattr(page.keyboard, name)))


def _after_loading(page: Page, act: Callable[..., None]) -> Callable[..., None]:
    def patient(*arguments: Any, **options: Any) -> None:
        page.wait_for_load_state("load")
        act(*arguments, **options)

    return patient


def choose(page: Page, label: str, text: str) -> None:
    """Choose a record in a picker by typing a part of its name, once the picker listens and has an answer."""
    page.get_by_role("combobox", name=label).first.click()
    expect(page.locator(".ts-wrapper.focus:not(.input-hidden)")).to_be_visible()
    with page.expect_response(lambda answer: f"search={text}" in answer.url):
        page.keyboard.type(text)
    expect(page.locator(".ts-dropdown:visible .option.active")).to_contain_text(text)
    page.keyboard.press("Enter")
    expect(page.locator(".ts-wrapper.loading")).to_have_count(0)


def faults_of(page: Page, context: str | None = None, *, frame: bool = False) -> list[str]:
    """List what keeps somebody out of a page as it stands: by every rule in light, by its contrasts in the dark too.

    The frame around pages has the same colours everywhere: in the dark it is looked at only with `frame`.
    """
    page.wait_for_load_state("load")
    page.emulate_media(color_scheme="light")
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    found = _violations(page, context, rules=TARGETS)
    page.emulate_media(color_scheme="dark")
    coloured = context or (None if frame else "main")
    found += [f"in the dark: {line}" for line in _violations(page, coloured, runOnly=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    return found


def small_targets_of(page: Page) -> list[str]:
    """List what a finger would miss, or hit together with its neighbour."""
    page.wait_for_load_state("load")
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    return _violations(page, None, runOnly=["target-size"])


def _violations(page: Page, context: str | None, **options: Any) -> list[str]:
    # All that is in order is not listed, nor sent here: on a long page that would take most of the time.
    given = [context, options | {"resultTypes": ["violations"]}]
    found = page.evaluate(LOOK, given)
    return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]


def overflow_of(page: Page) -> int:
    """Tell by how many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
