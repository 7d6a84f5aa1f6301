"""The containers of a plan: those somebody picked, or those that fit the yield best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.api import Context, Invalid, Problem
from plugins.inventory.api import Converter, Item
from plugins.recipes import stock
from plugins.recipes.models import Recipe
from plugins.recipes.packing import Container, Packing, choose, measured
from plugins.recipes.planning.lines import PlanLine, items_by_id
from plugins.recipes.planning.wishes import ContainerWish
from plugins.recipes.supply import Places

MOST_CONTAINERS = 1_000_000


@dataclass(frozen=True)
class ContainerPlan:
    """The container lines of a plan, and how well they fit."""

    lines: tuple[PlanLine, ...]
    packing: Packing


def plan_containers(
    ctx: Context,
    recipe: Recipe,
    projected: Decimal,
    wished: Sequence[ContainerWish] | None,
    places: Places,
) -> ContainerPlan:
    """Return the containers for a yield. A container whose capacity cannot be told is a line that says why."""
    counts = _counted(wished)
    kinds = _kinds(ctx, recipe, counts)
    measured_kinds, unclear = _capacities(ctx, recipe, list(kinds.values()))
    if counts is None:
        free = stock.usable(ctx, kinds, places)
        offers = [replace(kind, available=_whole(free[kind.item_id])) for kind in measured_kinds]
        packing = choose(projected, _covering(projected, offers))
    else:
        packing = measured(projected, measured_kinds, counts)
    capacity = {kind.item_id: kind.capacity for kind in measured_kinds}
    lines = [container_line(kinds[item_id], Decimal(count), capacity[item_id]) for item_id, count in packing.counts
             if item_id in capacity]  # fmt: skip
    return ContainerPlan((*lines, *_unclear_lines(unclear, kinds, counts)), packing)


def capacity_of(ctx: Context, item: Item, unit_id: int, recipe: Recipe | None) -> Decimal:
    """Return what one container holds of a recipe's yield, in a unit; Invalid with the step that mends it."""
    return _capacity(item, unit_id, recipe, _converter(ctx, recipe))


def _converter(ctx: Context, recipe: Recipe | None) -> Converter:
    return Converter.load(ctx, [recipe.yield_item_id] if recipe is not None and recipe.yield_item_id else [])


def measure_containers(ctx: Context, lines: Sequence[PlanLine], unit_id: int, recipe: Recipe) -> list[PlanLine]:
    """Return lines with the capacity of containers that had none when they were planned, or with what is missing."""
    items = items_by_id(ctx, [line.item_id for line in lines if _is_unmeasured(line)])
    return [_measured(ctx, line, items, unit_id, recipe) if _is_unmeasured(line) else line for line in lines]


def _is_unmeasured(line: PlanLine) -> bool:
    return line.kind == "container" and line.capacity is None


def _measured(ctx: Context, line: PlanLine, items: dict[int, Item], unit_id: int, recipe: Recipe) -> PlanLine:
    try:
        return replace(line, capacity=capacity_of(ctx, items[line.item_id], unit_id, recipe))
    except Problem as problem:
        return line.with_problem(problem)


def _counted(wished: Sequence[ContainerWish] | None) -> dict[int, int] | None:
    if wished is None:
        return None
    counts: dict[int, int] = {}
    for index, wish in enumerate(wished):
        if not 0 < wish.quantity <= MOST_CONTAINERS:
            raise Invalid({f"containers.{index}.quantity": [f"Must be from 1 to {MOST_CONTAINERS:,}."]})
        counts[wish.container_id] = counts.get(wish.container_id, 0) + wish.quantity
    return counts


def _kinds(ctx: Context, recipe: Recipe, counts: dict[int, int] | None) -> dict[int, Item]:
    allowed = [line.item_id for line in recipe.containers]
    if counts is None:
        return {item_id: item for item_id, item in items_by_id(ctx, allowed).items() if item.is_active}
    found = items_by_id(ctx, counts)
    for item_id in counts:
        if item_id not in found or found[item_id].kind != "container":
            raise Invalid({"containers": [f"{item_id} is not a container."]})
    check_allowed(recipe, found.values(), "containers")
    return found


