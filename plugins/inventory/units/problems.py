"""What to do when two units cannot be converted: refusals that carry their own remedy.

`next_step` is for programs: send the request it describes, with the values named in `fill` put into the body, then
repeat what was refused.
"""

from __future__ import annotations

from typing import Any

from core.api import Invalid
from plugins.inventory.units.ratios import NoRatio, UnitSize


def not_convertible(none: NoRatio, item_id: int | None, item_name: str = "") -> Invalid:
    """Return the refusal for a missing density or conversion, with the step that supplies it."""
    source, target = none.source, none.target
    if item_id is None:
        return _missing_house_rule(source, target)
    if none.missing == "density":
        return Invalid(
            {"density": [f"Missing for {item_name}: it turns {source.code} into {target.code}."]},
            f"{item_name} has no density, so {source.code} cannot become {target.code}. Set its density in g/ml.",
            code="MISSING_DENSITY",
            item_id=item_id,
            next_step=set_density(item_id),
        )
    return Invalid(
        {"conversions": [f"{item_name} has no conversion from {source.code} to {target.code}."]},
        f"Nothing says how many {target.code} of {item_name} are in one {source.code}. Add a conversion to the item.",
        code="MISSING_CONVERSION",
        item_id=item_id,
        next_step=add_conversion(source, target, item_id),
    )


def _missing_house_rule(source: UnitSize, target: UnitSize) -> Invalid:
    return Invalid(
        {"to_unit": [f"{source.code} ({source.unit_class}) does not convert to {target.code} ({target.unit_class})."]},
        f"{source.code} and {target.code} convert only for an item that has a density or a conversion of its own, "
        "or by a mapping that holds for every item. Name the item or add the mapping.",
        code="MISSING_CONVERSION",
        next_step=add_conversion(source, target, None),
    )


def set_density(item_id: int) -> dict[str, Any]:
    """Return the step that gives an item its density."""
    return {
        "kind": "set_density",
        "method": "PATCH",
        "path": f"/api/v1/items/{item_id}",
        "headers": {"If-Match": "*"},
        "body": {"density": None},
        "fill": ["density"],
        "retry": True,
    }


def add_conversion(source: UnitSize, target: UnitSize, item_id: int | None) -> dict[str, Any]:
    """Return the step that says what one unit is worth in another, for one item or for all."""
    body: dict[str, Any] = {
        "quantity": "1",
        "unit_id": source.id,
        "equal_quantity": None,
        "equal_unit_id": target.id,
    }
    return {
        "kind": "add_conversion",
        "method": "POST",
        "path": "/api/v1/unit-mappings" if item_id is None else f"/api/v1/items/{item_id}/conversions",
        "headers": {},
        "body": body,
        "fill": ["equal_quantity"],
        "retry": True,
    }
