"""A soap maker's stock room, for tests to tell stories in."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.api import Context, select
from plugins.inventory.api import Item, Location, Lot, Stock, Unit, default_location, levels
from plugins.inventory.ledger.rebuilding import differences
from plugins.inventory.models import Adjustment, Issue, Receipt, Transfer


@dataclass
class Shop:
    """The stock room as one person sees it; amounts may be given as text."""

    ctx: Context
    items: dict[str, Item] = field(default_factory=dict)

    @property
    def store(self) -> int:
        """The main warehouse."""
        return default_location(self.ctx).id

    def place(self, code: str) -> int:
        """Another location, made when first named."""
        found = self.ctx.find(Location, code=code)
        return (found or self.ctx.do("inventory.location.create", code=code, name=code.title())).id

    def unit(self, code: str) -> int:
        """A unit by its sign."""
        return self.ctx.scalar(select(Unit.id).where(Unit.code == code))

    def item(self, code: str, unit: str = "g", **values: Any) -> Item:
        """Make an item."""
        values = {"name": code.replace("-", " ").title(), "base_unit_id": self.unit(unit), **values}
        self.items[code] = self.ctx.do("inventory.item.create", code=code, **values)
        return self.items[code]

    def line(self, item: Item, quantity: Any, **values: Any) -> dict[str, Any]:
        """A line of any document."""
        if "unit" in values:
            values["unit_id"] = self.unit(values.pop("unit"))
        return {"item_id": item.id, "quantity": Decimal(quantity), **values}

    def receive(self, item: Item, quantity: Any, cost: Any = "0.01", *, on: Any = None, **line: Any) -> Receipt:
        """Receive goods into the store."""
        return self.receipt([self.line(item, quantity, unit_cost=Decimal(cost), **line)], received_on=on)

    def receipt(self, lines: list[dict[str, Any]], *, post: bool = True, **values: Any) -> Receipt:
        """Write a receipt, and post it."""
        values.setdefault("location_id", self.store)
        receipt = self.ctx.do("inventory.receipt.create", lines=lines, **values)
        return self.ctx.do("inventory.receipt.post", receipt) if post else receipt

    def issue(self, item: Item, quantity: Any, *, post: bool = True, issue_type: str = "use", **line: Any) -> Issue:
        """Issue goods from the store."""
        return self.issue_lines([self.line(item, quantity, **line)], post=post, issue_type=issue_type)

    def issue_lines(self, lines: list[dict[str, Any]], *, post: bool = True, **values: Any) -> Issue:
        """Write an issue, and post it."""
        values.setdefault("location_id", self.store)
        issue = self.ctx.do("inventory.issue.create", lines=lines, **values)
        return self.ctx.do("inventory.issue.post", issue) if post else issue

    def issue_below_zero(self, item: Item, quantity: Any) -> Issue:
        """Issue more than is there, with somebody's approval."""
        issue = self.issue(item, quantity, post=False)
        self.ctx.do("inventory.issue.request-approval", issue, reason="the delivery is on its way")
        return self.ctx.do("inventory.issue.approve-negative", issue)

    def transfer(self, item: Item, quantity: Any, to: str, **line: Any) -> Transfer:
        """Move goods from the store to another location."""
        transfer = self.ctx.do(
            "inventory.transfer.create",
            from_location_id=self.store,
            to_location_id=self.place(to),
            lines=[self.line(item, quantity, **line)],
        )
        self.ctx.do("inventory.transfer.request", transfer)
        return self.ctx.do("inventory.transfer.approve", transfer)

    def adjust(self, kind: str, lines: list[dict[str, Any]], **values: Any) -> Adjustment:
        """Put stock in the store right."""
        values.setdefault("location_id", self.store)
        adjustment = self.ctx.do("inventory.adjustment.create", adjustment_type=kind, lines=lines, **values)
        return self.ctx.do("inventory.adjustment.post", adjustment)

    def stock(self, item: Item, place: int | None = None) -> tuple[Decimal, Decimal]:
        """On hand and value of an item, in the store or elsewhere."""
        level = levels(self.ctx, [item.id], [place or self.store])[item.id]
        return level.on_hand, level.value

    def layers(self, item: Item) -> list[tuple[Decimal, Decimal]]:
        """Quantity and value of each live lot in the store, oldest first."""
        live = Stock.item_id == item.id, Stock.location_id == self.store, Stock.on_hand != 0
        rows = self.ctx.rows(select(Stock.on_hand, Stock.value).where(*live).order_by(Stock.lot_id))
        return [(row.on_hand, row.value) for row in rows]

    def lot(self, receipt: Receipt) -> Lot:
        """The lot of a receipt's first line."""
        return self.ctx.get(Lot, receipt.lines[0].lot_id)

    def books_agree(self) -> bool:
        """Whether every balance is what the ledger says, to the last digit."""
        return list(differences(self.ctx)) == []
