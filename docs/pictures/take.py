"""`python docs/pictures/take.py [name …]`: takes the pictures of the documents from a demo of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _nothing(page: Page) -> None:
    """Take the page as it opens."""


def _first_record(page: Page) -> None:
    page.locator("td.key a").first.click()
    page.wait_for_load_state("networkidle")


def _first_group(page: Page) -> None:
    page.get_by_text("Raw", exact=True).first.click()
    page.wait_for_load_state("networkidle")


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("soap")
    page.wait_for_load_state("networkidle")


@dataclass(frozen=True)
class Picture:
    """One picture: whose page, how wide, and what is done on it before it is taken."""

    name: str
    path: str
    tenant: str = "soap"
    width: int = 1360
    height: int = 860
    dark: bool = False
    prepare: Callable[[Page], None] = _nothing


PICTURES = (
    Picture("home", "/"),
    Picture("board", "/batches?view=kanban"),
    Picture("batch", "/batches?state=in_progress", prepare=_first_record),
    Picture("dark", "/items?group=kind", dark=True, prepare=_first_group),
    Picture("palette", "/items", prepare=_palette),
)


@contextmanager
def demo() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Run a demo in a folder of its own; gives its address and its log-ins."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "core.cli", "demo", "--instance", folder, "--port", "0"]
        with subprocess.Popen(words, cwd=HERE.parent.parent, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                address = next(found[0] for line in process.stdout if (found := re.search(r"http://[\d.]+:\d+", line)))
                yield address, json.loads((Path(folder) / "demo.json").read_text())
            finally:
                process.terminate()
                process.communicate()


def take(browser: Browser, address: str, log_ins: list[dict[str, str]], picture: Picture) -> None:
    """Take one picture, in the size that screens of today have."""
    who = next(item for item in log_ins if picture.tenant in str(item).lower())
    context = browser.new_context(
        base_url=address, viewport={"width": picture.width, "height": picture.height}, device_scale_factor=1,
        color_scheme="dark" if picture.dark else "light", reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.goto("/login")
    page.locator("[name=username]").fill(who["username"])
    page.locator("[name=password]").fill(who["password"])
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.goto(picture.path)
    page.wait_for_load_state("networkidle")
    picture.prepare(page)
    page.wait_for_timeout(400)
    page.screenshot(path=HERE / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Take all pictures, or those named."""
    wanted = set(sys.argv[1:])
    with demo() as (address, log_ins), sync_playwright() as playwright:
        found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                take(browser, address, log_ins, picture)
        browser.close()


if __name__ == "__main__":
    main()
