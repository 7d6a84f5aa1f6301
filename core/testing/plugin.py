"""The pytest plugin of OpenMill: ``-p core.testing.plugin`` gives the options and fixtures to any plugin's tests.

The database of a worker process is built once by the migrations and shared by its tests; each test works in tenants of
its own, which no other test sees. Tests of migrations and the like ask for ``fresh_database``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core import memory
from core.actions.context import Context
from core.app import create_app
from core.config import Config
from core.identity.actor import Actor
from core.jobs.drivers import attach
from core.kernel import Kernel
from core.plugins import migrating
from core.plugins.loader import load
from core.plugins.registry import Registry
from core.tenancy.modules import TenantInfo
from core.testing import browsers, databases, furniture, house, servers
from core.testing.clients import ApiClient, BrowserClient
from core.testing.furniture import Furnished

pytest.register_assert_rewrite("core.testing.contract")
_FOLDER = pytest.StashKey[Path]()
# Hashes that cost nothing, and tokens that outlive a slow run: some fixtures stay logged in for all of it.
TEST_SETTINGS = {"argon2_memory_kib": 8, "argon2_time_cost": 1, "access_token_seconds": 24 * 3600}
OpenUnit = Callable[..., AbstractContextManager[Context]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of databases."""
    parser.getgroup("openmill").addoption(
        "--database",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="the databases that tests of stored data run on (default: both)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that all processes of this run share; only the controlling process owns it."""
    config.addinivalue_line("markers", "only_on(*databases): for what only these databases have")
    if not hasattr(config, "workerinput"):
        # A run that is told to end still stops its servers: as if somebody had pressed Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        config.stash[_FOLDER] = servers.open_run_folder(servers.in_memory())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started."""
    folder = config.stash.get(_FOLDER, None)
    if folder is not None:
        if servers.POSTGRESQL_URL in os.environ:
            databases.drop_all()
        servers.close_run_folder(folder)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that reaches a database on each of the chosen ones."""
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("database")
        only = metafunc.definition.get_closest_marker("only_on")
        kinds = [kind for kind in databases.KINDS if chosen in (kind, "both") and (only is None or kind in only.args)]
        metafunc.parametrize("database_kind", kinds, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end of a run one worker would wait for the other."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Keep house as a serving process does: the collector took a fifth of the time, walking modules and tests."""
    memory.settle()


# ---- servers ---------------------------------------------------------------------------------------------------------


def _server(address: Callable[[], str]) -> str:
    try:
        return address()
    except servers.ServerMissing as missing:
        if servers.may_skip():
            pytest.skip(str(missing))
        raise


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """The maintenance database of a real PostgreSQL server; databases and roles may be created there."""
    return _server(servers.postgresql_url)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A database of this worker's own in a real Redis-compatible server that belongs to this run."""
    number = _worker().removeprefix("gw")
    # A server has sixteen databases unless it is told otherwise.
    own = int(number) % 16 if number.isdigit() else 0
    return urlsplit(_server(servers.redis_url))._replace(path=f"/{own}").geturl()


# ---- databases -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Everything that the installed plugins declare."""
    return load()


@pytest.fixture(scope="session")
def kernel(
    database_kind: databases.Kind, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernel]:
    """A kernel over this worker's database, once for each kind of database."""
    if database_kind == "postgresql":
        _server(servers.postgresql_url)
    url = databases.clone(database_kind, _worker(), lambda address: migrate(address, registry))
    opened = open_kernel(url, registry, instance=tmp_path_factory.mktemp(f"instance-{database_kind}"))
    yield opened
    opened.close()
    databases.drop(url)


@pytest.fixture
def fresh_database(database_kind: databases.Kind, registry: Registry, tmp_path: Path) -> Iterator[Kernel]:
    """A kernel over a migrated database that no other test uses."""
    if database_kind == "postgresql":
        _server(servers.postgresql_url)
    url = databases.clone(database_kind, f"{_worker()}_fresh", lambda address: migrate(address, registry))
    opened = open_kernel(url, registry, instance=tmp_path)
    yield opened
    opened.close()
    databases.drop(url)


def open_kernel(url: str, registry: Registry | None = None, **values: object) -> Kernel:
    """Make a kernel with cheap password hashes, whose jobs run right after the commit and raise what fails in them."""
    config = Config().with_values(database_url=url, jobs="inline", **TEST_SETTINGS, **values)
    kernel = Kernel(config, registry=registry)
    attach(kernel)
    return kernel


def migrate(url: str, registry: Registry) -> None:
    """Bring an empty database to the newest revision of every plugin."""
    kernel = open_kernel(url, registry)
    migrating.upgrade(kernel.engine, registry, kernel.config.database_role)
    kernel.close()


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


# ---- the application -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def app(kernel: Kernel) -> Flask:
    """The web application over ``kernel``."""
    return create_app(kernel)


@pytest.fixture(scope="session")
def furnished(
    database_kind: databases.Kind, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    """A tenant with every module and its demo data, in a database of its own; tests leave things as they were."""
    if database_kind == "postgresql":
        _server(servers.postgresql_url)
    name = f"{_worker()}_furnished"
    url = databases.clone(database_kind, name, lambda address: _furnish(address, registry), template="furnished")
    opened = open_kernel(url, registry, instance=tmp_path_factory.mktemp(f"furnished-{database_kind}"))
    yield furniture.furnish(opened, create_app(opened))
    opened.close()
    databases.drop(url)


@pytest.fixture
def fresh_furnished(database_kind: databases.Kind, registry: Registry, tmp_path: Path) -> Iterator[Kernel]:
    """A kernel over a furnished database that no other test uses."""
    if database_kind == "postgresql":
        _server(servers.postgresql_url)
    name = f"{_worker()}_fresh"
    url = databases.clone(database_kind, name, lambda address: _furnish(address, registry), template="furnished")
    opened = open_kernel(url, registry, instance=tmp_path)
    yield opened
    opened.close()
    databases.drop(url)


def _furnish(url: str, registry: Registry) -> None:
    migrate(url, registry)
    kernel = open_kernel(url, registry)
    furniture.build(kernel)
    kernel.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium, one for each process of a run: a playwright `Browser`."""
    with browsers.launched() as browser:
        yield browser


@pytest.fixture
def client(app: Flask, kernel: Kernel, tenant: TenantInfo) -> ApiClient:
    """A program logged in as an owner of ``tenant``."""
    return ApiClient(app, house.make_member(kernel, tenant, is_owner=True))


@pytest.fixture
def other_client(app: Flask, kernel: Kernel, other_tenant: TenantInfo) -> ApiClient:
    """A program logged in as an owner of ``other_tenant``."""
    return ApiClient(app, house.make_member(kernel, other_tenant, is_owner=True))


@pytest.fixture
def client_with(app: Flask, kernel: Kernel, tenant: TenantInfo) -> Callable[..., ApiClient]:
    """Make programs with narrower rights: ``client_with("inventory.item.read")``."""

    def make(*allow: str, **options: Any) -> ApiClient:
        return ApiClient(app, house.make_member(kernel, tenant, allow, **options))

    return make


@pytest.fixture
def browser(app: Flask, client: ApiClient) -> BrowserClient:
    """A browser logged in as the member of ``client``."""
    assert client.member is not None
    return BrowserClient(app, client.member)


# ---- tenants and units of work ---------------------------------------------------------------------------------------


@pytest.fixture
def tenant(kernel: Kernel) -> TenantInfo:
    """A tenant of the test's own, with every loaded module switched on."""
    return house.make_tenant(kernel)


@pytest.fixture
def other_tenant(kernel: Kernel) -> TenantInfo:
    """A second tenant, for whatever must stay apart."""
    return house.make_tenant(kernel)


@pytest.fixture
def unit(kernel: Kernel, tenant: TenantInfo) -> OpenUnit:
    """Open a unit of work in ``tenant`` with every permission: ``with unit() as ctx: ...`` commits at its end."""

    def open_unit(actor: Actor | None = None, *, readonly: bool = False) -> AbstractContextManager[Context]:
        return kernel.unit(tenant.id, actor, readonly=readonly)

    return open_unit


@pytest.fixture
def two_processes(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> tuple[Callable[[], None], Callable[[], None]]:
    """Go on as the first or as the second of two: each has a block of ids of its own, those of the second are lower."""
    first, second = type(kernel.ids)(), type(kernel.ids)()
    with kernel.platform() as db:
        second.take(db, 1)
        first.take(db, 1)
    return partial(monkeypatch.setattr, kernel, "ids", first), partial(monkeypatch.setattr, kernel, "ids", second)


@pytest.fixture
def ctx(unit: OpenUnit) -> Iterator[Context]:
    """A context in ``tenant`` with every permission, committed at the end of the test.

    On SQLite it holds the only writer's lock: a test that also sends requests opens units with ``unit`` instead.
    """
    with ExitStack() as stack:
        yield stack.enter_context(unit())
