"""The table of all REST endpoints that the declarations give: built once, looked up by method and path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.actions import crud
from core.db.base import Record
from core.plugins.declarations import Action, Declaration, Query, Resource
from core.plugins.registry import Registry

ID = "{id}"


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One method at one path: what it reaches, whose it is and which permission it asks for."""

    method: str
    path: str
    kind: str
    owner: Declaration
    permission: str
    resource: Resource | None = None
    action: Action | None = None
    query: Query | None = None

    @property
    def name(self) -> str:
        """A stable name: the operation id of the OpenAPI document."""
        return f"{self.owner.key}.{self.kind}" if self.action is None else self.action.key + self._bulk

    @property
    def documented(self) -> str:
        """Its address as documents write it, where two placeholders need two names."""
        path = "/api/v1/" + self.path
        return path.replace("/files/{id}", "/files/{file_id}").replace("/comments/{id}", "/comments/{comment_id}")

    @property
    def _bulk(self) -> str:
        return ".bulk" if self.kind == "bulk" else ""


class EndpointTable:
    """All endpoints; numbers in a path stand for ids, so `items/low-stock` never meets `items/{id}`."""

    def __init__(self, registry: Registry) -> None:
        self.by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in _endpoints(registry):
            methods = self.by_path.setdefault(endpoint.path, {})
            if endpoint.method in methods:
                taken = methods[endpoint.method].owner.key
                raise LookupError(f"{endpoint.owner.key} takes {endpoint.method} {endpoint.path} of {taken}")
            methods[endpoint.method] = endpoint

    def __iter__(self) -> Iterator[Endpoint]:
        for path in sorted(self.by_path):
            yield from self.by_path[path].values()

    def find(self, path: str) -> tuple[dict[str, Endpoint], list[int]]:
        """Return the methods at a path and the ids in it; no methods when nothing is there."""
        ids: list[int] = []
        parts = path.strip("/").split("/")
        for index, part in enumerate(parts):
            if part.isascii() and part.isdigit() and len(part) < 19:
                ids.append(int(part))
                parts[index] = ID
        return self.by_path.get("/".join(parts), {}), ids


def _endpoints(registry: Registry) -> Iterator[Endpoint]:
    for resource in registry.resources.values():
        yield from _of_resource(registry, resource)
    for action in registry.actions.values():
        yield from _of_action(registry.resources[action.resource], action)
    for query in registry.queries.values():
        yield Endpoint("GET", query.path, "query", query, query.permission, query=query)


def _of_resource(registry: Registry, resource: Resource) -> Iterator[Endpoint]:
    read, path = f"{resource.key}.read", resource.path
    yield Endpoint("GET", path, "list", resource, read, resource)
    yield Endpoint("GET", f"{path}/{ID}", "get", resource, read, resource)
    yield Endpoint("GET", f"{path}/{ID}/history", "history", resource, read, resource)
    yield Endpoint("GET", f"{path}/fields", "fields", resource, read, resource)
    yield Endpoint("GET", f"{path}/export", "export", resource, f"{resource.key}.export", resource)
    if any(item.resource == resource.key for item in registry.on_changes.values()):
        yield Endpoint("POST", f"{path}/suggest", "suggest", resource, read, resource)
    if "import" in resource.verbs:
        yield Endpoint("POST", f"{path}/import", "import", resource, f"{resource.key}.import", resource)
    if issubclass(resource.model, Record):
        attach = f"{resource.key}.attach"
        yield Endpoint("GET", f"{path}/{ID}/files", "files", resource, read, resource)
        yield Endpoint("POST", f"{path}/{ID}/files", "attach", resource, attach, resource)
        yield Endpoint("GET", f"{path}/{ID}/files/{ID}", "file", resource, read, resource)
        yield Endpoint("GET", f"{path}/{ID}/files/{ID}/preview", "files.preview", resource, read, resource)
        yield Endpoint("DELETE", f"{path}/{ID}/files/{ID}", "detach", resource, attach, resource)
        yield from _of_comments(resource)
    for verb, method, at in (("create", "POST", path), ("update", "PATCH", f"{path}/{ID}"),
                             ("delete", "DELETE", f"{path}/{ID}")):  # fmt: skip
        action = crud.built_in(registry, resource, verb)
        if action is not None:
            yield Endpoint(method, at, verb, resource, action.permission, resource, action)
    if "update" in resource.verbs:
        yield Endpoint("PATCH", path, "edit", resource, f"{resource.key}.update", resource)


def _of_comments(resource: Resource) -> Iterator[Endpoint]:
    path, comment = f"{resource.path}/{ID}/comments", f"{resource.key}.comment"
    yield Endpoint("GET", path, "comments", resource, f"{resource.key}.read", resource)
    yield Endpoint("POST", path, "comments.add", resource, comment, resource)
    yield Endpoint("PATCH", f"{path}/{ID}", "comments.change", resource, comment, resource)
    yield Endpoint("DELETE", f"{path}/{ID}", "comments.remove", resource, comment, resource)


def _of_action(resource: Resource, action: Action) -> Iterator[Endpoint]:
    if action.scope == "collection":
        path = action.path or f"{resource.path}/{action.verb}"
        yield Endpoint("POST", path, "collection", action, action.permission, resource, action)
        return
    path = action.path or f"{resource.path}/{ID}/{action.verb}"
    yield Endpoint("POST", path, "record", action, action.permission, resource, action)
    yield Endpoint("POST", f"{resource.path}/{action.verb}", "bulk", action, action.permission, resource, action)
