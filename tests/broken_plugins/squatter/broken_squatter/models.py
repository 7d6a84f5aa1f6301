from sqlalchemy.orm import Mapped

from core.api import Record, String, field


class Squat(Record):
    """A table in somebody else's name."""

    __tablename__ = "inventory_squat"
    name: Mapped[str] = field(String(40), label="Name")
