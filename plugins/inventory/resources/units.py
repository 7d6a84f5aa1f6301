"""Units of measure and the house rules between them."""

from core.api import group, resource
from plugins.inventory.models.units import Unit, UnitMapping

units = resource(
    "inventory.unit",
    Unit,
    path="admin/uom",
    title="Units of measure",
    singular="Unit",
    label="code",
    natural_key="code",
    list=("code", "name", "unit_class", "numerator", "denominator", "is_active"),
    form=[
        group("General", "code", "name", "unit_class", "is_active", "is_standard"),
        group("Size in base units of the class", "numerator", "denominator"),
    ],
    sort="unit_class,code",
    icon="ruler",
)

unit_mappings = resource(
    "inventory.unit_mapping",
    UnitMapping,
    path="unit-mappings",
    title="Unit mappings",
    singular="Unit mapping",
    label="id",
    natural_key=("unit_id", "equal_unit_id"),
    list=("quantity", "unit", "equal_quantity", "equal_unit"),
    form=[group("Rule for every item", "quantity", "unit", "equal_quantity", "equal_unit")],
    icon="equal",
)
