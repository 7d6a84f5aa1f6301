"""`openmill demo`: everything in one process, with nothing else to install."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli import sentence_of
from core.cli.opening import opened, read_config
from core.cli.serve import open_socket

if TYPE_CHECKING:
    from core.cli.demo_data import LogIn
    from core.config import Config
    from core.kernel import Kernel

HOST = "127.0.0.1"
DATABASE = "openmill.sqlite3"
LOG_INS, KEY, UPLOADS = "demo.json", "demo.key", "files"
OWN_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOG_INS, KEY)


@click.command()
@click.option("--instance", type=click.Path(file_okay=False, path_type=Path), default=Path("instance"),
              show_default=True, help="Folder of the database.")  # fmt: skip
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--reset", is_flag=True, help="Throw the demo's data away and start anew.")
def demo(instance: Path, port: int, reset: bool) -> None:
    """Show OpenMill with believable data.

    Makes an embedded database in a folder, fills it with a soap maker and a paint shop, and serves the web and runs
    jobs in this one process, for this machine only. Run again, it keeps what you did. Ctrl-C ends it.
    """
    with open_socket(HOST, port) as listener, owned(instance):
        if reset:
            remove_data(instance)
        with opened(demo_config(instance), current=False, present=False) as kernel:
            aside(lambda: prepare(kernel, instance), kernel)
            run(kernel, listener, read_log_ins(instance))
    click.echo("Stopped. Your data is kept.")


def demo_config(instance: Path) -> Config:
    """Return the configuration of a demo: embedded, whatever the environment says of databases and queues."""
    key = instance / KEY
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48))
    return read_config(instance=instance, database_url="", redis_url="", jobs="poll", secret_key=key.read_text(),
                       debug=False, secure_cookies=False)  # fmt: skip


@contextmanager
def owned(instance: Path) -> Iterator[None]:
    """Hold the folder for this process: one demo at a time, in a folder that can be written."""
    try:
        instance.mkdir(parents=True, exist_ok=True)
        lock = (instance / "demo.lock").open("w")
    except OSError as error:
        raise click.ClickException(
            f"The folder {instance.absolute()} cannot be written ({error.strerror}); choose another with --instance."
        ) from None
    with lock:
        if not _lock(lock):
            raise click.ClickException(
                f"Another demo is running in {instance.absolute()}; stop it, or choose another folder with --instance."
            )
        yield
    with suppress(OSError):
        (instance / "demo.lock").unlink()


def _lock(handle: Any) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no advisory locks of this kind; SQLite's own still hold
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def remove_data(instance: Path) -> None:
    """Delete what the demo made and nothing else in the folder."""
    for name in OWN_FILES:
        (instance / name).unlink(missing_ok=True)
    shutil.rmtree(instance / UPLOADS, ignore_errors=True)


def aside(work: Callable[[], None], kernel: Kernel) -> None:
    """Do a piece of work in a forked process: what migrating and filling take in memory is given back at its end."""
    if not hasattr(os, "fork"):
        work()
        return
    sys.stdout.flush()
    child = os.fork()
    if child:
        _wait_for(child)
        return
    # Ctrl-C reaches both; the parent decides, and a transaction cut off leaves nothing half done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel.after_fork()
    code = 1
    try:
        work()
        code = 0
    except Exception as error:
        click.echo(f"Error: {sentence_of(error)}", err=True)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _wait_for(child: int) -> None:
    try:
        _, status = os.waitpid(child, 0)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        click.echo("\nStopped before the demo was ready; starting it again goes on where it was.", err=True)
        raise click.exceptions.Exit(130) from None
    if status:
        raise click.exceptions.Exit(1)


def prepare(kernel: Kernel, instance: Path) -> None:
    """Bring the database up to date and fill it where it is empty."""
    from core.cli.demo_data import seed
    from core.cli.upgrade import upgrade_database

    upgrade_database(kernel)
    seed(kernel, instance / LOG_INS)


def read_log_ins(instance: Path) -> list[LogIn]:
    """Return the log-ins that the demo was filled with."""
    from core.cli.demo_data import LogIn

    return [LogIn(**item) for item in json.loads((instance / LOG_INS).read_text())]


def run(kernel: Kernel, listener: socket.socket, log_ins: list[LogIn]) -> None:
    """Serve the web and run jobs until Ctrl-C or SIGTERM."""
    from core.jobs.polling import Poller

    server = make_server(kernel, listener)
    _welcome(f"http://{HOST}:{listener.getsockname()[1]}/", log_ins)
    poller = Poller(kernel)
    poller.start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("\nStopping…")
    finally:
        # serve_forever() has ended; a second call from another thread would wait for ever.
        server.server_close()
        poller.stop()


def make_server(kernel: Kernel, listener: socket.socket) -> Any:
    """Return a threaded web server over the application, quiet, with connections kept alive."""
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

    from core.app import create_app

    class QuietHandler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    address, port = listener.getsockname()[:2]
    server = ThreadedWSGIServer(address, port, create_app(kernel), handler=QuietHandler, fd=listener.fileno())
    server.log_startup = lambda: None  # type: ignore[method-assign]
    return server


def _welcome(address: str, log_ins: list[LogIn]) -> None:
    from core.cli.tables import print_table

    click.echo(f"\nOpenMill runs at {address}  (Ctrl-C ends it)\n")
    print_table(("log in as", "password", "in", "who may"),
                [(item.username, item.password, item.tenant, item.rights) for item in log_ins])  # fmt: skip
    click.echo("")
