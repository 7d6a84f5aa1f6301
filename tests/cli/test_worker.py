"""`openmill worker` as a process: takes what is committed elsewhere, ends after the job at hand."""

import pytest
from redis import Redis

from core.jobs.drivers import attach
from core.services.models import Job
from core.testing import house
from tests.bakery.kernels import bakery_database, load_bakery, open_bakery
from tests.cli.processes import started, until
from tests.distributions import distribute


@pytest.fixture(scope="module")
def bakery_registry():
    return load_bakery()


@pytest.fixture(params=["poll", "rq"])
def driver(request, redis_url):
    return {"OPENMILL_JOBS": request.param, **({"OPENMILL_REDIS_URL": redis_url} if request.param == "rq" else {})}


@pytest.fixture
def kernel(database_kind, bakery_registry, driver):
    from core.kernel import system_clock

    with bakery_database(database_kind) as url:
        redis_url = driver.get("OPENMILL_REDIS_URL", "")
        if redis_url:
            Redis.from_url(redis_url).flushdb()
        values = {"jobs": driver["OPENMILL_JOBS"], "redis_url": redis_url}
        opened = open_bakery(url, bakery_registry, clock=system_clock, **values)
        attach(opened)
        yield opened
        opened.close()


def test_it_works_until_it_is_told_to_stop(kernel, driver, tmp_path):
    distribute(tmp_path / "site", "bakery", "tests.bakery.plugin:plugin")
    tenant = house.make_tenant(kernel)
    environment = {"OPENMILL_DATABASE_URL": kernel.config.url, "OPENMILL_EXCLUDE_PLUGINS": "inventory,recipes,brewing"}
    with started("worker", folder=tmp_path, paths=[tmp_path / "site"], **environment, **driver) as running:
        running.wait_for("Worker started")
        quick = ask_for(kernel, tenant, "bakery.bake_loaf", name="rye")
        until(lambda: state(kernel, quick) == "done", running)
        marker = tmp_path / "in"
        slow = ask_for(kernel, tenant, "bakery.slow", name="spelt", marker=str(marker))
        until(marker.exists, running)
        running.process.terminate()
        (tmp_path / "in.go").touch()
        assert running.wait() == 0
        assert "Worker stopped." in running.said
        assert "Traceback" not in running.said
    assert state(kernel, slow) == "done"
    left = ask_for(kernel, tenant, "bakery.bake_loaf", name="wheat")
    assert state(kernel, left) in ("ready", "queued")


def ask_for(kernel, tenant, key, **values):
    with kernel.unit(tenant.id) as ctx:
        return ctx.enqueue(key, **values)


def state(kernel, job_id):
    with kernel.platform_reading() as db:
        return db.get(Job, job_id).state
