"""What every route of a plugin answers, to whom, and that reading costs no query per row."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from openapi_spec_validator import validate

from core.actions.arguments import Parameter, parameters_of
from core.kernel import Kernel
from core.plugins.declarations import Resource
from core.plugins.registry import KERNEL
from core.testing import servers
from core.testing.clients import ServerFault
from core.testing.contract.samples import PLAIN
from core.testing.furniture import ABSENT, Furnished
from core.web.endpoints import ID, Endpoint, EndpointTable


class ServedContract:
    """Tests of routes: they answer who may, refuse who may not, and are gone with their module."""

    plugin: str

    def test_its_reading_routes_answer(self, furnished: Furnished) -> None:
        """Whoever may read gets 200 from every list, record, export, query and report."""
        wrong = [line for endpoint in self.endpoints(furnished.kernel, "GET") for line in _read(furnished, endpoint)]
        assert not wrong, "\n".join(wrong)

    def test_its_routes_ask_for_a_log_in(self, furnished: Furnished) -> None:
        """Nobody is served without a token."""
        assert self._differing(furnished, furnished.nobody, 401) == []

    def test_its_routes_ask_for_a_permission(self, furnished: Furnished) -> None:
        """A member without rights gets 403 everywhere, before anything is looked at, and nothing changes."""
        assert self._differing(furnished, furnished.powerless, 403) == []

    def test_its_routes_go_with_the_module(self, furnished: Furnished) -> None:
        """A tenant without the module finds nothing at any of its paths."""
        if self.plugin != KERNEL:
            assert self._differing(furnished, furnished.bare, 404) == []

    def test_its_lists_need_no_query_per_row(self, furnished: Furnished) -> None:
        """A long page of a list takes as many statements as a short one, but for labels that the short one lacked."""
        wrong = []
        for resource in self.served(furnished):
            short, long = (_statements(furnished, f"{resource.path}?count=none&page_size={size}") for size in (1, 100))
            references = sum(1 for column in resource.model.__table__.columns if column.info.get("ref") is not None)
            if long > short + references:
                wrong.append(f"{resource.key}: {short} statements for one row, {long} for a page")
        assert not wrong, "\n".join(wrong)

    def test_its_routes_are_documented(self, furnished: Furnished) -> None:
        """The OpenAPI document is valid and holds every route for who may call it, and none for others."""
        document = furnished.owner.get("openapi.json").get_json()
        paths = document["paths"]
        own = {endpoint.documented for endpoint in self.endpoints(furnished.kernel)}
        check_document(json.dumps(part_of(document, own), sort_keys=True))
        missing = [f"{endpoint.method} {endpoint.path}" for endpoint in self.endpoints(furnished.kernel)
                   if endpoint.method.lower() not in paths.get(endpoint.documented, {})]  # fmt: skip
        assert missing == []
        hidden = furnished.powerless.get("openapi.json").get_json()["paths"]
        shown = [e.path for e in self.endpoints(furnished.kernel) if e.documented in hidden]
        assert shown == []

    # ---- what the tests look at --------------------------------------------------------------------------------------

    def endpoints(self, kernel: Kernel, *methods: str) -> list[Endpoint]:
        """List the plugin's routes."""
        found = [item for item in EndpointTable(kernel.registry) if item.owner.plugin == self.plugin]
        return [item for item in found if not methods or item.method in methods]

    def served(self, furnished: Furnished) -> list[Resource]:
        """List the plugin's resources."""
        return [item for item in furnished.kernel.registry.resources.values() if item.plugin == self.plugin]

    def _differing(self, furnished: Furnished, client: Any, status: int) -> list[str]:
        wrong = []
        for endpoint in self.endpoints(furnished.kernel):
            path = furnished.path(endpoint)
            try:
                answer = client.send(endpoint.method, path, {} if endpoint.method != "GET" else None)
            except ServerFault as fault:
                wrong.append(str(fault))
                continue
            if answer.status_code != status:
                wrong.append(f"{endpoint.method} {path}: {answer.status_code} {answer.text[:200]}")
        return wrong


def part_of(document: dict[str, Any], own: set[str]) -> dict[str, Any]:
    """Return a document with the given paths and the schemas that they refer to."""
    paths = {path: item for path, item in document["paths"].items() if path in own}
    schemas, wanted, kept = document["components"]["schemas"], _references(paths), {}
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = schemas[name]
            wanted |= _references(schemas[name])
    return {**document, "paths": paths, "components": {**document["components"], "schemas": kept}}


def _references(part: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part)))


def check_document(text: str) -> None:
    """Raise when a document is not OpenAPI; one is judged once in a run, since judging takes seconds."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    with servers.locked(f"openapi-{digest}") as folder:
        judged = folder / f"openapi-{digest}.judged"
        if not judged.exists():
            validate(json.loads(text))
            judged.touch()


def _read(furnished: Furnished, endpoint: Endpoint) -> Iterator[str]:
    path = furnished.path(endpoint)
    parameters = {}
    if endpoint.query is not None:
        parameters = {item.name: _argument(furnished, item) for item in parameters_of(endpoint.query.function)
                      if item.required}  # fmt: skip
    try:
        answer = furnished.owner.get(path, query_string=parameters)
    except ServerFault as fault:
        yield str(fault)
        return
    made_up = str(ABSENT) in path
    # A query may find invented arguments, or what the record lacks, wrong; it says so as a problem.
    allowed = {200, 404} if made_up else {200}
    allowed |= {404, 409, 422} if endpoint.query is not None and (parameters or ID in endpoint.path) else set()
    if answer.status_code not in allowed:
        yield f"{path} {parameters}: {answer.status_code} {answer.text[:300]}"


def _argument(furnished: Furnished, parameter: Parameter) -> Any:
    if parameter.said.ref:
        return furnished.first_id(parameter.said.ref)
    if parameter.said.choices:
        return parameter.said.choices[0]
    kind = parameter.kind.removeprefix("list:")
    value = PLAIN.get(kind, "x")
    return f"{value:f}" if isinstance(value, Decimal) else value


def _statements(furnished: Furnished, path: str) -> int:
    furnished.owner.get(path)
    with counted(furnished.kernel.engine) as seen:
        answer = furnished.owner.get(path)
    assert answer.status_code == 200, answer.text
    return len(seen)


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """Note the statements that an engine executes meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
