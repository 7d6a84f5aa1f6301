"""Convert amounts and costs between units, for one line or for thousands.

One amount: `convert(ctx, Decimal(5), "kg", "g")`. Many: `Converter.load(ctx, item_ids)` once, then
`converter.convert(amount, from_unit, to_unit, item_id)` for each line, which asks the database nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from core.api import Context, Invalid, amount_text
from plugins.inventory.models.items import Item, ItemConversion, Material
from plugins.inventory.models.units import Unit, UnitMapping
from plugins.inventory.units.problems import not_convertible
from plugins.inventory.units.ratios import NOTHING_KNOWN, ItemMeasures, NoRatio, Rule, UnitSize, UnitTable
from plugins.inventory.units.rounding import round_half_up

UnitLike = Unit | int | str
QUANTITY_DIGITS = 6
QUANTITY_LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Wanted:
    """One amount to convert; without an item only classes and house rules apply."""

    amount: Decimal
    from_unit: UnitLike
    to_unit: UnitLike
    item_id: int | None = None


@dataclass(frozen=True)
class Converter:
    """All that is known of some items' units, loaded at once: converting asks the database nothing more."""

    table: UnitTable
    items: dict[int, ItemMeasures]
    names: dict[int, str]
    _ids_by_code: dict[str, int]
    _ratios: dict[tuple[int, int, int | None], Fraction] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, ctx: Context, item_ids: Iterable[int] = ()) -> Converter:
        """Read units, house rules and what is known of the items, in a fixed number of queries."""
        units = {unit.id: measure_of(unit) for unit in ctx.all(select(Unit))}
        house_rules = tuple(rule_of(mapping) for mapping in ctx.all(select(UnitMapping).order_by(UnitMapping.id)))
        items, names = _measures_of_items(ctx, sorted(set(item_ids)))
        codes = {unit.code: unit.id for unit in units.values()}
        return cls(UnitTable(units, house_rules), items, names, codes)

    def ratio(self, from_unit: UnitLike, to_unit: UnitLike, item_id: int | None = None) -> Fraction:
        """Return exactly how many `to_unit` one `from_unit` is worth; Invalid with the next step if none is known."""
        key = (self.unit_id(from_unit), self.unit_id(to_unit), item_id)
        if key not in self._ratios:
            measures = self.items.get(item_id, NOTHING_KNOWN) if item_id is not None else NOTHING_KNOWN
            try:
                self._ratios[key] = self.table.ratio(key[0], key[1], measures)
            except NoRatio as none:
                name = self.names.get(item_id, "") if item_id is not None else ""
                raise not_convertible(none, item_id, name) from none
        return self._ratios[key]

    def convert(
        self,
        amount: Decimal,
        from_unit: UnitLike,
        to_unit: UnitLike,
        item_id: int | None = None,
        *,
        digits: int = QUANTITY_DIGITS,
    ) -> Decimal:
        """Return the amount in `to_unit`, rounded half-up once; an amount that would vanish is refused."""
        exact = Fraction(finite(amount)) * self.ratio(from_unit, to_unit, item_id)
        if abs(exact) >= QUANTITY_LIMIT:
            told = f"Too large: the result must stay under {QUANTITY_LIMIT:,} {self.code(to_unit)}."
            raise Invalid({"amount": [told]}, told, code="AMOUNT_TOO_LARGE")
        rounded = round_half_up(exact, digits)
        if exact and not rounded:
            source, sign = amount_text(amount, self.code(from_unit)), self.code(to_unit)
            told = f"Too small: {source} would round to 0 {sign}. Give more, or count in a smaller unit than {sign}."
            raise Invalid({"amount": [told]}, told, code="AMOUNT_TOO_SMALL")
        return rounded

    def convert_unit_cost(
        self, cost: Decimal, from_unit: UnitLike, to_unit: UnitLike, item_id: int | None = None
    ) -> Decimal:
        """Return a cost per `from_unit` as a cost per `to_unit`: 46.00 per 5 kg drum is 0.0092 per g."""
        return round_half_up(Fraction(finite(cost)) / self.ratio(from_unit, to_unit, item_id), QUANTITY_DIGITS)

    def unit_id(self, unit: UnitLike) -> int:
        """Return the id of a unit given as record, id or code; Invalid for a stranger."""
        if isinstance(unit, Unit):
            return int(unit.id)
        known = self._ids_by_code.get(unit) if isinstance(unit, str) else unit
        if known is None or known not in self.table.units:
            raise Invalid(
                {"unit": [f"There is no unit {unit!r}. Pick one of the units of measure."]}, code="UNKNOWN_UNIT"
            )
        return known

    def code(self, unit: UnitLike) -> str:
        """Return the short sign of a unit."""
        return self.table.units[self.unit_id(unit)].code


