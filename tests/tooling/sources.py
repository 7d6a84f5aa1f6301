"""The committed source files, as every house rule sees them."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("core", "plugins", "themes", "migrations", "examples", "benchmarks", "tests")


@functools.cache
def committed_files() -> tuple[Path, ...]:
    """List what git tracks or would track, so that build results are not judged."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """List the Python files below the given folders, or below every folder with code."""
    wanted = tuple(f"{folder}/" for folder in folders or CODE_FOLDERS)
    return [path for path in committed_files() if path.suffix == ".py" and relative(path).startswith(wanted)]


def relative(path: Path) -> str:
    """Name a file as seen from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    """Parse a Python file once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Walk every function of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Walk every call of a file with the dotted name that is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def is_test(path: Path) -> bool:
    """Say whether a file is test code."""
    parts = relative(path).split("/")
    return "tests" in parts
