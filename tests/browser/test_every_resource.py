"""Every generated page of every module, in Chromium: readable for everybody, and stored markup stays text."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from core.app import create_app
from core.db.base import Base, TenantOwned
from core.plugins.loader import load
from core.testing import databases
from core.testing.browsers import served
from core.testing.clients import BrowserClient
from core.testing.contract.shown import pages_of
from core.testing.furniture import Furnished, furnish
from core.testing.plugin import _furnish, open_kernel
from core.web.current import COOKIE
from tests.browser.hands import faults_of

RESOURCES = sorted(load().resources)
PAYLOADS = (
    '<img src=x onerror="pwned=1">',
    '"><script>pwned=1</script>',
    "'-pwned-'\" autofocus onfocus=pwned=1 x=",
    "</textarea></script><svg onload=pwned=1>",
    '<a href="javascript:pwned=1">x</a>{{7*7}}',
)
# What only a payload that was taken for markup would leave in a page.
TAKEN = "[onerror], [onload], [onfocus], img[src='x'], a[href^='javascript'], script:not([src])"


@contextmanager
def _furnished(name: str, instance: Path, change: Callable[[sa.Connection], None] | None = None) -> Iterator[Furnished]:
    """Open a furnished tenant of the module's own; what a page looks like does not depend on the database."""
    registry = load()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = databases.clone(
        "sqlite", f"{worker}_{name}", lambda address: _furnish(address, registry), template="furnished"
    )
    if change is not None:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            change(connection)
        engine.dispose()
    kernel = open_kernel(url, registry, instance=instance)
    yield furnish(kernel, create_app(kernel))
    kernel.close()
    databases.drop(url)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A tenant with everything in it."""
    with _furnished("shown", tmp_path_factory.mktemp("shown")) as found:
        yield found


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The same in which every text of every table is markup; only the pages can keep it harmless."""
    with _furnished("poisoned", tmp_path_factory.mktemp("poisoned"), _poison) as found:
        yield found


@contextmanager
def _window(chromium: Browser, tenant: Furnished) -> Iterator[Page]:
    """Open a window of a tenant's owner."""
    assert tenant.owner.member is not None
    with served(tenant.app) as address:
        context = chromium.new_context(base_url=address, reduced_motion="reduce")
        cookie = BrowserClient(tenant.app, tenant.owner.member)._client.get_cookie(COOKIE)
        assert cookie is not None
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
        yield context.new_page()
        context.close()


@pytest.fixture(scope="module")
def shop_page(chromium: Browser, shop: Furnished) -> Iterator[Page]:
    """One window for all of them: what it has loaded once, it keeps."""
    with _window(chromium, shop) as page:
        page.add_init_script(Axe().axe_script)  # every page is looked at: sent with each, it would come over and over
        yield page


@pytest.fixture(scope="module")
def poisoned_page(chromium: Browser, poisoned: Furnished) -> Iterator[Page]:
    """One window for all of them."""
    with _window(chromium, poisoned) as page:
        yield page


@pytest.mark.parametrize("key", RESOURCES)
def test_its_pages_shut_nobody_out(shop_page: Page, shop: Furnished, key: str) -> None:
    wrong = []
    for path in _pages(shop, key):
        shop_page.goto(path)
        wrong += [f"{path}: {line}" for line in faults_of(shop_page)]
    assert not wrong, "\n".join(wrong)


def _pages(furnished: Furnished, key: str) -> list[str]:
    """Leave out a chart that the declaration does not name: it looks like those that are named, and takes long."""
    resource = furnished.kernel.registry.resources[key]
    found = [path for path in pages_of(furnished, resource) if "search=" not in path]
    return [path for path in found if resource.chart or "view=chart" not in path]


# ---- stored markup ---------------------------------------------------------------------------------------------------


def _poison(connection: sa.Connection) -> None:
    for name in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
        connection.execute(sa.text(f"DROP TRIGGER {name}"))
    payloads, known = itertools.cycle(PAYLOADS), set(sa.inspect(connection).get_table_names())
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, TenantOwned) and mapper.local_table.name in known:
            for column in _texts(mapper.local_table):
                connection.execute(_poisoning(mapper.local_table, column, next(payloads)))


def _texts(table: sa.Table) -> list[sa.Column]:
    """Name the columns that hold what people typed: plain text that nothing else is looked up by."""
    machine = {"key", "series", "hash", "previous_hash", "stored_as", "sha256", "resource", "action", "media_type",
               "table", "request_id", "username", "plugin", "theme", "slug", "role"}  # fmt: skip
    return [column for column in table.c if type(column.type) in (sa.String, sa.Text) and column.name not in machine]


def _poisoning(table: sa.Table, column: sa.Column, payload: str) -> sa.Update:
    """Write markup into the first rows; unique texts get their id before it."""
    length = getattr(column.type, "length", None) or 10_000
    text = sa.func.substr(sa.cast(table.c.id, sa.String).concat(payload), 1, length)
    rows = sa.select(table.c.id).order_by(table.c.id.desc()).limit(60)
    return sa.update(table).where(table.c.id.in_(rows)).values({column.name: text})


@pytest.mark.parametrize("key", RESOURCES)
def test_its_stored_markup_stays_text(poisoned_page: Page, poisoned: Furnished, key: str) -> None:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    poisoned_page.on("console", hear)
    wrong = [line for path in _pages(poisoned, key) for line in _taken(poisoned_page, path)]
    poisoned_page.remove_listener("console", hear)
    assert not wrong, "\n".join(wrong)
    assert said == []


def test_the_markup_is_there_to_be_seen(poisoned_page: Page) -> None:
    poisoned_page.goto("/items")
    assert poisoned_page.locator("main").inner_text().count("pwned") > 10


def _taken(page: Page, path: str) -> Iterator[str]:
    answer = page.goto(path)
    if answer is None or answer.status >= 400:
        yield f"{path}: {answer and answer.status}"
    if page.evaluate("typeof window.pwned") != "undefined":
        yield f"{path}: ran"
    for found in page.evaluate(
        f"[...document.querySelectorAll({TAKEN!r})].map((each) => each.outerHTML.slice(0, 200))"
    ):
        yield f"{path}: {found}"
