"""Importing a BeerXML file."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from core.api import BadRequest, Context, Problem, TooLarge, action, arg

from .beerxml import MAX_BYTES, Unreadable, decode, read
from .importing import import_collection
from .models import BeerXmlImport
from .resources import imports


@action(imports, scope="collection", verb="beerxml", path="brewing/import-beerxml", label="Import BeerXML")
def import_beerxml(
    ctx: Context,
    *,
    content: Annotated[
        str, arg("BeerXML", file=True, multiline=True, max_length=2 * MAX_BYTES, help="Text, or its bytes in base64.")
    ],
    file_name: Annotated[str, arg("File name", max_length=200)] = "",
    dry_run: Annotated[bool, arg("Only check", help="Say what would happen, and change nothing.")] = False,
) -> dict[str, Any]:
    """Read ingredients and recipes into items and recipes; the same file again changes nothing.

    Refused as a whole with every fault named by record and tag, so that a file is never half imported.
    """
    try:
        file = read(_text(content))
    except Unreadable as reason:
        raise _refusal(reason) from None
    answer = import_collection(ctx, file, dry_run=dry_run)
    if not dry_run and (answer["created"] or answer["updated"]):
        ctx.create(
            BeerXmlImport,
            file_name=file_name or "BeerXML",
            records=file.records,
            created=answer["created"],
            updated=answer["updated"],
        )
    return answer


def _text(content: str) -> str:
    """XML always has a "<", base64 never."""
    if "<" in content:
        return content
    try:
        return decode(base64.b64decode("".join(content.split()), validate=True))
    except (binascii.Error, ValueError):
        raise Unreadable("BEERXML_MALFORMED", "content is neither XML nor base64.") from None


def _refusal(reason: Unreadable) -> Problem:
    kind = TooLarge if reason.code == "BEERXML_TOO_LARGE" else BadRequest
    return kind(reason.detail, code=reason.code)
