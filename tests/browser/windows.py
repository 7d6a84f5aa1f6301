"""Windows of Chromium: one that the tests of a process take turns with, and others for a test that wants a second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page

from core.testing.clients import BrowserClient
from core.testing.house import TestMember
from core.web.current import COOKIE
from tests.browser.hands import make_patient

# A busy machine is slow, not wrong: what is expected comes at once or, there, later.
PATIENCE_MS = 30_000
HEIGHT = 850
QUIET_PLACE = "/api/v1/system/health"


def session_of(app: Flask, member: TestMember) -> str:
    """Log somebody in and return their session's cookie."""
    cookie = BrowserClient(app, member)._client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


class Window:
    """A page in a context of its own, and everything it complained about."""

    def __init__(self, chromium: Browser, address: str, *, scripts: bool = True) -> None:
        self.address = address
        self.noise: list[str] = []
        self.context = chromium.new_context(base_url=address, java_script_enabled=scripts)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        if scripts:
            make_patient(self.page)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))

    def _hear(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.noise.append(said.text)

    def show(self, path: str, *, width: int, dark: bool, session: str = "") -> Page:
        """Open a page as whoever a session's cookie belongs to; without one as a guest."""
        self.noise = []
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(media="null", color_scheme="dark" if dark else "light", reduced_motion="reduce")
        if session:
            self.context.add_cookies([{"name": COOKIE, "value": session, "url": self.address}])
        self.page.goto(path)
        return self.page

    def forget(self) -> None:
        """Leave nothing of a test for the next one but what a browser keeps of a place it has been to: its files."""
        for other in self.context.pages[1:]:
            other.close()
        self.page.unroute_all()
        self.page.goto(QUIET_PLACE)
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.mouse.move(-1, -1)
        self.context.clear_cookies()


class Windows:
    """The windows of a process over one application: to open one costs more than most tests do in it."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self._chromium, self._address = chromium, address
        self._common: Window | None = None
        self._taken = False

    def take(self, *, scripts: bool) -> Window:
        """Give the common window where it is free and fits, else a new one."""
        if self._taken or not scripts:
            return Window(self._chromium, self._address, scripts=scripts)
        self._taken = True
        self._common = self._common or Window(self._chromium, self._address)
        return self._common

    def give_back(self, windows: Iterable[Window], *, as_new: bool) -> None:
        """Close windows; the common one stays, unless the next test shall have a new one."""
        for window in windows:
            if window is self._common and not as_new:
                window.forget()
            else:
                window.context.close()
        if as_new:
            self._common = None
        self._taken = False

    def close(self) -> None:
        """Close what is still open."""
        if self._common is not None:
            self._common.context.close()
