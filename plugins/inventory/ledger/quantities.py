"""From what was typed to what is counted: base quantities and exact values for a whole document at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.api import Context, Invalid
from plugins.inventory.ledger.arithmetic import LIMIT
from plugins.inventory.ledger.facts import ItemFacts
from plugins.inventory.ledger.movement import Incoming, Outgoing
from plugins.inventory.units.converting import Converter

MOST_LINES = 10_000
# What is wrong with an amount; anything else is wrong with its unit.
_AMOUNTS = ("AMOUNT_TOO_SMALL", "AMOUNT_TOO_LARGE", "INVALID_AMOUNT")


def base_quantities(
    ctx: Context, lines: Sequence[Incoming | Outgoing], items: Mapping[int, ItemFacts]
) -> list[Decimal]:
    """Return each line's quantity in its item's base unit; Invalid names every line that is no positive number."""
    if len(lines) > MOST_LINES:
        raise Invalid({"lines": [f"At most {MOST_LINES:,} lines at once. Split the document."]}, code="TOO_MANY_LINES")
    faults = {f"lines.{n}.quantity": [fault] for n, line in enumerate(lines) if (fault := _fault(line.quantity))}
    if faults:
        raise Invalid(faults)
    foreign = {line.item_id for line in lines if line.unit_id not in (None, items[line.item_id].base_unit_id)}
    if not foreign:
        return [line.quantity for line in lines]
    converter, quantities, problems = Converter.load(ctx, foreign), [line.quantity for line in lines], {}
    for n, line in enumerate(lines):
        if line.item_id in foreign and line.unit_id is not None:
            try:
                base_unit_id = items[line.item_id].base_unit_id
                quantities[n] = converter.convert(line.quantity, line.unit_id, base_unit_id, line.item_id)
            except Invalid as problem:
                problems[n] = problem
    if problems:
        raise _inconvertible(problems)
    return quantities


def _inconvertible(problems: Mapping[int, Invalid]) -> Invalid:
    """Return one refusal that names every line which cannot be converted, with the way out of the first."""
    first = next(iter(problems.values()))
    errors = {
        f"lines.{n}.{'quantity' if problem.code in _AMOUNTS else 'unit_id'}": [problem.detail]
        for n, problem in problems.items()
    }
    told = " ".join(dict.fromkeys(problem.detail for problem in problems.values()))
    return Invalid(errors, told, code=first.code, **first.extra)


def check_money(name: str, value: Decimal) -> Decimal:
    """Return a value the ledger can hold; Invalid otherwise."""
    if not value.is_finite() or abs(value) >= LIMIT:
        raise Invalid({name: [f"Must be a number under {LIMIT:,f}. Check quantity and cost."]}, code="AMOUNT_TOO_LARGE")
    return value


def _fault(quantity: Decimal) -> str:
    if not quantity.is_finite():
        return "Must be a finite number."
    if quantity <= 0:
        return "Must be more than 0."
    if quantity >= LIMIT:
        return f"Must be under {LIMIT:,f}."
    return ""
