"""Actions run later by whoever asked, and what people see of their jobs."""

import pytest

from core.actions.arguments import check_arguments
from core.actions.deferred import list_jobs, retry, show_job
from core.errors import Invalid, NotFound, Refused
from core.testing import house
from tests.bakery.models import Loaf


@pytest.fixture
def loaf(kernel, tenant):
    with kernel.unit(tenant.id) as ctx:
        return ctx.create(Loaf, name="rye").id


def state_of(kernel, tenant, loaf_id):
    with kernel.unit(tenant.id, readonly=True) as ctx:
        return ctx.get(Loaf, loaf_id).state


def test_an_action_runs_later_as_the_one_who_asked(bench, kernel, tenant, loaf):
    baker = house.make_member(kernel, tenant, ["bakery.*"])
    job_id = bench.ask("kernel.run_action", actor=baker.actor, action="bakery.loaf.bake", ids=[loaf])
    assert state_of(kernel, tenant, loaf) == "dough"
    bench.run()
    assert state_of(kernel, tenant, loaf) == "baked"
    assert bench.job(job_id).result == {"ids": [loaf]}


def test_the_permission_is_asked_for_when_it_runs(bench, kernel, tenant, loaf):
    reader = house.make_member(kernel, tenant, ["bakery.loaf.read"])
    job_id = bench.ask("kernel.run_action", actor=reader.actor, action="bakery.loaf.bake", ids=[loaf])
    bench.run()
    assert bench.job(job_id).error == "FORBIDDEN: You need the permission bakery.loaf.bake."
    assert (bench.job(job_id).state, state_of(kernel, tenant, loaf)) == ("failed", "dough")


def test_a_record_of_another_tenant_is_none(bench, kernel, tenant, loaf):
    other = house.make_tenant(kernel)
    job_id = bench.ask("kernel.run_action", tenant=other, action="bakery.loaf.bake", ids=[loaf])
    bench.run()
    assert bench.job(job_id).error.startswith("NOT_FOUND")
    assert state_of(kernel, tenant, loaf) == "dough"


def test_people_see_the_jobs_of_their_tenant(bench, kernel, tenant):
    other = house.make_tenant(kernel)
    bench.ask("bakery.count", tenant=other)
    parked = bench.ask("bakery.guarded", name="x", actor=house.make_member(kernel, tenant, ["bakery.loaf.read"]).actor)
    done = bench.ask("bakery.count")
    bench.run()
    with kernel.unit(tenant.id, readonly=True) as ctx:
        assert [row["id"] for row in list_jobs(ctx)] == [done, parked]
        failed = list_jobs(ctx, **check_arguments(list_jobs, {"state": "failed", "limit": "5"}))
        assert [(row["id"], row["error"][:9]) for row in failed] == [(parked, "FORBIDDEN")]
        assert show_job(ctx, done)["result"] == 0
        kernel.progress[done] = 140
        assert show_job(ctx, done)["progress"] == 140
        with pytest.raises(Invalid, match="state"):
            check_arguments(list_jobs, {"state": "lost"})
    with kernel.unit(other.id, readonly=True) as ctx, pytest.raises(NotFound):
        show_job(ctx, done)


def test_a_parked_job_is_put_back_with_all_its_tries(bench, kernel):
    job_id = bench.ask("bakery.burn")
    for _ in range(3):
        bench.run()
        kernel.clock.wait(hours=1)
    assert (bench.job(job_id).state, bench.job(job_id).tries) == ("failed", 3)
    with kernel.platform() as db:
        retry(db, job_id)
        with pytest.raises(Refused, match="parked"):
            retry(db, job_id)
        with pytest.raises(NotFound):
            retry(db, 999)
    bench.run()
    assert (bench.job(job_id).state, bench.job(job_id).tries) == ("ready", 1)
