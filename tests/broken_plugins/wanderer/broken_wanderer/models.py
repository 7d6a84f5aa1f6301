from sqlalchemy.orm import Mapped

from core.api import Record, String, field, states


class Trip(Record):
    """A document with two states."""

    __tablename__ = "wanderer_trip"
    name: Mapped[str] = field(String(40), label="Name")
    state: Mapped[str] = field(states("planned", "done"), label="State")
