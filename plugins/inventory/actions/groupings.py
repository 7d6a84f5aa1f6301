"""Families and colours: the rules they keep."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, select

from core.api import Context, Invalid, Refused, before
from plugins.inventory.models.items import Colour, Item, ItemFamily
from plugins.inventory.resources.groupings import colours, families

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@before(colours, "create")
@before(colours, "update")
def check_colour(ctx: Context, colour: Colour, values: dict[str, Any]) -> None:
    """A colour for the screen is written #rrggbb."""
    if values.get("hex") and not _HEX.fullmatch(values["hex"]):
        raise Invalid({"hex": ["Write it as #rrggbb, such as #c0392b."]})


@before(families, "create")
@before(families, "update")
def check_attribute_names(ctx: Context, family: ItemFamily, values: dict[str, Any]) -> None:
    """A family names its attributes once each, and not anew while it has variants."""
    names = values.get("attribute_names", family.attribute_names)
    if not isinstance(names, list) or any(not isinstance(name, str) or not name.strip() for name in names):
        raise Invalid({"attribute_names": ['Must be a list of words, such as ["scent", "size"].']})
    if len(set(names)) < len(names):
        raise Invalid({"attribute_names": ["Name every attribute once."]})
    if not family.version or set(names) == set(family.attribute_names):
        return
    variants = ctx.scalar(select(func.count(Item.id)).where(Item.family_id == family.id))
    if variants:
        raise Refused(
            "FAMILY_HAS_VARIANTS",
            f"{variants} items are variants by these attributes. Take them out of the family first.",
        )