def check_allowed(recipe: Recipe, chosen: Iterable[Item], field: str) -> None:
    """Refuse containers that the recipe does not name, in a plan and in a batch; one that names none fits in any."""
    allowed = {line.item_id for line in recipe.containers}
    strangers = ", ".join(sorted(item.name for item in chosen if allowed and item.id not in allowed))
    if strangers:
        told = f"{recipe.name} may not be filled into {strangers}. Choose one of its containers, or add it to them."
        raise Invalid({field: [told]}, code="CONTAINER_NOT_ALLOWED")


def _capacities(ctx: Context, recipe: Recipe, items: list[Item]) -> tuple[list[Container], dict[int, Problem]]:
    converter = _converter(ctx, recipe)
    known, unclear = [], {}
    for item in items:
        try:
            known.append(Container(item.id, _capacity(item, recipe.yield_unit_id, recipe, converter), 0))
        except Problem as problem:
            unclear[item.id] = problem
    return known, unclear


def _capacity(item: Item, unit_id: int, recipe: Recipe | None, converter: Converter) -> Decimal:
    if item.capacity is None or item.capacity_unit_id is None:
        raise Invalid(
            {"capacity": [f"{item.name} does not say how much it holds."]},
            f"{item.name} does not say how much it holds. Set its capacity and the unit of it.",
            code="CAPACITY_MISSING",
            next_step=_fill_in(f"items/{item.id}", "set_capacity", "capacity", "capacity_unit_id"),
        )
    if not _counted_one_by_one(item):
        raise Invalid(
            {"base_unit_id": [f"{item.name} is counted in {item.base_unit.code}, not one by one."]},
            f"{item.name} cannot be filled: its base unit must be one piece.",
            code="CONTAINER_NOT_COUNTED",
        )
    yield_item_id = recipe.yield_item_id if recipe is not None else None
    try:
        return converter.convert(item.capacity, item.capacity_unit_id, unit_id, yield_item_id)
    except Problem as problem:
        if recipe is None or yield_item_id is not None:
            raise
        raise no_yield_item(recipe, f"What {item.name} holds", problem) from None


def no_yield_item(recipe: Recipe, what: str, problem: Problem) -> Invalid:
    """Return the refusal of an amount that only the density of the recipe's own article could convert."""
    return Invalid(
        {"yield_item_id": [f"{recipe.name} does not say what it goes into stock as."]},
        f"{what} cannot be told in the unit of the yield: {problem.detail} Name the article that "
        f"{recipe.name} goes into stock as, and give that article a density.",
        code="YIELD_ITEM_MISSING",
        next_step=_fill_in(f"recipes/{recipe.id}", "set_yield_item", "yield_item_id"),
    )


def _counted_one_by_one(item: Item) -> bool:
    unit = item.base_unit
    return bool(unit.unit_class == "count" and unit.numerator is not None and unit.numerator == unit.denominator)


def _fill_in(path: str, kind: str, *fields: str) -> dict[str, object]:
    return {
        "kind": kind,
        "method": "PATCH",
        "path": f"/api/v1/{path}",
        "headers": {"If-Match": "*"},
        "body": dict.fromkeys(fields),
        "fill": list(fields),
        "retry": True,
    }


def _covering(projected: Decimal, offers: Sequence[Container]) -> list[Container]:
    """Where stock cannot hold the yield, plan as if it could: the plan then says what is short."""
    room = sum((kind.capacity * kind.available for kind in offers), Decimal(0))
    if room >= projected or not offers:
        return list(offers)
    return [replace(kind, available=MOST_CONTAINERS) for kind in offers]


def _whole(free: Decimal) -> int:
    return min(int(free), MOST_CONTAINERS)


def container_line(item: Item, count: Decimal, capacity: Decimal | None, note: str = "") -> PlanLine:
    """Return so many containers as a line of a plan."""
    unit = item.base_unit
    return PlanLine(
        kind="container", item_id=item.id, item=item.name, quantity=count, unit_id=unit.id, unit=unit.code,
        base_qty=count, base_unit_id=unit.id, base_unit=unit.code, capacity=capacity, note=note,
    )  # fmt: skip


def _unclear_lines(
    unclear: dict[int, Problem], kinds: dict[int, Item], counts: dict[int, int] | None
) -> list[PlanLine]:
    lines = []
    for item_id, problem in sorted(unclear.items()):
        count = Decimal((counts or {}).get(item_id, 0))
        lines.append(replace(container_line(kinds[item_id], count, None), base_qty=None).with_problem(problem))
    return lines
