"""A window in which the theme is looked at."""

import pytest

from core.testing.browsers import served
from core.testing.clients import BrowserClient
from core.web.current import COOKIE


@pytest.fixture
def open_page(app, owner, chromium):
    """Open a page in a browser of the owner's."""
    opened = []
    with served(app) as address:

        def make(path, *, dark=False):
            context = chromium.new_context(base_url=address, color_scheme="dark" if dark else "light")
            opened.append(context)
            cookie = BrowserClient(app, owner)._client.get_cookie(COOKIE)
            context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
            page = context.new_page()
            page.goto(path)
            return page

        yield make
        for context in opened:
            context.close()
