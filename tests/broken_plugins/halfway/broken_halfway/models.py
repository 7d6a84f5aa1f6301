from sqlalchemy.orm import Mapped

from core.api import Record, String, field


class Leftover(Record):
    """A table that must not appear, since its plugin is refused."""

    __tablename__ = "halfway_leftover"
    name: Mapped[str] = field(String(40), label="Name")
