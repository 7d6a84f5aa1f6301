"""Writing: one record at a time over REST, and many by a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from benchmarks.bare import bare_app
from benchmarks.measuring import Figure, race
from benchmarks.workshop import THINGS, WOODS, Workshop

FILE_ROWS = 5000


def writing_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure creating items and importing a file of them."""
    yield _create(shop, turns)
    yield _import(shop, max(turns // 2, 2))


def _create(shop: Workshop, turns: int) -> Figure:
    bare = bare_app(shop).test_client(use_cookies=False)

    def body() -> dict[str, Any]:
        return {"code": f"N-{next(shop.serial)}", "name": "New item", "kind": "raw", "base_unit_id": shop.unit_id}

    def ours(given: Any) -> None:
        assert shop.client.post("items", given).status_code == 201

    pace = race(ours, lambda given: bare.post("/items", json=given), turns=turns, prepare=body, prepare_bare=body)
    return Figure("create a record", shop.database, len(shop.item_ids), pace.ours, "creates/s", pace.bare, pace.ratio,
                  "≥ 100/s", pace.ours >= 100)  # fmt: skip


def _import(shop: Workshop, turns: int) -> Figure:
    def ours(content: Any) -> None:
        upload = {"file": (io.BytesIO(content), "items.csv")}
        answer = shop.client.post("items/import", data=upload)
        assert answer.json is not None and answer.json["created"] == FILE_ROWS, answer.json

    def bare(content: Any) -> None:
        rows = list(csv.reader(io.StringIO(content.decode())))[1:]
        shop.rows_of_none("BEGIN")
        shop.many("INSERT INTO bare_item (code, name, kind, price) VALUES (?, ?, ?, ?)",
                  [(row[0], row[1], row[2], row[4]) for row in rows])  # fmt: skip
        shop.rows_of_none("COMMIT")

    def content() -> bytes:
        return _file(next(shop.serial))

    pace = race(ours, bare, turns=turns, each=FILE_ROWS, calls=1, prepare=content, prepare_bare=content)
    return Figure("validated import", shop.database, len(shop.item_ids), pace.ours, "rows/s", pace.bare, pace.ratio,
                  "≥ 5,000 rows/s", pace.ours >= 5000)  # fmt: skip


def _file(serial: int) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["code", "name", "kind", "base_unit", "selling_price"])
    for n in range(FILE_ROWS):
        writer.writerow([f"F-{serial}-{n}", f"{WOODS[n % 12]} {THINGS[n % 7]}", "raw", "each", f"{n % 90}.50"])
    return target.getvalue().encode()
