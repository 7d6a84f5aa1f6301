"""How an organisation looks, over the API: its name, theme, hue, density and logo."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, request, send_file
from flask_smorest import Blueprint

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.administration.settings import UPDATE
from core.desk.branding import brand_of, change_brand, logo_of, remove_logo, set_logo
from core.errors import BadRequest, Forbidden, Invalid
from core.services.themes import installed_themes
from core.web.answering import answer_json, route
from core.web.attachments import SEALED
from core.web.bodies import read_json
from core.web.current import kernel, tenant_actor
from core.web.json_schemas import upload

branding = Blueprint("branding", __name__, url_prefix="/api/v1/branding", description="How an organisation looks.")


@route(branding, "GET", "")
def read_branding() -> Response:
    """Return the name, theme, hue, density and the digest of the logo."""
    actor = tenant_actor()
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        return answer_json(brand_of(ctx).as_dict())


@route(branding, "GET", "/themes")
def list_themes() -> Response:
    """Return the themes that are installed; an organisation chooses one here, a person one in their preferences."""
    tenant_actor()
    found = [{"name": item.name, "title": item.title, "summary": item.summary} for item in installed_themes().values()]
    return answer_json({"items": found})


def look(*, name: str = "", theme: str | None = None, hue: int | None = None, density: str | None = None) -> None:
    """Say what of the look can be changed."""


@route(branding, "PATCH", "", reads=look)
def change_branding() -> Response:
    """Change name, theme, hue or density; null is the theme's own."""
    body = read_json(request)
    if not isinstance(body, Mapping):
        raise BadRequest("Send a JSON object.")
    return changed(lambda ctx: change_brand(ctx, body))


@route(branding, "GET", "/logo")
def read_logo() -> Response:
    """Return the logo."""
    return answer_logo()


@route(branding, "POST", "/logo", reads=upload(), keyed=False)
def upload_logo() -> Response:
    """Keep the multipart part `file` as the logo: a PNG, JPEG or WebP picture of at most 512 KB."""
    try:
        return changed(take_logo)
    finally:
        for sent in request.files.values():
            sent.close()


@route(branding, "DELETE", "/logo")
def drop_logo() -> Response:
    """Show the theme's own sign again."""
    return changed(remove_logo)


def take_logo(ctx: Context) -> None:
    """Keep the part `file` of the request as the logo."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid({"logo": ["Choose a PNG, JPEG or WebP picture."]})
    sent.seek(0)
    set_logo(ctx, sent.filename, sent.stream)


def changed(change: Callable[[Context], None]) -> Response:
    """Change how the organisation looks and answer how it looks then."""
    actor = tenant_actor()

    def work(ctx: Context) -> Answer:
        if not ctx.can(UPDATE):
            raise Forbidden(f"You need the permission {UPDATE}.", permission=UPDATE)
        change(ctx)
        return Answer(200, "")

    perform(kernel(), actor, work)
    # Without an actor the tenant is read as it stands after the change.
    with kernel().unit(actor.tenant_id or 0, readonly=True) as ctx:
        return answer_json(brand_of(ctx).as_dict())


def answer_logo() -> Response:
    """Answer the logo as a picture that nothing can run in."""
    actor = tenant_actor()
    with kernel().unit(actor.tenant_id or 0, actor, readonly=True) as ctx:
        row, path = logo_of(ctx)
        response = send_file(path.absolute(), row.media_type, download_name=row.name, etag=row.sha256)
    response.headers["Content-Security-Policy"] = SEALED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
