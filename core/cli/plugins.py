"""`openmill plugins` and `openmill revision`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.cli.opening import has_database, opened, read_config
from core.cli.tables import print_table

if TYPE_CHECKING:
    from core.config import Config
    from core.plugins.registry import LoadedPlugin, Registry


@click.command()
@click.option("--check", is_flag=True, help="Exit with 1 when a plugin is refused.")
def plugins(check: bool) -> None:
    """Show the installed plugins.

    With their version, their schema and how many tenants use them, and with the reason why others were refused.
    """
    from core.plugins.loader import load

    config = read_config()
    registry = load(exclude=config.exclude_plugins.split(","))
    revisions, tenants = _used(config)
    print_table(("plugin", "version", "from", "schema", "tenants"),
                [_row(plugin, revisions, tenants) for plugin in registry.plugins.values()])  # fmt: skip
    for item in registry.refused:
        click.echo(f"\nRefused: {item.name} ({item.distribution or 'unknown distribution'})\n  {item.reason}")
    if check and registry.refused:
        raise click.exceptions.Exit(1)


def _used(config: Config) -> tuple[dict[str, str | None], dict[str, int]]:
    """Return the revision of each plugin's tables and how many tenants have it on; nothing without a database."""
    import sqlalchemy as sa

    from core.plugins import migrating
    from core.tenancy.models import TenantModule

    if not has_database(config):
        return {}, {}
    with opened(config, current=False) as kernel:
        with kernel.engine.connect() as connection:
            revisions = {name: migrating.current(connection, name) for name in kernel.registry.plugins}
        if revisions["kernel"] is None:
            return revisions, {}
        counted = sa.select(TenantModule.plugin, sa.func.count()).group_by(TenantModule.plugin)
        with kernel.platform_reading() as db:
            return revisions, {row[0]: row[1] for row in db.execute(counted)}


def _row(plugin: LoadedPlugin, revisions: dict[str, str | None], tenants: dict[str, int]) -> tuple[object, ...]:
    from core.plugins.migrating import head_of, is_newer

    head, present = head_of(plugin), revisions.get(plugin.name)
    helps = "newer than the code" if is_newer(plugin, present) else f"upgrade to {head}"
    schema = (present or "none") if present == head else f"{present or 'none'}, {helps}"
    count = "-" if plugin.name == "kernel" else tenants.get(plugin.name, 0)
    return plugin.name, plugin.manifest.version, plugin.distribution, schema, count


@click.command()
@click.argument("plugin")
@click.argument("message")
def revision(plugin: str, message: str) -> None:
    """Write a plugin's next migration.

    For plugin authors: from what the models of PLUGIN and the database differ in. MESSAGE says what changes, such as
    "add shelf life to items". The database must be upgraded; read the file before you commit it.
    """
    from core.plugins.migrating import columns_without_values, differences, make_revision

    with opened() as kernel:
        if plugin not in kernel.registry.plugins:
            raise click.ClickException(_why_unknown(kernel.registry, plugin))
        if not differences(kernel.engine, kernel.registry, plugin):
            raise click.ClickException(f"The tables of {plugin} are as its models say: there is nothing to write.")
        path = make_revision(kernel.engine, kernel.registry, plugin, message)
        click.echo(f"Wrote {path}. Read it, then run `openmill upgrade`.")
        for name in columns_without_values(path):
            click.echo(f"Rows that are there need a value of {name}: say server_default= there, or make it optional.")


def _why_unknown(registry: Registry, plugin: str) -> str:
    reason = next((item.reason for item in registry.refused if item.name == plugin), None)
    if reason is not None:
        return f"The plugin {plugin!r} is refused. {reason}"
    return f"There is no plugin {plugin!r} installed; `openmill plugins` lists them."
