"""Schedules run once per slot, in the tenant's zone, whatever the clocks and the ticks do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.jobs.scheduling import next_run, tick
from core.services.models import Job, ScheduleState
from core.testing import house


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def runs(cron, zone, after, count):
    found = []
    for _ in range(count):
        after = next_run(cron, zone, after)
        found.append(after.strftime("%d %H:%M"))
    return found


def test_what_names_an_hour_runs_once_on_the_long_night():
    assert runs("30 2 * * *", "Europe/Berlin", utc("2026-10-24T12:00"), 3) == ["25 00:30", "26 01:30", "27 01:30"]


def test_what_runs_every_few_minutes_goes_on_through_the_long_night():
    found = runs("*/20 * * * *", "Europe/Berlin", utc("2026-10-25T00:10"), 5)
    assert found == ["25 00:20", "25 00:40", "25 01:00", "25 01:20", "25 01:40"]


def test_what_names_the_missing_hour_of_the_short_night_runs_right_after_it():
    assert runs("30 2 * * *", "Europe/Berlin", utc("2026-03-28T12:00"), 2) == ["29 01:00", "30 00:30"]


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Kolkata", "21:00"), ("America/New_York", "07:30"), ("UTC", "02:30")])
def test_hours_are_those_of_the_tenant(zone, hour):
    assert runs("30 2 * * *", zone, utc("2026-01-10T12:00"), 1)[0].endswith(hour)


@pytest.fixture(autouse=True)
def only_the_bakery(kernel, monkeypatch):
    """The kernel's own chores run by the clock, too; here the bakery's are counted."""
    own = {key: item for key, item in kernel.registry.schedules.items() if item.plugin == "bakery"}
    monkeypatch.setattr(kernel.registry, "schedules", own)


@pytest.fixture
def asked(kernel, tenant):
    def of(key="bakery.night", tenant=tenant):
        wanted = sa.select(Job.effect_key).where(Job.tenant_id == tenant.id, Job.effect_key.like(f"schedule:{key}%"))
        with kernel.platform_reading() as db:
            return sorted(text.split(":", 2)[2] for text in db.scalars(wanted))

    return of


def test_a_first_tick_plans_and_a_due_one_asks(kernel, clock, bench, asked):
    assert tick(kernel) == 0
    assert asked() == []
    clock.moment = utc("2026-03-03T02:30")
    assert tick(kernel) == 2
    assert tick(kernel) == 0
    assert asked() == ["2026-03-03T02:30:00Z"]
    assert asked("bakery.often") == ["2026-03-02T08:20:00Z"]
    assert bench.run() == [None, None]


def test_ticks_at_the_same_time_ask_once(kernel, clock, asked):
    tick(kernel)
    for day in (3, 4, 5):
        clock.moment = utc(f"2026-03-0{day}T02:31")
        with ThreadPoolExecutor(4) as pool:
            claimed = list(pool.map(lambda _: tick(kernel), range(4)))
        assert sum(claimed) == 2
    assert asked() == [f"2026-03-0{day}T02:30:00Z" for day in (3, 4, 5)]


def test_first_ticks_at_the_same_time_plan_once(kernel, tenant):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tick(kernel), range(4)))
    with kernel.platform_reading() as db:
        assert db.scalar(sa.select(sa.func.count(ScheduleState.id)).where(ScheduleState.tenant_id == tenant.id)) == 2


def test_missed_runs_are_made_up_for_once(kernel, clock, asked):
    tick(kernel)
    clock.wait(days=10)
    assert tick(kernel) == 2
    assert asked() == ["2026-03-03T02:30:00Z"]
    clock.wait(days=1)
    tick(kernel)
    assert asked() == ["2026-03-03T02:30:00Z", "2026-03-13T02:30:00Z"]


def test_a_clock_set_forward_and_back_runs_no_slot_twice(kernel, clock, asked):
    tick(kernel)
    before = clock()
    clock.moment = utc("2026-03-03T02:30")
    tick(kernel)
    clock.moment = before
    tick(kernel)
    clock.moment = utc("2026-03-03T02:31")
    tick(kernel)
    clock.moment = utc("2026-03-04T02:31")
    tick(kernel)
    assert asked() == ["2026-03-03T02:30:00Z", "2026-03-04T02:30:00Z"]


def test_modules_off_and_suspended_tenants_are_passed_over(kernel, clock, tenant, asked):
    other = house.make_tenant(kernel)
    tick(kernel)
    house.switch_module_off(kernel, tenant.id, "bakery")
    clock.wait(days=1)
    assert tick(kernel) == 2
    assert (asked(), asked(tenant=other)) == ([], ["2026-03-03T02:30:00Z"])
    house.switch_module_on(kernel, tenant.id, "bakery")
    assert tick(kernel) == 0
    clock.wait(days=1)
    assert tick(kernel) == 4
    assert asked() == ["2026-03-04T02:30:00Z"]


def test_a_changed_zone_moves_the_next_run(kernel, clock, tenant, asked):
    from core.tenancy.models import Tenant

    tick(kernel)
    with kernel.platform() as db:
        db.get(Tenant, tenant.id).zone = "Asia/Kolkata"
    tick(kernel)
    clock.moment = utc("2026-03-02T21:00")
    tick(kernel)
    assert asked() == ["2026-03-02T21:00:00Z"]


def test_a_cron_text_that_cannot_be_read_stops_nobody_else(kernel, clock, asked):
    night, often = kernel.registry.schedules["bakery.night"], kernel.registry.schedules["bakery.often"]
    tick(kernel)
    kernel.registry.schedules["bakery.often"] = type(often)(often.key, job=often.job, cron="every now and then")
    try:
        clock.moment = utc("2026-03-03T02:30") + timedelta(seconds=5)
        assert tick(kernel) == 1
    finally:
        kernel.registry.schedules["bakery.often"] = often
    assert night.cron == "30 2 * * *"
    assert asked() == ["2026-03-03T02:30:00Z"]
