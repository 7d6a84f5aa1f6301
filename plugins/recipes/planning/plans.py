"""A recipe at some scale: its lines against stock, its containers, its costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.api import Context, Invalid
from plugins.inventory.api import Converter, Item
from plugins.recipes.costing import fill_efficiency, rounded
from plugins.recipes.models import Batch, Recipe, RecipeConsumable, RecipeIngredient
from plugins.recipes.packing import Packing
from plugins.recipes.planning.containers import measure_containers, plan_containers
from plugins.recipes.planning.forecast import with_costs
from plugins.recipes.planning.lines import PlanLine, convert_lines, items_by_id, scaled
from plugins.recipes.planning.snapshots import freeze, plain, thaw_lines
from plugins.recipes.planning.stock_check import check_stock
from plugins.recipes.planning.wishes import LineWish, PlanWish
from plugins.recipes.supply import Places, places_for, places_of


@dataclass(frozen=True)
class Plan:
    """What a batch would take, whether stock has it, and what it would cost."""

    recipe: Recipe
    scale: Fraction
    batch_type: str
    projected: Decimal
    portions: int | None
    location_id: int | None
    lines: tuple[PlanLine, ...]
    packing: Packing | None

    @property
    def wanted(self) -> list[PlanLine]:
        """The lines of which something is wanted."""
        return [line for line in self.lines if line.quantity]

    @property
    def can_start(self) -> bool:
        """Whether stock covers every line now."""
        return all(line.can_be_taken for line in self.wanted)

    @property
    def cost(self) -> Decimal | None:
        """The forecast of all costs; None while a line's cost cannot be told."""
        costs = [line.cost for line in self.wanted]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))

    def snapshot(self) -> dict[str, Any]:
        """Return the plan as data for a batch: what is wanted, from which version of the recipe."""
        recipe = self.recipe
        return {
            "recipe": {"id": recipe.id, "code": recipe.code, "name": recipe.name, "version": recipe.version_number},
            "scale": plain(rounded(self.scale)),
            "batch_type": self.batch_type,
            "projected": {
                "quantity": plain(self.projected),
                "unit_id": recipe.yield_unit_id,
                "unit": recipe.yield_unit.code,
            },
            "portioning": {
                "is_portioned": recipe.is_portioned,
                "portion_name": recipe.portion_name,
                "portion_count": self.portions,
            },
            "cost": plain(self.cost),
            "lines": [freeze(line) for line in self.wanted],
        }

    def answer(self) -> dict[str, Any]:
        """Return the plan as people and programs read it, with what stock says of each line."""
        return {
            **self.snapshot(),
            "can_start": self.can_start,
            "unit_cost": plain(self._unit_cost()),
            "containers": self._containers(),
            "lines": [{**line_answer(line), "cost": plain(line.cost)} for line in self.lines],
            "next_steps": next_steps(self.lines),
            "warnings": [],
        }

    def _unit_cost(self) -> Decimal | None:
        costs = [line.cost for line in self.wanted if line.kind == "ingredient"]
        known = [cost for cost in costs if cost is not None]
        if not known or len(known) < len(costs):
            return None
        return rounded(Fraction(sum(known, Decimal(0))) / Fraction(self.projected))

    def _containers(self) -> dict[str, Any] | None:
        if self.packing is None or not self.packing.counts:
            return None
        volume = self.packing.volume
        return {
            "volume": plain(rounded(volume)),
            "left_in_bulk": plain(rounded(self.packing.uncovered)),
            "fill_efficiency": plain(fill_efficiency(self.projected, volume)),
        }


def make_plan(ctx: Context, recipe: Recipe, wish: PlanWish) -> Plan:
    """Return the plan for a wish: every line is looked at, none stops the others."""
    scale = wish.exact_scale(recipe)
    projected = wish.quantity if wish.quantity is not None else scaled(recipe.yield_qty, scale)
    if not projected:
        raise Invalid({"scale": ["So little would be made that nothing is left of it. Choose a larger scale."]})
    places = places_for(ctx, wish.location_id, wish.supply or recipe.supply, _items_of(recipe, wish))
    packing, container_lines = None, ()
    if recipe.containers or wish.containers:
        chosen = plan_containers(ctx, recipe, projected, wish.containers, places)
        packing, container_lines = chosen.packing, chosen.lines
    stated = _wanted(ctx, recipe, scale, wish)
    checked = check_stock(ctx, [*convert_lines(ctx, stated), *container_lines], places)
    lines = with_costs(ctx, checked, places)
    batch_type = wish.batch_type or recipe.batch_type
    return Plan(recipe, scale, batch_type, projected, _portions(recipe, scale, wish), wish.location_id, lines, packing)


def recheck(ctx: Context, lines: Sequence[PlanLine], places: Places) -> list[PlanLine]:
    """Return lines against the stock of now; what could not be converted before is tried again."""
    return check_stock(ctx, convert_lines(ctx, lines), places)


