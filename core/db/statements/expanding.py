"""Lists that go along as one value, so that a prepared statement is the same however long they are.

PostgreSQL takes a list as an array, one for each part where its elements are pairs; SQLite takes it as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.types import TupleType, TypeEngine

Convert = Callable[[Any], Any]
_LIST = re.compile(r"(NOT )?IN \(__\[POSTCOMPILE_(\w+)\]\)")


class Lists:
    """The bind parameters of a compiled statement that expand to lists, each as one value of it."""

    def __init__(self, types: Mapping[str, TypeEngine[Any]], dialect: Dialect) -> None:
        self.names = tuple(types)
        self._dialect = dialect
        self._parts = {name: _parts(kind) for name, kind in types.items()}
        self._converts: dict[str, list[Convert | None]] = {
            name: [part._cached_bind_processor(dialect) for part in parts] for name, parts in self._parts.items()
        }

    def within(self, text: str) -> str:
        """Return the text of a statement with one value in place of each list."""
        return _LIST.sub(self._array if self._dialect.name == "postgresql" else self._json, text)

    def given(self, name: str, values: Sequence[Any]) -> dict[str, Any]:
        """Return what is given for a list, by the names of its values."""
        converts = self._converts[name]
        if converts == [None]:
            return {name: array_text(values) if self._dialect.name == "postgresql" else json.dumps(list(values))}
        rows = [values] if len(converts) == 1 else [list(part) for part in zip(*values, strict=True)]
        columns = [
            [convert(value) for value in column] if convert is not None else column
            for convert, column in zip(converts, rows or [[] for _ in converts], strict=True)
        ]
        if self._dialect.name == "postgresql":
            return {told: array_text(column) for told, column in zip(self._names(name), columns, strict=True)}
        return {name: json.dumps(columns[0] if len(columns) == 1 else list(zip(*columns, strict=True)))}

    def _names(self, name: str) -> list[str]:
        parts = self._parts[name]
        return [name] if len(parts) == 1 else [f"{name}_of_{n}" for n in range(len(parts))]

    def _array(self, found: re.Match[str]) -> str:
        names, parts = self._names(found[2]), self._parts[found[2]]
        arrays = [f"%({told})s::{type_name(part, self._dialect)}[]" for told, part in zip(names, parts, strict=True)]
        if len(arrays) == 1:
            return f"{'<> ALL' if found[1] else '= ANY'}({arrays[0]})"
        return f"{found[1] or ''}IN (SELECT * FROM unnest({', '.join(arrays)}))"  # noqa: S608 - names

    def _json(self, found: re.Match[str]) -> str:
        count = len(self._parts[found[2]])
        columns = [f"json_extract(value, '$[{n}]')" for n in range(count)] if count > 1 else ["value"]
        return f"{found[1] or ''}IN (SELECT {', '.join(columns)} FROM json_each(?))"  # noqa: S608 - numbers


def _parts(kind: TypeEngine[Any]) -> list[TypeEngine[Any]]:
    return list(kind.types) if isinstance(kind, TupleType) else [kind]


def type_name(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """Return a type as a cast names it, without its length: a cast to VARCHAR(40) would cut a longer text off."""
    head, _, tail = kind.compile(dialect).partition("(")
    return head + tail.partition(")")[2]


def array_text(values: Sequence[Any]) -> str:
    """Return values as PostgreSQL reads an array; the driver's way, value by value, takes ten times as long.

    See "Array Input and Output Syntax" in its manual.
    """
    return f"{{{','.join([_element(value) for value in values])}}}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
