"""What a database's refusal means to people."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from core.db.base import Base
from core.errors import Duplicate, Invalid, Problem, Refused, Unavailable, VersionMismatch

_SQLITE_COLUMNS = re.compile(r"constraint failed: (.+)$")
# Beside what collides: a prepared statement that the driver dropped in the middle of a transaction.
_RETRY_STATES = {"40001", "40P01", "55P03", "26000"}


def is_transient(error: Exception) -> bool:
    """Whether the same operation may well succeed on a fresh session."""
    if isinstance(error, StaleDataError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) in _RETRY_STATES or "database is locked" in str(error.orig)


def problem_of(error: Exception) -> Problem | None:
    """Return the problem a database error stands for, None when it is a fault of ours."""
    if isinstance(error, StaleDataError):
        return VersionMismatch("Somebody else changed the record at the same time; read it again.")
    # A value that a column's type refuses, such as one too large for it, is refused while the statement is made.
    if isinstance(error, StatementError) and isinstance(error.orig, Problem):
        return error.orig
    if isinstance(error, IntegrityError):
        return _integrity(error)
    if is_transient(error) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Unavailable("The database is busy; try again.", headers={"Retry-After": "1"})
    sqlstate = getattr(getattr(error, "orig", None), "sqlstate", "") or ""
    # SQLite's sum() overflows as an operational error; psycopg refuses NUL before the server can give it a number.
    overflow = "integer overflow" in str(getattr(error, "orig", ""))
    if sqlstate.startswith("22") or overflow or isinstance(error, DataError):
        return Invalid({"body": ["Holds a value that the database cannot store."]})
    return None


def _integrity(error: IntegrityError) -> Problem:
    text = str(error.orig)
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    kind = getattr(error.orig, "sqlstate", "") or text
    if kind == "23505" or "UNIQUE constraint" in kind:
        fields = _unique_fields(name, text)
        said = " and ".join(fields) or "key"
        return Duplicate(f"A record with the same {said} exists.", errors={f: ["Is already taken."] for f in fields})
    if kind == "23503" or "FOREIGN KEY constraint" in kind:
        return Refused("IN_USE", "Other records refer to it, or it refers to a record that does not exist.")
    if kind == "23502" or "NOT NULL constraint" in kind:
        column = getattr(getattr(error.orig, "diag", None), "column_name", None) or text.rsplit(".", 1)[-1]
        return Invalid({column: ["Must not be empty."]})
    check = name or text.rsplit(": ", 1)[-1]
    return Refused("CHECK_FAILED", f"The database refuses it: {check.removeprefix('ck_')}.", constraint=check)


def _unique_fields(name: str, text: str) -> list[str]:
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if name and constraint.name == name and isinstance(constraint, sa.UniqueConstraint):
                return [column.name for column in constraint.columns if column.name != "tenant_id"]
    found = _SQLITE_COLUMNS.search(text)
    columns = [part.strip().rsplit(".", 1)[-1] for part in found[1].split(",")] if found else []
    return [column for column in columns if column != "tenant_id"]
