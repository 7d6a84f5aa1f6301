"""Lots are followed to both ends: what went into them, what was made of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.api import Refused
from plugins.inventory.api import Link, Lot, Source, link_lots, trace
from plugins.inventory.queries.ledger import lot_moves, lot_trace
from plugins.inventory.tests.shop import Shop


@pytest.fixture
def lots(shop: Shop) -> dict[str, Lot]:
    """Oil and lye made bulk soap; bulk soap and boxes made bars."""
    made = {}
    for code in ("OIL", "LYE", "BULK", "BOX", "BARS"):
        made[code] = shop.lot(shop.receive(shop.item(code), 100, 1))
    why = Source("recipes.batch", shop.ctx.today(), id=1)
    links = [("OIL", "BULK", 60), ("LYE", "BULK", 9), ("BULK", "BARS", 69), ("BOX", "BARS", 10)]
    for start, end, quantity in links:
        link_lots(shop.ctx, [Link(made[start].id, made[end].id, Decimal(quantity))], source=why)
    return made


def reached(shop: Shop, lots: dict[str, Lot], start: str, way: str) -> set[str]:
    """The codes that a trace leads to."""
    found = trace(shop.ctx, [lots[start].id], way)  # type: ignore[arg-type]
    return {code for code, lot in lots.items() if lot.id in found.lot_ids}


def test_both_ends_are_found(shop: Shop, lots: dict[str, Lot]) -> None:
    assert reached(shop, lots, "OIL", "forward") == {"BULK", "BARS"}
    assert reached(shop, lots, "BARS", "backward") == {"OIL", "LYE", "BULK", "BOX"}
    for start in lots:
        for end in reached(shop, lots, start, "forward"):
            assert start in reached(shop, lots, end, "backward")


def test_nothing_is_made_of_itself(shop: Shop, lots: dict[str, Lot]) -> None:
    with pytest.raises(Refused) as refused:
        link_lots(shop.ctx, [Link(lots["BARS"].id, lots["OIL"].id, Decimal(1))], source=Source("x", shop.ctx.today()))
    assert refused.value.code == "LOT_CIRCLE"


def test_a_link_that_is_taken_back_leads_nowhere(shop: Shop, lots: dict[str, Lot]) -> None:
    why = Source("recipes.batch", shop.ctx.today(), id=1)
    link_lots(shop.ctx, [Link(lots["BOX"].id, lots["BARS"].id, Decimal(-10))], source=why)
    assert reached(shop, lots, "BOX", "forward") == set()


def test_a_recall_reaches_everything_made_of_it(shop: Shop, lots: dict[str, Lot]) -> None:
    answer = shop.ctx.do("inventory.lot.recall", lots["LYE"], reason="supplier's letter")
    assert {one["number"] for one in answer["recalled"]} == {lots[code].number for code in ("LYE", "BULK", "BARS")}
    assert {code: lot.state for code, lot in lots.items()} == {
        "OIL": "available",
        "LYE": "recalled",
        "BULK": "recalled",
        "BOX": "available",
        "BARS": "recalled",
    }


def test_a_trace_names_lots_documents_and_moves(shop: Shop, lots: dict[str, Lot]) -> None:
    answer = lot_trace(shop.ctx, lots["BULK"].id)
    assert [(lot["code"], lot["generation"]) for lot in answer["forward"]["lots"]] == [("BARS", 1)]
    assert {lot["code"] for lot in answer["backward"]["lots"]} == {"OIL", "LYE"}
    assert {link["document_kind"] for link in answer["backward"]["links"]} == {"recipes.batch"}
    assert [move["quantity"] for move in lot_moves(shop.ctx, lots["BULK"].id)["items"]] == [100]
