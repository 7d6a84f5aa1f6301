"""Lists that refer to batches stand in the order of what people read: the label, and the name until there is one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.api import Context
from core.testing.clients import ApiClient
from plugins.recipes.models import Batch, BatchTimer, Recipe
from plugins.recipes.tests.workshop import line, make_item, make_recipe, soap_workshop, start


def _wait(ctx: Context, batch: Batch, name: str, minutes: int) -> None:
    values: dict[str, Any] = {"started_at": ctx.now(), "ends_at": ctx.now() + timedelta(minutes=minutes)}
    ctx.create(BatchTimer, batch_id=batch.id, name=name, minutes=minutes, **values)


def _planned(ctx: Context, name: str) -> Batch:
    alum = make_item(ctx, name.upper().replace(" ", "-"), "raw", "g")
    recipe = make_recipe(ctx, name=name, yield_qty=1, yield_unit_id=alum.base_unit_id,
                         ingredients=[line(ctx, alum, "1", "g")])  # fmt: skip
    batch: Batch = ctx.do("recipes.recipe.plan-batch", ctx.get(Recipe, recipe.id))
    return batch


def test_a_batch_without_a_label_stands_where_its_name_does(unit: Any, client: ApiClient) -> None:
    with unit() as ctx:
        shop = soap_workshop(ctx)
        zinc, first, alum = _planned(ctx, "Zinc salve"), start(ctx, shop), _planned(ctx, "Alum block")
        second = start(ctx, shop)
        for minutes, batch in enumerate((zinc, second, alum, first), 1):
            _wait(ctx, batch, "Cure", minutes)
        wanted = ["Alum block", f"{first.label} Lavender Soap", f"{second.label} Lavender Soap", "Zinc salve"]
        assert (alum.label, zinc.label) == (None, None)

    def told(query: str) -> list[str]:
        return [row["batch_label"] for row in client.get(f"batch-timers?{query}").get_json()["items"]]

    assert told("sort=batch") == wanted
    assert told("sort=-batch_id") == wanted[::-1]
    pages, after = [], ""
    while True:
        body = client.get(f"batch-timers?sort=batch&page_size=1&after={after}").get_json()
        pages += [row["batch_label"] for row in body["items"]]
        if not (after := body["next"]):
            break
    assert pages == wanted
