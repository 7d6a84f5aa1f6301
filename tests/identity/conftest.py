"""A small world for the stories of identity: two tenants, a clock that can be set, both databases."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.db.base import Base
from core.db.ddl import OPEN_POLICY
from core.db.engine import make_engine
from core.db.ids import BLOCK, SEQUENCE, IdSource, counter
from core.db.session import KernelSession, TenantSession
from core.db.trips.lookups import Lookups
from core.identity import members, roles, users
from core.identity.access import Access
from core.identity.identity import Identity
from core.identity.models import Member, MemberRole, Role
from core.identity.policy import IdentityPolicy
from core.identity.roles import BUILT_IN, DeclaredAccess, DeclaredRole
from core.identity.sources import Origin
from core.tenancy.models import Tenant, TenantModule
from core.testing import databases

PASSWORD = "horse battery staple"
HOME = Origin("198.51.100.7", "browser at home")
DECLARED = DeclaredAccess(
    roles={
        role.key: role
        for role in (
            BUILT_IN,
            DeclaredRole("inventory.viewer", "Viewer", ("inventory.*.read",)),
            DeclaredRole("inventory.clerk", "Clerk", ("inventory.*.read", "inventory.receipt.*"), ("inventory.own",)),
            DeclaredRole("kernel.hr", "Staff office", ("kernel.member.*", "inventory.*.read")),
        )
    },
    rule_resources={"inventory.own": ("inventory.location", "inventory.receipt")},
)


class World:
    """The installation under test."""

    def __init__(self, url):
        self.engine = make_engine(url)
        self.ids = IdSource()
        self.moment = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self.policy = IdentityPolicy(secret_key="only for tests " * 3, hash_memory_kib=8, hash_passes=1)
        self.lookups = Lookups(self.engine, self.now)
        self.identity = Identity(self.policy, self.write, self.read, self.lookups, Access(DECLARED))

    def now(self):
        return self.moment

    def wait(self, **parts):
        self.moment += timedelta(**parts)

    @contextmanager
    def write(self):
        with KernelSession(self.engine, self.ids, self.now) as session, session.begin():
            yield session

    @contextmanager
    def read(self):
        with KernelSession(self.engine, self.ids, self.now, readonly=True) as session:
            yield session

    @contextmanager
    def inside(self, tenant_id, role=""):
        with TenantSession(self.engine, self.ids, self.now, tenant_id, role=role) as session, session.begin():
            yield session

    def tenant(self, slug, modules=("inventory",)):
        with self.write() as session:
            tenant = Tenant(id=session.take_ids(1)[0], slug=slug, name=slug.title(), created_at=self.moment)
            session.add(tenant)
            session.flush()
            for plugin in modules:
                session.add(TenantModule(tenant_id=tenant.id, plugin=plugin))
            roles.publish_roles(session, tenant.id, DECLARED.roles.values())
            return tenant.id

    def user(self, username, *tenants, role=None, is_owner=False, password=PASSWORD, **values):
        with self.write() as session:
            user = users.create_user(
                session, self.policy, username=username, email=f"{username}@example.com", name=username.title(),
                password=password, **values,
            )  # fmt: skip
            for tenant_id in tenants:
                self._join(session, tenant_id, user, role, is_owner)
            return user.id

    def _join(self, session, tenant_id, user, role, is_owner):
        member = members.add_member(session, tenant_id, user, is_owner=is_owner)
        if role:
            session.add(MemberRole(tenant_id=tenant_id, member_id=member.id,
                                   role_id=members.roles_by_key(session, tenant_id, [role])[0].id))  # fmt: skip

    def member_id(self, tenant_id, username):
        with self.read() as session:
            wanted = sa.select(Member.id).where(Member.tenant_id == tenant_id, Member.username == username)
            return session.scalars(wanted).one()

    def role_id(self, tenant_id, key):
        with self.read() as session:
            return session.scalars(sa.select(Role.id).where(Role.tenant_id == tenant_id, Role.key == key)).one()


def _build(url):
    engine = make_engine(url)
    own = [table for table in Base.metadata.sorted_tables if table.name.startswith("core_")]
    Base.metadata.create_all(engine, tables=own)
    with engine.begin() as connection:
        connection.execute(sa.insert(counter).values(next=1))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"CREATE SEQUENCE {SEQUENCE} INCREMENT {BLOCK}")
            for model in (Member, Role, MemberRole):
                table = model.__tablename__
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                connection.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
                connection.exec_driver_sql(
                    f"CREATE POLICY {table}_t ON {table} USING ({OPEN_POLICY}) WITH CHECK ({OPEN_POLICY})"
                )
    engine.dispose()


@pytest.fixture
def world(database_kind, worker_id):
    """A fresh installation on each database."""
    url = databases.clone(database_kind, f"identity_{worker_id}", _build, template="identity")
    made = World(url)
    yield made
    made.engine.dispose()
    databases.drop(url)


@pytest.fixture
def soap(world):
    """The soap maker's tenant."""
    return world.tenant("soap")


@pytest.fixture
def paint(world):
    """The paint shop's tenant."""
    return world.tenant("paint")
