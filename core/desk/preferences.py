"""What one person chose for themselves in one organisation: few known keys, each with its shape, a row each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
import sqlalchemy as sa

from core.actions.context import Context
from core.administration.tenants import zones
from core.db.statements.prepared import Prepared, Question, converted
from core.desk.models import Preference
from core.errors import Forbidden, Invalid
from core.resources.kinds import plain_json
from core.services.themes import installed_themes

LARGEST = 20_000
MOST_FAVOURITES = 30
MOST_ASIDE = 500
COLUMNS = "columns:"
"""How the columns of a list stand: `columns:<resource>`, an object or a list that the list itself reads."""

_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_ICON = re.compile(r"[a-z0-9-]{0,60}")
Judge = Callable[[Any], str]


def preferences(ctx: Context) -> dict[str, Any]:
    """Return all that the person chose, read once a unit."""
    found: dict[str, Any] | None = ctx.db.info.get("preferences")
    if found is None:
        found = ctx.db.info["preferences"] = _read(ctx)
    return found


def preference(ctx: Context, key: str, default: Any = None) -> Any:
    """Return what the person chose under a key, the default where they chose nothing."""
    return preferences(ctx).get(key, default)


def own_zone(ctx: Context) -> ZoneInfo:
    """Return the zone in which moments are shown to the person; business dates stay the organisation's."""
    return ZoneInfo(preference(ctx, "zone") or ctx.tenant.zone)


def set_preference(ctx: Context, key: str, value: Any) -> None:
    """Keep a choice of the person, None to forget it; Invalid for an unknown key, a wrong shape, too much."""
    set_preferences(ctx, {key: value})


def set_preferences(ctx: Context, values: Mapping[str, Any]) -> None:
    """Keep several choices of the person, all or none; Invalid names each that cannot be kept."""
    user_id = _person(ctx)
    plain = _checked(ctx, values)
    mine = sa.select(Preference).where(Preference.user_id == user_id, Preference.key.in_(sorted(plain)))
    known = {row.key: row for row in ctx.all(mine)}
    for key, value in plain.items():
        _write(ctx, known.get(key), user_id, key, value)
    ctx.db.flush()
    ctx.db.info.pop("preferences", None)


def _write(ctx: Context, row: Preference | None, user_id: int, key: str, value: Any) -> None:
    if row is None:
        if value is not None:
            ctx.create(Preference, user_id=user_id, key=key, value=value)
    elif value is None:
        ctx.db.delete(row)
    else:
        row.value = value


def _person(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise Forbidden("Only a person has preferences.", code="NOT_A_PERSON")
    return ctx.actor.user_id


def _read(ctx: Context) -> dict[str, Any]:
    answers = ctx.db.look_up(*preference_questions(ctx))
    return dict(row for fetched in answers for row in converted(fetched))


def preference_questions(ctx: Context) -> list[Question]:
    """Return the question that reads what the person chose; nobody chose anything for the system."""
    if ctx.actor.user_id is None:
        return []
    return [(_of_person(), {"own_tenant": ctx.tenant.id, "person": ctx.actor.user_id})]


@cache
def _of_person() -> Prepared:
    table: Any = Preference.__table__
    mine = (table.c.tenant_id == sa.bindparam("own_tenant", type_=sa.BigInteger),
            table.c.user_id == sa.bindparam("person", type_=sa.BigInteger))  # fmt: skip
    return Prepared(sa.select(table.c.key, table.c.value).where(*mine).order_by(table.c.key))


# -- what may be kept ----------------------------------------------------------------------------------------


def _checked(ctx: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for key, value in values.items():
        try:
            plain[key] = plain_json(value)
            found = [text] if (text := _fault(ctx, key, plain[key])) else []
        except ma.ValidationError as error:
            found = [str(text) for text in error.messages]
        if found:
            faults[key[:80]] = found
    if faults:
        raise Invalid(faults)
    return plain


def _fault(ctx: Context, key: str, value: Any) -> str:
    judge = _judge(ctx, key)
    if judge is None:
        return f"There is no such preference; use one of {', '.join(sorted(KNOWN))} or {COLUMNS}<resource>."
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > LARGEST or len(text.encode(errors="replace")) > LARGEST:
        return f"Holds more than {LARGEST // 1000} KB; keep less."
    return judge(value)


def _judge(ctx: Context, key: str) -> Judge | None:
    if key.startswith(COLUMNS):
        return _table_like if key.removeprefix(COLUMNS) in ctx.registry.resources and len(key) <= 80 else None
    return KNOWN.get(key)


def _table_like(value: Any) -> str:
    return "" if isinstance(value, (dict, list)) else "Must be an object or a list."


def _one_of(*words: str) -> Judge:
    return lambda value: "" if value in words and isinstance(value, str) else f"Must be one of {', '.join(words)}."


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "Must be true or false."


def _zone(value: Any) -> str:
    return "" if isinstance(value, str) and value in zones() else "Must be a zone such as Europe/Berlin."


def _name(value: Any) -> str:
    return "" if isinstance(value, str) and 0 < len(value) <= 80 else "Must be a text of 1 to 80 characters."


def is_own_path(value: Any) -> bool:
    """Whether a value is an address within this site."""
    return isinstance(value, str) and len(value) <= 2000 and _PATH.fullmatch(value) is not None


def _path(value: Any) -> str:
    return "" if is_own_path(value) else "Must be an address within this site, such as /items."


def _sidebar(value: Any) -> str:
    if not isinstance(value, dict) or set(value) - {"narrow", "closed"}:
        return "Must be an object with narrow and closed."
    closed = value.get("closed", [])
    plain = isinstance(closed, list) and len(closed) <= 100 and not any(map(_name, closed))
    return (
        ""
        if plain and isinstance(value.get("narrow", False), bool)
        else "closed lists titles, narrow is true or false."
    )


def _favourites(value: Any) -> str:
    if not isinstance(value, list) or len(value) > MOST_FAVOURITES:
        return f"Must be a list of at most {MOST_FAVOURITES} favourites; take one away first."
    if not all(map(_is_favourite, value)):
        return "Each favourite has a title, an url within this site and perhaps an icon."
    return "" if len({item["url"] for item in value}) == len(value) else "The same address stands here twice."


def _is_favourite(item: Any) -> bool:
    if not isinstance(item, dict) or not {"title", "url"} <= set(item) <= {"title", "url", "icon"}:
        return False
    icon = item.get("icon", "")
    return (
        not _name(item["title"]) and is_own_path(item["url"]) and isinstance(icon, str) and bool(_ICON.fullmatch(icon))
    )


def _aside(value: Any) -> str:
    if not isinstance(value, dict) or len(value) > MOST_ASIDE:
        return f"Must be an object of at most {MOST_ASIDE} findings."
    plain = all(isinstance(text, str) and len(text) <= 40 for text in value.values())
    return "" if plain and all(len(name) <= 40 for name in value) else "Names a finding and until when it stays aside."


KNOWN: Mapping[str, Judge] = {
    "zone": _zone,
    "density": _one_of("comfortable", "compact"),
    "mode": _one_of("light", "dark"),
    "theme": lambda value: _one_of(*installed_themes())(value),
    "landing": _path,
    "sidebar": _sidebar,
    "favourites": _favourites,
    "single_keys": _truth,
    "alerts_aside": _aside,
}
"""The preferences there are, each with what says why a value is not acceptable."""
