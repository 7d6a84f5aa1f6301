"""The bakery on each database, its jobs as rows that can be looked at."""

import pytest

from core.jobs.claiming import claim_next
from core.jobs.handler import run_claimed
from core.services.models import Job
from core.testing import house
from tests.bakery import jobs
from tests.bakery.kernels import Clock, bakery_database, load_bakery, open_bakery


@pytest.fixture(scope="session")
def bakery_registry():
    return load_bakery()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def url(database_kind):
    with bakery_database(database_kind) as url:
        yield url


@pytest.fixture
def kernel(url, bakery_registry, clock):
    jobs.CALLS.clear()
    jobs.SPOILED.clear()
    opened = open_bakery(url, bakery_registry, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def tenant(kernel):
    return house.make_tenant(kernel)


@pytest.fixture
def bench(kernel, tenant):
    return Bench(kernel, tenant)


class Bench:
    """Asks for jobs and looks at what became of them."""

    def __init__(self, kernel, tenant):
        self.kernel, self.tenant = kernel, tenant

    def ask(self, key, *, actor=None, tenant=None, **values):
        with self.kernel.unit((tenant or self.tenant).id, actor) as ctx:
            return ctx.enqueue(key, **values)

    def run(self):
        """Run what is due and return the failures."""
        failures = []
        while (claim := claim_next(self.kernel)) is not None:
            failures.append(run_claimed(self.kernel, claim))
        return failures

    def job(self, job_id):
        with self.kernel.platform_reading() as db:
            return db.get(Job, job_id)

    def loaves(self, tenant=None):
        from tests.bakery.models import Loaf

        with self.kernel.unit((tenant or self.tenant).id, readonly=True) as ctx:
            import sqlalchemy as sa

            return sorted(loaf.name for loaf in ctx.all(sa.select(Loaf)))
