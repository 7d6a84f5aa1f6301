"""The door of a tenant's session: which statements of models the tenant's criterion reaches, and which are refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase, TextualSelect

from core.db.base import Entry, Shared

MOST_JUDGEMENTS = 2000
_judgements: dict[Any, tuple[Sequence[Any], str]] = {}
_LEAVES = (sa.Table, sa.Column, AliasedReturnsRows)


class WallError(RuntimeError):
    """Code tried to reach past the tenant of its session."""


def check_statement(state: ORMExecuteState) -> None:
    """Raise WallError for a statement that the tenant's criterion would not wholly reach."""
    if state.is_insert:
        raise WallError("insert() carries no tenant check: use ctx.create() or ctx.insert().")
    mappers, part = _judged(state)
    refuse_unchecked(bool(mappers), part)
    if state.is_update or state.is_delete:
        _check_bulk(state, mappers)


def _judged(state: ORMExecuteState) -> tuple[Sequence[Any], str]:
    """Return the models of a statement and what in it no tenant check would reach.

    Both follow from its structure and not from its values: SQLAlchemy's own key of that structure remembers them.
    """
    statement: Any = state.statement
    structure = statement._generate_cache_key()
    key = None if structure is None else (state.is_relationship_load, structure.key)
    known = _judgements.get(key) if key is not None else None
    if known is None:
        # What a relationship loads was written by the base: only the key of a record already checked goes in.
        part = "" if state.is_relationship_load else unchecked_part(statement)
        known = (tuple(state.all_mappers), part)
        if key is not None:
            if len(_judgements) >= MOST_JUDGEMENTS:
                _judgements.clear()
            _judgements[key] = known
    return known


def _check_bulk(state: ORMExecuteState, mappers: Iterable[Any]) -> None:
    if isinstance(state.parameters, list):
        raise WallError("An update by a list of keys carries no tenant check.")
    for mapper in mappers:
        if issubclass(mapper.class_, (Entry, Shared)):
            raise WallError(f"{mapper.class_.__name__} rows are append-only.")
    values = getattr(state.statement, "_values", None) or {}
    if any(getattr(column, "name", column) == "tenant_id" for column in values):
        raise WallError("A row never changes its tenant.")


def refuse_unchecked(has_models: bool, part: str) -> None:
    """Raise WallError for a statement without a model, or with a part that no tenant check would reach."""
    if not has_models:
        raise WallError("A statement without a model needs execution_options(unscoped='reason').")
    if part:
        raise WallError(f"No tenant check reaches {part}: use models, or execution_options(unscoped='reason').")


def unchecked_part(statement: Any) -> str:
    """Name the first part of a statement that the tenant's criterion would not reach; empty when it reaches all.

    The criterion follows mapped entities, in subqueries too. A column of a bare table looks the same in SQL and is
    not followed: beside or inside a statement of models it would show every tenant's rows. Each SELECT is judged by
    itself, since an entity in the outer one says nothing of the same table in the inner one.
    """
    selects = [statement]
    while selects:
        scope = _Scope()
        scope.read(selects.pop())
        if scope.text:
            return f"the text {scope.text!r}"
        hidden = sorted(_name(table) for table in scope.bare - scope.mapped if "tenant_id" in table.c)
        if hidden:
            return f"the bare table {hidden[0]}"
        selects += scope.inner
    return ""


class _Scope:
    """The tables of one SELECT: those that stand for an entity, and those that do not."""

    def __init__(self) -> None:
        self.bare: set[Any] = set()
        self.mapped: set[Any] = set()
        self.inner: list[Any] = []
        self.text = ""

    def read(self, select: Any) -> None:
        parts = [select]
        while parts:
            part = parts.pop()
            if part is not select and isinstance(part, SelectBase):
                self.inner.append(part)
                continue
            owner = part._annotations.get("parententity")
            if owner is not None:
                self.mapped.add(owner.selectable if owner.is_aliased_class else owner.local_table)
            else:
                self._note(part)
            if not (isinstance(part, _LEAVES) and (owner is not None or _is_table(part))):
                parts.extend(part.get_children())

    def _note(self, part: Any) -> None:
        if _is_table(part):
            self.bare.add(part)
        elif isinstance(part, sa.Column) and isinstance(part.table, sa.Table):
            self.bare.add(part.table)
        elif isinstance(part, TextClause | TextualSelect) or _is_text(part):
            self.text = str(part)[:60]


def _is_table(part: Any) -> bool:
    """Whether a part of FROM is a table, by its own name or by another: an aliased model reads from such an alias."""
    return isinstance(part, sa.Table) or (isinstance(part, AliasedReturnsRows) and isinstance(part.element, sa.Table))


def _name(table: Any) -> str:
    return str(table.name if isinstance(table, sa.Table) else table.element.name)


def _is_text(part: Any) -> bool:
    """Whether a column is plain SQL; the star of count(*) names no table of its own."""
    return isinstance(part, ColumnClause) and part.is_literal and part.name != "*"
