"""What stock is charged when goods come, and what leaves with them when they go.

| method           | a receipt is charged    | where the value lies                  | what leaves                  |
|------------------|-------------------------|---------------------------------------|------------------------------|
| fifo             | what it cost            | each lot at each location: the layers | the picked lot's share       |
| weighted_average | what it cost            | the item at the location: one pool    | the pool's share             |
| standard         | standard cost, the rest | each lot at each location             | the picked lot's share       |
|                  | is recorded as variance |                                       |                              |

In all of them a share is rounded half-up at six decimals and whoever takes the rest takes all the value left, so
that values conserve to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plugins.inventory.ledger.arithmetic import share, times
from plugins.inventory.ledger.book import Quant, StockBook
from plugins.inventory.ledger.facts import ItemFacts


@dataclass(frozen=True, slots=True)
class Costing:
    """A costing method: is value pooled over lots, and is stock charged at standard cost?"""

    pooled: bool = False
    at_standard: bool = False

    def holder(self, book: StockBook, quant: Quant) -> Quant:
        """Return the balance that carries the value of a lot."""
        return book.quant(quant.item_id, quant.location_id) if self.pooled else quant

    def weight(self, book: StockBook, quant: Quant) -> Decimal:
        """Return the quantity over which that value is spread."""
        return book.total(quant.item_id, quant.location_id) if self.pooled else quant.on_hand

    def charge(self, item: ItemFacts, quantity: Decimal, entered: Decimal) -> tuple[Decimal, Decimal]:
        """Return what stock is charged for goods that cost `entered`, and the variance beyond it."""
        if not self.at_standard or item.standard_cost is None:
            return entered, Decimal(0)
        standard = times(quantity, item.standard_cost)
        return standard, entered - standard

    def value_of(self, book: StockBook, quant: Quant, quantity: Decimal) -> Decimal:
        """Return the value that leaves with a quantity of a lot."""
        return share(self.holder(book, quant).value, quantity, self.weight(book, quant))


METHODS: dict[str, Costing] = {
    "fifo": Costing(),
    "weighted_average": Costing(pooled=True),
    "standard": Costing(at_standard=True),
}


def costing_of(item: ItemFacts) -> Costing:
    """Return the costing method of an item."""
    return METHODS[item.costing]
