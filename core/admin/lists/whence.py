"""The list that somebody came from: its search, filters, order and page, for the way back and the neighbours.

Only the browser keeps it, in a cookie: the address of a record stays short, and works without scripts, too.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, quote, unquote, urlencode

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.admin.lists.address import ListAddress
from core.plugins.declarations import Resource
from core.web.current import current_actor

WHENCE_COOKIE = "openmill_lists"
MOST_LISTS, LONGEST_STATE = 5, 500


def remember_list(response: Response, address: ListAddress) -> Response:
    """Let the browser remember a list as it is shown, the last few lists each with its state."""
    if response.status_code != 200:
        return response
    state = address.url.partition("?")[2]
    before = _remembered()
    after = {path: text for path, text in before.items() if path != address.path}
    if state and len(state) <= LONGEST_STATE:
        after[address.path] = state
    if list(after.items()) != list(before.items()):
        kept = dict(list(after.items())[-MOST_LISTS:])
        text = quote(json.dumps([_person(), kept]))
        response.set_cookie(WHENCE_COOKIE, text, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def list_state(resource: Resource) -> MultiDict[str, str]:
    """Return what this browser saw last of a list, as its address says it."""
    return MultiDict(parse_qsl(_remembered().get(resource.path, "")))


def list_url(resource: Resource) -> str:
    """Return the address of a list as this browser saw it last."""
    url, state = f"/{resource.path}", _remembered().get(resource.path)
    return f"{url}?{urlencode(parse_qsl(state))}" if state else url


def _person() -> str:
    actor = current_actor()
    return f"{actor.user_id}.{actor.tenant_id}"


def _remembered() -> dict[str, str]:
    """Return the states of lists by their paths, in the order they were seen; those of somebody else are none."""
    # Every page asks: a look for the cookie costs less than a failing `get` of it.
    if WHENCE_COOKIE not in request.cookies:
        return {}
    try:
        person, lists = json.loads(unquote(request.cookies[WHENCE_COOKIE]))
        known = {str(path): str(state)[:LONGEST_STATE] for path, state in lists.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return known if person == _person() else {}
