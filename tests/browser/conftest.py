"""A real Chromium against a real server. Pages must stay silent: no script error, nothing refused by the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.browsers import served
from core.testing.clients import BrowserClient
from core.web.current import COOKIE
from tests.browser.hands import make_patient

OpenPage = Callable[..., Page]
# A busy machine is slow, not wrong: what is expected comes at once or, there, later.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            # Chromium on a busy machine may lose a key or a moment; a second try is counted and shown in the summary.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the stories on every database, what only looks at pages on one: they are the same on both."""
    if not metafunc.definition.path.stem.endswith("_day"):
        metafunc.definition.add_marker(pytest.mark.only_on("sqlite"))


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """Where the application answers."""
    with served(app) as found:
        yield found


@pytest.fixture
def open_page(chromium: Browser, address: str, app: Flask, kernel: Kernel, tenant: TenantInfo) -> Iterator[OpenPage]:
    """Open a browser window as an owner of ``tenant``: ``open_page("/items", width=390, dark=True)``."""
    opened: list[BrowserContext] = []
    noise: list[str] = []
    owner = house.make_member(kernel, tenant, is_owner=True)

    def make(
        path: str, *, width: int = 1280, dark: bool = False, scripts: bool = True, guest: bool = False,
        member: house.TestMember = owner,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            base_url=address, viewport={"width": width, "height": 850}, java_script_enabled=scripts,
            color_scheme="dark" if dark else "light", reduced_motion="reduce",
        )  # fmt: skip
        opened.append(context)
        if not guest:
            cookie = BrowserClient(app, member)._client.get_cookie(COOKIE)
            assert cookie is not None
            context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if scripts:
            make_patient(page)
        page.on("console", lambda said: noise.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.goto(path)
        return page

    yield make
    for context in opened:
        context.close()
    assert [text for text in noise if "the server responded with a status of" not in text] == []
