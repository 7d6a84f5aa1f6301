"""Questions about families, materials and prices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.api import Context, query
from plugins.inventory.ledger.availability import Level, levels
from plugins.inventory.models.items import Colour, Item, ItemFamily, Material
from plugins.inventory.models.units import Unit
from plugins.inventory.queries.reading import readable


@query(
    "inventory.family_variants",
    path="item-families/{id}/variants",
    title="Variants with stock",
    permission="inventory.item_family.read",
)
def family_variants(ctx: Context, id: int) -> dict[str, Any]:
    """Answer the variants of a family with their price, what is on hand, reserved and available."""
    family: ItemFamily = readable(ctx, "inventory.item_family", id)
    variants = ctx.all(select(Item).where(Item.family_id == family.id).order_by(Item.code))
    stock = levels(ctx, [item.id for item in variants])
    return {
        "family": {"id": family.id, "code": family.code, "name": family.name},
        "attribute_names": family.attribute_names,
        "variants": [_variant(item, stock[item.id]) for item in variants],
    }


def _variant(item: Item, level: Level) -> dict[str, Any]:
    return {
        "id": item.id,
        "code": item.code,
        "name": item.name,
        "variant": item.variant,
        "price": item.selling_price,
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "available": level.on_hand - level.reserved,
        "is_active": item.is_active,
    }


@query(
    "inventory.material_products",
    path="materials/{id}/products",
    title="Items of a material",
    permission="inventory.material.read",
)
def material_products(ctx: Context, id: int) -> list[dict[str, Any]]:
    """Answer the items made of a material, with their colour."""
    material: Material = readable(ctx, "inventory.material", id)
    statement = select(Item.id, Item.code, Item.name, Item.kind, Item.is_active, Colour.code, Colour.name)
    statement = statement.outerjoin(Colour, Item.colour_id == Colour.id).where(Item.material_id == material.id)
    names = ("id", "code", "name", "kind", "is_active", "colour_code", "colour_name")
    return [dict(zip(names, row, strict=True)) for row in ctx.rows(statement.order_by(Item.code))]


@query(
    "inventory.material_pricing",
    path="materials/pricing",
    title="Prices of materials",
    permission="inventory.material.read",
)
def material_pricing(ctx: Context) -> list[dict[str, Any]]:
    """Answer each active material's price per kg with its items; their standard costs to those who may see costs."""
    sees_costs = ctx.can("inventory.item.sensitive")
    items: dict[int, list[dict[str, Any]]] = {}
    statement = select(Item, Unit.code).join(Unit, Item.base_unit_id == Unit.id)
    for item, unit in ctx.rows(statement.where(Item.material_id.is_not(None), Item.is_active).order_by(Item.code)):
        priced = {"id": item.id, "code": item.code, "name": item.name, "unit": unit, "price": item.selling_price}
        if sees_costs:
            priced["standard_cost"] = item.standard_cost
        items.setdefault(item.material_id, []).append(priced)
    return [
        {
            "id": material.id,
            "code": material.code,
            "name": material.name,
            "density": material.density,
            "price_per_kg": material.price_per_kg,
            "items": items.get(material.id, []),
        }
        for material in ctx.all(select(Material).where(Material.is_active).order_by(Material.code))
    ]
