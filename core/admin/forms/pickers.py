"""References in forms: what may be picked, what is chosen, and what was typed beside a picker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.actions.context import Context
from core.admin.forms.generated import BoundForm, Posted
from core.desk.naming import MOST_OPTIONS, Option, choices, ids_of, is_text, label_of_row, may_read, names_of
from core.errors import Problem
from core.plugins.declarations import Resource

__all__ = ["MOST_OPTIONS", "choices", "find_typed", "ids_of", "is_id", "is_text", "label_of_row", "may_read",
           "name_chosen", "names_of", "offer_choices"]  # fmt: skip
FEW = 20
TYPED = "__find"


def offer_choices(ctx: Context, form: BoundForm, *, first: bool = True) -> None:
    """Give every reference of a form its options: one query per referred list, however many rows there are.

    Without `first`, and in rows, only what is chosen.
    """
    known: dict[str, list[Option]] = {}
    controls = form.references()
    names = _chosen_labels(ctx, controls)
    for control in controls:
        url = control.info.picker_url
        resource = ctx.registry.resources.get(control.info.target)
        wanted = first and (control.name == control.info.name or control.info.multiple)
        if wanted and url not in known:
            known[url] = _first_choices(ctx, resource, url)
        options = known[url] if wanted else []
        if control.info.multiple:
            control.offer(options)
            continue
        chosen = str(control.data or "")
        if chosen and chosen not in {value for value, _ in options}:
            name = control.known.get(chosen) or names.get((control.info.target, chosen)) or f"#{chosen}"
            options = [(chosen, name), *options]
        control.offer(options)


def name_chosen(ctx: Context, form: BoundForm) -> None:
    """Give the references of a record's form what is chosen: the picker looks for more once somebody uses it."""
    if not form.is_still:
        offer_choices(ctx, form, first=False)
        return
    form.inputs.named = _chosen_labels(ctx, form.inputs.nameless())


def _first_choices(ctx: Context, resource: Resource | None, url: str) -> list[Option]:
    if resource is None or not may_read(ctx, resource):
        return []
    filters: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(url).query):
        filters.setdefault(name, []).append(value)
    return choices(ctx, resource, filters=filters)


def _chosen_labels(ctx: Context, controls: Iterable[Any]) -> dict[tuple[str, str], str]:
    """Return what the chosen records are called that the person may see; the others stay numbers."""
    wanted: dict[str, set[str]] = {}
    for control in controls:
        text = "" if control.info.multiple else str(control.data or "")
        if not control.known.get(text) and text.isascii() and text.isdecimal() and len(text) < 16:
            wanted.setdefault(control.info.target, set()).add(text)
    found: dict[tuple[str, str], str] = {}
    for key, ids in wanted.items():
        resource = ctx.registry.resources.get(key)
        if resource is not None and may_read(ctx, resource):
            named = names_of(ctx, resource, map(int, ids))
            found |= {(key, str(value)): label for value, label in named.items()}
    return found


def find_typed(ctx: Context, form: BoundForm, posted: Posted) -> dict[str, list[str]]:
    """Resolve what was typed beside pickers, without JavaScript or from a spreadsheet; returns the errors by field."""
    errors = {grid.name: [grid.too_long] for grid in form.grids.values() if grid.too_long}
    _name_units(ctx, form)
    typed = _typed_texts(ctx, form, posted)
    for resource, controls in typed.items():
        known = ids_of(ctx, resource, {text for _, text in controls})
        for control, text in controls:
            found = known.get(text) or (_find(ctx, resource, text) if len(controls) <= FEW else None)
            if found is None:
                said = f"No {resource.singular.lower()} is called {text!r}; type its code or full name."
                control.doubt, errors[control.name] = said, [said]
            else:
                control.data = str(found)
    return errors


def _typed_texts(ctx: Context, form: BoundForm, posted: Posted) -> dict[Resource, list[tuple[Any, str]]]:
    found: dict[Resource, list[tuple[Any, str]]] = {}
    if not any(name.endswith(TYPED) for name in posted):
        return found
    for control in form.references():
        text = posted.get(f"{control.name}{TYPED}", "").strip()
        resource = ctx.registry.resources.get(control.info.target)
        if text and not control.info.multiple and resource is not None and may_read(ctx, resource):
            control.typed = text
            found.setdefault(resource, []).append((control, text))
    return found


def _name_units(ctx: Context, form: BoundForm) -> None:
    """Write beside amounts that were typed with a unit the unit that is chosen now; one query per kind of unit."""
    asked: dict[str, list[tuple[Any, str]]] = {}
    for part in form.forms():
        for control in part.controls():
            info = control.info
            if not info.numeric or not info.unit_of or not any(letter.isalpha() for letter in str(control.data or "")):
                continue
            unit = part.find(f"{info.unit_of}_id")
            if unit is not None and is_id(str(unit.data or "")):
                asked.setdefault(unit.info.target, []).append((control, str(unit.data)))
    for key, found in asked.items():
        resource = ctx.registry.resources.get(key)
        if resource is not None and may_read(ctx, resource):
            names = names_of(ctx, resource, {int(value) for _, value in found})
            for control, value in found:
                control.unit = control.unit_lead + names.get(int(value), "")


def is_id(text: str) -> bool:
    """Whether a text can be the id of a record."""
    return text.isascii() and text.isdecimal() and len(text) < 16


def _find(ctx: Context, resource: Resource, text: str) -> str | None:
    try:
        options = choices(ctx, resource, search=text)
    except Problem:
        return None
    exact = [value for value, label in options if text.casefold() in (label.casefold(), label.casefold().split(" ")[0])]
    if len(exact) == 1:
        return exact[0]
    return options[0][0] if len(options) == 1 else None
