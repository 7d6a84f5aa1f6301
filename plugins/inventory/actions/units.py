"""Units: converting amounts, and the rules that keep what was measured true."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import func, or_, select

from core.api import Context, Invalid, Refused, action, arg, before
from plugins.inventory.models.items import Item, ItemConversion
from plugins.inventory.models.units import Unit, UnitMapping
from plugins.inventory.resources.units import unit_mappings, units
from plugins.inventory.units.consistency import refuse_contradictions
from plugins.inventory.units.converting import Converter, measure_of, rule_of
from plugins.inventory.units.rounding import round_half_up
from plugins.inventory.usage import reasons_for, refuse_deletion

SIZE = ("unit_class", "numerator", "denominator")


@dataclass(frozen=True)
class AmountToConvert:
    """One amount, what it is measured in, and what it should be measured in."""

    amount: Annotated[Decimal, arg("Amount", ge=0)]
    from_unit_id: Annotated[int, arg("From", ref="inventory.unit")]
    to_unit_id: Annotated[int, arg("To", ref="inventory.unit")]
    item_id: Annotated[int | None, arg("Item", ref="inventory.item")] = None
    digits: Annotated[int, arg("Decimals", ge=0, le=6)] = 6


@action(units, scope="collection", label="Convert", permission="inventory.unit.read", icon="arrow-left-right")
def convert(
    ctx: Context,
    *,
    amount: Annotated[Decimal, arg("Amount", ge=0)],
    from_unit_id: Annotated[int, arg("From", ref="inventory.unit")],
    to_unit_id: Annotated[int, arg("To", ref="inventory.unit")],
    item_id: Annotated[
        int | None, arg("Item", ref="inventory.item", help="Its conversions and its density are used.")
    ] = None,
    digits: Annotated[int, arg("Decimals", ge=0, le=6)] = 6,
) -> dict[str, Any]:
    """Convert an amount into another unit, by the item's own conversions, the class or the density.

    Answers 422 MISSING_DENSITY or MISSING_CONVERSION with a `next_step` where nothing leads there.
    """
    converter = Converter.load(ctx, [] if item_id is None else [item_id])
    return _converted(converter, AmountToConvert(amount, from_unit_id, to_unit_id, item_id, digits))


@action(units, scope="collection", label="Convert many", permission="inventory.unit.read", icon="arrow-left-right")
def convert_many(ctx: Context, *, amounts: Annotated[list[AmountToConvert], arg("Amounts")]) -> list[dict[str, Any]]:
    """Convert many amounts at once; the answers come in the order asked."""
    converter = Converter.load(ctx, [line.item_id for line in amounts if line.item_id is not None])
    return [_converted(converter, line) for line in amounts]


def _converted(converter: Converter, asked: AmountToConvert) -> dict[str, Any]:
    ratio = converter.ratio(asked.from_unit_id, asked.to_unit_id, asked.item_id)
    return {
        "item_id": asked.item_id,
        "amount": asked.amount,
        "from_unit": converter.code(asked.from_unit_id),
        "to_unit": converter.code(asked.to_unit_id),
        "converted_amount": converter.convert(
            asked.amount, asked.from_unit_id, asked.to_unit_id, asked.item_id, digits=asked.digits
        ),
        "factor": round_half_up(ratio, 12),
        "exact_factor": f"{ratio.numerator}/{ratio.denominator}",
    }


@before(units, "create")
def complete_new_size(ctx: Context, unit: Unit, values: dict[str, Any]) -> None:
    """A size given as one number is that many base units in one."""
    unit.denominator = _denominator(unit.numerator, unit.denominator)


@before(units, "update")
def complete_size(ctx: Context, unit: Unit, values: dict[str, Any]) -> None:
    """A size given as one number is that many base units in one."""
    if "numerator" in values or "denominator" in values:
        numerator = values.get("numerator", unit.numerator)
        values["denominator"] = _denominator(numerator, values.get("denominator", unit.denominator))


def _denominator(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    if numerator is None and denominator is not None:
        raise Invalid({"numerator": ["Say how many base units that many of this unit are, or leave both empty."]})
    return Decimal(1) if numerator is not None and denominator is None else denominator


@before(units, "update")
def freeze_size(ctx: Context, unit: Unit, values: dict[str, Any]) -> None:
    """What was measured in a unit keeps its meaning: the size is frozen once used."""
    changed = [name for name in SIZE if name in values and values[name] != getattr(unit, name)]
    if not changed:
        return
    if reasons := unit_uses(ctx, unit):
        raise Refused(
            "UNIT_IN_USE",
            f"The size of {unit.code} is frozen: it measures {reasons}. Add a new unit with the right size.",
            fields=changed,
        )


@before(units, "delete")
def keep_used_unit(ctx: Context, unit: Unit, values: dict[str, Any]) -> None:
    """Standard units and units that measure something are kept."""
    reasons = "a standard unit" if unit.is_standard else unit_uses(ctx, unit)
    if reasons:
        raise refuse_deletion("UNIT_IN_USE", unit.code, reasons, f"/api/v1/admin/uom/{unit.id}")


def unit_uses(ctx: Context, unit: Unit) -> str:
    """Return in words what is measured in a unit; empty when nothing is."""
    named = (Item.base_unit_id == unit.id, Item.purchase_unit_id == unit.id, Item.capacity_unit_id == unit.id)
    counted = {
        "items": select(func.count(Item.id)).where(or_(*named)),
        "item conversions": select(func.count(ItemConversion.id)).where(
            or_(ItemConversion.unit_id == unit.id, ItemConversion.equal_unit_id == unit.id)
        ),
        "unit mappings": select(func.count(UnitMapping.id)).where(
            or_(UnitMapping.unit_id == unit.id, UnitMapping.equal_unit_id == unit.id)
        ),
    }
    own = [f"{count} {noun}" for noun, statement in counted.items() if (count := ctx.scalar(statement))]
    others = reasons_for(ctx.hook.inventory_units_used(ctx=ctx, unit_ids=[unit.id]), unit.id)
    return ", ".join([*own, others] if others else own)


@before(unit_mappings, "create")
@before(unit_mappings, "update")
def keep_mappings_consistent(ctx: Context, mapping: UnitMapping, values: dict[str, Any]) -> None:
    """A mapping that contradicts the others would make amounts depend on the way taken."""
    coming = UnitMapping(
        **{
            name: values.get(name, getattr(mapping, name))
            for name in ("quantity", "unit_id", "equal_quantity", "equal_unit_id")
        }
    )
    present = [row for row in ctx.all(select(UnitMapping)) if row.id != mapping.id]
    sizes = {unit.id: measure_of(unit) for unit in ctx.all(select(Unit))}
    refuse_contradictions([rule_of(row) for row in present], [rule_of(coming)], sizes, field="equal_quantity")
