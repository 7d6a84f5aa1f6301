"""Pages: a list and a form as HTML, beside the API's answer for the same data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.measuring import Figure, race
from benchmarks.workshop import Workshop
from core.testing.clients import ApiClient, BrowserClient

LIST = "items?name__contains=cedar&sort=code"
LINES = 100


def page_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure the generated pages of a browser against the API's answers that hold what they show.

    A list shows rows, figures, saved views and what the person chose; a form shows a record, describes its fields and
    keeps to what the person chose.
    """
    assert shop.client.member is not None
    browser = BrowserClient(shop.app, shop.client.member)

    def figure(name: str, page: str, answers: Sequence[str], aim: str = "", least: int = 0) -> Figure:
        pace = race(lambda _: _read(browser, f"/{page}"), lambda _: [_read(shop.client, path) for path in answers],
                    turns=turns)  # fmt: skip
        reached = pace.ratio >= 1 / 2 and pace.ours >= least if aim else None
        return Figure(
            name, shop.database, len(shop.item_ids), pace.ours, "pages/s", pace.bare, pace.ratio, aim, reached
        )

    own = "me/preferences"
    shown = [f"{LIST}&totals=selling_price", "saved-views?resource=inventory.item", own]
    yield figure("list as a page, beside its rows alone", LIST, [LIST])
    yield figure("list as a page", LIST, shown, "≥ 100/s, ≤ 2 times the API's time", 100)
    receipt = f"receipts/{_receipt(shop)}"
    yield figure(f"form of {LINES} lines, beside the record alone", receipt, [receipt])
    yield figure(f"form of {LINES} lines", receipt, [receipt, "receipts/fields", own], "≤ 2 times the API's time")
    item = f"items/{shop.item_ids[0]}"
    yield figure("form of one record, beside the record alone", item, [item])
    yield figure("form of one record", item, [item, "items/fields", own], "≤ 2 times the API's time")


def _read(client: ApiClient | BrowserClient, path: str) -> None:
    assert client.get(path).status_code == 200, path


def _receipt(shop: Workshop) -> int:
    line = {"quantity": "10", "unit_id": shop.unit_id, "unit_cost": "1.25"}
    lines = [{**line, "item_id": item_id} for item_id in shop.item_ids[:LINES]]
    made: int = shop.client.post("receipts", {"location_id": shop.location_id, "lines": lines}).get_json()["id"]
    return made
