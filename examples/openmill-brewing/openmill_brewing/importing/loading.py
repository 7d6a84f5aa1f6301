"""Rows along the import road, with what is wrong with them named by the records of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.api import Context, Invalid

from ..beerxml import Collection, Remark

REMARKS_SHOWN = 500
Row = tuple[str, dict[str, Any]]  # the record it comes from, and its values


def load(ctx: Context, resource: str, rows: Sequence[Row], file: Collection, *, dry_run: bool) -> Counter[str]:
    """Load rows; return how many were created, updated and left unchanged.

    What the road finds wrong becomes a fault of the file: told in a dry run, raised otherwise.
    """
    values = [row for _, row in rows]
    loaded = ctx.load(resource, values, dry_run=True)
    for number, errors in sorted(loaded.errors.items()):
        file.faults += [Remark(rows[number - 1][0], name, " ".join(texts)) for name, texts in errors.items()]
    if not dry_run:
        refuse_faults(file)
        loaded = ctx.load(resource, values)
    return Counter(created=loaded.created, updated=loaded.updated, unchanged=loaded.unchanged)


def refuse_faults(file: Collection) -> None:
    """Raise Invalid with every fault there is."""
    if file.faults:
        faults = shown(file.faults)
        texts = [f"{fault['record']}: {fault['tag']} {fault['message']}" for fault in faults]
        raise Invalid({"content": texts}, code="BEERXML_FAULTS", faults=faults)


def shown(remarks: Sequence[Remark]) -> list[dict[str, str]]:
    """Return remarks as JSON; of very many the first."""
    more = len(remarks) - REMARKS_SHOWN
    rest = [Remark("file", "", f"{more} more like these.")] if more > 0 else []
    return [asdict(remark) for remark in [*remarks[:REMARKS_SHOWN], *rest]]
