"""What a page costs a visitor who comes for the first time: little, and from nowhere else."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest

LIMIT = 120_000


@pytest.mark.parametrize("path", ["/", "/items", "/receipts/new", "/apps"])
def test_a_first_visit_is_light_and_stays_at_home(open_page, address, path):
    weights: dict[str, int] = {}
    known = open_page("/preferences").context
    # A context of its own has nothing in its cache.
    fresh = known.browser.new_context(base_url=address)
    fresh.add_cookies(known.cookies())
    tab = fresh.new_page()
    tab.on("response", lambda answer: weights.update({answer.url: _weight(answer)}))
    tab.goto(path, wait_until="networkidle")
    fresh.close()
    assert {urlsplit(url).netloc for url in weights if not url.startswith("data:")} == {urlsplit(address).netloc}
    assert len(weights) > 5
    assert sum(weights.values()) < LIMIT, sorted(weights.items(), key=lambda pair: -pair[1])[:6]


def _weight(answer) -> int:
    """Return the size that travels: compressed, as a server in front compresses pages as well."""
    try:
        return len(gzip.compress(answer.body()))
    except Exception:  # an answer without a body, such as 204 or a redirect
        return 0
