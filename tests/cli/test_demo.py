"""`openmill demo` on a machine where nothing is: one process, two tenants, data that stays."""

import json
import re
import signal
import socket
import stat

import psutil
import pytest

from core.administration.verifying import verify
from core.config import Config
from core.kernel import Kernel
from core.services.models import Job
from tests.cli.processes import ask, files, log_in, started, until

MEGABYTE = 1024 * 1024


def start(folder, *words):
    return started("demo", "--instance", "own", "--port", "0", *words, folder=folder)


def address_of(running):
    return re.search(r"http://\S+", running.wait_for("OpenMill runs at"))[0]


def log_ins(folder):
    return {item["username"]: item["password"] for item in json.loads((folder / "own" / "demo.json").read_text())}


def first_page(address):
    status, headers, body = ask(address, "login")
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert b"password" in body


@pytest.mark.slow
def test_from_nothing_to_a_page_and_on(tmp_path):
    with start(tmp_path) as running:
        address = address_of(running)
        first_page(address)
        process = psutil.Process(running.process.pid)
        assert process.memory_info().rss < 150 * MEGABYTE
        assert ask(address, "api/v1/system/health")[0] == 200
        people = log_ins(tmp_path)
        running.wait_for("Ctrl-C ends it")
        until(lambda: running.said.count(people["anna"]) == len(people), running)
        soap_maker = log_in(address, "anna", people["anna"])
        status, _, body = ask(address, "api/v1/items?page_size=5", token=soap_maker)
        assert (status, json.loads(body)["total"] > 10) == (200, True)
        assert len(json.loads(ask(address, "api/v1/modules", token=soap_maker)[2])["items"]) >= 2
        painter = log_in(address, "carla", people["carla"])
        assert ask(address, "api/v1/recipes", token=painter)[0] == 404
        status, _, body = ask(address, "api/v1/items/categories", {"name": "Made by hand"}, token=soap_maker)
        assert status == 201, body
        runs_jobs(tmp_path / "own")
        assert process.memory_info().rss < 150 * MEGABYTE
        assert running.end(signal.SIGINT) == 0
        assert "Your data is kept" in running.said
        assert "Traceback" not in running.said
    again(tmp_path, people)


def runs_jobs(instance):
    """A job that another process writes into the outbox is run by the demo's worker."""
    kernel = Kernel(Config(instance=instance))
    with kernel.platform_reading() as db:
        from core.administration.tenants import find_tenant

        tenant_id = find_tenant(db, "willow-ash").id
    with kernel.unit(tenant_id) as ctx:
        job_id = ctx.enqueue("inventory.expire_lots")

    def state():
        with kernel.platform_reading() as db:
            return db.get(Job, job_id).state

    until(lambda: state() == "done")
    kernel.close()


def again(folder, people):
    """A second run keeps data and passwords; --reset starts anew and touches no foreign file."""
    (folder / "own" / "notes.txt").write_text("mine")
    with start(folder) as running:
        address = address_of(running)
        assert log_ins(folder) == people
        token = log_in(address, "anna", people["anna"])
        body = ask(address, "api/v1/items/categories?search=Made", token=token)[2]
        assert [row["name"] for row in json.loads(body)["items"]] == ["Made by hand"]
        with start(folder) as second:
            assert second.wait() == 1
            assert "Another demo is running" in second.said
        assert running.end() == 0
    with start(folder, "--reset") as running:
        address = address_of(running)
        assert log_ins(folder) != people
        token = log_in(address, "anna", log_ins(folder)["anna"])
        assert json.loads(ask(address, "api/v1/items/categories?search=Made", token=token)[2])["items"] == []
        assert running.end() == 0
    assert (folder / "own" / "notes.txt").read_text() == "mine"
    for name in ("demo.json", "demo.key"):
        assert stat.S_IMODE((folder / "own" / name).stat().st_mode) == 0o600


@pytest.mark.slow
def test_stopped_while_it_fills_it_goes_on_the_next_time(tmp_path):
    with start(tmp_path) as running:
        running.wait_for("Filling it with data")
        children = psutil.Process(running.process.pid).children()
        assert running.end(signal.SIGINT) == 130
        assert "goes on where it was" in running.said
        assert not any(child.is_running() for child in children)
    with start(tmp_path) as running:
        first_page(address_of(running))
        assert running.end(signal.SIGINT) == 0
    kernel = Kernel(Config(instance=tmp_path / "own"))
    assert [verdict for verdict in verify(kernel) if verdict.differences] == []
    kernel.close()


def test_a_taken_port_is_told_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("demo", "--instance", "own", "--port", port, folder=tmp_path) as running:
            assert running.wait() == 1
            assert running.said == (
                f"Error: Port {port} on 127.0.0.1 is taken by another program; choose another one with --port."
            )
    assert files(tmp_path) == []


@pytest.mark.parametrize("place", ["/proc/openmill", "note/below"])
def test_a_folder_that_cannot_be_written_is_told(tmp_path, place):
    (tmp_path / "note").write_text("a file, not a folder")
    with started("demo", "--instance", place, "--port", "0", folder=tmp_path) as running:
        assert running.wait() == 1
        assert running.said.startswith("Error: The folder ")
        assert "--instance" in running.said
        assert "Traceback" not in running.said
