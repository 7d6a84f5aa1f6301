"""Harbour Coatings, a paint shop: pigment and binder become bulk paint, bulk paint becomes tins."""

from __future__ import annotations

from decimal import Decimal

from core.api import Context, demo
from plugins.inventory.demo.catalogue import Catalogue, DemoItem, load_catalogue
from plugins.inventory.demo.stockroom import StockRoom


def _raw(code: str, name: str, unit: str, category: str, cost: str, density: str = "", bag: str = "") -> DemoItem:
    more: dict[str, object] = {"standard_cost": Decimal(cost), "lot_tracking": "required"}
    if density:
        more["density"] = Decimal(density)
    if bag:
        more["purchase_unit"] = "bag"
    return DemoItem(code, name, "raw", unit, category, more, [("bag", bag, "kg")] if bag else ())


def _tin(code: str, name: str, litres: str, cost: str) -> DemoItem:
    more = {
        "capacity": Decimal(litres),
        "capacity_unit": "l",
        "standard_cost": Decimal(cost),
        "costing": "weighted_average",
        "lot_tracking": "none",
        "reorder_point": Decimal(100),
    }
    return DemoItem(code, name, "container", "each", "Tins and lids", more)


def _paint(code: str, colour: str, litres: str, price: str) -> DemoItem:
    more = {
        "family": "HARBOUR-MATT",
        "variant": {"colour": colour, "size": f"{litres} l"},
        "selling_price": Decimal(price),
        "lot_tracking": "required",
        "shelf_life_days": 1095,
        "brand": "Harbour",
        "size_label": f"{litres} l",
    }
    return DemoItem(code, f"Harbour Matt {colour}, {litres} l", "finished", "each", "Paint in tins", more)


CATALOGUE = Catalogue(
    theme="paint",
    categories={
        "Materials": "",
        "Pigments": "Materials",
        "Binders": "Materials",
        "Additives": "Materials",
        "Tins and lids": "",
        "Bulk paint": "",
        "Paint in tins": "",
    },
    families=[
        {
            "code": "HARBOUR-MATT",
            "name": "Harbour Matt",
            "brand": "Harbour",
            "attribute_names": ["colour", "size"],
        }
    ],
    locations=[
        {"code": "TANK", "name": "Mixing hall", "location_type": "production"},
        {"code": "SHOP", "name": "Trade counter", "location_type": "store"},
    ],
    items=[
        _raw("PIG-TIO2", "Titanium dioxide", "kg", "Pigments", "2.85", bag="25"),
        _raw("PIG-OXRED", "Red iron oxide", "kg", "Pigments", "1.95", bag="25"),
        _raw("PIG-ULTRA", "Ultramarine blue", "kg", "Pigments", "4.20", bag="20"),
        _raw("BIND-ACR", "Acrylic binder", "kg", "Binders", "1.62", density="1.05"),
        _raw("EXT-CHALK", "Calcium carbonate", "kg", "Pigments", "0.34", bag="25"),
        _raw("ADD-DISP", "Dispersing agent", "kg", "Additives", "5.40", density="1.1"),
        _raw("ADD-DEFOAM", "Defoamer", "kg", "Additives", "6.10", density="0.9"),
        DemoItem(
            "WATER-PROC",
            "Process water",
            "raw",
            "l",
            "Additives",
            {"density": Decimal(1), "lot_tracking": "none", "costing": "weighted_average"},
        ),
        _tin("TIN-1", "Tin with lid, 1 l", "1", "0.62"),
        _tin("TIN-5", "Tin with lid, 5 l", "5", "1.48"),
        _tin("PAIL-20", "Pail with lid, 20 l", "20", "3.90"),
        DemoItem(
            "BULK-WHITE",
            "Harbour Matt White, bulk",
            "component",
            "l",
            "Bulk paint",
            {"density": Decimal("1.42"), "lot_tracking": "required"},
        ),
        DemoItem(
            "BULK-RED",
            "Harbour Matt Barn Red, bulk",
            "component",
            "l",
            "Bulk paint",
            {"density": Decimal("1.36"), "lot_tracking": "required"},
        ),
        _paint("HM-WHITE-1", "White", "1", "14.90"),
        _paint("HM-WHITE-5", "White", "5", "54.00"),
        _paint("HM-WHITE-20", "White", "20", "189.00"),
        _paint("HM-RED-1", "Barn Red", "1", "16.90"),
        _paint("HM-RED-5", "Barn Red", "5", "62.00"),
    ],
)


