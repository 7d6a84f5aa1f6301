"""The generic REST routes: one catch-all under /api/v1, dispatched through the endpoint table and the one road."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import MethodNotAllowed

from core.actions.arguments import check_arguments, parameters_of
from core.actions.audit import expect_audit
from core.actions.context import Context
from core.actions.forecasting import forecast_action, tell_changes
from core.actions.history import MOST as MOST_ENTRIES
from core.actions.history import read_history
from core.actions.run import Call, Outcome, check_argument_references, reachable, run_action
from core.actions.suggesting import suggest
from core.actions.unit import REPLAY, Answer, Idempotency, perform
from core.db.base import Record
from core.errors import BadRequest, Forbidden, Invalid, NotFound, Refused, VersionRequired
from core.identity.actor import Actor
from core.plugins.declarations import Query
from core.resources.describing import describe
from core.resources.kinds import LARGEST_INTEGER
from core.resources.reading import read_many, read_one
from core.web import attachments, comments, editing, lists, transfer
from core.web.answering import answer_json, respond
from core.web.bodies import parse_json, read_json, write_json
from core.web.current import hand_over_prefetched, kernel, prefetch_record, tenant_actor
from core.web.endpoints import Endpoint, EndpointTable
from core.web.questions import flag, one_of, refuse_unasked, whole_number

blueprint = Blueprint("rest", __name__, url_prefix="/api/v1")
METHODS = ["GET", "POST", "PATCH", "DELETE"]
LARGEST_BULK = 1000
# What else is asked for in a path's query; lists, exports and queries know by themselves.
ASKED: Mapping[str, tuple[str, ...]] = {
    "history": ("before", "limit", "field"), "comments": ("before", "limit"), "record": ("dry_run", "version"),
    "update": ("version",), "delete": ("version",), "edit": ("dry_run",), "import": ("dry_run", "mode"),
}  # fmt: skip
ASKS_ITSELF = frozenset({"list", "export", "query"})
Handler = Callable[[Context, Endpoint, list[int]], Answer]


@blueprint.route("/<path:rest>", methods=METHODS)
def dispatch(rest: str) -> Response:
    """Answer any declared endpoint; 404 when there is none or its module is off for the tenant."""
    methods, ids = endpoint_table().find(rest)
    method = request.method
    method = "GET" if method == "HEAD" else method
    endpoint = methods.get(method)
    if endpoint is not None and endpoint.kind == "get":
        prefetch_record(endpoint.owner.key, ids[0])
    actor = tenant_actor()
    if endpoint is None:
        visible = [name for name, item in methods.items() if _is_on(actor, item)]
        if visible:
            raise MethodNotAllowed(visible, "Use one of: " + ", ".join(visible) + ".")
        raise NotFound("There is no such path.")
    if method == "GET":
        with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
            hand_over_prefetched(ctx)
            check_gate(ctx, endpoint)
            if endpoint.kind == "export":
                return lists.answer_file(ctx, endpoint)
            if endpoint.kind in attachments.FILES:
                return attachments.FILES[endpoint.kind](ctx, endpoint, ids)
            if endpoint.query is not None and _format(endpoint.query) == "xlsx":
                return transfer.report_xlsx(endpoint.query, list(_asked(ctx, endpoint.query, ids)))
            return respond(READERS[endpoint.kind](ctx, endpoint, ids))
    if endpoint.kind == "suggest":
        with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
            check_gate(ctx, endpoint)
            return answer_json(_suggestion(ctx, endpoint))
    return respond(_write(actor, endpoint, ids))


def endpoint_table() -> EndpointTable:
    """Return the endpoint table of the running app."""
    return cast(EndpointTable, current_app.extensions["openmill_endpoints"])


def check_gate(ctx: Context, endpoint: Endpoint) -> None:
    """Refuse modules that are off (as if they were not there), actors without the permission, unknown parameters."""
    owner = endpoint.resource or endpoint.owner
    if not ctx.view.sees(endpoint.owner) or not ctx.view.sees(owner):
        raise NotFound("There is no such path.")
    if not ctx.can(endpoint.permission):
        raise Forbidden(f"You need the permission {endpoint.permission}.", permission=endpoint.permission)
    if endpoint.kind not in ASKS_ITSELF:
        refuse_unasked(ASKED.get(endpoint.kind, ()))


def _is_on(actor: Actor, endpoint: Endpoint) -> bool:
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        return ctx.view.sees(endpoint.owner)


# -- reading -------------------------------------------------------------------------------------------------


def _get(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    assert endpoint.resource is not None
    return _record_answer(200, read_one(ctx, ctx.shape(endpoint.resource), ids[0]))


def _history(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    assert endpoint.resource is not None
    read_one(ctx, ctx.shape(endpoint.resource), ids[0])
    before, limit = whole_number("before"), whole_number("limit", MOST_ENTRIES) or MOST_ENTRIES
    field, shape = request.args.get("field", "")[:200], ctx.shape(endpoint.resource)
    return Answer(200, write_json(read_history(ctx, shape, ids[0], before=before, limit=limit, field=field)))


def _fields(ctx: Context, endpoint: Endpoint, _ids: list[int]) -> Answer:
    assert endpoint.resource is not None
    return Answer(200, write_json(describe(ctx, ctx.shape(endpoint.resource))))


def _query(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    query = endpoint.query
    assert query is not None
    answer = _asked(ctx, query, ids)
    if _format(query) == "csv":
        return transfer.report_csv(query, list(answer))
    if query.columns:
        answer = {"columns": [vars(item) for item in query.columns], "rows": list(answer)}
    return Answer(200, write_json(answer))


def _suggestion(ctx: Context, endpoint: Endpoint) -> dict[str, Any]:
    """Answer what else a form fills in when one value changes; a POST because the values travel in its body."""
    assert endpoint.resource is not None
    body = read_json(request)
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object.")
    field, values, line = body.get("field"), body.get("values", {}), body.get("line")
    if not isinstance(field, str):
        raise Invalid({"field": ["Name the field that changed, such as lines.item_id."]})
    if not isinstance(values, dict) or not isinstance(line, (dict, type(None))):
        raise Invalid({"values": ["Must be a JSON object of field and value, and line one or nothing."]})
    return suggest(ctx, endpoint.resource, field, values, line).as_dict()


def _format(query: Query) -> str:
    """Return what a report is asked to be; queries without columns are JSON, and may ask for a format themselves."""
    if not query.columns:
        return "json"
    return one_of("format", "json", "csv", "xlsx")


def _asked(ctx: Context, query: Query, ids: list[int]) -> Any:
    arguments = check_arguments(query.function, query_arguments(query.function, request.args))
    check_argument_references(ctx, query.function, arguments)
    return query.function(ctx, *ids, **arguments)


READERS: dict[str, Handler] = {
    "list": lists.answer_list, "get": _get, "history": _history, "fields": _fields, "query": _query,
    "files": attachments.show, "comments": comments.show,
}  # fmt: skip


def query_arguments(function: Callable[..., Any], args: MultiDict[str, str]) -> dict[str, Any]:
    """Return query-string values as a query's arguments; lists are repeated or separated by commas."""
    kinds = {item.name: item.kind for item in parameters_of(function)}
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, values in args.lists():
        if name == "format" and name not in kinds:
            continue
        if kinds.get(name, "").startswith("list:"):
            found[name] = [part for value in values for part in value.split(",") if part]
        elif len(values) > 1:
            errors[name] = ["Give it once."]
        elif values[0] != "" or kinds.get(name) in ("text", "long_text"):
            found[name] = values[0]
    if errors:
        raise Invalid(errors)
    return found


