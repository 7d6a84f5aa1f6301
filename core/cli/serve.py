"""`openmill serve`: gunicorn, threaded workers over one preloaded application."""

from __future__ import annotations

import errno
import logging
import os
import socket
from typing import TYPE_CHECKING, Any

import click

from core.cli.opening import BadConfiguration, read_config

if TYPE_CHECKING:
    from core.config import Config

THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", type=click.IntRange(1, 256), help="Processes.  [default: twice the processors, at most 8]")
@click.option("--threads", default=THREADS, show_default=True, type=click.IntRange(1, 256), help="Threads in each.")
@click.option("--timeout", default=60, show_default=True, type=click.IntRange(5, 3600), help="Seconds for a request.")
def serve(host: str, port: int, workers: int | None, threads: int, timeout: int) -> None:
    """Serve the web in production, behind a proxy that speaks HTTPS.

    Refuses a default or short secret key, debug mode and a database that is not up to date. Jobs run in `openmill
    worker`. SIGTERM ends it after the requests at hand; docs/running.md has the settings.
    """
    from core.serving import NotReady, make_application, secured

    config = secured(read_config())
    workers = workers or min(2 * (os.cpu_count() or 1), 8)
    config = config.with_values(pool_size=max(config.pool_size, threads))
    check_port(host, port)
    try:
        application = make_application(config)
    except NotReady as problem:
        raise click.ClickException(str(problem)) from None
    except ValueError as problem:
        raise BadConfiguration(str(problem)) from None
    _warn(application.extensions["openmill"])
    _invite(application.extensions["openmill"], f"{host}:{port}")
    options = {"bind": f"{host}:{port}", "workers": workers, "threads": threads, "timeout": timeout}
    run_gunicorn(application, {**options, **fixed_options(config)})


def fixed_options(config: Config) -> dict[str, Any]:
    """Return what no installation needs to choose: threads behind one preloaded application, our own log lines."""
    from gunicorn.glogging import Logger

    class StructuredLogger(Logger):  # type: ignore[misc]
        """Hands gunicorn's lines to the root logger, and tells each request as one line with its id."""

        def setup(self, cfg: Any) -> None:
            self.error_log.propagate, self.error_log.handlers = True, []
            self.error_log.setLevel(logging.getLevelNamesMapping()[config.log_level.upper()])

        def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
            names = {name.lower(): value for name, value in resp.headers}
            logging.getLogger("openmill.access").info(
                "request",
                extra={"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], "status": resp.status_code,
                       "milliseconds": round(request_time.total_seconds() * 1000), "bytes": resp.sent,
                       "request_id": names.get("x-request-id", "")},
            )  # fmt: skip

    return {"worker_class": "gthread", "preload_app": True, "logger_class": StructuredLogger, "graceful_timeout": 30,
            "keepalive": 5, "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None}  # fmt: skip  # noqa: S108


def run_gunicorn(application: Any, options: dict[str, Any]) -> None:
    """Start gunicorn with options by name and stay in it; those that an older release does not know are left out."""
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError:
        raise click.ClickException("gunicorn does not run on this system; serve wsgi:application otherwise.") from None

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    Server().run()


def check_port(host: str, port: int) -> None:
    """Refuse a port that is taken before anything is started."""
    open_socket(host, port).close()


def open_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; a taken port or a foreign address is told in one sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            said = f"Port {port} on {host} is taken by another program; choose another one with --port."
        elif error.errno == errno.EACCES:
            said = f"You may not listen on port {port}; choose one above 1023 with --port."
        else:
            said = f"Cannot listen on {host}:{port}: {error.strerror or error}."
        raise click.ClickException(said) from None


def _invite(kernel: Any, place: str) -> None:
    """Tell whoever starts a fresh installation where to set it up, with the token that proves that they did."""
    from core.administration.setup import needs_setup, setup_token

    if needs_setup(kernel):
        click.echo(f"There is no user yet. Set OpenMill up at http://{place}/setup?token="
                   f"{setup_token(kernel.identity.policy)}")  # fmt: skip


def _warn(kernel: Any) -> None:
    log = logging.getLogger("openmill.serve")
    if kernel.engine.dialect.name == "postgresql" and not kernel.role:
        log.warning("row-level security is not in force: the database role of OPENMILL_DATABASE_ROLE is missing")
    if kernel.config.job_driver == "poll":
        log.info("jobs wait for `openmill worker`")
