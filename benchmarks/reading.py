"""Reading: a list page, its total, one record, what is on hand."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bare import bare_app
from benchmarks.measuring import Figure, Pace, race
from benchmarks.workshop import Workshop
from core.resources.reading import COUNT_LIMIT
from plugins.inventory.api import levels

PAGE = "items?name__contains={word}&sort=code&page_size=50{more}"
COMMON = "cedar"


def reading_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure reading through the application and, bare, through a Flask app over the same tables."""
    rival = bare_app(shop).test_client(use_cookies=False)

    def bare(path: str) -> object:
        # The very same request: a header that only one of them gets would cost only one of them.
        return rival.get(path, headers={"Authorization": f"Bearer {shop.token}"})

    def figure(name: str, unit: str, pace: Pace, aim: str = "", least: int = 0) -> Figure:
        reached = pace.ratio * 100 >= least if aim else None
        return Figure(name, shop.database, len(shop.item_ids), pace.ours, unit, pace.bare, pace.ratio, aim, reached)

    def page(word: str, more: str, bare_more: str = "") -> Pace:
        address, rivals = PAGE.format(word=word, more=more), f"/items?name={word}{bare_more}"
        return race(lambda _: shop.client.get(address), lambda _: bare(rivals), turns=turns)

    yield figure("list page", "pages/s", page(COMMON, "&count=none"), "≥ 60 % of bare", 60)
    yield figure("list page with its total", "pages/s", page(COMMON, "", "&total=1"))
    rare = f" {len(shop.item_ids) // 144} mm"
    yield figure("list page, few found", "pages/s", page(rare.strip().replace(" ", "%20"), "", "&total=1"))
    yield _total(shop, turns)
    record = shop.item_ids[len(shop.item_ids) // 2]
    one = race(lambda _: shop.client.get(f"items/{record}"), lambda _: bare(f"/items/{record}"), turns=turns)
    yield figure("one record", "records/s", one, "≥ 50 % of bare", 50)


def stock_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure what is on hand of every item that moved, against adding up the moves."""
    item_ids = shop.item_ids[:1000]
    tenant = (shop.tenant.id,)
    sums = "SELECT item_id, SUM(quantity) FROM inventory_move WHERE tenant_id = ? GROUP BY item_id"

    def ours(_: object) -> None:
        with shop.kernel.unit(shop.tenant.id, readonly=True) as ctx:
            levels(ctx, item_ids)

    pace = race(ours, lambda _: shop.rows(sums, tenant), turns=turns)
    reached = pace.ratio >= 1 / 2
    yield Figure("on hand of all items", shop.database, shop.moves, pace.ours, "answers/s", pace.bare, pace.ratio,
                 "at most twice as long", reached)  # fmt: skip
    bare = bare_app(shop).test_client(use_cookies=False)
    pace = race(lambda _: shop.client.get("stock/levels"), lambda _: bare.get("/stock"), turns=turns)
    yield Figure("on hand over REST", shop.database, shop.moves, pace.ours, "answers/s", pace.bare, pace.ratio)


def _total(shop: Workshop, turns: int) -> Figure:
    """Compare what the total adds to a page with counting every match."""
    like = "LIKE" if shop.database == "sqlite" else "ILIKE"
    count = f"SELECT COUNT(*) FROM inventory_item WHERE tenant_id = ? AND name {like} ?"
    parameters = (shop.tenant.id, f"%{COMMON}%")
    with_total = PAGE.format(word=COMMON, more="")
    without = PAGE.format(word=COMMON, more="&count=none")
    both = race(lambda _: shop.client.get(with_total), lambda _: shop.client.get(without), turns=turns)
    naive = race(lambda _: shop.client.get(without), lambda _: shop.rows(count, parameters), turns=turns)
    added = max(1 / both.ours - 1 / both.bare, 1e-6)
    ratio = 1 / naive.bare / added
    # Up to the limit a total is the count itself.
    aim = "far less than a count" if shop.rows(count, parameters)[0][0] > COUNT_LIMIT else ""
    return Figure("total of a list", shop.database, len(shop.item_ids), 1 / added, "totals/s", naive.bare, ratio,
                  aim, ratio >= 3 if aim else None)  # fmt: skip