# -- writing -------------------------------------------------------------------------------------------------


FORMS: dict[str, Handler] = {
    "import": transfer.load, "attach": attachments.upload, "detach": attachments.remove, "comments.add": comments.add,
    "comments.change": comments.change, "comments.remove": comments.remove, "edit": editing.edit,
}  # fmt: skip


def _write(actor: Actor, endpoint: Endpoint, ids: list[int]) -> Answer:
    body = None if endpoint.kind in FORMS else read_json(request)
    key = request.headers.get("Idempotency-Key")
    idempotency = None
    if key is not None:
        parts = (request.method.encode(), request.full_path.encode(), request.get_data(cache=True))
        idempotency = Idempotency.of(key, *parts)

    def gate(ctx: Context) -> None:
        check_gate(ctx, endpoint)

    def work(ctx: Context) -> Answer:
        if endpoint.kind in FORMS:
            return FORMS[endpoint.kind](ctx, endpoint, ids)
        return _act(ctx, endpoint, ids, body)

    if endpoint.kind == "record" and flag("dry_run"):
        return _foretold(actor, endpoint, ids, body, gate)
    return _replayed(endpoint, perform(kernel(), actor, work, idempotency=idempotency, gate=gate))


def _foretold(actor: Actor, endpoint: Endpoint, ids: list[int], body: Any, gate: Callable[[Context], None]) -> Answer:
    """Answer what an action would change, or what would refuse it."""
    assert endpoint.action is not None
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object.")
    call = Call(endpoint.action, ids, body, _versions(endpoint, ids, body))
    try:
        return Answer(200, write_json(forecast_action(kernel(), actor, call, tell_changes, gate=gate)))
    except Refused as problem:
        return Answer(200, write_json({"possible": False, "problem": problem.as_dict()}))


def _replayed(endpoint: Endpoint, answer: Answer) -> Answer:
    """Give an answer that was stored the headers it had: they follow from its record."""
    if REPLAY not in answer.headers or endpoint.kind in FORMS or not answer.body:
        return answer
    row = parse_json(answer.body.encode())
    version = row.get("version") if isinstance(row, dict) else None
    headers = [("ETag", f'"{version}"')] if version is not None else []
    if answer.status == 201 and version is not None and endpoint.resource is not None:
        headers.append(("Location", f"/api/v1/{endpoint.resource.path}/{row['id']}"))
    return Answer(answer.status, answer.body, (*answer.headers, *headers))


