"""A browser without scripts: it reads a page's forms as they stand and sends them back, changed."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.clients import BrowserClient

HTML = {"Accept": "text/html"}
UNTYPED = {"button", "submit", "reset", "image", "file"}


class _Forms(HTMLParser):
    """Collects what a browser would send for each form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, MultiDict[str, str]] = {}
        self._now: MultiDict[str, str] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._blank = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._blank += tag in ("template", "noscript")
        if tag == "form":
            self._now = self.forms.setdefault(found.get("action", ""), MultiDict())
        elif self._now is None or self._blank:
            return
        elif tag == "input" and found.get("type", "text") not in UNTYPED and "name" in found:
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self._now.add(found["name"], found.get("value", ""))
        elif tag == "select" and "name" in found:
            self._select = (found["name"], [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((found.get("value", ""), "selected" in found))
        elif tag == "textarea" and "name" in found:
            self._area = (found["name"], [])

    def handle_endtag(self, tag: str) -> None:
        self._blank -= tag in ("template", "noscript")
        if tag == "form":
            self._now = None
        elif tag == "select" and self._select is not None and self._now is not None:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self._now.setlist(name, chosen)
            self._select = None
        elif tag == "textarea" and self._area is not None and self._now is not None:
            self._now.add(self._area[0], "".join(self._area[1]).removeprefix("\n"))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)


class Pages:
    """Opens pages and sends their forms."""

    def __init__(self, browser: BrowserClient) -> None:
        self.browser = browser

    def open(self, path: str, status: int = 200) -> str:
        """Open a page and return its text."""
        answer = self.browser.get(path, headers=HTML)
        assert answer.status_code == status, answer.text[-2000:]
        return answer.text

    def post(self, path: str, **values: Any) -> TestResponse:
        """Send values with the session's token."""
        return self.browser.post(path, values, headers=HTML)

    def send(self, page: str, action: str, status: int = 303, **changes: Any) -> TestResponse:
        """Send the form of a page as it stands, with some inputs changed."""
        parser = _Forms()
        parser.feed(page)
        form = parser.forms[action]
        for name, value in changes.items():
            form.setlist(name, value if isinstance(value, list) else [value])
        answer = self.browser._client.post(action, data=form, headers=HTML)
        assert answer.status_code == status, answer.text[-3000:]
        return answer

    def follow(self, answer: TestResponse) -> str:
        """Open the page that an answer leads to."""
        return self.open(answer.headers["Location"])


@pytest.fixture
def pages(browser: BrowserClient) -> Pages:
    """Pages of the tenant's owner."""
    return Pages(browser)


@pytest.fixture
def pages_with(app: Flask, kernel: Kernel, tenant: TenantInfo) -> Callable[..., Pages]:
    """Make the pages of somebody with narrower rights: ``pages_with("inventory.item.read")``."""

    def make(*allow: str) -> Pages:
        return Pages(BrowserClient(app, house.make_member(kernel, tenant, allow)))

    return make
