"""Redis carries ids only: it may be down, empty or late, and nothing is lost or done twice."""

import json

import pytest
from redis import Redis

from core.jobs import queue
from core.jobs.claiming import claim_job
from core.jobs.drivers import attach
from core.jobs.queue import QUEUE, Relay, message_id, send, work
from core.jobs.sweeping import LEASE, sweep
from core.tenancy.models import Tenant
from core.testing import house
from tests.bakery.kernels import open_bakery

DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture
def connection(redis_url):
    connection = Redis.from_url(redis_url)
    connection.flushdb()
    yield connection
    connection.close()


@pytest.fixture
def kernel(url, bakery_registry, clock, redis_url, connection):
    opened = open_bakery(url, bakery_registry, clock=clock, jobs="rq", redis_url=redis_url)
    attach(opened)
    yield opened
    opened.close()


@pytest.fixture
def relay(connection):
    return Relay(connection)


def messages(connection):
    return [name.decode() for name in connection.lrange(f"rq:queue:{QUEUE}", 0, -1)]


def test_a_committed_job_is_sent_and_done_by_a_worker(bench, kernel, connection):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    assert bench.job(job_id).state == "queued"
    assert messages(connection) == [message_id(job_id, 0)]
    work(kernel, connection, until_empty=True)
    assert (bench.job(job_id).state, bench.loaves()) == ("done", ["rye"])
    # On a busy machine the queue hands a message out twice; the job is done once all the same.
    work(kernel, connection, until_empty=True)
    assert (messages(connection), bench.loaves()) == ([], ["rye"])


def test_redis_holds_the_id_and_nothing_of_the_tenant(bench, kernel, connection):
    job_id = bench.ask("bakery.bake_loaf", name="a secret recipe")
    stored = connection.hgetall(f"rq:job:{message_id(job_id, 0)}")
    import zlib

    told = json.loads(zlib.decompress(stored[b"data"]))
    assert told == ["core.jobs.queue.perform", None, [job_id], {}]
    assert b"secret" not in b"".join(stored.values())


def test_without_redis_the_request_succeeds_and_the_relay_sends_later(bench, kernel, connection, relay, clock):
    kernel.listeners.clear()
    alive, kernel.config = kernel.config, kernel.config.with_values(redis_url=DEAD)
    attach(kernel)
    first = bench.ask("bakery.bake_loaf", name="rye")
    second = bench.ask("bakery.bake_loaf", name="spelt")
    assert [bench.job(one).state for one in (first, second)] == ["ready", "ready"]
    kernel.config = alive
    relay.send_waiting(kernel)
    assert messages(connection) == [message_id(first, 0), message_id(second, 0)]
    work(kernel, connection, until_empty=True)
    assert bench.loaves() == ["rye", "spelt"]


def test_a_redis_that_is_down_is_asked_once_in_a_while(bench, kernel, monkeypatch):
    kernel.listeners.clear()
    kernel.config = kernel.config.with_values(redis_url=DEAD)
    attach(kernel)
    tried = []
    monkeypatch.setattr(queue, "send", lambda *words: tried.append(words[2]) or send(*words))
    for name in ("rye", "spelt", "wheat"):
        bench.ask("bakery.bake_loaf", name=name)
    assert len(tried) == 1


def test_what_redis_lost_is_sent_again(bench, kernel, connection, relay, clock):
    lost = bench.ask("bakery.bake_loaf", name="rye")
    connection.flushdb()
    assert relay.resend_lost(kernel) == 0
    clock.wait(seconds=LEASE.total_seconds() + 1)
    kept = bench.ask("bakery.bake_loaf", name="spelt")
    assert relay.resend_lost(kernel) == 1
    relay.send_waiting(kernel)
    assert sorted(messages(connection)) == sorted([message_id(lost, 0), message_id(kept, 0)])
    work(kernel, connection, until_empty=True)
    assert bench.loaves() == ["rye", "spelt"]


def test_what_only_waits_its_turn_is_not_sent_again(bench, kernel, connection, relay, clock):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    clock.wait(minutes=10)
    assert relay.resend_lost(kernel) == 0
    assert bench.job(job_id).state == "queued"
    assert messages(connection) == [message_id(job_id, 0)]


def test_a_message_sent_twice_has_its_effect_once(bench, kernel, connection):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    connection.rpush(f"rq:queue:{QUEUE}", message_id(job_id, 0))
    assert len(messages(connection)) == 2
    work(kernel, connection, until_empty=True)
    assert (bench.job(job_id).tries, bench.loaves()) == (1, ["rye"])


def test_a_failed_job_comes_again_under_a_name_of_its_own(bench, kernel, connection, relay, clock):
    job_id = bench.ask("bakery.burn")
    for tries in (0, 1, 2):
        assert messages(connection) == [message_id(job_id, tries)]
        work(kernel, connection, until_empty=True)
        clock.wait(minutes=5)
        relay.send_waiting(kernel)
    assert messages(connection) == []
    assert (bench.job(job_id).state, bench.job(job_id).tries) == ("failed", 3)


def test_a_worker_killed_after_its_claim_is_followed_by_another(bench, kernel, connection, relay, clock):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    connection.delete(f"rq:queue:{QUEUE}")
    assert claim_job(kernel, job_id) is not None
    clock.wait(minutes=2)
    assert (sweep(kernel), bench.job(job_id).state) == (1, "ready")
    relay.send_waiting(kernel)
    assert messages(connection) == [message_id(job_id, 1)]
    work(kernel, connection, until_empty=True)
    assert (bench.job(job_id).state, bench.loaves()) == ("done", ["rye"])


def test_a_job_for_later_is_sent_when_it_is_due(bench, kernel, connection, relay, clock):
    job_id = bench.ask("bakery.bake_loaf", name="rye", run_at=clock().replace(hour=12))
    relay.send_waiting(kernel)
    assert messages(connection) == []
    clock.wait(hours=4)
    relay.send_waiting(kernel)
    assert messages(connection) == [message_id(job_id, 0)]


def test_two_relays_send_each_job_once(bench, kernel, connection, relay):
    from concurrent.futures import ThreadPoolExecutor

    kernel.listeners.clear()
    ids = [bench.ask("bakery.bake_loaf", name=f"loaf {number}") for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send(kernel, connection), range(4)))
    assert sorted(messages(connection)) == sorted(message_id(job_id, 0) for job_id in ids)


def test_the_module_gate_holds_here_too(bench, kernel, tenant, connection):
    job_id = bench.ask("bakery.bake_loaf", name="rye")
    house.switch_module_off(kernel, tenant.id, "bakery")
    work(kernel, connection, until_empty=True)
    assert (bench.job(job_id).state, bench.loaves()) == ("failed", [])


def test_a_suspended_tenant_is_sent_nothing_until_it_is_back(bench, kernel, tenant, connection, relay, clock):
    def set_active(active):
        with kernel.platform() as db:
            db.get_one(Tenant, tenant.id).is_active = active

    sent = bench.ask("bakery.bake_loaf", name="rye")
    set_active(False)
    work(kernel, connection, until_empty=True)
    clock.wait(minutes=2)
    assert relay.resend_lost(kernel) == 1
    relay.send_waiting(kernel)
    assert (bench.job(sent).state, messages(connection)) == ("ready", [])
    set_active(True)
    relay.send_waiting(kernel)
    work(kernel, connection, until_empty=True)
    assert (bench.job(sent).state, bench.loaves()) == ("done", ["rye"])
