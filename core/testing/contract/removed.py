"""What is left of a plugin that was uninstalled, and what comes back with its archive."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.administration.archives import restore_archive, write_archive
from core.administration.uninstalling import uninstall
from core.errors import Refused
from core.kernel import Kernel
from core.plugins import migrating
from core.plugins.loader import load
from core.plugins.registry import KERNEL
from core.testing.contract.stored import schema_of
from core.testing.furniture import FULL, find
from core.testing.house import switch_module_off


class RemovedContract:
    """Tests of removal: refused while in use, complete when done, undone by the archive to the last byte."""

    plugin: str

    def test_it_is_removed_and_restored(self, fresh_furnished: Kernel, tmp_path: Path) -> None:
        """With whatever needs it: off, exported, uninstalled, upgraded, imported, and the export is the same."""
        kernel = fresh_furnished
        if self.plugin == KERNEL:
            with pytest.raises(Refused):
                uninstall(kernel, KERNEL)
            return
        leaving = [*kernel.registry.dependents_of(self.plugin), self.plugin]
        with pytest.raises(Refused):
            uninstall(kernel, leaving[0])
        before = schema_of(kernel.engine)
        for number, name in enumerate(leaving):
            switch_module_off(kernel, find(kernel, FULL).id, name)
            # What requires a plugin must not only be removed but also be no longer installed.
            rest = Kernel(kernel.config, registry=load(exclude=leaving[:number]))
            write_archive(rest, rest.registry.plugins[name], tmp_path / f"{name}.zip")
            uninstall(rest, name)
            rest.close()
        assert not [table for table in schema_of(kernel.engine) for name in leaving if table.startswith(f"{name}_")]
        migrating.upgrade(kernel.engine, kernel.registry, kernel.config.database_role)
        assert schema_of(kernel.engine) == before
        for name in reversed(leaving):
            restore_archive(kernel, tmp_path / f"{name}.zip")
        for name in leaving:
            write_archive(kernel, kernel.registry.plugins[name], tmp_path / f"{name}-again.zip")
            assert _content(tmp_path / f"{name}-again.zip") == _content(tmp_path / f"{name}.zip")


def _content(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
