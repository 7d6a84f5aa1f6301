"""The same handler behind every driver."""

import io
import json
import logging
import time

import pytest

from core import logs
from core.config import Config
from core.jobs.drivers import attach
from core.jobs.polling import Poller
from tests.bakery.kernels import open_bakery


def test_inline_runs_after_the_commit_and_raises(bench, url, bakery_registry, clock):
    kernel = open_bakery(url, bakery_registry, clock=clock, jobs="inline")
    attach(kernel)
    bench.kernel = kernel
    bench.ask("bakery.bake_loaf", name="rye")
    assert bench.loaves() == ["rye"]
    with pytest.raises(RuntimeError, match="too hot"):
        bench.ask("bakery.burn")
    assert bench.loaves() == ["rye"]
    kernel.close()


def test_the_poller_runs_what_this_process_commits_at_once(bench, kernel):
    poller = Poller(kernel, pause=600)
    poller.start()
    try:
        job_id = bench.ask("bakery.bake_loaf", name="rye")
        deadline = time.monotonic() + 20
        while bench.job(job_id).state != "done":
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        poller.stop()
    assert kernel.listeners == []
    bench.ask("bakery.bake_loaf", name="spelt")
    time.sleep(0.1)
    assert bench.loaves() == ["rye"]


def test_the_poller_outlives_a_fault_of_the_database(bench, kernel, monkeypatch):
    monkeypatch.setattr("core.jobs.polling.PAUSE_AFTER_FAULT", 0.01)
    faults = iter([OSError("gone"), OSError("gone")])
    reach = Poller.run_next

    def flaky(poller):
        if (fault := next(faults, None)) is not None:
            raise fault
        return reach(poller)

    monkeypatch.setattr(Poller, "run_next", flaky)
    poller = Poller(kernel, pause=1)
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    poller.start()
    try:
        deadline = time.monotonic() + 20
        while bench.job(job_id).state != "done":
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        poller.stop()


@pytest.mark.parametrize(("values", "said"), [
    ({"jobs": "carrier-pigeon"}, "OPENMILL_JOBS"), ({"jobs": "rq", "redis_url": ""}, "OPENMILL_REDIS_URL"),
])  # fmt: skip
def test_a_driver_that_cannot_be_is_named(kernel, values, said):
    kernel.config = kernel.config.with_values(**values)
    with pytest.raises(ValueError, match=said):
        attach(kernel)


def test_a_job_says_how_far_it_is(bench, kernel, tmp_path):
    heard = []
    job_id = bench.ask("bakery.slow", name="rye", marker=str(tmp_path / "in"))
    (tmp_path / "in.go").touch()

    class Board(dict):
        def __setitem__(self, key, value):
            heard.append((key, value))
            super().__setitem__(key, value)

    kernel.progress = Board()
    assert bench.run() == [None]
    assert heard == [(job_id, 40)]
    assert kernel.progress == {}
    assert bench.job(job_id).progress == 100


def test_every_line_of_a_job_bears_its_request(bench, kernel, tenant):
    from core.identity.actor import system_actor

    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(Config(log_format="json"), stream)
    try:
        bench.ask("bakery.bake_loaf", actor=system_actor(tenant.id, request_id="r-77"), name="rye")
        bench.ask("bakery.burn", actor=system_actor(tenant.id, request_id="r-78"))
        bench.run()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    done, failed = (next(line for line in lines if line["request_id"] == name) for name in ("r-77", "r-78"))
    assert (done["event"], done["job_key"], done["tenant"]) == ("job done", "bakery.bake_loaf", tenant.id)
    assert (failed["event"], failed["level"]) == ("job failed, to be tried again", "error")
    assert failed["exception"][0]["exc_value"] == "the oven is too hot"


def test_secrets_and_line_breaks_do_not_reach_the_log():
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(Config(log_format="text"), stream)
    try:
        logging.getLogger("shop").warning("log-in of %s", "eve\nlevel=info forged", extra={"new_password": "tulip"})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert len(stream.getvalue().splitlines()) == 1
    assert "tulip" not in stream.getvalue()
