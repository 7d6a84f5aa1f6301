"""Opening the kernel for a command: readable configuration, a database that is there and up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.config import Config, from_environment

if TYPE_CHECKING:
    from core.kernel import Kernel


class BadConfiguration(click.ClickException):
    """A setting cannot be used; the exit code is that of wrong usage."""

    exit_code = 2


def read_config(**values: Any) -> Config:
    """Return the configuration of the environment; BadConfiguration names the variable that cannot be read."""
    try:
        return from_environment(**values)
    except ValueError as error:
        raise BadConfiguration(str(error)) from None


@contextmanager
def opened(
    config: Config | None = None, *, current: bool = True, present: bool = True, quiet: bool = True
) -> Iterator[Kernel]:
    """Give the kernel for one command; refuses a database that is not `present`, or not up to date (`current`)."""
    from core import logs, memory
    from core.jobs.drivers import attach
    from core.kernel import Kernel

    config = config or read_config()
    try:
        logs.configure(_calm(config) if quiet else config)
        if present and not has_database(config):
            raise click.ClickException(_missing(config))
        kernel = Kernel(config)
        attach(kernel)
        memory.settle()
    except ValueError as error:
        raise BadConfiguration(str(error)) from None
    try:
        if current:
            require_current(kernel)
        yield kernel
    finally:
        kernel.close()


def _calm(config: Config) -> Config:
    """Short commands say themselves what they did: their log lines are for trouble only."""
    wanted = {"log_level": "WARNING", "log_format": "text"}
    return config.with_values(**{k: value for k, value in wanted.items() if f"OPENMILL_{k.upper()}" not in os.environ})


def has_database(config: Config) -> bool:
    """Whether there is something to open: connecting would make an empty file."""
    path = sqlite_path(config.url)
    return path is None or path.exists()


def _missing(config: Config) -> str:
    return (
        f"There is no database at {sqlite_path(config.url)}. Make one with `openmill upgrade` (or `openmill demo`), or "
        "name another place with OPENMILL_INSTANCE or OPENMILL_DATABASE_URL."
    )


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite database, None for other databases."""
    from core.db.engine import read_address

    address = read_address(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def require_current(kernel: Kernel) -> None:
    """Refuse to work on tables that are older or newer than the code."""
    from core.plugins.migrating import pending

    names = pending(kernel.engine, kernel.registry)
    if names:
        said = ", ".join(names)
        raise click.ClickException(f"The database is not up to date ({said}). Run `openmill upgrade` first.")
