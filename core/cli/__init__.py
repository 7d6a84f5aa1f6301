"""The command `openmill`: each subcommand in a file of its own, loaded when it is asked for."""

from __future__ import annotations

import importlib
import os
import traceback
from typing import Any

import click

from core import __version__

COMMANDS = {
    "demo": "core.cli.demo:demo",
    "serve": "core.cli.serve:serve",
    "upgrade": "core.cli.upgrade:upgrade",
    "plugins": "core.cli.plugins:plugins",
    "tenant": "core.cli.tenants:tenant",
    "user": "core.cli.users:user",
    "worker": "core.cli.workers:worker",
    "tick": "core.cli.workers:tick",
    "jobs": "core.cli.workers:jobs",
    "verify": "core.cli.verify:verify",
    "import": "core.cli.transfer:import_file",
    "export": "core.cli.transfer:export",
    "uninstall": "core.cli.uninstall:uninstall",
    "revision": "core.cli.plugins:revision",
}


class Commands(click.Group):
    """The subcommands, and sentences instead of tracebacks when one of them fails."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; every fault becomes a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("OPENMILL_DEBUG", "") in ("1", "true", "yes", "on"):
                traceback.print_exc()
            notes = getattr(error, "__notes__", ())
            raise click.ClickException("\n  ".join([sentence_of(error), *notes])) from error


def sentence_of(error: Exception) -> str:
    """Return what people read instead of a traceback."""
    from sqlalchemy.exc import DBAPIError, OperationalError

    from core.errors import Problem

    if isinstance(error, Problem):
        return "\n  ".join([error.detail, *_field_errors(error)])
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {_first_line(error.orig)}"
    if isinstance(error, DBAPIError):
        return f"The database refused it: {_first_line(error.orig)}"
    if isinstance(error, UnicodeError):
        return "Something in the command or its input is not UTF-8 text; write it anew."
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else str(error.strerror or error)
    if type(error).__module__.startswith("redis"):
        return f"Redis cannot be used: {error}"
    return f"{type(error).__name__}: {error} (set OPENMILL_DEBUG=1 to see where)"


def _field_errors(error: Any) -> list[str]:
    lines = [f"{name}: {' '.join(texts)}" for name, texts in error.errors.items()]
    return [line for line in lines if line not in error.detail]


def _first_line(error: object) -> str:
    return str(error).strip().split("\n")[0]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="openmill")
def main() -> None:
    """OpenMill, for people who make things.

    `openmill demo` shows it with believable data and needs nothing else. For your own data: `openmill upgrade` makes
    the database, `openmill user create` and `openmill tenant create` the first log-in, `openmill serve` and
    `openmill worker` run it. Settings come from OPENMILL_* environment variables; docs/running.md lists them.
    """
