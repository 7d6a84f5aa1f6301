"""First-run set-up over the API; there is nothing here once there is a user."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request
from flask_smorest import Blueprint

from core.administration.setup import check_answers, check_token, set_up
from core.errors import BadRequest
from core.web.answering import answer_json
from core.web.bodies import read_json
from core.web.current import kernel
from core.web.json_schemas import body_of

setup = Blueprint("setup", __name__, url_prefix="/api/v1/setup", description="The first organisation of a fresh house.")


def first_run() -> Response:
    """Make the first organisation and its administrator; `token` is what the server wrote when it started."""
    body = read_json(request)
    if not isinstance(body, Mapping):
        raise BadRequest("Send a JSON object.")
    check_token(kernel(), str(body.get("token", "")))
    values = check_answers(kernel(), {name: value for name, value in body.items() if name != "token"})
    return answer_json({"tenant": set_up(kernel(), **values)}, 201)


READS = body_of(set_up)
READS["content"]["application/json"]["schema"]["properties"]["token"] = {"type": "string"}
MADE = {"201": {"description": "Done"}}
setup.route("", methods=["POST"])(setup.doc(security=[], requestBody=READS, responses=MADE)(first_run))
