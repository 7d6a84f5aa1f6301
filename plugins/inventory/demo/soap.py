"""Willow & Ash, a soap maker: oils, lye and scent come in, bars and jars go out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from core.api import Context, demo
from plugins.inventory.demo.catalogue import Catalogue, DemoItem, load_catalogue
from plugins.inventory.demo.stockroom import StockRoom


def _oil(code: str, name: str, density: str, reorder: int, cost: str, drum: str = "") -> DemoItem:
    more = {
        "density": Decimal(density),
        "reorder_point": Decimal(reorder),
        "standard_cost": Decimal(cost),
        "purchase_unit": "drum" if drum else "kg",
        "lot_tracking": "required",
        "is_perishable": True,
        "shelf_life_days": 540,
        "preferred_supplier": "Northern Oils",
    }
    return DemoItem(code, name, "raw", "g", "Oils and butters", more, [("drum", drum, "kg")] if drum else ())


def _bar(scent: str, code: str) -> DemoItem:
    more = {
        "family": "BAR-100",
        "variant": {"scent": scent},
        "selling_price": Decimal("6.50"),
        "lot_tracking": "required",
        "shelf_life_days": 720,
        "size_label": "100 g",
    }
    return DemoItem(code, f"Soap bar {scent}, 100 g", "finished", "each", "Soap", more, [("box", "24", "each")])


CATALOGUE = Catalogue(
    theme="soap",
    categories={
        "Raw materials": "",
        "Oils and butters": "Raw materials",
        "Lye and liquids": "Raw materials",
        "Scents": "Raw materials",
        "Colours and additives": "Raw materials",
        "Packaging": "",
        "Soap": "",
        "Balm": "",
    },
    families=[
        {"code": "BAR-100", "name": "Soap bar, 100 g", "brand": "Willow & Ash", "attribute_names": ["scent"]},
        {"code": "BALM", "name": "Hand balm", "brand": "Willow & Ash", "attribute_names": ["size"]},
    ],
    locations=[
        {"code": "STORE", "name": "Shop", "location_type": "store", "timezone": "Europe/London"},
        {"code": "LAB", "name": "Soap kitchen", "location_type": "production"},
    ],
    items=[
        _oil("OIL-COCO", "Coconut oil", "0.92", 10000, "0.0048", drum="25"),
        _oil("OIL-OLIVE", "Olive oil", "0.911", 15000, "0.0075", drum="20"),
        _oil("OIL-CASTOR", "Castor oil", "0.961", 4000, "0.0092"),
        _oil("BUT-SHEA", "Shea butter", "0.905", 4000, "0.0110"),
        _oil("BUT-COCOA", "Cocoa butter", "0.9", 2000, "0.0165"),
        DemoItem(
            "LYE-NAOH",
            "Sodium hydroxide (lye)",
            "raw",
            "g",
            "Lye and liquids",
            {"purchase_unit": "kg", "reorder_point": Decimal(5000), "standard_cost": Decimal("0.0031")},
        ),
        DemoItem(
            "WATER-DIST",
            "Distilled water",
            "raw",
            "ml",
            "Lye and liquids",
            {
                "density": Decimal(1),
                "purchase_unit": "l",
                "costing": "weighted_average",
                "lot_tracking": "none",
                "standard_cost": Decimal("0.0005"),
            },
        ),
        DemoItem(
            "EO-LAVENDER",
            "Lavender essential oil",
            "raw",
            "ml",
            "Scents",
            {
                "density": Decimal("0.885"),
                "reorder_point": Decimal(500),
                "standard_cost": Decimal("0.145"),
                "lot_tracking": "required",
                "is_perishable": True,
                "shelf_life_days": 730,
            },
        ),
        DemoItem(
            "EO-CEDAR",
            "Cedarwood essential oil",
            "raw",
            "ml",
            "Scents",
            {
                "density": Decimal("0.935"),
                "reorder_point": Decimal(250),
                "standard_cost": Decimal("0.098"),
                "lot_tracking": "required",
                "is_perishable": True,
                "shelf_life_days": 730,
            },
        ),
        DemoItem("CLAY-PINK", "Pink kaolin clay", "raw", "g", "Colours and additives", {"purchase_unit": "kg"}),
        DemoItem("WAX-BEES", "Beeswax pellets", "raw", "g", "Oils and butters", {"purchase_unit": "kg"}),
        DemoItem(
            "BOX-BAR",
            "Folding box for a bar",
            "packaging",
            "each",
            "Packaging",
            {"costing": "weighted_average", "lot_tracking": "none", "reorder_point": Decimal(400)},
            [("pack", "100", "each")],
        ),
        DemoItem(
            "LABEL-BAR",
            "Label for a bar",
            "packaging",
            "each",
            "Packaging",
            {"costing": "weighted_average", "lot_tracking": "none", "reorder_point": Decimal(500)},
            [("roll", "500", "each")],
        ),
        DemoItem(
            "JAR-60",
            "Amber jar, 60 ml",
            "container",
            "each",
            "Packaging",
            {
                "capacity": Decimal(60),
                "capacity_unit": "ml",
                "lot_tracking": "none",
                "costing": "weighted_average",
                "reorder_point": Decimal(100),
            },
        ),
        DemoItem(
            "TIN-30",
            "Aluminium tin, 30 ml",
            "container",
            "each",
            "Packaging",
            {"capacity": Decimal(30), "capacity_unit": "ml", "lot_tracking": "none", "costing": "weighted_average"},
        ),
        _bar("Lavender", "BAR-LAV"),
        _bar("Cedarwood", "BAR-CED"),
        _bar("Unscented", "BAR-NAT"),
        DemoItem(
            "BALM-60",
            "Hand balm, 60 ml",
            "finished",
            "each",
            "Balm",
            {"family": "BALM", "variant": {"size": "60 ml"}, "selling_price": Decimal("12.00"), "shelf_life_days": 365},
        ),
        DemoItem(
            "BALM-30",
            "Hand balm, 30 ml",
            "finished",
            "each",
            "Balm",
            {"family": "BALM", "variant": {"size": "30 ml"}, "selling_price": Decimal("7.50"), "shelf_life_days": 365},
        ),
    ],
)


@demo("inventory.soap")
def soap(ctx: Context) -> None:
    """A soap maker with oils by the drum, scents by the millilitre, and months of movements."""
    stock = StockRoom(ctx, load_catalogue(ctx, CATALOGUE))
    if stock.knows("NO-3101"):
        return
    for month in range(5):
        _stock_the_kitchen(stock, month, days_ago=155 - 30 * month)
        _buy(stock, month, days_ago=150 - 30 * month)
        _make_and_sell(stock, days_ago=140 - 30 * month)
    stock.adjust(41, "damaged", "Drum leaked on the dock", ("OIL-OLIVE", "1200", "g"))
    stock.adjust(20, "recount", "Half-year count", ("BOX-BAR", "470", "each"))
    stock.issue(12, "gift", ("BAR-LAV", "24", "each"), reason="School fair")
    stock.receive(9, "Provence Distillers", "PD-778", ("EO-CEDAR", "250", "ml", "0.102"), expires_on=stock.day(-16))
    stock.reserve("Harbour Hotel", "BAR-CED", "48", days=14)
    stock.ask_for(("BAR-LAV", "2", "box"), ("BAR-NAT", "1", "box"), at="MAIN", to="STORE")


def _buy(stock: StockRoom, month: int, days_ago: int) -> None:
    """Buy a month's oils; their prices creep up by two per cent a month."""
    dearer = 1 + Decimal(2 * month) / 100

    def cost(price: str) -> str:
        return f"{Decimal(price) * dearer:.4f}"

    stock.receive(
        days_ago,
        "Northern Oils",
        f"NO-{3101 + month}",
        ("OIL-COCO", "1", "drum", cost("120.00")),
        ("OIL-OLIVE", "2", "drum", cost("150.00")),
        ("OIL-CASTOR", "3", "kg", cost("9.20")),
        ("BUT-SHEA", "5", "kg", cost("11.00")),
    )
    stock.receive(
        days_ago - 2,
        "Chemco",
        f"CH-{905 + month}",
        ("LYE-NAOH", "10", "kg", "3.10"),
        ("WATER-DIST", "25", "l", "0.50"),
        ("CLAY-PINK", "1", "kg", "6.80"),
    )
    if month % 2 == 0:
        _buy_scents_and_packaging(stock, month, days_ago, cost)


