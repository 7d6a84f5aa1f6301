"""Forms: a document of a thousand lines is opened, and one of its lines is edited."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measuring import Figure, seconds
from benchmarks.workshop import Workshop
from core.testing.clients import BrowserClient

LINES = 1000
MOST_SECONDS = 0.2
HTML = {"Accept": "text/html"}


def form_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure what a person waits for: the page of a long receipt, and the answer to one changed item."""
    browser = BrowserClient(shop.app, shop.client.member)
    lines = [{"item_id": shop.item_ids[n % len(shop.item_ids)], "quantity": "2.5"} for n in range(LINES)]
    place = shop.client.get("admin/locations?is_default=true").json["items"][0]["id"]
    receipt = shop.client.post("receipts", {"location_id": place, "lines": lines}).json["id"]

    def opened(_: object) -> None:
        assert browser.get(f"/receipts/{receipt}", headers=HTML).status_code == 200

    def read(_: object) -> None:
        shop.client.get(f"receipts/{receipt}")

    def edited(_: object) -> None:
        # Whatever the form's length, the touched row is all of it that travels.
        values = {"_changed": "lines-7-item_id", "lines-7-item_id": str(shop.item_ids[7]), "supplier_name": "Oliveto"}
        assert browser.post("/receipts/change", values).status_code == 200

    for work in (opened, edited):
        work(None)
    page, row, answer = (seconds(work, turns=turns) for work in (opened, read, edited))
    yield Figure(f"form of {LINES} lines", shop.database, LINES, 1 / page, "pages/s", 1 / row, row / page)
    yield Figure("on-change in it", shop.database, LINES, 1 / answer, "answers/s", aim="under 200 ms",
                 reached=answer < MOST_SECONDS)  # fmt: skip
