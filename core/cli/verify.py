"""`openmill verify`."""

from __future__ import annotations

import click

from core.cli.opening import opened


@click.command()
@click.option("--tenant", "slugs", multiple=True, metavar="SLUG", help="Only this tenant; may be repeated.")
def verify(slugs: tuple[str, ...]) -> None:
    """Recompute every invariant and print each difference.

    Balances against the ledger, references, states, the audit chain, the outbox: whatever the kernel and the modules
    that are on declare. Reads only, each tenant as it is at one moment, so it may run beside live traffic. Exits with
    1 on any difference; run it after a restore and on a schedule.
    """
    from core.administration.verifying import Verdict, count_checks
    from core.administration.verifying import verify as recompute

    with opened() as kernel:
        found: list[Verdict] = []
        checks = count_checks(kernel, slugs)
        with click.progressbar(recompute(kernel, slugs), length=checks, label="Verifying") as verdicts:
            found = [verdict for verdict in verdicts if verdict.differences]
    for verdict in found:
        click.echo(f"{verdict.tenant or 'installation'}: {verdict.title} ({verdict.key})")
        for sentence in verdict.differences:
            click.echo(f"  {sentence}")
    count = sum(len(verdict.differences) for verdict in found)
    if count:
        click.echo(f"{count} differences.", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{checks} checks, no difference.")