@demo("inventory.paint")
def paint(ctx: Context) -> None:
    """A paint shop with pigment in bags, bulk paint in tanks and tins in three sizes, and months of movements."""
    stock = StockRoom(ctx, load_catalogue(ctx, CATALOGUE))
    if stock.knows("PM-4401"):
        return
    for month in range(4):
        _buy(stock, month, days_ago=120 - 30 * month)
        _mix_fill_and_sell(stock, month, days_ago=112 - 30 * month)
    stock.adjust(19, "spoil", "Skinned over in the tank", ("BULK-RED", "12", "l"), at="TANK")
    stock.adjust(17, "damaged", "Dented in transit", ("TIN-1", "18", "each"))
    stock.issue(8, "sample", ("HM-WHITE-1", "3", "each"), customer_name="Quayside Decorators")
    stock.reserve("Quayside Decorators", "HM-WHITE-5", "10", days=7)
    stock.ask_for(("HM-WHITE-1", "24", ""), ("HM-RED-1", "12", ""), at="MAIN", to="SHOP")


def _buy(stock: StockRoom, month: int, days_ago: int) -> None:
    """Buy a month's pigment, binder and tins; titanium dioxide gets dearer."""
    stock.receive(
        days_ago,
        "Pigment Mill",
        f"PM-{4401 + month}",
        ("PIG-TIO2", "10", "bag", f"{Decimal('71.25') + Decimal('1.50') * month}"),
        ("PIG-OXRED", "2", "bag", "48.75"),
        ("EXT-CHALK", "8", "bag", "8.50"),
    )
    stock.receive(
        days_ago - 1,
        "Resin Works",
        f"RW-{8130 + month}",
        ("BIND-ACR", "400", "kg", "1.62"),
        ("ADD-DISP", "12", "kg", "5.40"),
        ("ADD-DEFOAM", "6", "kg", "6.10"),
    )
    stock.receive(
        days_ago - 1,
        "Tin Can Company",
        f"TC-{512 + month}",
        ("TIN-1", "240", "each", "0.62"),
        ("TIN-5", "80", "each", "1.48"),
        ("PAIL-20", "20", "each", "3.90"),
    )


def _mix_fill_and_sell(stock: StockRoom, month: int, days_ago: int) -> None:
    """Mix a month's paint, fill it into tins and sell most of them."""
    stock.issue(
        days_ago,
        "use",
        ("PIG-TIO2", "235", "kg"),
        ("PIG-OXRED", "31", "kg"),
        ("EXT-CHALK", "170", "kg"),
        ("BIND-ACR", "365", "kg"),
        ("ADD-DISP", "9.5", "l"),
        ("ADD-DEFOAM", "4.8", "kg"),
        cost_centre="Mixing hall",
    )
    bulk = [("BULK-WHITE", "620", "l", "1.94"), ("BULK-RED", "210", "l", "2.11")]
    stock.receive(days_ago, "Own mixing hall", f"MIX-{month + 1}", *bulk, into="TANK")
    stock.issue(days_ago - 1, "use", ("BULK-WHITE", "600", "l"), ("BULK-RED", "190", "l"), at="TANK")
    stock.issue(days_ago - 1, "use", ("TIN-1", "190", "each"), ("TIN-5", "60", "each"), ("PAIL-20", "15", "each"))
    stock.receive(
        days_ago - 1,
        "Own filling line",
        f"FILL-{month + 1}",
        ("HM-WHITE-1", "120", "each", "2.56"),
        ("HM-WHITE-5", "36", "each", "11.18"),
        ("HM-WHITE-20", "15", "each", "42.70"),
        ("HM-RED-1", "70", "each", "2.73"),
        ("HM-RED-5", "24", "each", "12.03"),
    )
    for week, customer in enumerate(("Quayside Decorators", "Northgate Builders", "Trade counter")):
        stock.issue(
            days_ago - 6 - 6 * week,
            "sale",
            ("HM-WHITE-1", f"{34 - 2 * week}", "each"),
            ("HM-WHITE-5", "9", "each"),
            ("HM-WHITE-20", "4", "each"),
            ("HM-RED-1", "20", "each"),
            ("HM-RED-5", "6", "each"),
            customer_name=customer,
        )
