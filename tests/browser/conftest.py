"""A real Chromium against a real server. Pages must stay silent: no script error, nothing refused by the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.browsers import served
from tests.browser.windows import PATIENCE_MS, Window, Windows, session_of

OpenPage = Callable[..., Page]
FAILED = pytest.StashKey[bool]()
# What Chromium says of every refusal, also of one that a test is about.
STATUS = "the server responded with a status of"
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


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Remember that a test failed: the next one, or its second try, begins in a new window."""
    if call.excinfo is not None:
        item.stash[FAILED] = True


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """Where the application answers."""
    with served(app) as found:
        yield found


@pytest.fixture(scope="session")
def windows(chromium: Browser, address: str) -> Iterator[Windows]:
    """The windows over the application."""
    found = Windows(chromium, address)
    yield found
    found.close()


@pytest.fixture
def open_page(
    windows: Windows, app: Flask, kernel: Kernel, tenant: TenantInfo, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Open a browser window as an owner of ``tenant``: ``open_page("/items", width=390, dark=True)``."""
    opened: list[Window] = []
    owner = house.make_member(kernel, tenant, is_owner=True)

    def make(
        path: str, *, width: int = 1280, dark: bool = False, scripts: bool = True, guest: bool = False,
        member: house.TestMember = owner,
    ) -> Page:  # fmt: skip
        window = windows.take(scripts=scripts)
        opened.append(window)
        return window.show(path, width=width, dark=dark, session="" if guest else session_of(app, member))

    yield make
    failed = request.node.stash.get(FAILED, False)
    windows.give_back(opened, as_new=failed)
    assert [text for window in opened for text in window.noise if STATUS not in text] == []
