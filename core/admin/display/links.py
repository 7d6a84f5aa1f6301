"""Plain text whose addresses can be followed: web and mail only, and nothing of the text becomes markup."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+|mailto:[^\s<>\"'`{}|\\^]+@[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]"
_LINK = Markup('<a class="link" href="{0}" rel="noopener noreferrer nofollow">{0}</a>')


def linked(text: str) -> Markup:
    """Return a text in which web and mail addresses can be followed."""
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(_TRAILING)
        parts += [escape(text[at : match.start()]), _LINK.format(address)]
        at = match.start() + len(address)
    return Markup("").join([*parts, escape(text[at:])])
