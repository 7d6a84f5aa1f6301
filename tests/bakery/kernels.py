"""A kernel that knows the bakery alone, with a clock that can be set."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from core.config import Config
from core.kernel import Kernel
from core.plugins import migrating
from core.plugins.loader import Candidate, load
from core.testing import databases
from core.testing.plugin import TEST_SETTINGS
from tests.bakery.plugin import plugin

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Clock:
    """The moment that the kernel takes for now."""

    def __init__(self, moment=START):
        self.moment = moment

    def __call__(self):
        return self.moment

    def wait(self, **parts):
        self.moment += timedelta(**parts)


def load_bakery():
    """Return the registry of the kernel and the bakery."""
    return load([Candidate(plugin, "tests.bakery")])


def open_bakery(url, registry=None, *, clock=None, **values):
    """Make a kernel over a database that exists."""
    config = Config().with_values(database_url=url, **{"jobs": "poll", **TEST_SETTINGS, **values})
    return Kernel(config, registry=registry or load_bakery(), clock=clock or Clock())


def migrate_bakery(url):
    """Bring an empty database to the newest revisions."""
    kernel = open_bakery(url)
    migrating.upgrade(kernel.engine, kernel.registry, kernel.config.database_role)
    kernel.close()


@contextmanager
def bakery_database(kind):
    """Give the address of a migrated database of the caller's own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = databases.clone(kind, f"bakery_{worker}", migrate_bakery, template="bakery")
    yield url
    databases.drop(url)
