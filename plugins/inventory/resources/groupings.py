"""How items are grouped: categories, families of variants, materials and colours."""

from core.api import group, resource
from plugins.inventory.models.items import Category, Colour, ItemFamily, Material

categories = resource(
    "inventory.category",
    Category,
    path="items/categories",
    title="Categories",
    singular="Category",
    natural_key="name",
    list=("name", "parent", "description"),
    form=[group("General", "name", "parent", "description")],
    sort="name",
    icon="folder-tree",
    tree="parent",
)

families = resource(
    "inventory.item_family",
    ItemFamily,
    path="item-families",
    title="Item families",
    singular="Item family",
    label=("code", "name"),
    natural_key="code",
    list=("code", "name", "brand", "attribute_names", "is_active"),
    form=[group("General", "code", "name", "brand", "attribute_names", "description", "is_active")],
    sort="code",
    icon="shapes",
)

materials = resource(
    "inventory.material",
    Material,
    path="materials",
    title="Materials",
    label=("code", "name"),
    natural_key="code",
    list=("code", "name", "density", "price_per_kg", "is_active"),
    form=[group("General", "code", "name", "density", "price_per_kg", "is_active")],
    sort="code",
    icon="layers",
)

colours = resource(
    "inventory.colour",
    Colour,
    path="materials/colors",
    title="Colours",
    label="name",
    natural_key="code",
    list=("code", "name", "hex", "is_active"),
    form=[group("General", "code", "name", "hex", "is_active")],
    sort="code",
    icon="palette",
)
