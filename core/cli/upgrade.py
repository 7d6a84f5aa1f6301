"""`openmill upgrade`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.cli.opening import opened

if TYPE_CHECKING:
    from core.kernel import Kernel


@click.command()
def upgrade() -> None:
    """Bring the database up to date.

    Takes the tables of the kernel and of every plugin to their newest revision; makes the database where there is
    none. Stop the web processes first when a release says so; running it twice is harmless, and after a fault it goes
    on where it stopped.
    """
    with opened(current=False, present=False) as kernel:
        moved = upgrade_database(kernel)
        click.echo(f"Upgraded: {', '.join(moved)}." if moved else "The database is up to date.")
        for item in kernel.registry.refused:
            click.echo(f"Not upgraded, because it is refused: {item.name}. {item.reason}", err=True)


def upgrade_database(kernel: Kernel) -> list[str]:
    """Upgrade every plugin with a progress bar and publish the roles that came with them."""
    from core.plugins import migrating

    moved: list[str] = []
    if names := migrating.pending(kernel.engine, kernel.registry):
        with click.progressbar(length=len(names), label="Upgrading the database") as bar:
            moved = migrating.upgrade(
                kernel.engine, kernel.registry, kernel.config.database_role, told=lambda _name: bar.update(1)
            )
    # Also where no table moved: a release may bring a role alone, and the last upgrade may have ended here.
    publish_all_roles(kernel)
    return moved


def publish_all_roles(kernel: Kernel) -> None:
    """Let every tenant hand out the roles that its modules bring now."""
    from core.administration.archives import tenant_session
    from core.administration.verifying import tenants_named
    from core.identity.roles import ADMINISTRATOR, publish_roles

    declared = kernel.identity.access.declared.roles
    for tenant_id, _ in tenants_named(kernel):
        with tenant_session(kernel, tenant_id) as db:
            enabled = kernel.tenants.read(db, tenant_id).enabled
            publish_roles(db, tenant_id, [role for key, role in declared.items()
                                          if role.plugin in enabled or key == ADMINISTRATOR])  # fmt: skip
