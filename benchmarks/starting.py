"""Starting: the boot of a process with every plugin, the demo from nothing, and switching a module on and off."""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Clock, Figure, seconds
from benchmarks.workshop import Workshop
from core.testing import house

REPORT = """
taken = {clock}() - begun
import psutil
print(taken, psutil.Process().memory_info().rss / 2**20)
"""
BOOT = """
import sys, time
begun = {clock}()
from pathlib import Path
from core.app import create_app
from core.config import Config
from core.kernel import Kernel
kernel = Kernel(Config(instance=Path(sys.argv[1]), database_url=sys.argv[2]))
answer = create_app(kernel).test_client().get("/api/v1/system/version")
assert answer.status_code == 200
"""
BARE_BOOT = """
import time
begun = {clock}()
import flask, sqlite3
app = flask.Flask("bare")
app.add_url_rule("/version", view_func=lambda: "1")
assert app.test_client().get("/version").status_code == 200
"""
MILLISECONDS = 1000


def starting_figures(shop: Workshop, turns: int) -> Iterator[Figure]:
    """Measure toggling a module, booting and the demo; the module is left on."""
    yield from _toggle(shop, turns)
    if shop.database == "sqlite":
        yield _demo(max(turns // 3, 1))
    kept = shop.kernel.config.instance / "bytecode"
    _boot(BOOT, kept, *_place(shop))
    _boot(BARE_BOOT, kept)
    boots = [(_boot(BOOT, kept, *_place(shop)), _boot(BARE_BOOT, kept)) for _ in range(max(turns // 2, 2))]
    (boot, memory), (bare_boot, bare_memory) = (
        [statistics.median(values) for values in zip(*runs, strict=True)] for runs in zip(*boots, strict=True)
    )
    yield Figure("boot, to the first answer", shop.database, 0, boot * MILLISECONDS, "ms", bare_boot * MILLISECONDS,
                 bare_boot / boot, "≤ 1,500 ms", boot <= 1.5)  # fmt: skip
    yield Figure("memory after the boot", shop.database, 0, memory, "MiB", bare_memory, bare_memory / memory,
                 "≤ 110 MiB", memory <= 110)  # fmt: skip


def _demo(turns: int) -> Figure:
    """Measure how long `openmill demo` takes from an empty folder to its first page."""
    taken = statistics.median(_demo_once() for _ in range(turns))
    return Figure("demo, from nothing to a page", "sqlite", 0, taken * MILLISECONDS, "ms", None, None, "≤ 10 s",
                  taken <= 10)  # fmt: skip


def _demo_once() -> float:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "core.cli", "demo", "--instance", folder, "--port", "0"]
        begun = time.perf_counter()
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            try:
                address = next(found[0] for line in process.stdout if (found := re.search(r"http://[0-9.:]+", line)))
                with urllib.request.urlopen(f"{address}/login") as page:
                    assert page.status == 200
                return time.perf_counter() - begun
            finally:
                process.send_signal(signal.SIGINT)


def _toggle(shop: Workshop, turns: int) -> Iterator[Figure]:
    kernel, tenant = shop.kernel, shop.tenant.id
    dependents = [name for name in kernel.registry.dependents_of("inventory") if name != "inventory"]
    for name in [*reversed(kernel.registry.plugins), *dependents]:
        if name in dependents:
            house.switch_module_off(kernel, tenant, name)
    off, on = [], []
    for _ in range(turns):
        off.append(seconds(lambda _: house.switch_module_off(kernel, tenant, "inventory"), turns=1))
        on.append(seconds(lambda _: house.switch_module_on(kernel, tenant, "inventory"), turns=1))
    for name, times in (("switch a module off", off), ("switch a module on", on)):
        taken = statistics.median(times) * MILLISECONDS
        yield Figure(name, shop.database, 0, taken, "ms", None, None, "≤ 50 ms", taken <= 50)


def _place(shop: Workshop) -> tuple[str, str]:
    return str(shop.kernel.config.instance), shop.kernel.config.url


def _boot(program: str, bytecode: Path, *arguments: str) -> tuple[float, float]:
    """Return how long a boot takes and how much memory it holds, with bytecode at hand as an installation leaves it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    clock = "time.perf_counter" if Clock.now is time.perf_counter else "time.process_time"
    text = (program + REPORT).replace("{clock}", clock)
    done = subprocess.run(
        [sys.executable, "-c", text, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    taken, memory = done.stdout.split()
    return float(taken), float(memory)
