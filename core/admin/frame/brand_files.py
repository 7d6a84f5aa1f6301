"""What a brand adds to a page: its hue as a stylesheet of our own, since the policy forbids styles within a page."""

from __future__ import annotations

from flask import Response

from core.admin.frame.assets import FOR_GOOD
from core.admin.frame.visit import Visit
from core.errors import NotFound
from core.web.branding import answer_logo


def hue_sheet(hue: int) -> Response:
    """Answer the stylesheet of a hue; its address says all that is in it, so browsers keep it for good."""
    if not 0 <= hue <= 360:
        raise NotFound("There is no such hue.")
    response = Response(f"@layer tokens {{ :root:root {{ --hue: {hue}; }} }}\n", mimetype="text/css")
    response.headers["Cache-Control"] = FOR_GOOD
    return response


def logo_file(_visit: Visit, digest: str) -> Response:
    """Answer the logo; the digest in its address only tells browsers that it changed."""
    return answer_logo()
