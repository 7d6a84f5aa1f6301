"""Parts of pages that are drawn once: `{% kept key %}…{% endkept %}` in a template."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from core.admin.display.markup import Kept

MOST_PARTS = 512


class KeptPart(Extension):
    """The tag `kept`: what it holds is drawn again only for another key, so the key names all that it depends on.

    Whatever belongs to one organisation or person is in the key, or is not in the part.
    """

    tags = {"kept"}
    parts = Kept(MOST_PARTS)

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the part as a block that is asked for its markup when it is needed."""
        line = next(parser.stream).lineno
        key = parser.parse_expression()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        return nodes.CallBlock(self.call_method("draw", [key]), [], [], body).set_lineno(line)

    def draw(self, key: Hashable, caller: Any) -> Any:
        """Return the part for a key. The part's code is in the key as well: an edited template is drawn anew."""
        return self.parts.get((caller._func.__code__, key), caller)