def recheck_batch(ctx: Context, batch: Batch) -> list[PlanLine]:
    """Return the planned lines of a batch against the stock of now."""
    lines = thaw_lines(batch.plan.snapshot)
    measured = measure_containers(ctx, lines, batch.yield_unit_id, batch.recipe)
    return recheck_more(ctx, batch, measured)


def recheck_more(ctx: Context, batch: Batch, lines: Sequence[PlanLine]) -> list[PlanLine]:
    """Return lines that a batch wants against the stock of now, wherever the batch may take from."""
    return recheck(ctx, lines, places_of(ctx, batch, {line.item_id for line in lines}))


def line_answer(line: PlanLine) -> dict[str, Any]:
    """Return a line as JSON: what is wanted, its status and what to do about it; costs are not everybody's."""
    wanted = {name: value for name, value in freeze(line).items() if name != "cost"}
    return {
        **wanted,
        "status": line.status.value,
        "available": plain(line.available),
        "shortage": plain(line.shortage),
        "code": line.code or None,
        "detail": line.detail or None,
        "next_step": line.next_step,
    }


def next_steps(lines: Sequence[PlanLine]) -> list[dict[str, Any]]:
    """Return every different next step once, in the order of the lines; what lines lack of one item is in one step."""
    steps: list[dict[str, Any]] = []
    lacking: dict[int, dict[str, Any]] = {}
    for step in (line.next_step for line in lines if line.next_step is not None):
        if step["kind"] != "receive_stock":
            steps += [step] if step not in steps else []
            continue
        [missing] = step["body"]["adjustments"]
        if (known := lacking.get(missing["item_id"])) is not None:
            known["quantity"] = f"{Decimal(known['quantity']) + Decimal(missing['quantity']):f}"
            continue
        lacking[missing["item_id"]] = dict(missing)
        steps.append({**step, "body": {"adjustments": [lacking[missing["item_id"]]]}})
    return steps


def _items_of(recipe: Recipe, wish: PlanWish) -> set[int]:
    stated = (*recipe.ingredients, *recipe.consumables, *recipe.containers)
    asked = (*(wish.ingredients or ()), *(wish.consumables or ()))
    return {line.item_id for line in (*stated, *asked)} | {one.container_id for one in wish.containers or ()}


def _wanted(ctx: Context, recipe: Recipe, scale: Fraction, wish: PlanWish) -> list[PlanLine]:
    """Return the ingredients and consumables as the recipe states them, or as they are asked for instead."""
    items, units = items_by_id(ctx, _items_of(recipe, wish)), Converter.load(ctx)
    kinds = (("ingredient", recipe.ingredients, wish.ingredients), ("consumable", recipe.consumables, wish.consumables))
    lines: list[PlanLine] = []
    for kind, stated, asked in kinds:
        if asked is not None:
            lines += _asked(kind, asked, items, units)
        else:
            lines += _stated(kind, stated, scale, items, units)
    return lines


def _stated(
    kind: str, lines: Sequence[RecipeIngredient | RecipeConsumable], scale: Fraction, items: Mapping[int, Item],
    units: Converter,
) -> list[PlanLine]:  # fmt: skip
    planned = [
        PlanLine(kind, line.item_id, items[line.item_id].name, scaled(line.quantity, scale), line.unit_id,
                 units.code(line.unit_id), note=line.note or "")
        for line in lines
    ]  # fmt: skip
    if nothing := [line.item for line in planned if not line.quantity]:
        told = f"Leaves nothing of {', '.join(nothing)}. Choose a larger scale, or state it in a smaller unit."
        raise Invalid({"scale": [told]}, code="AMOUNT_TOO_SMALL")
    return planned


def _asked(kind: str, wished: Sequence[LineWish], items: Mapping[int, Item], units: Converter) -> list[PlanLine]:
    lines = []
    for index, wish in enumerate(wished):
        name = f"{kind}s.{index}"
        if wish.item_id not in items:
            raise Invalid({f"{name}.item_id": ["There is no such item."]})
        if wish.quantity <= 0:
            raise Invalid({f"{name}.quantity": ["Must be above 0."]})
        code = units.code(wish.unit_id)
        lines.append(PlanLine(kind, wish.item_id, items[wish.item_id].name, wish.quantity, wish.unit_id, code))
    return lines


def _portions(recipe: Recipe, scale: Fraction, wish: PlanWish) -> int | None:
    if not recipe.is_portioned or recipe.portion_count is None:
        if wish.portions is not None:
            raise Invalid({"portions": [f"{recipe.name} is not made in portions."]}, code="NOT_PORTIONED")
        return None
    if wish.portions is not None:
        return wish.portions
    return max(1, int(rounded(recipe.portion_count * scale, places=0)))
