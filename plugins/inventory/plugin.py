"""What OpenMill is told of this plugin before anything of it is loaded."""

from core.api import Plugin

plugin = Plugin(
    name="inventory",
    version="1.0.0",
    title="Inventory",
    summary="Items, units, locations, lots and one append-only stock ledger with exact quantities and costs.",
    category="Operations",
    icon="package",
)
