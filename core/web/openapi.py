"""The OpenAPI 3.1 document of one tenant and role: what the asker may call, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from core import __version__
from core.actions.arguments import schema_of
from core.actions.context import Context
from core.resources.label_ways import unlabelled
from core.resources.schemas import write_schema
from core.resources.shape import Field, LineShape, Shape
from core.web.editing import BODY as EDIT_BODY
from core.web.endpoints import Endpoint, EndpointTable
from core.web.json_schemas import IDEMPOTENCY_KEY, Json, json_schema, parameter, parameters_of_query, upload
from core.web.lists import IN_A_FILE
from core.web.transfer import MODES, SHEET

PROBLEM: Json = {
    "type": "object", "required": ["title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, upper case."}, "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "request_id": {"type": "string"},
    },
}  # fmt: skip
PROBLEM_ANSWER: Json = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
READ_TYPES: Mapping[str, Json] = {
    "integer": {"type": "integer"}, "reference": {"type": "integer"}, "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"}, "moment": {"type": "string", "format": "date-time"}, "json": {},
    "decimal": {"type": "string", "format": "decimal"}, "quantity": {"type": "string", "format": "decimal"},
    "money": {"type": "string", "format": "decimal"}, "percent": {"type": "string", "format": "decimal"},
}  # fmt: skip
SUGGEST: Json = {
    "type": "object", "required": ["field"], "properties": {
        "field": {"type": "string", "description": "What changed, such as lines.item_id."},
        "values": {"type": "object", "description": "The fields of the record itself."},
        "line": {"type": ["object", "null"], "description": "The line that was touched, and no other."},
    },
}  # fmt: skip
COMMENT: Json = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
BODIES: Mapping[str, Json] = {"suggest": SUGGEST, "comments.add": COMMENT, "comments.change": COMMENT,
                                "edit": EDIT_BODY}  # fmt: skip
LIST_PARAMETERS: tuple[tuple[str, Json, str], ...] = (
    (
        "search",
        {"type": "string"},
        "Words that must occur in the searchable fields, and "
        'conditions as in the search box: `kind:raw price:>5 name:"olive oil"`; in quotes, words only.',
    ),
    (
        "sort",
        {"type": "string"},
        "Fields, `-` before descending ones, separated by commas; a reference "
        "sorts by what its record is called, rows without one come last.",
    ),
    ("page", {"type": "integer", "minimum": 1, "default": 1}, "Page number; use `after` for deep lists."),
    ("page_size", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Rows of a page."),
    ("after", {"type": "string"}, "The `next` cursor of the page before."),
    ("fields", {"type": "string"}, "Fields to answer, separated by commas."),
    ("count", {"type": "string", "enum": ["exact", "none"]}, "exact counts beyond the limit, none does not count."),
    (
        "group_by",
        {"type": "string"},
        "Answer counts (and `sum=` sums) by up to three fields instead of rows; "
        "dates by period: `kind,created_at:month` (day, week, month, year); "
        "sorted by one of them, a sum or `count`.",
    ),
    ("sum", {"type": "string"}, "Number fields to add up in groups."),
    ("totals", {"type": "string"}, "Figures over all filtered rows: `price:avg,quantity` (sum, avg, min, max)."),
)
LIST_FORMAT = ("format", {"type": "string", "enum": ["json", "csv"]}, "Groups as a file; rows are exported.")
FILES: Json = {kind: {} for kind in ("text/csv", SHEET, "application/json")}

OLDER: tuple[tuple[str, Json, str], ...] = (
    ("before", {"type": "integer"}, "The `next` of the answer before: what is older than that."),
    ("limit", {"type": "integer", "minimum": 1, "default": 50}, "How many to answer."),
)
STRETCHES: Mapping[str, tuple[tuple[str, Json, str], ...]] = {
    "comments": OLDER, "history": (*OLDER, ("field", {"type": "string"}, "Only what changed this field or list.")),
}  # fmt: skip


class Writer:
    """Builds one document."""

    def __init__(self, ctx: Context, table: EndpointTable) -> None:
        self.ctx, self.table = ctx, table
        self.schemas: Json = {"Problem": PROBLEM}

    def document(self, fixed: Json) -> Json:
        """Return the document; `fixed` holds the routes that no declaration makes."""
        paths: Json = dict(fixed.get("paths", {}))
        for endpoint in self.table:
            if not self._may(endpoint):
                continue
            path = endpoint.documented
            names = [name for name in ("id", "file_id", "comment_id") if f"{{{name}}}" in path]
            parameters = [parameter(name, {"type": "integer"}, "Id of the record.", "path") for name in names]
            item = paths.setdefault(path, {"parameters": parameters} if parameters else {})
            item[endpoint.method.lower()] = self._operation(endpoint)
        components = fixed.get("components", {})
        # What flask-smorest would answer to a fault is never answered here.
        told = {name: schema for name, schema in components.get("schemas", {}).items() if name != "Error"}
        schemas, responses = {**told, **self.schemas}, {"DEFAULT_ERROR": PROBLEM_ANSWER}
        security = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        return {
            "openapi": "3.1.0",
            "info": {"title": f"OpenMill: {self.ctx.tenant.name}", "version": __version__},
            "servers": [{"url": "/"}], "security": [{"bearer": []}], "paths": dict(sorted(paths.items())),
            "components": {**components, "schemas": schemas, "responses": responses, "securitySchemes": security},
        }  # fmt: skip

    def _may(self, endpoint: Endpoint) -> bool:
        owner = endpoint.resource or endpoint.owner
        sees = self.ctx.view.sees(endpoint.owner) and self.ctx.view.sees(owner)
        return sees and self.ctx.can(endpoint.permission)

    def _operation(self, endpoint: Endpoint) -> Json:
        operation: Json = {
            "operationId": endpoint.name, "tags": [self.ctx.registry.plugins[endpoint.owner.plugin].manifest.title],
            "summary": self._summary(endpoint), "responses": self._responses(endpoint),
            "x-permission": endpoint.permission,
        }  # fmt: skip
        if parameters := self._parameters(endpoint):
            operation["parameters"] = parameters
        if endpoint.method in ("POST", "PATCH") and (body := self._body(endpoint)) is not None:
            media = {"application/json": {"schema": body}}
            if endpoint.kind == "import":
                media |= upload(mapping="A JSON object of column names and field names.")
            operation["requestBody"] = {"required": endpoint.kind != "record", "content": media}
        if endpoint.kind == "attach":
            operation["requestBody"] = {"required": True, "content": upload()}
        return operation

    def _summary(self, endpoint: Endpoint) -> str:
        if endpoint.query is not None:
            return endpoint.query.title
        assert endpoint.resource is not None
        if endpoint.action is not None:
            return f"{endpoint.action.label}: {endpoint.resource.singular.lower()}"
        return f"{endpoint.kind.capitalize()}: {endpoint.resource.title.lower()}"

    def _shape(self, endpoint: Endpoint) -> Shape:
        assert endpoint.resource is not None
        return self.ctx.shape(endpoint.resource)

    def _parameters(self, endpoint: Endpoint) -> list[Json]:
        found = []
        if endpoint.kind in ("list", "export"):
            found = self._list_parameters(endpoint)
            found += [parameter(*LIST_FORMAT)] if endpoint.kind == "list" else []
            found += [
                parameter(name, _read_type(item), f"{item.label}; also {', '.join(f'{name}__{op}' for op in ops)}.")
                for name, item in self._shape(endpoint).fields.items()
                if "eq" in item.kind.operators and (ops := [op for op in item.kind.operators if op != "eq"])
            ]
        if endpoint.query is not None:
            found = parameters_of_query(endpoint.query.function)
            if endpoint.query.columns:
                found.append(parameter("format", {"type": "string", "enum": ["json", "csv", "xlsx"]}, "As a file."))
        if endpoint.kind == "export":
            found.append(parameter("format", {"type": "string", "enum": ["csv", "xlsx", "json"]}, "Kind of file."))
        if endpoint.kind in STRETCHES:
            found = [parameter(*item) for item in STRETCHES[endpoint.kind]]
        if endpoint.kind in ("record", "import", "edit"):
            found.append(parameter("dry_run", {"type": "boolean"}, "Only tell what would happen; nothing is kept."))
        if endpoint.kind == "import":
            found.append(parameter("mode", {"type": "string", "enum": list(MODES)}, "What to do with known keys."))
        if endpoint.kind in ("update", "delete"):
            found.append(parameter("If-Match", {"type": "string"}, "The ETag that was read.", "header"))
        if endpoint.method == "POST":
            found.append(IDEMPOTENCY_KEY)
        return found

    def _list_parameters(self, endpoint: Endpoint) -> list[Json]:
        by_id = unlabelled(self.ctx, self._shape(endpoint))
        said = {"sort": f" By their ids: {', '.join(by_id)}."} if by_id else {}
        left_out = IN_A_FILE if endpoint.kind == "export" else ()
        return [
            parameter(name, schema, text + said.get(name, ""))
            for name, schema, text in LIST_PARAMETERS
            if name not in left_out
        ]

    def _body(self, endpoint: Endpoint) -> Json | None:
        if endpoint.kind in ("create", "update"):
            partial = endpoint.kind == "update"
            assert endpoint.resource is not None
            name = f"{endpoint.resource.key}.{'Update' if partial else 'Write'}"
            self.schemas[name] = json_schema(write_schema(self._shape(endpoint), partial=partial))
            return _ref(name)
        if endpoint.kind == "import":
            return {"type": "array", "items": {"type": "object"}}
        if endpoint.kind == "attach":
            return None
        if endpoint.kind in BODIES:
            return BODIES[endpoint.kind]
        assert endpoint.action is not None
        schema: Json = json_schema(schema_of(endpoint.action.function))
        if endpoint.kind == "bulk":
            ids = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 1000}
            schema = {**schema, "properties": {"ids": ids, **schema.get("properties", {})},
                      "required": ["ids", *schema.get("required", [])]}  # fmt: skip
        return schema

    def _responses(self, endpoint: Endpoint) -> Json:
        answer: Json = {"description": "Done"}
        if endpoint.kind == "export":
            answer["content"] = FILES
        if endpoint.kind in ("list", "get", "create", "update", "record"):
            assert endpoint.resource is not None
            self.schemas.setdefault(endpoint.resource.key, self._read_schema(self._shape(endpoint)))
            schema = _ref(endpoint.resource.key)
            if endpoint.kind == "list":
                schema = _page(schema)
            answer["content"] = {"application/json": {"schema": schema}}
            if endpoint.kind == "list":
                answer["content"]["text/csv"] = {}
        status = {
            "create": "201",
            "delete": "204",
            "comments.add": "201",
            "comments.remove": "204",
            "attach": "201",
            "detach": "204",
        }.get(endpoint.kind, "200")
        return {status: answer, "default": PROBLEM_ANSWER}

    def _read_schema(self, shape: Shape) -> Json:
        properties = _read_properties(shape)
        for name, line in shape.lines.items():
            properties[name] = {"type": "array", "items": {"type": "object", "properties": _read_properties(line)}}
        return {"type": "object", "description": shape.resource.help, "properties": properties}


def _read_properties(shape: Shape | LineShape) -> Json:
    properties = {name: _read_type(item) for name, item in shape.fields.items()}
    labels = [item.label_name for item in shape.fields.values() if item.reference is not None]
    return properties | {name: {"type": ["string", "null"]} for name in labels}


def _read_type(item: Field) -> Json:
    schema = dict(READ_TYPES.get(item.kind.name, {"type": "string"}))
    if item.optional and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    if item.choices:
        schema["enum"] = [*item.choices, *([None] if item.optional else [])]
    if item.label:
        schema["title"] = item.label
    if item.help:
        schema["description"] = item.help
    return schema


def _page(schema: Json) -> Json:
    numbers = {name: {"type": "integer"} for name in ("total", "page", "page_size", "pages")}
    return {"type": "object", "properties": {
        "items": {"type": "array", "items": schema}, **numbers, "total_is_exact": {"type": "boolean"},
        "next": {"type": ["string", "null"]}, "totals": {"type": "object", "description": "With `totals`."},
        "groups": {"type": "array", "items": {"type": "object"}, "description": "With `group_by`."},
        "is_complete": {"type": "boolean", "description": "With `group_by`: whether all are told."}}}  # fmt: skip


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
