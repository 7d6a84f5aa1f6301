"""Rules of the house that no linter knows."""

import ast
import re

import pytest

from tests.tooling.sources import calls, committed_files, functions, is_test, python_files, relative, tree

CLOCKS = {f"{name}.{verb}" for name in ("datetime", "date", "datetime.datetime", "datetime.date")
          for verb in ("now", "utcnow", "today")}  # fmt: skip
CLOCK_OWNERS = {"core/kernel.py", "core/clock.py"}
WALL_DOORS = {"connection", "get_bind"}
SWITCHES = {"pytest.skip", "pytest.importorskip", *(f"pytest.mark.{mark}" for mark in ("skip", "skipif", "xfail"))}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".gz"}


def _product(*folders):
    return [path for path in python_files(*folders) if not is_test(path)]


def test_amounts_are_never_floats():
    found = [f"{relative(path)}:{call.lineno}" for path in _product("core", "plugins", "examples")
             for name, call in calls(path) if name == "float"]  # fmt: skip
    assert not found, f"Decimal only: {found}"


def test_time_comes_from_the_clock():
    found = [f"{relative(path)}:{call.lineno} {name}" for path in _product("core", "plugins", "examples")
             if relative(path) not in CLOCK_OWNERS
             for name, call in calls(path) if name in CLOCKS]  # fmt: skip
    assert not found, f"ctx.now() and ctx.today() only: {found}"


def test_nothing_is_evaluated():
    found = [f"{relative(path)}:{call.lineno} {name}" for path in _product()
             for name, call in calls(path) if name in {"eval", "exec"}]  # fmt: skip
    assert not found, found


def test_only_the_kernel_opens_the_walls():
    """SQLite has no fourth wall, so the two declared escapes stay inside the kernel."""
    found = []
    for path in _product("plugins", "examples"):
        for name, call in calls(path):
            if name.rpartition(".")[2] in WALL_DOORS or any(word.arg == "unscoped" for word in call.keywords):
                found.append(f"{relative(path)}:{call.lineno} {name}")
    assert not found, found


def test_manifest_and_actions_keep_their_distance():
    """A refused plugin must leave no table behind, so plugin.py imports no model; actions know no web."""
    found = []
    for path in _product("plugins", "examples"):
        for module in _imports(path):
            foreign = path.name == "plugin.py" and module != "core.api" and module != "__future__"
            web = "actions" in relative(path) and module.split(".")[0] in {"flask", "werkzeug"}
            if foreign or web:
                found.append(f"{relative(path)} imports {module}")
    assert not found, found


def _imports(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_public_functions_say_what_they_do():
    silent = [f"{relative(path)}:{node.lineno} {node.name}" for path in _product("core")
              for node in functions(path)
              if not node.name.startswith("_") and node in tree(path).body and not ast.get_docstring(node)]  # fmt: skip
    assert not silent, "\n".join(silent)


# The words are put together here so that this file does not hold them itself.
FORBIDDEN = {
    "an address of a package registry": re.compile(r"registry\." + "npmjs|pyth" + "onhosted|deb\\." + "debian"),
    "a path of one machine": re.compile(r"(?<![\w/.])/(" + "work" + "|" + "root" + r"|home/[a-z]+)/"),
    "unfinished work": re.compile(r"\b(TO" + "DO|FIX" + r"ME|X" + r"XX)\b"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what):
    found = []
    for path in committed_files():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{relative(path)}: {match.group()}" for match in FORBIDDEN[what].finditer(text)]
    assert not found, "\n".join(found)


def test_no_test_is_switched_off():
    found = []
    for path in python_files():
        for name, call in calls(path):
            if name in SWITCHES:
                found.append(f"{relative(path)}:{call.lineno} {name}")
    allowed = {
        "core/testing/plugin.py",  # a laptop without servers, by request, never in CI
        "examples/openmill-brewing/tests/conftest.py",  # published files that are not ours to copy here
    }
    found = [line for line in found if line.split(":")[0] not in allowed]
    assert not found, found
