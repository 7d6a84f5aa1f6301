"""A test run leaves no server behind, however it ends."""

import os
import signal
import subprocess
import sys
import time

import pytest

from core.testing import servers
from tests.tooling.sources import ROOT

PROGRAM = """
import sys, time
from core.testing import servers
servers.open_run_folder()
servers.redis_url()
print(servers.run_name(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(servers.tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(servers.RUN_FOLDER)
    monkeypatch.delenv(servers.REDIS_URL, raising=False)
    return tmp_path


def _server(place, run):
    [record] = (place / run).glob("redis.server.json")
    return int(record.read_text().split('"pid": ')[1].split(",")[0])


def _gone(pid):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_what_a_killed_run_left_is_stopped_by_the_next(place):
    known = {name: value for name, value in os.environ.items() if not name.startswith("OPENMILL_")}
    environment = {**known, "TMPDIR": str(place), "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True)
    name = run.stdout.readline().strip()
    run.stdout.close()
    pid = _server(place, name)
    run.send_signal(signal.SIGKILL)
    run.wait()
    os.kill(pid, 0)
    servers.close_run_folder(servers.open_run_folder())
    assert _gone(pid)
    assert list(place.iterdir()) == []


def test_a_living_run_is_left_alone(place):
    first = servers.open_run_folder()
    second = servers.open_run_folder()
    assert first.exists()
    servers.close_run_folder(second)
    servers.close_run_folder(first)
    assert list(place.iterdir()) == []


def test_a_run_is_kept_in_memory_where_there_is_room_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "MEMORY", tmp_path)
    monkeypatch.setattr(servers, "ROOM_FOR_A_RUN", 1)
    assert servers.in_memory() == tmp_path
    monkeypatch.setattr(servers, "ROOM_FOR_A_RUN", 2**80)
    assert servers.in_memory() is None
    monkeypatch.setattr(servers, "MEMORY", tmp_path / "nowhere")
    assert servers.in_memory() is None
