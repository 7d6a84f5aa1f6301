"""Items: copying, changing many, adding conversions, and the rules every item keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import select

from core.api import Context, Duplicate, Invalid, Problem, Refused, action, amount_text, applicable, arg, before
from plugins.inventory.copies import copy_extensions
from plugins.inventory.models.items import Item, ItemConversion, ItemFamily
from plugins.inventory.models.units import SMALLEST, Unit
from plugins.inventory.resources.items import items
from plugins.inventory.units.consistency import refuse_contradictions
from plugins.inventory.units.converting import measure_of, rule_of
from plugins.inventory.units.ratios import Rule
from plugins.inventory.usage import reasons_for, refuse_deletion

# What a copy gets anew: its identity, and the marks that tell it from every other item.
NOT_COPIED = frozenset({"tenant_id", "id", "version", "created_at", "updated_at", "custom", "code", "name", "barcode"})
RULE_FIELDS = ("quantity", "unit_id", "equal_quantity", "equal_unit_id")


@action(items, label="Duplicate", permission="inventory.item.create", icon="copy")
def duplicate(
    ctx: Context,
    item: Item,
    *,
    code: Annotated[str, arg("New code", max_length=40)],
    name: Annotated[str, arg("New name", max_length=160, help="Empty: the same name.")] = "",
) -> Item:
    """Make a new item like this one, with its conversions and what other modules know of it.

    Stock, barcode and variant stay with the old one.
    """
    values = {column.name: getattr(item, column.name) for column in Item.__table__.columns}
    copied = {key: value for key, value in values.items() if key not in NOT_COPIED}
    conversions = [{name: getattr(line, name) for name in RULE_FIELDS} for line in item.conversions]
    # Two items of a family must differ in their variant, and nobody said how yet.
    copied |= {"family_id": None, "variant": {}}
    copied = applicable(ctx, items, copied)
    made: Item = ctx.do(
        "inventory.item.create", **copied, **item.custom, code=code, name=name or item.name, conversions=conversions
    )
    ctx.db.flush()
    copy_extensions(ctx, items, {item.id: made.id})
    return made


@action(items, verb="bulk-update", label="Change", permission="inventory.item.update", icon="pencil")
def bulk_update(
    ctx: Context,
    item: Item,
    *,
    category_id: Annotated[int | None, arg("Category", ref="inventory.category")] = None,
    selling_price: Annotated[Decimal | None, arg("Selling price", ge=0)] = None,
    price_change_percent: Annotated[
        Decimal | None, arg("Change price by %", ge=-100, le=1000, help="10 raises, -10 lowers by a tenth.")
    ] = None,
    reorder_point: Annotated[Decimal | None, arg("Reorder at", ge=0)] = None,
    preferred_supplier: Annotated[str | None, arg("Preferred supplier", max_length=120)] = None,
    is_active: Annotated[bool | None, arg("Active")] = None,
) -> None:
    """Change category, price, reorder point, supplier or activity of all selected items; what is empty stays."""
    if selling_price is not None and price_change_percent is not None:
        raise Invalid({"price_change_percent": ["Give a new price or a change in percent, not both."]})
    if price_change_percent is not None and item.selling_price is not None:
        selling_price = ctx.money(item.selling_price * (100 + price_change_percent) / 100)
    given = {
        "category_id": category_id,
        "selling_price": selling_price,
        "reorder_point": reorder_point,
        "preferred_supplier": preferred_supplier,
        "is_active": is_active,
    }
    ctx.do("inventory.item.update", item, **{name: value for name, value in given.items() if value is not None})


@action(items, verb="conversions", label="Add a conversion", permission="inventory.item.update", icon="equal")
def add_conversion(
    ctx: Context,
    item: Item,
    *,
    unit_id: Annotated[int, arg("Unit", ref="inventory.unit")],
    equal_quantity: Annotated[Decimal, arg("Equals", ge=SMALLEST)],
    equal_unit_id: Annotated[int, arg("Equal unit", ref="inventory.unit")],
    quantity: Annotated[Decimal, arg("Quantity", ge=SMALLEST)] = Decimal(1),
) -> None:
    """Say what holds for this item alone: 1 drum = 25 kg."""
    _refuse_contradicting(ctx, item.conversions, [_rule(quantity, unit_id, equal_quantity, equal_unit_id)])
    if any({line.unit_id, line.equal_unit_id} == {unit_id, equal_unit_id} for line in item.conversions):
        raise Duplicate("The item already has a conversion between these units.", code="CONVERSION_EXISTS")
    ctx.create(
        ItemConversion,
        item_id=item.id,
        quantity=quantity,
        unit_id=unit_id,
        equal_quantity=equal_quantity,
        equal_unit_id=equal_unit_id,
    )
    ctx.db.expire(item, ["conversions"])


@before(items, "create")
@before(items, "update")
def check_item(ctx: Context, item: Item, values: dict[str, Any]) -> None:
    """What an item says of itself must fit together."""
    if values.get("barcode") == "":
        item.barcode = values["barcode"] = None
    if not isinstance(values.get("attributes", {}), dict):
        raise Invalid({"attributes": ['Must be an object, such as {"origin": "Ghana"}.']})
    coming = {name: values.get(name, getattr(item, name)) for name in ("minimum_stock", "maximum_stock", "capacity")}
    if (coming["capacity"] is None) != (values.get("capacity_unit_id", item.capacity_unit_id) is None):
        raise Invalid({"capacity_unit_id": ["Give a capacity together with its unit, or neither."]})
    low, high = coming["minimum_stock"], coming["maximum_stock"]
    if low is not None and high is not None and low > high:
        raise Invalid({"maximum_stock": [f"Must be {amount_text(low)}, the minimum, or more."]})


@before(items, "create")
@before(items, "update")
def check_variant(ctx: Context, item: Item, values: dict[str, Any]) -> None:
    """A variant names every attribute of its family, and no other variant names the same."""
    family_id, variant = values.get("family_id", item.family_id), values.get("variant", item.variant)
    if family_id is None:
        if variant:
            raise Invalid({"variant": ["Name the family these attributes tell apart, or leave them empty."]})
        return
    names = ctx.get(ItemFamily, family_id).attribute_names
    if not isinstance(variant, dict) or set(variant) != set(names):
        raise Invalid({"variant": [f"Must give exactly these attributes: {', '.join(names) or 'none'}."]})
    if any(not isinstance(value, str) or not value.strip() for value in variant.values()):
        raise Invalid({"variant": ['Every attribute needs a word, such as "lavender".']})
    # The family is locked, so that two same variants cannot be made side by side.
    ctx.lock(ItemFamily, [family_id])
    for other in ctx.all(select(Item).where(Item.family_id == family_id)):
        if other.id != item.id and other.variant == variant:
            raise Duplicate(f"{other.code} {other.name} is this variant already.", code="VARIANT_EXISTS")


@before(items, "create")
@before(items, "update")
def check_conversions(ctx: Context, item: Item, values: dict[str, Any]) -> None:
    """The conversions written with an item must not contradict each other."""
    if values.get("conversions"):
        present = {line.id: line for line in item.conversions} if item.version else {}
        rules = [_line_rule(present.get(given.get("id")), given) for given in values["conversions"]]
        _refuse_contradicting(ctx, [], rules)


@before(items, "delete", many=True)
def keep_used_items(ctx: Context, found: Sequence[Item], _rows: Sequence[dict[str, Any]]) -> Mapping[int, Problem]:
    """Items with a history are kept."""
    answers = ctx.hook.inventory_items_used(ctx=ctx, item_ids=[item.id for item in found])
    return {
        item.id: refuse_deletion("ITEM_IN_USE", item.code, reasons, f"/api/v1/items/{item.id}")
        for item in found
        if (reasons := reasons_for(answers, item.id))
    }


def _line_rule(line: ItemConversion | None, given: dict[str, Any]) -> Rule:
    """Return the rule a written line will be; a changed line may name only what changes."""
    start = {"quantity": Decimal(1)} if line is None else {name: getattr(line, name) for name in RULE_FIELDS}
    coming = {**start, **given}
    return _rule(*(coming[name] for name in RULE_FIELDS))


def _rule(quantity: Decimal, unit_id: int, equal_quantity: Decimal, equal_unit_id: int) -> Rule:
    return rule_of(
        ItemConversion(quantity=quantity, unit_id=unit_id, equal_quantity=equal_quantity, equal_unit_id=equal_unit_id)
    )


def _refuse_contradicting(ctx: Context, present: list[ItemConversion], coming: list[Rule]) -> None:
    sizes = {unit.id: measure_of(unit) for unit in ctx.all(select(Unit))}
    missing = {rule_unit for rule in coming for rule_unit in (rule.unit_id, rule.equal_unit_id)} - set(sizes)
    if missing:
        raise Refused("UNKNOWN_UNIT", f"There is no unit {min(missing)}.")
    refuse_contradictions([rule_of(line) for line in present], coming, sizes, field="conversions")
