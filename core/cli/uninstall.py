"""`openmill uninstall`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.opening import opened

if TYPE_CHECKING:
    from core.administration.uninstalling import Removal
    from core.kernel import Kernel


@click.command()
@click.argument("plugin")
@click.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.zip",
              help="Write all its data to this file first; `openmill import FILE.zip` puts it back.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--preview", "only_preview", is_flag=True, help="Only show what would go.")
def uninstall(plugin: str, target: Path | None, yes: bool, only_preview: bool) -> None:
    """Remove a plugin from the database.

    Its tables go, and everything it left in all tenants. Refused while a tenant has it on or another plugin requires
    it. Roles, settings, custom fields, schedules and jobs of the plugin go too; the audit trail stays. Afterwards
    remove its distribution with pip.
    """
    from core.administration.uninstalling import preview
    from core.administration.uninstalling import uninstall as remove

    with opened(current=False) as kernel:
        removal = preview(kernel, plugin)
        _show(removal)
        if only_preview:
            return
        target = target or _offer_export(plugin, removal, yes=yes)
        if target is not None:
            _export(kernel, plugin, target)
        elif removal.total and not yes:
            click.confirm(f"{removal.total} rows will be gone for good. Go on?", abort=True)
        remove(kernel, plugin)
        distribution = kernel.registry.plugins[plugin].distribution.split(" ")[0]
    click.echo(f"Removed {plugin} from the database.")
    click.echo(
        f"It is still installed: `openmill upgrade` would make empty tables. Remove the distribution "
        f"({distribution or plugin}) with pip, or set OPENMILL_EXCLUDE_PLUGINS={plugin}."
    )


def _show(removal: Removal) -> None:
    click.echo(f"Uninstalling {removal.plugin} removes:")
    for table, counts in removal.rows.items():
        click.echo(f"  {table}: " + ", ".join(f"{count} of {slug}" for slug, count in counts.items()))
    for table, count in removal.leftovers.items():
        click.echo(f"  {table}: {count} rows that belong to it")
    if removal.file_bytes:
        click.echo(f"  {removal.file_bytes} bytes of files beside its records")
    if not removal.rows and not removal.leftovers:
        click.echo("  its empty tables")


def _offer_export(plugin: str, removal: Removal, *, yes: bool) -> Path | None:
    if yes or not removal.total:
        return None
    if not click.confirm("Write its data to a file first?", default=True):
        return None
    return Path(click.prompt("File", default=f"{plugin}.zip"))


def _export(kernel: Kernel, plugin: str, target: Path) -> None:
    from core.administration.archives import models_of, write_archive
    from core.administration.verifying import tenants_named

    loaded = kernel.registry.plugins[plugin]
    steps = len(tenants_named(kernel)) * (len(models_of(loaded)) + 6)
    with click.progressbar(length=steps, label="Exporting") as bar:
        rows = write_archive(kernel, loaded, target, lambda _path, _rows: bar.update(1))
    click.echo(f"Wrote {rows} rows to {target}.")