def _stock_the_kitchen(stock: StockRoom, month: int, days_ago: int) -> None:
    """Bring what the soap kitchen makes small batches of; it keeps its own shelf."""
    dearer = 1 + Decimal(3 * month) / 100
    bought = (
        ("OIL-COCO", "3600", "g", "0.0051"), ("OIL-OLIVE", "6600", "g", "0.0078"), ("OIL-CASTOR", "420", "g", "0.0094"),
        ("BUT-SHEA", "1300", "g", "0.0112"), ("LYE-NAOH", "1350", "g", "0.0032"), ("WATER-DIST", "3.2", "l", "0.5"),
        ("EO-LAVENDER", "170", "ml", "0.148"), ("EO-CEDAR", "100", "ml", "0.101"), ("BOX-BAR", "130", "each", "0.18"),
    )  # fmt: skip
    stock.receive(
        days_ago, "Maker's Pantry", f"MP-{618 + month}",
        *((item, quantity, unit, f"{Decimal(cost) * dearer:.6f}") for item, quantity, unit, cost in bought), into="LAB",
    )  # fmt: skip


def _buy_scents_and_packaging(stock: StockRoom, month: int, days_ago: int, cost: Callable[[str], str]) -> None:
    stock.receive(
        days_ago - 3,
        "Provence Distillers",
        f"PD-{740 + month}",
        ("EO-LAVENDER", "500", "ml", cost("0.145")),
        ("EO-CEDAR", "250", "ml", cost("0.098")),
    )
    stock.receive(
        days_ago - 4,
        "Packright",
        f"PR-{2210 + month}",
        ("BOX-BAR", "5", "pack", "18.00"),
        ("LABEL-BAR", "1", "roll", "35.00"),
        ("JAR-60", "144", "each", "0.58"),
        ("TIN-30", "200", "each", "0.31"),
    )


