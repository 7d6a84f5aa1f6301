"""Where inventory stands in the menu."""

from core.api import menu
from plugins.inventory.resources.documents import adjustments, counts, issues, receipts, reservations, transfers
from plugins.inventory.resources.groupings import categories, colours, families, materials
from plugins.inventory.resources.items import items
from plugins.inventory.resources.ledger import lot_links, lots, moves, stock
from plugins.inventory.resources.locations import locations
from plugins.inventory.resources.units import unit_mappings, units

menu("inventory/items", items, sequence=10)
menu("inventory/families", families, sequence=15)
menu("inventory/stock", stock, sequence=20)
menu("inventory/lots", lots, sequence=21)
menu("inventory/receipts", receipts, sequence=30)
menu("inventory/issues", issues, sequence=31)
menu("inventory/transfers", transfers, sequence=32)
menu("inventory/adjustments", adjustments, sequence=33)
menu("inventory/counts", counts, sequence=34)
menu("inventory/reservations", reservations, sequence=35)
menu("inventory/moves", moves, sequence=40)
menu("inventory/genealogy", lot_links, sequence=41)
menu("reports/stock-now", "inventory.stock_now", title="Stock now", sequence=10)
menu("reports/stock-by-location", "inventory.consolidated", title="Stock by location", sequence=11)
menu("reports/stock-value", "inventory.valuation", title="Stock value on a day", sequence=12)
menu("reports/low-stock", "inventory.low_stock_report", title="Low stock", sequence=13)
menu("reports/expiring", "inventory.expiring_report", title="Expiring lots", sequence=14)
menu("reports/below-zero", "inventory.below_zero_report", title="Stock below zero", sequence=15)
menu("reports/issues", "inventory.issues_report", title="Issues", sequence=20)
menu("reports/receipts", "inventory.receipts_report", title="Receipts", sequence=21)
menu("settings/locations", locations, sequence=20)
menu("settings/categories", categories, sequence=30)
menu("settings/materials", materials, sequence=35)
menu("settings/colours", colours, sequence=36)
menu("settings/units", units, sequence=40)
menu("settings/unit-mappings", unit_mappings, sequence=41)
