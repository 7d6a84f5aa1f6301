"""Everything of inventory that other plugins may use; nothing else of it is promised to stay."""

from plugins.inventory.assignments import assigned_location_ids, default_location, stock_locations
from plugins.inventory.copies import copy_extensions
from plugins.inventory.ledger.adjusting import Correction, adjust
from plugins.inventory.ledger.availability import Level, Need, available, check_stock, levels, on_hand
from plugins.inventory.ledger.issuing import forecast, issue
from plugins.inventory.ledger.movement import MOVE_TYPES, Incoming, Movement, Outgoing, Source
from plugins.inventory.ledger.present_cost import last_costs
from plugins.inventory.ledger.receiving import receive
from plugins.inventory.ledger.reserving import fulfil, release, reserve
from plugins.inventory.ledger.reversing import moves_of, reverse
from plugins.inventory.ledger.tracing import Link, Trace, link_lots, seen, trace
from plugins.inventory.ledger.transferring import transfer
from plugins.inventory.models.items import Category, Item, ItemConversion, ItemFamily, Material
from plugins.inventory.models.locations import Location, LocationMember
from plugins.inventory.models.lots import Lot, LotLink
from plugins.inventory.models.moves import Move
from plugins.inventory.models.reservations import Reservation
from plugins.inventory.models.stock import Stock
from plugins.inventory.models.units import Unit, UnitMapping
from plugins.inventory.queries.reading import readable
from plugins.inventory.units.converting import Converter, Wanted, convert, convert_many

__all__ = [
    "MOVE_TYPES",
    "Category",
    "Converter",
    "Correction",
    "Incoming",
    "Item",
    "ItemConversion",
    "ItemFamily",
    "Level",
    "Link",
    "Location",
    "LocationMember",
    "Lot",
    "LotLink",
    "Material",
    "Move",
    "Movement",
    "Need",
    "Outgoing",
    "Reservation",
    "Source",
    "Stock",
    "Trace",
    "Unit",
    "UnitMapping",
    "Wanted",
    "adjust",
    "assigned_location_ids",
    "available",
    "check_stock",
    "convert",
    "convert_many",
    "copy_extensions",
    "default_location",
    "forecast",
    "fulfil",
    "issue",
    "last_costs",
    "levels",
    "link_lots",
    "moves_of",
    "on_hand",
    "readable",
    "receive",
    "release",
    "reserve",
    "reverse",
    "seen",
    "stock_locations",
    "trace",
    "transfer",
]
