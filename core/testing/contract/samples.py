"""Bodies that a resource accepts: copied from a record that is there, or made from its fields."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.plugins.declarations import Resource
from core.plugins.registry import Registry
from core.testing.clients import ApiClient

Body = dict[str, Any]
PLAIN: Mapping[str, Any] = {
    "long_text": "A few words.", "integer": 1, "boolean": False, "date": "2026-03-31",
    "moment": "2026-03-31T08:00:00Z", "json": {}, "decimal": "1", "quantity": "1", "money": "1", "percent": "1",
}  # fmt: skip
_COUNT = itertools.count(1)


class Unmakeable(AssertionError):
    """No body could be made for a resource; the plugin gives one in ``PluginContract.samples``."""


class Samples:
    """Makes bodies for one tenant, through the same routes as any client."""

    def __init__(self, client: ApiClient, registry: Registry, given: Mapping[str, Mapping[str, Any]]) -> None:
        self.client, self.registry, self.given = client, registry, given
        self._described: dict[str, Any] = {}

    def body(self, resource: Resource) -> Body:
        """Return a body for a new record that collides with none."""
        known = self.first(resource)
        body = self._copied(resource, known) if known is not None else self._made(resource)
        for name, length in _unique_texts(resource):
            if name in body and body[name] is not None:
                body[name] = fresh_text(length)
        for name, value in self.given.get(resource.key, {}).items():
            body[name] = value(next(_COUNT)) if callable(value) else value
        return body

    def first(self, resource: Resource) -> Body | None:
        """Return a record of the tenant with its lines, None where it has none."""
        found = self.client.get(resource.path, query_string={"page_size": 1, "sort": "id"}).get_json()["items"]
        if not found:
            return None
        record: Body = self.client.get(f"{resource.path}/{found[0]['id']}").get_json()
        return record

    def create(self, resource: Resource) -> Any:
        """Create a record; other references are tried where a combination is taken."""
        answer = None
        for attempt in range(8):
            body = self.body(resource)
            if attempt:
                self._vary_references(resource, body, attempt)
            answer = self.client.post(resource.path, body)
            if answer.status_code not in (409, 422):
                return answer
        return answer

    def describe(self, resource: Resource) -> Any:
        """Return the fields and lines of a resource as a client sees them."""
        if resource.key not in self._described:
            self._described[resource.key] = self.client.get(f"{resource.path}/fields").get_json()
        return self._described[resource.key]

    def writable(self, resource: Resource) -> list[Any]:
        """List the fields that may be written."""
        return [item for item in self.describe(resource)["fields"] if not item["readonly"]]

    def value(self, item: Any) -> Any:
        """Return an acceptable value of a described field."""
        if item["kind"] in ("choice", "state"):
            return item["choices"][0]
        if item["kind"] == "reference":
            return self._referred(item)
        return PLAIN.get(item["kind"]) if item["kind"] != "text" else fresh_text(20)

    def _copied(self, resource: Resource, record: Body) -> Body:
        described = self.describe(resource)
        body = {item["name"]: record[item["name"]] for item in self.writable(resource) if item["name"] in record}
        for line in described["lines"]:
            if any(item["required"] and item["readonly"] for item in line["fields"]):
                continue  # lines that only the plugin's own actions write
            names = [item["name"] for item in line["fields"] if not item["readonly"]]
            rows = [{name: row.get(name) for name in names if name in row} for row in record.get(line["name"], [])]
            body[line["name"]] = rows
        return body

    def _made(self, resource: Resource) -> Body:
        return {item["name"]: self.value(item) for item in self.writable(resource) if item["required"]}

    def _referred(self, item: Any) -> int:
        target = self.registry.resources.get(item["resource"] or "")
        if target is None:
            raise Unmakeable(f"{item['name']} refers to records that no resource shows")
        known = self.first(target)
        if known is None:
            answer = self.create(target)
            known = answer.get_json()
            if answer.status_code != 201:
                raise Unmakeable(f"{target.key}: {known}")
        return int(known["id"])

    def _vary_references(self, resource: Resource, body: Body, attempt: int) -> None:
        for item in self.writable(resource):
            if item["kind"] == "reference" and body.get(item["name"]) is not None and item["path"]:
                found = self.client.get(item["path"], query_string={"page_size": 20}).get_json()["items"]
                body[item["name"]] = found[(attempt * 7 + len(item["name"])) % len(found)]["id"]
            elif item["kind"] == "choice" and item["name"] in body:
                body[item["name"]] = item["choices"][attempt % len(item["choices"])]


def fresh_text(length: int | None) -> str:
    """Return a short text that no other record has."""
    return f"T{next(_COUNT):04d}"[: length or 40]


def _unique_texts(resource: Resource) -> list[tuple[str, int | None]]:
    table: sa.Table = resource.model.__table__
    names = {column.name for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)
             for column in constraint.columns}  # fmt: skip
    names |= {column.name for index in table.indexes if index.unique for column in index.columns}
    plain = [table.c[name] for name in names if type(table.c[name].type) is sa.String]
    return [(column.name, column.type.length) for column in plain]  # type: ignore[attr-defined]
