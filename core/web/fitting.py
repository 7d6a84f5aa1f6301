"""What a plugin would be on the web, asked before it is loaded: none may keep the others from starting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pluggy import PluginManager

from core.actions.arguments import parameters_of
from core.db.base import children_of
from core.plugins.declarations import Action, Extends, Job, Page, Query, Resource
from core.plugins.registry import LoadedPlugin, Registry
from core.resources.kinds import kind_of
from core.resources.shape import SYSTEM
from core.web.endpoints import EndpointTable


def misfit(plugin: LoadedPlugin, loaded: Iterable[LoadedPlugin], bus: PluginManager) -> str:
    """Return a sentence that says what does not fit, an empty string when everything does."""
    for item in plugin.declared.items:
        if isinstance(item, (Action, Query, Page, Job)):
            try:
                parameters_of(item.function)
            except Exception as error:
                return f"The arguments of {item.key!r} cannot be read: {type(error).__name__}: {error}."
    for column in _columns(plugin):
        try:
            kind_of(column)
        except LookupError as unknown:
            return f"{unknown}: use a type of core.api for what people are shown."
    try:
        EndpointTable(Registry([*loaded, plugin], (), bus))
    except LookupError as clash:
        return f"It cannot be reached: {clash}."
    return ""


def _columns(plugin: LoadedPlugin) -> Iterator[Any]:
    """Walk the columns that become fields: of documents, of their lines and of what stands beside them."""
    for item in plugin.declared.of(Resource):
        for model in (item.model, *(line for line, _ in children_of(item.model).values())):
            yield from (column for column in model.__table__.columns if column.name not in SYSTEM)
    for item in plugin.declared.of(Extends):
        yield from (column for column in item.model.__table__.columns if column.name not in SYSTEM)
