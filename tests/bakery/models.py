from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Mapped

from core.api import Boolean, Date, Entry, Json, Quantity, Record, String, field, ref, states


class Shelf(Record):
    """A place for loaves; shelves stand in shelves."""

    __tablename__ = "bakery_shelf"

    name: Mapped[str] = field(String(40), label="Name", unique=True)
    parent_id, parent = ref("Shelf", label="In", optional=True)


class Loaf(Record):
    """Something baked."""

    __tablename__ = "bakery_loaf"

    name: Mapped[str] = field(String(80), label="Name", search=True, unique=True)
    weight: Mapped[Decimal | None] = field(Quantity, label="Weight", optional=True)
    baked_on: Mapped[date | None] = field(Date, label="Baked on", optional=True)
    is_sliced: Mapped[bool] = field(Boolean, label="Sliced", default=False)
    notes: Mapped[dict[str, Any]] = field(Json, label="Notes", default=dict)
    shelf_id, shelf = ref(Shelf, label="Shelf", optional=True)
    state: Mapped[str] = field(states("dough", "baked"), label="State")


class Crumb(Entry):
    """What fell off a loaf; append-only."""

    __tablename__ = "bakery_crumb"

    loaf_id, loaf = ref(Loaf, label="Loaf")
    weight: Mapped[Decimal] = field(Quantity, label="Weight")
