"""Records by keys of several columns, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

FEW = 5


def among(dialect: str, columns: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> sa.ColumnElement[bool]:
    """Return the condition that the columns of a record are, together, one of the keys.

    PostgreSQL makes a plan for every pair of a plain list, which for a thousand takes longer than all the rest: there
    each column of many keys goes along as one array.
    """
    if dialect != "postgresql" or len(keys) <= FEW:
        plain: sa.ColumnElement[bool] = columns[0].in_([key[0] for key in keys])
        return plain if len(columns) == 1 else sa.tuple_(*columns).in_(keys)
    arrays: list[sa.BindParameter[Any]] = [
        sa.bindparam(None, list(values), type_=ARRAY(column.type), unique=True)
        for column, values in zip(columns, zip(*keys, strict=True), strict=True)
    ]
    if len(columns) == 1:
        return columns[0] == sa.any_(arrays[0])  # type: ignore[no-any-return]
    given = sa.func.unnest(*arrays).table_valued(*(f"key_{n}" for n in range(len(columns)))).render_derived()
    return sa.tuple_(*columns).in_(sa.select(*given.c))
