"""The WSGI application: routes over a kernel, and nothing of business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_smorest import Api

from core import __version__, memory
from core.kernel import Kernel
from core.web import current, guards, problems, questions, rest
from core.web.authentication import authentication
from core.web.branding import branding
from core.web.desk import desk
from core.web.edits import edits
from core.web.endpoints import EndpointTable
from core.web.imports import imports
from core.web.platform import platform
from core.web.saved_views import views as saved_views
from core.web.setup import setup
from core.web.system import system
from core.web.viewing import log_ins, viewing


class Application(Flask):
    """Flask without the question, put at every call, whether a view or hook of ours is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


@memory.growing()
def create_app(kernel: Kernel) -> Flask:
    """Return the application of a kernel."""
    app = Application("openmill", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=kernel.config.secret_key, MAX_CONTENT_LENGTH=kernel.config.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=kernel.config.max_body_bytes, MAX_FORM_PARTS=20_000, API_TITLE="OpenMill",
        API_VERSION=__version__, OPENAPI_VERSION="3.1.0", PROPAGATE_EXCEPTIONS=False,
    )  # fmt: skip
    app.extensions["openmill"] = kernel
    app.extensions["openmill_endpoints"] = EndpointTable(kernel.registry)
    _trust_proxies(app, kernel.config.trusted_proxies)
    current.register(app)
    guards.register(app)
    app.extensions["openmill_api"] = api = Api(app)
    questions.register(app, api)
    api.register_blueprint(authentication)
    api.register_blueprint(system)
    api.register_blueprint(platform)
    api.register_blueprint(branding)
    api.register_blueprint(setup)
    api.register_blueprint(viewing)
    api.register_blueprint(log_ins)
    api.register_blueprint(desk)
    api.register_blueprint(saved_views)
    api.register_blueprint(imports)
    api.register_blueprint(edits)
    app.register_blueprint(rest.blueprint)
    # After flask-smorest, whose own error handler knows no problem details.
    problems.register(app)
    _add_pages(app)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    if count:
        from werkzeug.middleware.proxy_fix import ProxyFix

        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _add_pages(app: Flask) -> None:
    from core.admin.blueprint import register

    register(app)
