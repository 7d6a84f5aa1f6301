"""Posting: goods in and out of the ledger, many lines in one document and one line in each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.measuring import Figure, Pace, race
from benchmarks.workshop import Workshop

LINES = 1000


def posting_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure posting documents through the application, against the same rows by plain SQL."""
    few = max(turns // 2, 2)
    items = shop.item_ids[:LINES]
    lines = [items[n % len(items)] for n in range(LINES)]

    def figure(name: str, pace: Pace, aim: str = "", least: int = 0, unit: str = "moves/s") -> Figure:
        reached = pace.ours >= least if aim else None
        return Figure(name, shop.database, shop.moves, pace.ours, unit, pace.bare, pace.ratio, aim, reached)

    def many(path: str, bare: Callable[[Any], None]) -> Pace:
        return race(_post(shop, path), bare, turns=few, each=LINES, calls=1,
                    prepare=lambda: _draft(shop, path, lines), prepare_bare=lambda: lines)  # fmt: skip

    yield figure("receipt of 1,000 lines", many("receipts", _bare_receipt(shop)), "≥ 3,000 moves/s", 3000)
    yield figure("1,000 FIFO issues in one", many("issues", _bare_issue(shop)), "≥ 1,000 moves/s", 1000)
    written = race(lambda _: _draft(shop, "receipts", lines), lambda _: _bare_draft(shop, lines), turns=few, each=LINES,
                   calls=1)  # fmt: skip
    yield figure("write a receipt of 1,000 lines", written, unit="lines/s")
    yield figure("single postings", _single(shop, turns, items), "≥ 100/s", 100, "postings/s")


def _single(shop: Workshop, turns: int, items: list[int]) -> Pace:
    turn_of = itertools.cycle(("receipts", "issues"))
    doors = {path: _post(shop, path) for path in ("receipts", "issues")}
    bare = {"receipts": _bare_receipt(shop), "issues": _bare_issue(shop)}
    item = itertools.cycle(items)

    def prepare() -> tuple[str, int]:
        path = next(turn_of)
        return path, _draft(shop, path, [next(item)])

    def prepare_bare() -> tuple[str, list[int]]:
        return next(turn_of), [next(item)]

    return race(lambda given: doors[given[0]](given[1]), lambda given: bare[given[0]](given[1]), turns=turns, calls=10,
                prepare=prepare, prepare_bare=prepare_bare)  # fmt: skip


def _draft(shop: Workshop, path: str, items: list[int]) -> int:
    cost = {"unit_cost": "1.25"} if path == "receipts" else {}
    quantity = "10" if path == "receipts" else "1.5"
    body = {"location_id": shop.location_id, "lines": [{"item_id": i, "quantity": quantity, **cost} for i in items]}
    answer = shop.client.post(path, body)
    assert answer.status_code == 201 and answer.json is not None, answer.json
    return int(answer.json["id"])


def _post(shop: Workshop, path: str) -> Callable[[Any], None]:
    def post(document: Any) -> None:
        answer = shop.client.post(f"{path}/{document}/post")
        assert answer.status_code == 200, answer.json

    return post


def _bare_draft(shop: Workshop, items: list[int]) -> None:
    shop.rows_of_none("BEGIN")
    shop.many("INSERT INTO bare_move (item_id, location_id, quantity) VALUES (?, ?, ?)",
              [(item, shop.location_id, 10) for item in items])  # fmt: skip
    shop.rows_of_none("COMMIT")


def _bare_receipt(shop: Workshop) -> Callable[[Any], None]:
    def post(items: Any) -> None:
        lots = [next(shop.serial) for _ in items]
        pairs = list(zip(lots, items, strict=True))
        shop.rows_of_none("BEGIN")
        shop.many("INSERT INTO bare_lot (id, item_id, number, cost) VALUES (?, ?, ?, ?)",
                  [(lot, item, f"L-{lot}", 1) for lot, item in pairs])  # fmt: skip
        shop.many("INSERT INTO bare_stock (lot_id, item_id, on_hand, worth) VALUES (?, ?, ?, ?)",
                  [(lot, item, 10, 12) for lot, item in pairs])  # fmt: skip
        _bare_moves(shop, [(item, lot, 10, 12) for lot, item in pairs])
        shop.rows_of_none("COMMIT")

    return post


def _bare_issue(shop: Workshop) -> Callable[[Any], None]:
    lock = " FOR UPDATE" if shop.database == "postgresql" else ""
    oldest = f"SELECT lot_id FROM bare_stock WHERE item_id = ? AND on_hand >= 1 ORDER BY lot_id LIMIT 1{lock}"

    def post(items: Any) -> None:
        shop.rows_of_none("BEGIN")
        taken = [(item, shop.rows(oldest, (item,))[0][0]) for item in items]
        shop.many("UPDATE bare_stock SET on_hand = on_hand - 1, worth = worth - 1 WHERE lot_id = ?",
                  [(lot,) for _item, lot in taken])  # fmt: skip
        _bare_moves(shop, [(item, lot, -1, -1) for item, lot in taken])
        shop.rows_of_none("COMMIT")

    return post


def _bare_moves(shop: Workshop, rows: list[tuple[int, int, int, int]]) -> None:
    shop.many("INSERT INTO bare_move (item_id, location_id, lot_id, quantity, worth, document) "
              "VALUES (?, ?, ?, ?, ?, 1)", [(item, shop.location_id, *rest) for item, *rest in rows])  # fmt: skip
