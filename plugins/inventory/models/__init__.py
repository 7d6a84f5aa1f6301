"""Every table of inventory, one module per business noun."""

from plugins.inventory.models.corrections import Adjustment, AdjustmentLine, Count, CountLine
from plugins.inventory.models.documents import Issue, IssueLine, Receipt, ReceiptLine, Transfer, TransferLine
from plugins.inventory.models.items import Category, Colour, Item, ItemConversion, ItemFamily, Material
from plugins.inventory.models.locations import Location, LocationMember
from plugins.inventory.models.lots import Lot, LotLink
from plugins.inventory.models.moves import Move
from plugins.inventory.models.reservations import Reservation, ReservationPick
from plugins.inventory.models.stock import Stock
from plugins.inventory.models.units import Unit, UnitMapping

__all__ = [
    "Adjustment",
    "AdjustmentLine",
    "Category",
    "Colour",
    "Count",
    "CountLine",
    "Issue",
    "IssueLine",
    "Item",
    "ItemConversion",
    "ItemFamily",
    "Location",
    "LocationMember",
    "Lot",
    "LotLink",
    "Material",
    "Move",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "ReservationPick",
    "Stock",
    "Transfer",
    "TransferLine",
    "Unit",
    "UnitMapping",
]