def convert(
    ctx: Context,
    amount: Decimal,
    from_unit: UnitLike,
    to_unit: UnitLike,
    item: Item | int | None = None,
    *,
    digits: int = QUANTITY_DIGITS,
) -> Decimal:
    """Return one amount in another unit; in the same unit without a query."""
    item_id = item.id if isinstance(item, Item) else item
    if _same(from_unit, to_unit):
        return round_half_up(Fraction(finite(amount)), digits)
    return Converter.load(ctx, [] if item_id is None else [item_id]).convert(
        amount, from_unit, to_unit, item_id, digits=digits
    )


def convert_many(ctx: Context, wanted: Sequence[Wanted], *, digits: int = QUANTITY_DIGITS) -> list[Decimal]:
    """Return many amounts in other units; the number of queries does not grow with them."""
    converter = Converter.load(ctx, [line.item_id for line in wanted if line.item_id is not None])
    return [
        converter.convert(line.amount, line.from_unit, line.to_unit, line.item_id, digits=digits) for line in wanted
    ]


def finite(amount: Decimal) -> Decimal:
    """Return the amount if it is a number one can count with; Invalid otherwise."""
    if not amount.is_finite() or abs(amount.adjusted()) > 40:
        raise Invalid({"amount": ["Must be a finite number of a sensible size."]}, code="INVALID_AMOUNT")
    return amount


def measure_of(unit: Unit) -> UnitSize:
    """Return the size of a stored unit."""
    if unit.numerator is None or unit.denominator is None:
        return UnitSize(unit.id, unit.code, unit.unit_class, None)
    return UnitSize(unit.id, unit.code, unit.unit_class, Fraction(unit.numerator) / Fraction(unit.denominator))


def rule_of(stored: UnitMapping | ItemConversion) -> Rule:
    """Return a stored conversion as an exact rule."""
    return Rule(stored.unit_id, stored.equal_unit_id, Fraction(stored.equal_quantity) / Fraction(stored.quantity))


def _measures_of_items(ctx: Context, item_ids: Sequence[int]) -> tuple[dict[int, ItemMeasures], dict[int, str]]:
    if not item_ids:
        return {}, {}
    items = ctx.all(select(Item).where(Item.id.in_(item_ids)))
    rules: dict[int, list[Rule]] = {}
    conversions = select(ItemConversion).where(ItemConversion.item_id.in_(item_ids)).order_by(ItemConversion.id)
    for stored in ctx.all(conversions):
        rules.setdefault(stored.item_id, []).append(rule_of(stored))
    densities = _material_densities(ctx, {item.material_id for item in items if item.density is None})
    measures = {
        item.id: ItemMeasures(tuple(rules.get(item.id, ())), item.density or densities.get(item.material_id))
        for item in items
    }
    return measures, {item.id: item.name for item in items}


def _material_densities(ctx: Context, material_ids: set[int | None]) -> dict[int | None, Decimal | None]:
    wanted = sorted(material_id for material_id in material_ids if material_id is not None)
    if not wanted:
        return {}
    return {material.id: material.density for material in ctx.all(select(Material).where(Material.id.in_(wanted)))}


def _same(one: UnitLike, other: UnitLike) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other and isinstance(other, str)
    near = one.id if isinstance(one, Unit) else one
    far = other.id if isinstance(other, Unit) else other
    return bool(near == far)
