"""Failures are tried again with longer pauses, then parked and shown; what cannot succeed is parked at once."""

import pytest

from core.actions import observers
from core.administration.verifying import verify
from core.identity import users
from core.identity.members import get_member, set_roles
from core.identity.models import User
from core.identity.permissions import PermissionSet
from core.jobs.claiming import claim_next, delay
from core.jobs.handler import run_claimed
from core.tenancy.models import Tenant
from core.testing import house
from tests.bakery import jobs


def test_a_poisonous_job_is_tried_and_parked(bench, clock):
    job_id = bench.ask("bakery.burn")
    bench.ask("bakery.bake_loaf", name="rye")
    for tries in (1, 2, 3):
        bench.run()
        assert bench.job(job_id).tries == tries
        assert bench.run() == []
        clock.wait(seconds=delay(tries).total_seconds())
    parked = bench.job(job_id)
    assert (parked.state, parked.error) == ("failed", "RuntimeError: the oven is too hot")
    assert parked.finished_at is not None
    clock.wait(days=3)
    assert bench.run() == []
    assert jobs.CALLS == ["burnt"] * 3
    assert bench.loaves() == ["rye"]


def test_pauses_grow_up_to_an_hour():
    seconds = [delay(tries).total_seconds() for tries in range(1, 9)]
    assert seconds == [10, 40, 160, 640, 2560, 3600, 3600, 3600]


def test_a_refusal_is_told_by_code(bench, clock):
    job_id = bench.ask("bakery.refuse")
    bench.run()
    assert bench.job(job_id).state == "ready"
    assert bench.job(job_id).error == "OVEN_COLD: Heat the oven first."


def test_a_job_for_later_waits(bench, clock):
    later = bench.ask("bakery.bake_loaf", name="rye", run_at=clock().replace(hour=12))
    assert bench.run() == []
    clock.wait(hours=4)
    assert bench.run() == [None]
    assert bench.job(later).state == "done"


def test_a_job_acts_as_the_one_who_asked(bench, kernel, tenant):
    baker = house.make_member(kernel, tenant, ["bakery.loaf.create"])
    job_id = bench.ask("bakery.guarded", actor=baker.actor, name="rye")
    assert bench.run() == [None]
    assert bench.loaves() == ["rye"]
    assert bench.job(job_id).user_id == baker.actor.user_id


def test_rights_withdrawn_before_the_job_runs_count(bench, kernel, tenant):
    baker = house.make_member(kernel, tenant, ["bakery.loaf.create"])
    job_id = bench.ask("bakery.guarded", actor=baker.actor, name="rye")
    with kernel.platform() as db:
        member = get_member(db, tenant.id, baker.actor.member_id)
        set_roles(db, member, [], by=PermissionSet.everything(), declared=kernel.identity.access.declared)
    bench.run()
    assert bench.job(job_id).state == "failed"
    assert bench.job(job_id).error.startswith("FORBIDDEN")
    assert bench.loaves() == []


@pytest.mark.parametrize("fate", ["disabled", "no longer a member"])
def test_nobody_acts_after_they_left(bench, kernel, tenant, fate):
    baker = house.make_member(kernel, tenant, is_owner=True)
    job_id = bench.ask("bakery.bake_loaf", actor=baker.actor, name="rye")
    with kernel.platform() as db:
        if fate == "disabled":
            users.disable_user(db, db.get(User, baker.actor.user_id))
        else:
            get_member(db, tenant.id, baker.actor.member_id).is_active = False
    bench.run()
    assert bench.job(job_id).state == "failed"
    assert "may no longer act" in bench.job(job_id).error
    assert bench.loaves() == []


@pytest.fixture
def suspend(kernel, tenant):
    def change(*, active=False):
        with kernel.platform() as db:
            db.get_one(Tenant, tenant.id).is_active = active

    return change


def test_jobs_of_a_suspended_tenant_wait_for_it(bench, kernel, tenant, clock, suspend):
    baker = house.make_member(kernel, tenant, is_owner=True)
    asked = [bench.ask("bakery.bake_loaf", name="rye"), bench.ask("bakery.bake_loaf", actor=baker.actor, name="spelt")]
    suspend()
    other = house.make_tenant(kernel)
    bench.ask("bakery.bake_loaf", tenant=other, name="wheat")
    assert bench.run() == [None]
    assert [bench.job(job_id).state for job_id in asked] == ["ready", "ready"]
    clock.wait(days=2)
    late = [verdict.tenant for verdict in verify(kernel) if verdict.differences]
    assert late == []
    suspend(active=True)
    assert bench.run() == [None, None]
    assert bench.loaves() == ["rye", "spelt"]


def test_a_tenant_suspended_after_the_claim_keeps_its_jobs(bench, kernel, tenant, clock, suspend):
    baker = house.make_member(kernel, tenant, is_owner=True)
    for asker in (None, baker.actor):
        with kernel.unit(tenant.id, asker) as ctx:
            ctx.do("bakery.loaf.bake", ctx.do("bakery.loaf.create", name=f"rye of {asker and asker.username}"))
    claims = [claim_next(kernel), claim_next(kernel)]
    suspend()
    assert all(run_claimed(kernel, claim) is not None for claim in claims)
    assert [bench.job(claim.id).state for claim in claims] == ["ready", "ready"]
    suspend(active=True)
    clock.wait(minutes=1)
    assert bench.run() == [None, None]
    with kernel.unit(tenant.id, readonly=True) as ctx:
        assert observers.failing(ctx) == {}


def test_a_module_switched_off_runs_nothing(bench, kernel, tenant):
    other = house.make_tenant(kernel)
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    bench.ask("bakery.bake_loaf", tenant=other, name="rye")
    house.switch_module_off(kernel, tenant.id, "bakery")
    bench.run()
    assert bench.job(job_id).state == "failed"
    assert "'bakery' is switched off" in bench.job(job_id).error
    assert bench.loaves(other) == ["rye"]


def test_a_job_of_a_plugin_that_is_gone_is_parked(bench, kernel, tenant):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    known = kernel.registry.jobs.pop("bakery.bake_loaf")
    try:
        bench.run()
    finally:
        kernel.registry.jobs["bakery.bake_loaf"] = known
    assert bench.job(job_id).state == "failed"
    assert "No installed plugin declares" in bench.job(job_id).error


def test_an_observer_runs_after_the_action(bench, kernel, tenant):
    baker = house.make_member(kernel, tenant, ["bakery.*"])
    with kernel.unit(tenant.id, baker.actor) as ctx:
        loaf = ctx.do("bakery.loaf.create", name="rye")
        ctx.do("bakery.loaf.bake", loaf)
        assert jobs.CALLS == []
    assert bench.run() == [None]
    assert [("sign", (loaf.id,), baker.username)] == jobs.CALLS