def _make_and_sell(stock: StockRoom, days_ago: int) -> None:
    """Take a month's ingredients, put the bars on stock and sell most of them."""
    stock.issue(
        days_ago,
        "use",
        ("OIL-COCO", "18000", "g"),
        ("OIL-OLIVE", "26000", "g"),
        ("OIL-CASTOR", "2700", "g"),
        ("BUT-SHEA", "3600", "g"),
        ("LYE-NAOH", "7100", "g"),
        ("WATER-DIST", "14", "l"),
        ("EO-LAVENDER", "150", "ml"),
        ("EO-CEDAR", "70", "ml"),
        ("BOX-BAR", "230", "each"),
        cost_centre="Soap kitchen",
    )
    bars = [("BAR-LAV", "220", "1.18"), ("BAR-CED", "150", "1.21"), ("BAR-NAT", "120", "0.97")]
    stock.receive(
        days_ago - 2,
        "Own soap kitchen",
        f"KITCHEN-{days_ago}",
        *((item, quantity, "each", cost) for item, quantity, cost in bars),
    )
    for week, customer in enumerate(("Greenleaf Grocers", "Market stall", "Harbour Hotel")):
        sold = [("BAR-LAV", f"{62 - 4 * week}", "each"), ("BAR-CED", "36", "each"), ("BAR-NAT", "28", "each")]
        stock.issue(days_ago - 6 - 7 * week, "sale", *sold, customer_name=customer)
