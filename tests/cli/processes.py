"""The command as people start it: a process of its own, read line by line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.tooling.sources import ROOT

PATIENCE = 120


class Started:
    """A running command and everything it has said."""

    def __init__(self, words, *, folder, paths=(), **environment):
        known = {name: value for name, value in os.environ.items() if not name.startswith("OPENMILL_")}
        path = os.pathsep.join(str(part) for part in (*paths, ROOT))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", *map(str, words)], cwd=folder, text=True,
            env={**known, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def said(self):
        return "\n".join(self.lines)

    def wait_for(self, text):
        """Wait until a line holds a text and return that line."""
        found = until(lambda: next((line for line in self.lines if text in line), None), self)
        return found

    def end(self, name=signal.SIGTERM):
        """Send a signal, wait for the end and return the exit code."""
        self.process.send_signal(name)
        return self.wait()

    def wait(self):
        code = self.process.wait(PATIENCE)
        self._reader.join(10)
        return code


@contextmanager
def started(*words, folder, paths=(), **environment):
    """Start the command and see that it is gone afterwards."""
    running = Started(words, folder=folder, paths=paths, **environment)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.wait()
        running.process.stdout.close()


def until(condition, running=None):
    """Return the first true answer of a condition; fail when it does not come or the process ends."""
    deadline = time.monotonic() + PATIENCE
    while True:
        if answer := condition():
            return answer
        said = running.said if running is not None else ""
        assert running is None or running.process.poll() is None or condition(), said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


def ask(address, path, body=None, token=""):
    """Send a request and return status, headers and body."""
    headers = {"Accept": "text/html" if path in ("", "login") else "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(address + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def log_in(address, username, password):
    """Return an access token."""
    status, _, body = ask(address, "api/v1/auth/login", {"username": username, "password": password})
    assert status == 200, body
    return json.loads(body)["access_token"]


def free_port():
    """Return a port that was free a moment ago."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def files(folder: Path):
    """Name the files of a folder."""
    return sorted(path.name for path in folder.iterdir())
