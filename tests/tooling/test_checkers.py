"""The linters are part of the tests, so that one command checks everything."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tooling.sources import ROOT

PROGRAMS = Path(sys.executable).parent
CHECKERS = {
    "ruff": ["ruff", "check"],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports", "--no-cache"],
}


def test_what_takes_long_is_begun_first(request):
    slow = [item.get_closest_marker("slow") is not None for item in request.session.items]
    assert slow == sorted(slow, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKERS)
def test_checker_is_content(name):
    program, *words = CHECKERS[name]
    done = subprocess.run([PROGRAMS / program, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
