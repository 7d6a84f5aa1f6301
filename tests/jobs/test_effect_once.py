"""An effect happens once: whoever is asked twice, killed or overtaken."""

import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from core.jobs import claiming
from core.jobs.claiming import LostClaim, claim_job, claim_next
from core.jobs.handler import run_claimed, run_job
from core.jobs.sweeping import LEASE, sweep
from core.services.models import Job
from tests.tooling.sources import ROOT

WORKER = """
import sys
from datetime import datetime
from core.jobs.handler import run_job
from tests.bakery.kernels import Clock, open_bakery
run_job(open_bakery(sys.argv[1], clock=Clock(datetime.fromisoformat(sys.argv[3]))), int(sys.argv[2]))
"""


def start_worker(url, job_id, clock):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", WORKER, url, str(job_id), clock().isoformat()]
    return subprocess.Popen(words, env=environment)


def wait_for(path, process):
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


def test_a_job_asked_to_run_twice_runs_once(bench, kernel):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    assert run_job(kernel, job_id) is None
    assert run_job(kernel, job_id) is None
    assert claim_job(kernel, job_id) is None
    assert bench.loaves() == ["rye"]
    done = bench.job(job_id)
    assert (done.state, done.tries, done.progress, done.error) == ("done", 1, 100, "")
    assert done.result["by"] == "system"


def test_the_same_effect_key_is_one_job(bench):
    first = bench.ask("bakery.bake_loaf", name="rye", effect_key="rye of today")
    assert bench.ask("bakery.bake_loaf", name="rye", effect_key="rye of today") is None
    assert bench.run() == [None]
    assert bench.ask("bakery.bake_loaf", name="rye", effect_key="rye of today") is None
    assert bench.run() == []
    assert bench.job(first).state == "done"


def test_a_rolled_back_operation_leaves_no_job(bench, kernel, tenant):
    heard = []
    kernel.listeners.append(heard.append)
    with pytest.raises(ValueError, match="no"), kernel.unit(tenant.id) as ctx:
        ctx.enqueue("bakery.bake_loaf", name="ghost")
        raise ValueError("no")
    assert heard == []
    assert bench.run() == []
    with kernel.platform_reading() as db:
        assert db.scalar(sa.select(sa.func.count(Job.id))) == 0


def test_a_worker_that_lost_its_claim_leaves_no_trace(bench, kernel, clock):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    lost = claim_job(kernel, job_id)
    clock.wait(seconds=LEASE.total_seconds() + 1)
    assert sweep(kernel) == 1
    kept = claim_job(kernel, job_id)
    assert run_claimed(kernel, lost) is None
    assert bench.loaves() == []
    assert run_claimed(kernel, kept) is None
    assert bench.loaves() == ["rye"]


def test_a_claim_lost_at_the_last_moment_rolls_the_effect_back(bench, kernel, tenant, monkeypatch):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    claim = claim_job(kernel, job_id)
    monkeypatch.setattr("core.jobs.handler.hold", lambda db, claim: None)
    with kernel.platform() as db:
        db.execute(sa.update(Job).where(Job.id == job_id).values(tries=7))
    assert run_claimed(kernel, claim) is None
    assert bench.loaves() == []
    with pytest.raises(LostClaim), kernel.unit(tenant.id) as ctx:
        claiming.finish(ctx.db, claim, None)


def test_a_worker_killed_in_the_middle_is_followed_by_another(bench, kernel, clock, url, tmp_path):
    job_id = bench.ask("bakery.slow", name="rye", marker=str(tmp_path / "in"))
    worker = start_worker(url, job_id, clock)
    wait_for(tmp_path / "in", worker)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert bench.job(job_id).state == "running"
    assert bench.loaves() == []
    clock.wait(minutes=5)
    wait_until_unlocked(kernel)
    assert bench.job(job_id).state == "ready"
    assert "stopped" in bench.job(job_id).error
    (tmp_path / "in.go").touch()
    assert bench.run() == [None]
    assert bench.loaves() == ["rye"]
    assert (bench.job(job_id).state, bench.job(job_id).tries) == ("done", 2)


def wait_until_unlocked(kernel):
    # The database notices a killed client with a short delay.
    deadline = time.monotonic() + 10
    while not sweep(kernel):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_living_worker_is_not_robbed_however_long_it_takes(bench, kernel, clock, url, tmp_path, database_kind):
    job_id = bench.ask("bakery.slow", name="rye", marker=str(tmp_path / "in"))
    worker = start_worker(url, job_id, clock)
    wait_for(tmp_path / "in", worker)
    clock.wait(hours=2)
    if database_kind == "postgresql":
        assert sweep(kernel) == 0
        assert bench.job(job_id).state == "running"
        assert bench.job(job_id).progress == 40
    (tmp_path / "in.go").touch()
    assert worker.wait(60) == 0
    assert sweep(kernel) == 0
    assert (bench.job(job_id).state, bench.loaves()) == ("done", ["rye"])


def test_a_job_that_takes_its_worker_down_is_parked(bench, kernel, clock, url):
    job_id = bench.ask("bakery.die")
    for tries in (1, 2):
        worker = start_worker(url, job_id, clock)
        assert worker.wait(60) == 137
        assert bench.job(job_id).tries == tries
        clock.wait(minutes=5)
        wait_until_unlocked(kernel)
    parked = bench.job(job_id)
    assert parked.state == "failed"
    assert "2 times" in parked.error
    assert claim_next(kernel) is None


def test_many_workers_share_the_work(bench, kernel):
    from concurrent.futures import ThreadPoolExecutor

    names = [f"loaf {number:02d}" for number in range(24)]
    for name in names:
        bench.ask("bakery.bake_loaf", name=name)
    with ThreadPoolExecutor(4) as pool:
        failures = [item for part in pool.map(lambda _: bench.run(), range(4)) for item in part]
    assert failures == [None] * 24
    assert bench.loaves() == names
