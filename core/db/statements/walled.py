"""Selects of models that stay the same: built, checked and compiled once, with the wall of the tenant in them.

The session checks and compiles what it is given at each call, which takes longer than most answers. What a module
builds once, it is told here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import with_loader_criteria

from core.db.base import TenantOwned
from core.db.door import WallError, refuse_unchecked, unchecked_part
from core.db.statements.prepared import Prepared

_TENANT: sa.BindParameter[Any] = sa.bindparam("own_tenant", type_=sa.BigInteger())
_OWN_ROWS = with_loader_criteria(
    TenantOwned, lambda cls: cls.tenant_id == _TENANT, include_aliases=True, track_closure_variables=False
)


class Walled(Prepared):
    """A select of columns of models that shows the rows of one tenant."""

    def __init__(self, statement: sa.Select[Any], *, plans_once: bool = False) -> None:
        super().__init__(statement.options(_OWN_ROWS), plans_once=plans_once)
        self._inner = statement
        self._names: frozenset[str] | None = None

    def own(self, tenant_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that ask for a tenant's rows; TypeError unless every `bindparam` is given, no other."""
        if self._names is None:
            self._names = self._checked()
        if values.keys() != self._names:
            raise TypeError(f"This statement takes {', '.join(sorted(self._names))}; given: {', '.join(values)}.")
        return {**values, "own_tenant": tenant_id}

    def _checked(self) -> frozenset[str]:
        told = self._inner._propagate_attrs
        refuse_unchecked(told.get("compile_state_plugin") == "orm", unchecked_part(self._inner))
        for column in self._inner.column_descriptions:
            if column["expr"] is column.get("entity"):
                raise WallError("A prepared select tells columns, not records: name the columns you need.")
        binds = (part for part in sa.sql.visitors.iterate(self._inner) if isinstance(part, sa.BindParameter))
        return frozenset(str(bind.key) for bind in binds if bind.required)


def prepared(statement: sa.Select[Any], *, plans_once: bool = False) -> Walled:
    """Return a select of columns to be kept in a module and asked with `ctx.rows(it, name=value)`.

    Its values are `bindparam`s; one made with `expanding=True` takes a list. Rows are plain tuples. Only what finds
    rows by their keys alone `plans_once`: a plan for every list suits none where anything else narrows the rows.
    """
    return Walled(statement, plans_once=plans_once)
