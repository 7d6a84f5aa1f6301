"""Starting the web process loads nothing that only some requests need."""

import subprocess
import sys

from tests.tooling.sources import ROOT

HEAVY = ("alembic", "xlsxwriter", "python_calamine", "rq", "redis", "croniter", "babel", "gunicorn", "pytest",
         "markdown_it", "structlog", "psycopg")  # fmt: skip
PROBE = """
import sys
from pathlib import Path
from core.app import create_app
from core.config import Config
from core.kernel import Kernel
kernel = Kernel(Config(instance=Path(sys.argv[1]), database_url=f"sqlite:///{sys.argv[1]}/empty.db"))
assert create_app(kernel).test_client().get("/api/v1/system/version").status_code == 200
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_application_starts_light(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "flask" in loaded
    assert not loaded.intersection(HEAVY)
