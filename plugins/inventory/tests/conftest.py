"""What the tests of inventory start from: a soap maker's units and a few items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.api import Context, select
from core.kernel import Kernel
from core.testing.house import make_tenant
from plugins.inventory.models.items import Item
from plugins.inventory.models.units import Unit
from plugins.inventory.tests.shop import Shop


@pytest.fixture
def tenant(kernel: Kernel) -> Any:
    """A tenant with inventory alone: what other modules add is theirs to test."""
    return make_tenant(kernel, ["inventory"])


@pytest.fixture
def other_tenant(kernel: Kernel) -> Any:
    """A second tenant with inventory alone."""
    return make_tenant(kernel, ["inventory"])


@pytest.fixture
def units(ctx: Context) -> dict[str, int]:
    """The ids of the standard units by their codes."""
    return {unit.code: unit.id for unit in ctx.all(select(Unit))}


@pytest.fixture
def coconut_oil(ctx: Context, units: dict[str, int]) -> Item:
    """Coconut oil: kept in grams, 0.92 g/ml, bought in drums of 5 kg."""
    return ctx.do(
        "inventory.item.create",
        code="OIL-COCO",
        name="Coconut oil",
        base_unit_id=units["g"],
        purchase_unit_id=units["drum"],
        density=Decimal("0.92"),
        conversions=[{"unit_id": units["drum"], "equal_quantity": "5", "equal_unit_id": units["kg"]}],
    )


@pytest.fixture
def lye(ctx: Context, units: dict[str, int]) -> Item:
    """Lye: kept in grams, nothing known of its density."""
    return ctx.do("inventory.item.create", code="LYE", name="Lye", base_unit_id=units["g"])


@pytest.fixture
def shop(ctx: Context) -> Shop:
    """The stock room of the test's tenant."""
    return Shop(ctx)
