"""Items: the forms and lists of everything that is bought, made, stored or sold."""

from core.api import group, lines, resource
from plugins.inventory.models.items import Item

items = resource(
    "inventory.item",
    Item,
    path="items",
    title="Items",
    label=("code", "name"),
    natural_key="code",
    list=("code", "name", "kind", "category", "base_unit", "costing", "selling_price", "reorder_point", "is_active"),
    form=[
        group("General", "code", "name", "kind", "category", "barcode", "is_active", "description", columns=3),
        group("Units", "base_unit", "purchase_unit", "density", "capacity", "capacity_unit", tab="Units"),
        lines(
            "conversions",
            "quantity",
            "unit",
            "equal_quantity",
            "equal_unit",
            title="Conversions of this item",
            tab="Units",
        ),
        group("Costs and prices", "costing", "standard_cost", "selling_price", tab="Costs and prices", columns=3),
        group(
            "Stock",
            "reorder_point",
            "minimum_stock",
            "maximum_stock",
            "safety_stock",
            "preferred_supplier",
            "allow_negative",
            tab="Stock",
            columns=3,
        ),
        group("Lots", "lot_tracking", "is_perishable", "shelf_life_days", tab="Stock", columns=3),
        group(
            "Variant",
            "family",
            "variant",
            "material",
            "colour",
            "brand",
            "size_label",
            "attributes",
            tab="Variant",
            columns=3,
        ),
    ],
    card=("kind", "category"),
    sort="code",
    icon="package",
    chart=("category",),
)
