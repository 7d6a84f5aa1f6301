"""The tenant's own fields: defined by an administrator, kept in each record's JSON column."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from core.db.base import Record
from core.db.fields import field
from core.db.types import Json, choice


class CustomField(Record):
    """A field that a tenant adds to a resource without code."""

    __tablename__ = "core_custom_field"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "resource", "name"),)

    resource: Mapped[str] = field(sa.String(80), label="Resource", help="Key of the resource, such as inventory.item.")
    name: Mapped[str] = field(sa.String(40), label="Name", help="Starts with x_ and appears in the API as it is.")
    label: Mapped[str] = field(sa.String(80), label="Label")
    kind: Mapped[str] = field(choice("text", "integer", "decimal", "boolean", "date", "choice"), label="Kind")
    choices: Mapped[list[Any]] = field(Json, label="Choices", default=list, help="The words of a choice.")
    required: Mapped[bool] = field(sa.Boolean, label="Required")
    help: Mapped[str] = field(sa.String(200), label="Help", default="")
