"""Next steps on demand: the request that supplies a missing density or conversion, and what to fill in."""

from __future__ import annotations

from typing import Annotated, Any

from core.api import Context, Problem, Refused, arg, query
from plugins.inventory.api import Converter, Item, readable

READ_ITEM = "inventory.item.read"


@query("recipes.density_step", path="next-steps/density/{id}", title="Set a density", permission=READ_ITEM)
def density_step(ctx: Context, item_id: int) -> dict[str, Any]:
    """Return the request that gives an item its density, whether it has one or not."""
    item: Item = readable(ctx, "inventory.item", item_id)
    return {
        "item_id": item.id,
        "item": item.name,
        "density": f"{item.density:f}" if item.density is not None else None,
        "next_step": {
            "kind": "set_density",
            "method": "PATCH",
            "path": f"/api/v1/items/{item.id}",
            "headers": {"If-Match": "*"},
            "body": {"density": None},
            "fill": ["density"],
            "retry": True,
        },
    }


@query("recipes.conversion_step", path="next-steps/conversion", title="Map a unit", permission=READ_ITEM)
def conversion_step(
    ctx: Context,
    *,
    from_unit_id: Annotated[int, arg("From", ref="inventory.unit")],
    to_unit_id: Annotated[int, arg("To", ref="inventory.unit")],
    item_id: Annotated[int | None, arg("Item", ref="inventory.item")] = None,
) -> dict[str, Any]:
    """Return the request that makes one unit convertible into another; refused where it already is."""
    converter = Converter.load(ctx, [item_id] if item_id is not None else [])
    try:
        converter.ratio(from_unit_id, to_unit_id, item_id)
    except Problem as problem:
        if "next_step" not in problem.extra:
            raise
        return {"code": problem.code, "detail": problem.detail, "next_step": problem.extra["next_step"]}
    raise Refused("CONVERTIBLE", f"{converter.code(from_unit_id)} already converts to {converter.code(to_unit_id)}.")
