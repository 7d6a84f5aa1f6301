"""Icons, inlined into the page by the server: nothing to download, coloured by the text around them."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from lucide import lucide_icon
from markupsafe import Markup

FALLBACK = "file-text"
_CLASSES = re.compile('class="icon [^"]*"')


def _draw(name: str) -> str | None:
    # The package answers a name it lacks with a placeholder, and one it calls otherwise by now with a warning;
    # both are fine here, where the name comes from whoever wrote the plugin.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        svg = str(lucide_icon(name, cls="icon", stroke_width="1.75"))
    return None if "lucide-placeholder" in svg else svg


def has_icon(name: str) -> bool:
    """Tell whether there is an icon of that name."""
    return _draw(name) is not None


@lru_cache(maxsize=512)
def icon(name: str) -> Markup:
    """Return the SVG of an icon, hidden from screen readers; a name without one becomes a sheet of paper."""
    svg = _draw(name) or _draw(FALLBACK) or ""
    # A page holds hundreds: what HTML takes for granted and the package's own class names are left out.
    svg = "".join(line.strip() for line in svg.splitlines()).replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    plain = _CLASSES.sub('class="icon"', svg, count=1)
    return Markup(plain.replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 our own package's
