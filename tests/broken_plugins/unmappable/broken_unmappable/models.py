from sqlalchemy.orm import Mapped, relationship

from core.api import Record, String, field


class Orphan(Record):
    """Its relationship leads nowhere, which shows only when mappers are configured."""

    __tablename__ = "unmappable_orphan"
    name: Mapped[str] = field(String(40), label="Name")
    parent = relationship("NoSuchClassAnywhere")
