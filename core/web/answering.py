"""How the kernel's own routes read and answer: the same for all of them, beside what the declarations generate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, TypeVar

from flask import Response, request
from flask_smorest import Blueprint

from core.actions.arguments import check_arguments, parameters_of
from core.actions.context import Context
from core.actions.unit import Answer, Idempotency, perform
from core.errors import Invalid
from core.resources.tables import write_csv
from core.web.bodies import parse_json, read_json, write_json
from core.web.current import kernel, tenant_actor
from core.web.guards import DataResponse
from core.web.json_schemas import IDEMPOTENCY_KEY, Json, body_of, parameters_of_query
from core.web.questions import refuse_unasked

View = TypeVar("View", bound=Callable[..., Response])
Work = Callable[[Context], Any]
ANY_OBJECT: Json = {"application/json": {"schema": {"type": "object"}}}
Reads = Callable[..., Any] | Json | None


def nothing() -> None:
    """Say that nothing is asked for."""


def route(
    blueprint: Blueprint, method: str, path: str = "", *, reads: Reads = None, asks: Callable[..., Any] = nothing,
    keyed: bool = True, answers: Sequence[int] = (200,),
) -> Callable[[View], View]:  # fmt: skip
    """Declare a view of a blueprint for one method at one path.

    `asks` is a function whose arguments the query string may hold, and nothing else; `reads` one whose arguments the
    body holds, or the content of a request body as documents write it. A POST is `keyed` where answer_write() does it;
    `answers` are the statuses of what went well.
    """

    def register(view: View) -> View:
        asked = [item.name for item in parameters_of(asks)]

        @wraps(view)
        def checked(**values: Any) -> Response:
            refuse_unasked(asked)
            if method == "POST" and reads is None:
                check_arguments(nothing, read_json(request))
            return view(**values)

        documented = blueprint.doc(**_documents(reads, asks, answers, keyed=keyed and method == "POST"))(checked)
        routed: View = blueprint.route(path, methods=[method])(documented)
        return routed

    return register


def _documents(reads: Reads, asks: Callable[..., Any], answers: Sequence[int], *, keyed: bool) -> Json:
    parameters = [*parameters_of_query(asks), *([IDEMPOTENCY_KEY] if keyed else [])]
    body = {"required": True, "content": reads} if isinstance(reads, dict) else reads and body_of(reads)
    responses = {str(status): {"description": "Done"} for status in answers}
    told = ("parameters", parameters), ("requestBody", body), ("responses", responses)
    return {name: part for name, part in told if part}


def json_object() -> dict[str, Any]:
    """Return the body as an object; Invalid for anything else."""
    body = read_json(request)
    if not isinstance(body, dict):
        raise Invalid({"body": ["Send a JSON object."]})
    return body


def answer_read(work: Work) -> Response:
    """Answer what a read of the asker's tenant gives: an Answer, or a value that becomes JSON."""
    actor = tenant_actor()
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        return respond(as_answer(work(ctx)))


def answer_write(work: Work, status: int = 200, *, at: str = "") -> Response:
    """Answer what a change of the asker's tenant gives; sent again under the same Idempotency-Key, it is done once.

    What was made or started is told by its address below `at`, by an answer that was stored, too.
    """
    key = request.headers.get("Idempotency-Key")
    parts = (request.method.encode(), request.full_path.encode(), request.get_data(cache=True)) if key else ()
    idempotency = Idempotency.of(key, *parts) if key is not None else None
    actor = tenant_actor()
    answer = perform(kernel(), actor, lambda ctx: as_answer(work(ctx), status), idempotency=idempotency)
    response = respond(answer)
    if at and answer.status in (201, 202):
        response.headers["Location"] = f"{at}/{parse_json(answer.body.encode())['id']}"
    return response


def as_answer(told: Any, status: int = 200) -> Answer:
    """Return a value as a JSON answer; nothing as an empty one."""
    if isinstance(told, Answer):
        return told
    return Answer(status, "" if told is None else write_json(told))


def answer_json(value: Any, status: int = 200) -> Response:
    """Answer a value as JSON."""
    return respond(Answer(status, write_json(value)))


def csv_file(name: str, header: Sequence[str], lines: Iterable[Sequence[Any]]) -> Answer:
    """Return a table as an answer that is kept as a CSV file."""
    headers = (("Content-Type", "text/csv; charset=utf-8"),
               ("Content-Disposition", f"attachment; filename={name}.csv"))  # fmt: skip
    return Answer(200, "".join(write_csv(header, lines)), headers)


def respond(answer: Answer) -> Response:
    """Return an answer as HTTP."""
    response = DataResponse(answer.body, answer.status, content_type="application/json")
    for name, value in answer.headers:
        response.headers[name] = value
    return response
