"""Harbour Coatings: white paint mixed from pigment and binder, filled into tins and pails."""

from __future__ import annotations

from datetime import timedelta

from core.api import Context, demo
from plugins.recipes.demo.kitchen import Kitchen, Past

MIX = [
    ("PIG-TIO2", "38", "kg"), ("EXT-CHALK", "27", "kg"), ("BIND-ACR", "60", "kg"), ("ADD-DISP", "1.5", "l"),
    ("ADD-DEFOAM", "0.8", "kg"),
]  # fmt: skip


@demo("recipes.paint")
def paint(ctx: Context) -> None:
    """A paint shop's mixing sheet, one batch in the tins and one planned."""
    kitchen = Kitchen(ctx)
    if kitchen.knows("MIX-WHITE") or not kitchen.has("PIG-TIO2", "HM-WHITE-1", "BULK-WHITE"):
        return
    white = kitchen.recipe(
        "MIX-WHITE", "Harbour Matt White", "100 l", MIX, into="BULK-WHITE", shelf_life_days=1095,
        containers={"TIN-1": "HM-WHITE-1", "TIN-5": "HM-WHITE-5", "PAIL-20": "HM-WHITE-20"},
        instructions="Disperse the pigments in half the binder at high speed, let down with the rest, strain.",
    )  # fmt: skip
    kitchen.make(Past(6, white, "1", "97.5", broken=1))
    kitchen.plan(white, "1.5", due_date=ctx.today() + timedelta(days=4))
