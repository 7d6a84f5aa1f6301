"""`openmill serve`: refused where it would not be safe, and many requests at once in forked workers."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import sqlalchemy as sa

from core.kernel import Kernel
from core.testing import databases, house
from tests.cli.processes import ask, free_port, started, until
from tests.tooling.sources import ROOT

SECRET = "wash the soap kettle before nightfall 93"
SAFE = {"OPENMILL_SECRET_KEY": SECRET, "OPENMILL_ARGON2_MEMORY_KIB": "8", "OPENMILL_ARGON2_TIME_COST": "1"}


@pytest.mark.parametrize(("values", "said"), [
    ({"OPENMILL_SECRET_KEY": None}, "OPENMILL_SECRET_KEY is the default"),
    ({"OPENMILL_SECRET_KEY": "short"}, "too easy to guess"),
    ({"OPENMILL_SECRET_KEY": "ab" * 30}, "too easy to guess"),
    ({"OPENMILL_DEBUG": "1"}, "OPENMILL_DEBUG is on"),
    ({"OPENMILL_JOBS": "inline"}, "OPENMILL_JOBS=inline is for tests"),
    ({}, "not up to date (kernel"),
])  # fmt: skip
def test_it_refuses_with_one_sentence(tmp_path, values, said):
    wanted = {**SAFE, "OPENMILL_INSTANCE": str(tmp_path), **values}
    environment = {name: value for name, value in wanted.items() if value is not None}
    with started("serve", "--port", free_port(), folder=tmp_path, **environment) as run:
        assert run.wait() == 1
        assert run.said.startswith("Error: ")
        assert said in run.said
        assert len(run.lines) == 1


def test_any_wsgi_server_meets_the_same_refusal(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"OPENMILL_INSTANCE": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert "NotReady: OPENMILL_SECRET_KEY is the default of development" in done.stderr


def test_workers_serve_at_once_and_share_no_ids(fresh_database, tmp_path):
    kernel = Kernel(fresh_database.config.with_values(secret_key=SECRET), registry=fresh_database.registry)
    tenant = house.make_tenant(kernel, ["inventory"])
    member = house.make_member(kernel, tenant, ["inventory.*"])
    kernel.close()
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    words = ("serve", "--port", port, "--workers", "3", "--threads", "2")
    environment = {**SAFE, "OPENMILL_DATABASE_URL": fresh_database.config.url, "OPENMILL_LOG_LEVEL": "INFO"}
    with started(*words, folder=tmp_path, **environment) as running:
        running.wait_for("Booting worker")
        until(lambda: reachable(address), running)
        ids = create_many(address, member.token, range(60))
        # An answer is told after it is given: a worker that is killed takes along what it has not told yet.
        until(lambda: len(told(running)) >= 60, running)
        killed = psutil.Process(running.process.pid).children()[0]
        killed.kill()
        ids |= create_many(address, member.token, range(60, 90))
        assert len(ids) == 90
        assert running.end() == 0
        asked = told(running)
    assert len(asked) >= 90
    assert all(line["request_id"] and line["status"] == 201 for line in asked)
    assert len({line["request_id"] for line in asked}) == len(asked)
    assert member.token not in running.said


def told(running):
    """Return the lines of the log about requests that change something."""
    lines = [json.loads(line) for line in list(running.lines)]
    return [line for line in lines if line["event"] == "request" and line["method"] == "POST"]


def reachable(address):
    try:
        return ask(address, "api/v1/system/health")[0] == 200
    except OSError:
        return False


def create_many(address, token, numbers):
    def create(number):
        for _ in range(5):  # a request in the hands of a killed worker is lost: the client asks again
            try:
                status, _, body = ask(address, "api/v1/items/categories", {"name": f"Shelf {number}"}, token)
            except OSError:
                continue
            if status == 409:
                found = ask(address, f"api/v1/items/categories?name=Shelf%20{number}", token=token)[2]
                return json.loads(found)["items"][0]["id"]
            assert status == 201, body
            return json.loads(body)["id"]
        raise AssertionError("no answer")

    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(create, numbers))


def test_a_taken_port_is_told(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("serve", "--port", port, folder=tmp_path, **SAFE) as running:
            assert running.wait() == 1
            assert f"Port {port} on 127.0.0.1 is taken" in running.said


def test_a_database_that_is_ahead_is_refused_too(database_kind, worker_id, registry, tmp_path):
    """Old code on new tables: the start is refused, nothing is served."""
    from core.plugins import migrating
    from core.testing.plugin import open_kernel

    url = databases.empty(database_kind, f"ahead_{worker_id}")
    kernel = open_kernel(url, registry)
    migrating.upgrade(kernel.engine, registry, kernel.config.database_role)
    with kernel.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version_inventory SET version_num = 'inventory_9999'"))
    kernel.close()
    with started("serve", "--port", free_port(), folder=tmp_path, OPENMILL_DATABASE_URL=url, **SAFE) as running:
        assert running.wait() == 1
        assert "newer than the code (inventory)" in running.said
    databases.drop(url)
