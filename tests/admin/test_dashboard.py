"""The home page: cards that each person arranges, and that never take each other down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from core.admin.home.drawing import chart, spark
from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.clients import ApiClient, BrowserClient

STOCK = ("inventory.stock.read", "inventory.receipt.read")
Members = Callable[..., tuple[ApiClient, BrowserClient]]


@pytest.fixture
def member(app: Flask, kernel: Kernel, tenant: TenantInfo) -> Members:
    """Make somebody with a program and a browser."""

    def make(*allow: str, **options: Any) -> tuple[ApiClient, BrowserClient]:
        made = house.make_member(kernel, tenant, allow, **options)
        return ApiClient(app, made), BrowserClient(app, made)

    return make


def _keys(client: ApiClient) -> list[str]:
    return [card["key"] for card in client.get("dashboard").json["cards"]]


def test_everybody_starts_with_the_cards_that_are_theirs_to_see(member: Members) -> None:
    keeper, browser = member(*STOCK)
    assert _keys(keeper) == ["inventory.low_stock_card", "inventory.expiring_card", "inventory.receipts_card"]
    assert keeper.get("dashboard").json["audience"] == "usual"
    page = browser.get("/").text
    assert 'data-card="inventory.low_stock_card"' in page
    assert "inventory.value_card" not in page and "recipes." not in page


def test_a_card_is_for_whoever_may_see_what_it_tells(member: Members) -> None:
    keeper, browser = member(*STOCK)
    assert keeper.get("widgets/inventory.low_stock_card").json["answer"] == {"value": 0, "items": []}
    assert browser.get("/cards/inventory.low_stock_card").status_code == 200
    for ask in (lambda key: keeper.get(f"widgets/{key}"), lambda key: browser.get(f"/cards/{key}")):
        assert ask("inventory.value_card").status_code == 403
        assert ask("recipes.by_state").status_code == 403
        assert ask("nobody.nothing").status_code == 404


def test_cards_are_arranged_over_the_api_and_go_back_to_what_is_usual(member: Members) -> None:
    keeper, _browser = member(*STOCK)
    wanted = [{"key": "inventory.receipts_card", "width": 4}, {"key": "inventory.low_stock_card"}]
    told = keeper.send("PUT", "dashboard", {"cards": wanted}).json
    assert [(card["key"], card["width"]) for card in told["cards"]] == [
        ("inventory.receipts_card", 4), ("inventory.low_stock_card", 2),
    ]  # fmt: skip
    assert [card["key"] for card in told["available"]] == ["inventory.expiring_card"]
    assert keeper.delete("dashboard").json["audience"] == "usual"
    assert len(_keys(keeper)) == 3


@pytest.mark.parametrize(
    "cards",
    [
        "text", [5], [{"key": "inventory.value_card"}], [{"key": "nobody.nothing"}], [{"key": ["x"]}],
        [{"key": "inventory.low_stock_card", "width": 5}], [{"key": "inventory.low_stock_card", "width": True}],
        [{"key": "inventory.low_stock_card"}, {"key": "inventory.low_stock_card"}], [{}] * 41,
    ],
)  # fmt: skip
def test_an_arrangement_that_is_none_is_refused(member: Members, cards: Any) -> None:
    keeper, _browser = member(*STOCK)
    assert keeper.send("PUT", "dashboard", {"cards": cards}).status_code == 422
    assert len(_keys(keeper)) == 3


def test_an_administrator_arranges_for_a_role_and_for_everyone(client: ApiClient, member: Members) -> None:
    local = {"cards": [{"key": "recipes.late"}, {"key": "recipes.by_state"}]}
    assert client.send("PUT", "dashboard", {**local, "audience": "role", "role": "recipes.maker"}).status_code == 200
    everyone = {"cards": [{"key": "inventory.low_stock_card"}, {"key": "inventory.value_card"}]}
    assert client.send("PUT", "dashboard", {**everyone, "audience": "everyone"}).status_code == 200
    maker, _ = member(roles=["recipes.maker"])
    assert _keys(maker) == ["recipes.late", "recipes.by_state"]
    keeper, _ = member(*STOCK)
    assert _keys(keeper) == ["inventory.low_stock_card"], "what they may not see is not there"
    maker.send("PUT", "dashboard", {"cards": [{"key": "recipes.timers"}]})
    assert _keys(maker) == ["recipes.timers"]
    maker.delete("dashboard")
    assert _keys(maker) == ["recipes.late", "recipes.by_state"]


def test_nobody_else_arranges_for_others(member: Members) -> None:
    keeper, browser = member(*STOCK)
    body = {"cards": [], "audience": "everyone"}
    assert keeper.send("PUT", "dashboard", body).status_code == 403
    assert keeper.delete("dashboard?audience=everyone").status_code == 403
    assert browser.post("/cards/arrange", {"do": "reset", "for": "everyone"}).status_code == 403
    assert "Everyone's home page" not in browser.get("/?arrange=1").text


@pytest.mark.parametrize("wrong", [{"audience": "all"}, {"audience": "role"}, {"audience": "me", "role": "x"}])
def test_an_audience_that_is_none_is_refused(client: ApiClient, wrong: dict[str, str]) -> None:
    assert client.send("PUT", "dashboard", {"cards": [], **wrong}).status_code == 422


def test_cards_are_moved_step_by_step_without_scripts(member: Members) -> None:
    keeper, browser = member(*STOCK)

    def step(what: str, card: str) -> list[tuple[str, int]]:
        answer = browser.post("/cards/arrange", {"do": what, "card": f"inventory.{card}"})
        assert answer.status_code == 303, answer.text
        return [(card["key"].split(".")[1], card["width"]) for card in keeper.get("dashboard").json["cards"]]

    assert step("later", "low_stock_card")[1] == ("low_stock_card", 2)
    assert step("earlier", "low_stock_card")[0] == ("low_stock_card", 2)
    assert step("wider", "low_stock_card")[0] == ("low_stock_card", 3)
    assert step("narrower", "expiring_card")[1] == ("expiring_card", 1)
    assert step("narrower", "expiring_card")[1] == ("expiring_card", 1)
    assert [key for key, _width in step("remove", "low_stock_card")] == ["expiring_card", "receipts_card"]
    assert 'value="inventory.low_stock_card"' in browser.get("/?arrange=1").text
    assert [key for key, _width in step("add", "low_stock_card")][-1] == "low_stock_card"
    assert browser.post("/cards/arrange", {"do": "add", "card": "inventory.value_card"}).status_code == 403
    assert browser.post("/cards/arrange", {"do": "jump", "card": "inventory.low_stock_card"}).status_code == 422
    assert browser.post("/cards/arrange", {"do": "later", "card": "nobody.nothing"}).status_code == 422


def _broken(ctx: Any) -> Any:
    ctx.db.execute("nonsense")


BROKEN: dict[str, Callable[..., Any]] = {
    "raises": _broken,
    "no answer": lambda ctx: "text",
    "no trend": lambda ctx: {"value": 1, "trend": ["a", "b"]},
    "no list": lambda ctx: {"items": 5},
}


@pytest.mark.parametrize("function", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_card_says_so_and_breaks_nothing_else(
    browser: BrowserClient, kernel: Kernel, monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]
) -> None:
    name = "inventory.low_stock_card"
    monkeypatch.setitem(kernel.registry.widgets, name, replace(kernel.registry.widgets[name], function=function))
    assert "could not be worked out" in browser.get(f"/cards/{name}").text
    assert "could not be worked out" not in browser.get("/cards/inventory.expiring_card").text
    assert browser.get("/").text.count("data-card=") == len(kernel.registry.widgets)


def test_every_card_of_the_house_is_shown(browser: BrowserClient, kernel: Kernel) -> None:
    for key in kernel.registry.widgets:
        page = browser.get(f"/cards/{key}", headers={"X-Fragment": "yes"}).text
        assert "<article" in page and "could not be worked out" not in page and "<html" not in page


def test_a_sum_of_money_is_told_with_its_cents(
    browser: BrowserClient, kernel: Kernel, tenant: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, told = "inventory.low_stock_card", {"value": Decimal("2819.100000"), "unit": tenant.currency}
    card = replace(kernel.registry.widgets[name], function=lambda ctx: told, kind="number")
    monkeypatch.setitem(kernel.registry.widgets, name, card)
    assert f'<p class="value">2,819.10 <small>{tenant.currency}</small>' in browser.get(f"/cards/{name}").text
    told["unit"] = "kg"
    assert '<p class="value">2,819.1 <small>kg</small>' in browser.get(f"/cards/{name}").text


def test_another_organisation_sees_nothing_of_it(client: ApiClient, other_client: ApiClient) -> None:
    client.send("PUT", "dashboard", {"cards": [], "audience": "everyone"})
    assert client.get("dashboard?audience=everyone").json["cards"] == []
    assert other_client.get("dashboard").json["audience"] == "usual"


# -- drawing -------------------------------------------------------------------------------------------------


def _numbers(path: str) -> Iterator[float]:
    return (float(part) for part in path.replace("M", "").replace("L", "").replace("Z", "").split())


def test_a_course_runs_from_edge_to_edge_within_its_picture() -> None:
    drawn = spark([1, 5, "2.5"])
    assert drawn is not None
    places = list(_numbers(drawn.line))
    assert places[0] == 0 and places[-2] == drawn.width
    assert all(0 <= height <= drawn.height for height in places[1::2])
    assert spark([3]) is None and spark([3, 3]) is not None


def test_bars_stand_on_the_ground_and_end_on_a_round_number() -> None:
    drawn = chart({"type": "bar", "labels": ["in_progress", "Done"], "series": [{"name": "n", "values": [3, 17]}]})
    assert drawn.labels == ["In progress", "Done"]
    assert [mark.text for mark in drawn.up] == ["0", "10", "20"]
    assert len({float(bar.y) + float(bar.height) for bar in drawn.bars}) == 1


def test_the_parts_of_a_ring_make_it_whole() -> None:
    values = {"type": "pie", "labels": ["a", "b", "c"], "series": [{"values": ["1", 2, -4]}]}
    drawn = chart(values)
    assert [part.text for part in drawn.slices] == ["A", "B"]
    assert 99.8 <= sum(float(part.length) for part in drawn.slices) <= 100.2
    assert chart({"labels": ["a"], "series": []}).bars == [] and chart({}).labels == []


def test_numbers_under_each_other_have_the_same_decimals() -> None:
    values = {"labels": ["tins", "pigments"], "series": [{"name": "EUR", "values": ["1550.88", "370.80"]}]}
    assert [part.share for part in chart({"type": "pie", **values}).slices] == ["1,550.88", "370.80"]
    assert chart(values).rows == [("EUR", ["1,550.88", "370.80"])]
    assert chart({"labels": ["a", "b"], "series": [{"values": [3, 1700]}]}).rows == [("", ["3", "1,700"])]