def _act(ctx: Context, endpoint: Endpoint, ids: list[int], body: Any) -> Answer:
    assert endpoint.action is not None and endpoint.resource is not None
    if not isinstance(body, dict) and endpoint.kind != "create":
        raise BadRequest("Send a JSON object.")
    if isinstance(body, list) and not 0 < len(body) <= LARGEST_BULK:
        raise Invalid({"body": [f"Send 1 to {LARGEST_BULK} records at once; the import takes more."]})
    if endpoint.kind == "bulk":
        ids = _bulk_ids(body)
        body = {name: value for name, value in body.items() if name != "ids"}
    versions = _versions(endpoint, ids, body)
    if endpoint.kind == "update":
        body = {name: value for name, value in body.items() if name != "version"}
    outcome = run_action(ctx, Call(endpoint.action, ids, body, versions))
    if len(outcome.records) == 1:
        # Reading many takes a while, and whoever else writes waits for the end of the trail.
        expect_audit(ctx)
    return _outcome(ctx, endpoint, outcome, isinstance(body, list))


def _bulk_ids(body: dict[str, Any]) -> list[int]:
    ids = body.get("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= LARGEST_BULK or not all(map(_is_id, ids)):
        raise Invalid({"ids": [f"Must be a list of 1 to {LARGEST_BULK} record ids."]})
    return ids


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= LARGEST_INTEGER


def _versions(endpoint: Endpoint, ids: list[int], body: Any) -> dict[int, int]:
    """Return the version the asker saw: from If-Match, ?version= or, for an update, the body."""
    assert endpoint.resource is not None
    if len(ids) != 1 or endpoint.kind == "bulk" or not issubclass(endpoint.resource.model, Record):
        return {}
    text = request.headers.get("If-Match") or request.args.get("version") or ""
    if not text and endpoint.kind == "update" and isinstance(body, dict):
        text = str(body.get("version", ""))
    text = text.strip().removeprefix("W/").strip('"')
    if text == "*":
        return {}
    if not text and endpoint.kind in ("update", "delete"):
        raise VersionRequired("Send If-Match with the ETag you read, so that nobody's change is lost.")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("If-Match must be the ETag of the record.", code="BAD_ETAG")
    return {ids[0]: int(text)} if text else {}


def _outcome(ctx: Context, endpoint: Endpoint, outcome: Outcome, many: bool) -> Answer:
    status = 201 if endpoint.kind == "create" else 200
    if endpoint.kind == "delete":
        return Answer(204, "")
    if endpoint.kind == "collection":
        return Answer(200, write_json(_told(ctx, outcome.results[0])))
    if many or endpoint.kind == "bulk":
        rows = _rows(ctx, endpoint, outcome)
        said = outcome.results if endpoint.kind == "bulk" else [None] * len(rows)
        items = [row if result is None else _told(ctx, result) for row, result in zip(rows, said, strict=True)]
        return Answer(status, write_json({"items": items}))
    result = outcome.results[0]
    if result is not None and result is not outcome.records[0]:
        return Answer(200, write_json(_told(ctx, result)))
    answer = _record_answer(status, _rows(ctx, endpoint, outcome)[0])
    if status == 201:
        assert endpoint.resource is not None
        location = ("Location", f"/api/v1/{endpoint.resource.path}/{outcome.records[0].id}")
        return Answer(201, answer.body, (*answer.headers, location))
    return answer


def _rows(ctx: Context, endpoint: Endpoint, outcome: Outcome) -> list[dict[str, Any]]:
    assert endpoint.resource is not None
    ids = outcome.ids
    shape = ctx.shape(endpoint.resource)
    # What an action moved out of the actor's reach was done all the same; it is only not shown.
    seen = reachable(ctx, endpoint.resource, "read", ids) if ctx.can(f"{endpoint.resource.key}.read") else set()
    shown = [record_id for record_id in ids if record_id in seen]
    read = [read_one(ctx, shape, shown[0])] if len(shown) == 1 else read_many(ctx, shape, shown) if shown else []
    rows = {row["id"]: row for row in read}
    return [rows.get(record_id, {"id": record_id}) for record_id in ids]


def _told(ctx: Context, result: Any) -> Any:
    """Return an action's own answer; records in it are read as their resource shows them."""
    if isinstance(result, Record):
        resource = ctx.registry.resource_of_model[type(result)]
        return read_one(ctx, ctx.shape(resource), result.id) if ctx.can(f"{resource.key}.read") else {"id": result.id}
    if isinstance(result, list):
        return [_told(ctx, item) for item in result]
    return {"ok": True} if result is None else result


def _record_answer(status: int, row: dict[str, Any]) -> Answer:
    headers = (("ETag", f'"{row["version"]}"'),) if "version" in row else ()
    if headers and "HTTP_IF_NONE_MATCH" in request.environ and _is_known(row["version"]):
        return Answer(304, "", headers)
    return Answer(status, write_json(row), headers)


def _is_known(version: int) -> bool:
    return request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(str(version))
