"""Who brews."""

from core.api import role

role(
    "brewing.brewer",
    title="Brewer",
    allow=["brewing.*.*", "recipes.*.*", "inventory.*.read", "inventory.item.*", "inventory.receipt.*"],
)
