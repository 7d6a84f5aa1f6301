"""Many makers at once: stock is never oversold, labels are unique and without a gap, nothing deadlocks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from core.testing.clients import ApiClient
from plugins.recipes.tests.workshop import dec, in_stock, soap_workshop, verify

MAKERS = 8


def together(app, client, requests):
    """Send requests at the same time, each by a client of its own."""
    with ThreadPoolExecutor(MAKERS) as pool:
        sent = [pool.submit(ApiClient(app, client.member).post, path, body) for path, body in requests]
        return [(answer.result().status_code, answer.result().get_json()) for answer in sent]


def test_parallel_starts_take_what_there_is_and_no_more(app, client, unit):
    """500 g of lye are enough for five batches of 90 g; eight are started."""
    with unit() as ctx:
        shop = soap_workshop(ctx)
    path = f"recipes/{shop.recipe_id}/start-batch"
    wish = {"scale": "1", "containers": []}
    answers = together(app, client, [(path, wish)] * MAKERS)
    outcome = Counter(status for status, _ in answers)
    # Four batches use up the olive oil: 2000 g at 450 g each.
    assert outcome == {200: 4, 409: 4}
    assert {body["code"] for status, body in answers if status == 409} == {"INSUFFICIENT_STOCK"}
    labels = sorted(body["label"] for status, body in answers if status == 200)
    assert [label.rsplit("-", 1)[1] for label in labels] == ["001", "002", "003", "004"]
    with unit() as ctx:
        stock = in_stock(ctx, shop.items)
        assert (stock[shop.items["OLIVE-OIL"]], stock[shop.items["LYE"]]) == (200, 140)
        assert verify(ctx) == []


def test_one_batch_is_started_finished_and_cancelled_at_once_and_only_one_wins(app, client, unit):
    with unit() as ctx:
        shop = soap_workshop(ctx)
    batch = client.post(f"recipes/{shop.recipe_id}/plan-batch", {"scale": "1"}).get_json()
    path = f"batches/{batch['id']}"
    starts = together(app, client, [(f"{path}/start", {})] * MAKERS)
    assert Counter(status for status, _ in starts) == {200: 1, 409: MAKERS - 1}
    endings = {"finish": {"final_quantity": "1"}, "cancel": {}, "fail": {"reason": "It seized."}}
    ends = together(app, client, [(f"{path}/{verb}", body) for verb, body in endings.items()] * 2)
    assert Counter(status for status, _ in ends) == {200: 1, 409: 5}
    with unit() as ctx:
        assert verify(ctx) == []


def test_extras_and_container_changes_of_one_batch_wait_for_each_other(app, client, unit):
    with unit() as ctx:
        shop = soap_workshop(ctx)
    batch = client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"}).get_json()
    mould = next(line["id"] for line in batch["lines"] if line["kind"] == "container")
    extra = {"reason": "other", "lines": [{"kind": "ingredient", "item_id": shop.items["LYE"], "quantity": "100"}]}
    change = {"line_id": mould, "adjustment_type": "quantity"}
    requests = [(f"batches/{batch['id']}/add-extras", extra)] * 4
    requests += [
        (f"batches/{batch['id']}/adjust-container", {**change, "new_total_quantity": total}) for total in (5, 40, 0, 13)
    ]
    answers = together(app, client, requests)
    assert [status for status, _ in answers[:4]] == [200] * 4
    with unit() as ctx:
        assert in_stock(ctx, shop.items)[shop.items["LYE"]] == dec(10)
        assert verify(ctx) == []


def test_first_finishes_in_parallel_make_one_article(app, client, unit):
    with unit() as ctx:
        shop = soap_workshop(ctx)
    ids = [client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "0.5"}).get_json()["id"] for _ in range(4)]
    answers = together(app, client, [(f"batches/{batch_id}/finish", {"final_quantity": "0.6"}) for batch_id in ids])
    assert [status for status, _ in answers] == [200] * 4
    articles = {out["item_id"] for _, body in answers for out in body["outputs"] if out["kind"] == "container"}
    assert len(articles) == 1
    with unit() as ctx:
        assert verify(ctx) == []
