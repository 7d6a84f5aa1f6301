"""The application as production runs it: refused in plain words where it would not be safe, ready for forking."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.config import DEVELOPMENT_SECRET, Config, from_environment

if TYPE_CHECKING:
    from flask import Flask

    from core.kernel import Kernel

SHORTEST_SECRET = 32


class NotReady(Exception):
    """The installation must not be served as it is; the message says what to do."""


def check_config(config: Config) -> None:
    """Raise NotReady for settings that are only right on a developer's machine."""
    if config.secret_key == DEVELOPMENT_SECRET:
        raise NotReady("OPENMILL_SECRET_KEY is the default of development; set it to at least 32 random characters.")
    if len(config.secret_key) < SHORTEST_SECRET or len(set(config.secret_key)) < 8:
        raise NotReady("OPENMILL_SECRET_KEY is too easy to guess; set it to at least 32 random characters.")
    if config.debug:
        raise NotReady("OPENMILL_DEBUG is on, which shows the inside to strangers; unset it.")
    if config.job_driver == "inline":
        raise NotReady("OPENMILL_JOBS=inline is for tests: use poll, or rq with OPENMILL_REDIS_URL.")


def check_database(kernel: Kernel) -> None:
    """Raise NotReady when the tables are not those that this version of the code knows."""
    from core.plugins.migrating import pending

    names = pending(kernel.engine, kernel.registry)
    if names:
        raise NotReady(f"The database is not up to date ({', '.join(names)}); run `openmill upgrade` first.")


def secured(config: Config) -> Config:
    """Return the configuration with cookies for HTTPS only, unless the environment says otherwise."""
    return config if "OPENMILL_SECURE_COOKIES" in os.environ else config.with_values(secure_cookies=True)


def open_checked(config: Config) -> Kernel:
    """Return the kernel of an installation that may be served; NotReady when it may not."""
    from core import logs
    from core.jobs.drivers import attach
    from core.kernel import Kernel

    check_config(config)
    logs.configure(config)
    kernel = Kernel(config)
    check_database(kernel)
    attach(kernel)
    return kernel


def make_application(config: Config | None = None) -> Flask:
    """Return the application over a checked kernel; forked workers start with connections and ids of their own."""
    from core import memory
    from core.app import create_app
    from core.identity.passwords import warm_up

    kernel = open_checked(config or secured(from_environment()))
    application = create_app(kernel)
    # Connections opened by the checks belong to this process alone.
    kernel.engine.dispose()
    warm_up(kernel.identity.policy)
    memory.settle()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=kernel.after_fork)
    return application
