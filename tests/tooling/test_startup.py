"""Starting the web process loads nothing that only some requests need."""

import subprocess
import sys

from tests.tooling.sources import ROOT

HEAVY = ("alembic", "xlsxwriter", "python_calamine", "rq", "redis", "croniter", "babel", "gunicorn", "pytest")
PROBE = """
import sys
import core.app
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_application_starts_light():
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "flask" in loaded
    assert not loaded.intersection(HEAVY)
