"""Custom rules must not contradict each other: an amount may not depend on the way it is converted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from core.api import Invalid, amount_text
from plugins.inventory.units.ratios import Rule, UnitSize, follow
from plugins.inventory.units.rounding import round_half_up


def refuse_contradictions(
    present: Sequence[Rule], coming: Iterable[Rule], units: Mapping[int, UnitSize], *, field: str
) -> None:
    """Refuse rules that say something else than a chain of the rules already there."""
    known = list(present)
    for rule in coming:
        source, target = units[rule.unit_id].code, units[rule.equal_unit_id].code
        if rule.unit_id == rule.equal_unit_id:
            raise Invalid({field: [f"A conversion needs two different units, not {source} twice."]})
        chained = follow(known, rule.unit_id, rule.equal_unit_id)
        if chained is not None and chained != rule.ratio:
            raise Invalid(
                {
                    field: [
                        f"1 {source} is already {_plain(chained)} {target} by other conversions. Correct those first."
                    ]
                },
                code="CONVERSION_CONTRADICTS",
            )
        known.append(rule)


def _plain(ratio: Fraction) -> str:
    return amount_text(round_half_up(ratio, 6))
