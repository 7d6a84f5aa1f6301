"""What an organisation starts with when inventory is switched on."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from core.api import Context, hookimpl
from plugins.inventory.models.locations import Location
from plugins.inventory.models.units import Unit
from plugins.inventory.units.standard import STANDARD_UNITS, StandardUnit


@hookimpl
def tenant_enabled(ctx: Context, plugin: str) -> None:
    """Give the tenant the standard units and a first location; what is there already stays as it is."""
    if plugin == "inventory":
        add_missing_units(ctx)
        add_first_location(ctx)


def add_missing_units(ctx: Context) -> None:
    """Add the standard units whose codes are not taken."""
    taken = {unit.code for unit in ctx.all(select(Unit))}
    ctx.insert(Unit, [_row(unit) for unit in STANDARD_UNITS if unit.code not in taken])


def add_first_location(ctx: Context) -> None:
    """Add a main warehouse where there is no location yet."""
    if not ctx.all(select(Location).limit(1)):
        ctx.create(Location, code="MAIN", name="Main warehouse", location_type="warehouse", is_default=True)


def _row(unit: StandardUnit) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "unit_class": unit.unit_class,
        "numerator": None if unit.numerator is None else Decimal(unit.numerator),
        "denominator": None if unit.denominator is None else Decimal(unit.denominator),
        "is_standard": True,
    }
