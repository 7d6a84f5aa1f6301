"""How a demo moves stock: through the same documents and actions as everybody, dated in the months before today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.api import Context, select
from plugins.inventory.models.documents import Receipt
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.units import Unit

# An item with how much of it in which unit.
Amount = tuple[str, str, str]
# An amount with what one unit of it cost.
Bought = tuple[str, str, str, str]


class StockRoom:
    """Writes and posts the documents of a demo."""

    def __init__(self, ctx: Context, items: Mapping[str, Item]) -> None:
        self.ctx = ctx
        self.items = {code: item.id for code, item in items.items()}
        self.units = {unit.code: unit.id for unit in ctx.all(select(Unit))}
        self.locations = {location.code: location.id for location in ctx.all(select(Location))}

    def knows(self, invoice: str) -> bool:
        """Whether an earlier run has written the history that begins with this invoice."""
        return bool(self.ctx.all(select(Receipt).where(Receipt.invoice_number == invoice)))

    def receive(
        self, days_ago: int, supplier: str, invoice: str, *bought: Bought, into: str = "MAIN", **line: Any
    ) -> None:
        """Receive a delivery; every line becomes a lot under the supplier's invoice."""
        lines = [
            {**self._line(item, quantity, unit), "unit_cost": Decimal(cost), "supplier_lot": f"{invoice}-{n}", **line}
            for n, (item, quantity, unit, cost) in enumerate(bought, start=1)
        ]
        self._post(
            "inventory.receipt",
            lines,
            location_id=self.locations[into],
            received_on=self.day(days_ago),
            supplier_name=supplier,
            invoice_number=invoice,
        )

    def issue(self, days_ago: int, issue_type: str, *amounts: Amount, at: str = "MAIN", **values: Any) -> None:
        """Let goods leave: sold, used, given away."""
        self._post(
            "inventory.issue",
            [self._line(*amount) for amount in amounts],
            issue_type=issue_type,
            location_id=self.locations[at],
            issued_on=self.day(days_ago),
            **values,
        )

    def adjust(self, days_ago: int, adjustment_type: str, reason: str, *amounts: Amount, at: str = "MAIN") -> None:
        """Put stock right for a reason."""
        self._post(
            "inventory.adjustment",
            [self._line(*amount) for amount in amounts],
            adjustment_type=adjustment_type,
            location_id=self.locations[at],
            adjusted_on=self.day(days_ago),
            reason=reason,
        )

    def ask_for(self, *amounts: Amount, at: str, to: str) -> None:
        """Ask for a transfer that waits for somebody's approval."""
        asked = self.ctx.do(
            "inventory.transfer.create",
            from_location_id=self.locations[at],
            to_location_id=self.locations[to],
            lines=[self._line(*amount) for amount in amounts],
        )
        self.ctx.do("inventory.transfer.request", asked)

    def reserve(self, customer: str, item: str, quantity: str, *, days: int, at: str = "MAIN") -> None:
        """Hold stock for a customer for some days."""
        self.ctx.do(
            "inventory.reservation.create",
            **self._line(item, quantity, ""),
            location_id=self.locations[at],
            customer_name=customer,
            expires_at=self.ctx.now() + timedelta(days=days),
        )

    def day(self, days_ago: int) -> Any:
        """Return the business date so many days before today."""
        return self.ctx.today() - timedelta(days=days_ago)

    def _line(self, item: str, quantity: str, unit: str) -> dict[str, Any]:
        unit_id = self.units[unit] if unit else None
        return {"item_id": self.items[item], "quantity": Decimal(quantity), "unit_id": unit_id}

    def _post(self, resource: str, lines: list[dict[str, Any]], **values: Any) -> None:
        document = self.ctx.do(f"{resource}.create", **values, lines=lines)
        self.ctx.do(f"{resource}.post", document)
