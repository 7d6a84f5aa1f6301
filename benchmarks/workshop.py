"""A maker's data of a chosen size in a database of its own, and the doors to it: the application and the driver."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask

from core import memory
from core.app import create_app
from core.config import Config
from core.kernel import Kernel
from core.plugins import migrating
from core.tenancy.modules import TenantInfo
from core.testing import databases, house
from core.testing.clients import ApiClient
from plugins.inventory.api import Incoming, Item, Outgoing, Source, Unit, default_location, issue, receive

WOODS = ("oak", "pine", "cedar", "ash", "birch", "walnut", "maple", "elm", "beech", "cherry", "larch", "spruce")
THINGS = ("board", "dowel", "panel", "veneer", "block", "strip", "plank", "beam", "frame", "lath", "rod", "slat")
LOT_MOVES = 5
ITEMS_BEFORE_STOCK = 1000


@dataclass
class Workshop:
    """An opened database with its application, the only tenant in it, and a plain connection of the driver."""

    database: str
    kernel: Kernel
    app: Flask
    tenant: TenantInfo
    client: ApiClient
    bare: Any
    unit_id: int
    location_id: int
    item_ids: list[int] = field(default_factory=list)
    moves: int = 0
    serial: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def token(self) -> str:
        """The bearer token of the owner, which the bare rivals are sent as well."""
        assert self.client.member is not None
        return self.client.member.token

    def sql(self, statement: str) -> str:
        """Return a statement written with ? in the way the driver takes parameters."""
        return statement if self.database == "sqlite" else statement.replace("%", "%%").replace("?", "%s")

    def rows(self, statement: str, parameters: Any = ()) -> list[Any]:
        """Read with the plain driver."""
        return list(self.bare.execute(self.sql(statement), parameters).fetchall())

    def rows_of_none(self, statement: str, parameters: Any = ()) -> None:
        """Run a statement that answers nothing with the plain driver."""
        self.bare.execute(self.sql(statement), parameters).close()

    def many(self, statement: str, rows: list[Any]) -> None:
        """Run a statement for many rows with the plain driver."""
        cursor = self.bare.cursor()
        cursor.executemany(self.sql(statement), rows)
        cursor.close()

    def fill_items(self, count: int) -> None:
        """Have so many items."""
        step = 10_000
        while (known := len(self.item_ids)) < count:
            numbers = range(known, min(known + step, count))
            with self.kernel.unit(self.tenant.id) as ctx:
                self.item_ids += ctx.insert(Item, [item_row(n, self.unit_id) for n in numbers])
        self._analyse()

    def fill_moves(self, count: int) -> None:
        """Have so many moves: every lot is received once and taken from four times."""
        width = min(len(self.item_ids), ITEMS_BEFORE_STOCK) // LOT_MOVES
        while self.moves < count:
            chosen = self.item_ids[:width] if count - self.moves < 5 * LOT_MOVES * width else self.item_ids[:1000]
            self._lots_come_and_go(chosen)
            self.moves += LOT_MOVES * len(chosen)
        self._analyse()

    def _lots_come_and_go(self, item_ids: list[int]) -> None:
        with self.kernel.unit(self.tenant.id) as ctx:
            source = Source("benchmark", ctx.today())
            receive(ctx, [Incoming(i, self.location_id, Decimal(10), Decimal("1.25")) for i in item_ids], source=source)
            for _ in range(LOT_MOVES - 1):
                issue(ctx, [Outgoing(i, self.location_id, Decimal("2.5")) for i in item_ids[:-10]], source=source)
                issue(ctx, [Outgoing(i, self.location_id, Decimal(2)) for i in item_ids[-10:]], source=source)

    def _analyse(self) -> None:
        """Let PostgreSQL know its tables, as its autovacuum would in a while; nobody does so for SQLite."""
        if self.database == "sqlite":
            return
        engine = self.kernel.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("ANALYZE"))


def item_row(number: int, unit_id: int) -> dict[str, Any]:
    """Return the values of one item; one in twelve is of cedar."""
    wood, thing = WOODS[number % 12], THINGS[number // 12 % 12]
    return {"code": f"W-{number:06d}", "name": f"{wood.title()} {thing} {number // 144 + 1} mm", "kind": "raw",
            "base_unit_id": unit_id, "reorder_point": Decimal(number % 50)}  # fmt: skip


@contextmanager
def open_workshop(database: databases.Kind, folder: Path) -> Iterator[Workshop]:
    """Build an empty workshop; the database is removed afterwards."""
    url = databases.empty(database, "benchmark")
    kernel = Kernel(Config(instance=folder, database_url=url, jobs="inline", access_token_seconds=24 * 3600))
    try:
        migrating.upgrade(kernel.engine, kernel.registry, kernel.config.database_role)
        tenant = house.make_tenant(kernel, slug="workshop")
        app = create_app(kernel)
        memory.settle()
        client = ApiClient(app, house.make_member(kernel, tenant, is_owner=True))
        with kernel.unit(tenant.id) as ctx:
            unit_id, location_id = ctx.scalar(sa.select(Unit.id).where(Unit.code == "each")), default_location(ctx).id
        with _driver(database, url) as bare:
            yield Workshop(database, kernel, app, tenant, client, bare, unit_id, location_id)
    finally:
        kernel.close()
        databases.drop(url)


@contextmanager
def _driver(database: str, url: str) -> Iterator[Any]:
    address = sa.make_url(url)
    if database == "sqlite":
        plain: Any = sqlite3.connect(str(address.database), isolation_level=None, check_same_thread=False, timeout=30)
        for pragma in ("synchronous=NORMAL", "cache_size=-16000", "temp_store=MEMORY", "foreign_keys=ON"):
            plain.execute(f"PRAGMA {pragma}")
    else:
        plain = psycopg.connect(address.set(drivername="postgresql").render_as_string(False), autocommit=True)
    try:
        yield plain
    finally:
        plain.close()
