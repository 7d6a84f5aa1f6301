"""An observer that keeps failing is switched off for its tenant, is shown, and comes back by an administrator."""

import itertools

import pytest
import sqlalchemy as sa

from core.actions import observers
from core.actions.observers import FAILURES
from core.app import create_app
from core.errors import NotFound
from core.jobs.handler import TRIES
from core.services.models import FailingObserver, Job
from core.testing import house
from core.testing.clients import ApiClient
from tests.bakery import jobs

SIGN = "bakery.sign"


@pytest.fixture
def baking(kernel, tenant, bench, clock):
    return Baking(kernel, tenant, bench, clock)


class Baking:
    """Bakes loaves, and lets the jobs that follow run to their end."""

    def __init__(self, kernel, tenant, bench, clock):
        self.kernel, self.tenant, self.bench, self.clock = kernel, tenant, bench, clock
        self.serial = itertools.count(1)

    def bake(self, tenant=None):
        with self.kernel.unit((tenant or self.tenant).id) as ctx:
            ctx.do("bakery.loaf.bake", ctx.do("bakery.loaf.create", name=f"rye {next(self.serial)}"))

    def bake_and_sign(self, tenant=None):
        self.bake(tenant)
        for _ in range(TRIES):
            self.bench.run()
            self.clock.wait(hours=1)

    def spoil_and_bake(self, times):
        jobs.SPOILED.add("chalk")
        for _ in range(times):
            self.bake_and_sign()
        jobs.SPOILED.clear()

    def failing(self, tenant=None):
        with self.kernel.unit((tenant or self.tenant).id, readonly=True) as ctx:
            return observers.failing(ctx).get("bakery", [])

    def signs(self):
        return len([call for call in jobs.CALLS if call[0] == "sign"])


def states(kernel):
    with kernel.platform_reading() as db:
        return [job.state for job in db.scalars(sa.select(Job).where(Job.key == SIGN).order_by(Job.id))]


def test_so_many_parked_runs_in_a_row_switch_it_off(baking, kernel, clock):
    baking.spoil_and_bake(FAILURES - 1)
    (told,) = baking.failing()
    assert (told["failures"], told["switched_off_at"]) == (FAILURES - 1, None)
    before = clock()
    baking.spoil_and_bake(1)
    (told,) = baking.failing()
    assert (told["key"], told["failures"], told["error"]) == (SIGN, FAILURES, "RuntimeError: the chalk is gone")
    assert before <= told["switched_off_at"] <= clock()
    baking.bake_and_sign()
    assert states(kernel) == ["failed"] * FAILURES
    assert (baking.signs(), len(baking.bench.loaves())) == (0, FAILURES + 1)


def test_one_run_that_succeeds_starts_the_count_anew(baking):
    baking.spoil_and_bake(FAILURES - 1)
    baking.bake_and_sign()
    assert (baking.signs(), baking.failing()) == (1, [])
    baking.spoil_and_bake(FAILURES - 1)
    baking.bake_and_sign()
    assert (baking.signs(), baking.failing()) == (2, [])


def test_another_tenant_keeps_it(baking, kernel):
    other = house.make_tenant(kernel)
    baking.spoil_and_bake(FAILURES)
    baking.bake_and_sign(other)
    assert (baking.signs(), baking.failing(other), len(baking.failing())) == (1, [], 1)


def test_what_waits_when_it_goes_off_is_parked_and_counts_no_more(baking, kernel, bench):
    jobs.SPOILED.add("chalk")
    for _ in range(FAILURES + 1):
        baking.bake()
    for _ in range(TRIES):
        bench.run()
        baking.clock.wait(hours=1)
    assert states(kernel) == ["failed"] * (FAILURES + 1)
    assert baking.failing()[0]["failures"] == FAILURES
    with kernel.platform_reading() as db:
        last = db.scalars(sa.select(Job.error).where(Job.key == SIGN).order_by(Job.id.desc())).first()
    assert last == f"The observer {SIGN!r} is switched off for this tenant: it failed too often in a row."


def test_what_the_kernel_does_not_run_is_no_failure_of_the_observer(baking, kernel, tenant):
    for _ in range(FAILURES):
        baking.bake()
    house.switch_module_off(kernel, tenant.id, "bakery")
    baking.bench.run()
    assert states(kernel) == ["failed"] * FAILURES
    assert baking.failing() == []


def test_an_administrator_sees_it_and_switches_it_on_again(baking, kernel, tenant):
    baking.spoil_and_bake(FAILURES)
    app = create_app(kernel)
    owner = ApiClient(app, house.make_member(kernel, tenant, is_owner=True))
    clerk = ApiClient(app, house.make_member(kernel, tenant, ["bakery.*"]))
    path = f"modules/bakery/observers/{SIGN}/enable"

    def shown(client):
        return {item["name"]: item["failing_observers"] for item in client.get("modules").get_json()["items"]}["bakery"]

    (told,) = shown(owner)
    assert (told["key"], told["failures"]) == (SIGN, FAILURES)
    assert told["switched_off_at"].endswith("Z")
    assert shown(clerk) == []
    assert clerk.post(path).status_code == 403
    assert owner.post("modules/bakery/observers/bakery.nothing/enable").status_code == 404
    assert owner.post(f"modules/oven/observers/{SIGN}/enable").status_code == 404
    assert owner.post(path).get_json() == {"changed": [SIGN]}
    assert (owner.post(path).get_json(), shown(owner)) == ({"changed": []}, [])
    assert owner.get("audit?action=kernel.observer.enable").get_json()["total"] == 1
    baking.bake_and_sign()
    assert baking.signs() == 1


def test_a_tenant_switches_its_own_on_only(baking, kernel):
    other = house.make_tenant(kernel)
    baking.spoil_and_bake(FAILURES)
    with kernel.unit(other.id) as ctx:
        assert observers.switch_on(ctx, "bakery", SIGN) == []
    assert baking.failing()[0]["switched_off_at"] is not None
    house.switch_module_off(kernel, other.id, "bakery")
    with pytest.raises(NotFound), kernel.unit(other.id) as ctx:
        observers.switch_on(ctx, "bakery", SIGN)


def test_a_run_whose_worker_dies_every_time_counts_too(baking, kernel, tenant):
    with kernel.platform() as db:
        for _ in range(FAILURES):
            observers.note_parked(db, tenant.id, SIGN, "The worker that ran it stopped (5 times so far).")
    assert baking.failing()[0]["switched_off_at"] is not None
    with kernel.platform_reading() as db:
        assert db.scalar(sa.select(sa.func.count(FailingObserver.id))) == 1
