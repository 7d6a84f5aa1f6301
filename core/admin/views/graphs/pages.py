"""What is drawn: the states of a resource, what a query answers as a graph, modules and what they need."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from flask import Response

from core.actions.context import Context
from core.admin.display.cells import TONES
from core.admin.display.words import words_label
from core.admin.forms.pickers import may_read
from core.admin.frame.visit import Visit, frame, show
from core.admin.lists.toolbar import states_url
from core.admin.records.pages import crumb
from core.admin.views.graphs.drawing import Drawing, Edge, Node, draw
from core.errors import NotFound
from core.plugins.declarations import Resource
from core.plugins.registry import Registry
from core.resources.describing import transitions
from core.resources.shape import Shape


def states_page(visit: Visit, resource: Resource) -> Response:
    """Show the states of a resource and the actions between them."""
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        if not states_url(shape):
            raise NotFound(f"{resource.title} have no states.")
        drawing = state_graph(ctx, shape)
        page = frame(visit, ctx, f"States of {resource.title.lower()}", crumb(resource))
    return show(page, "views/graph.html", drawing=drawing, title=page.title,
                lede=f"What a {resource.singular.lower()} goes through, and the actions that move it on.")  # fmt: skip


def state_graph(ctx: Context, shape: Shape) -> Drawing:
    """Return the states of a resource in the order of its declaration, with the declared steps between them."""
    path = shape.resource.path
    nodes = [
        Node(word, words_label(word), tone=TONES.get(word, "quiet"), url=f"/{path}?state={word}")
        for word in shape.fields["state"].choices
    ]
    return draw(nodes, [Edge(step["source"], step["target"], step["label"]) for step in transitions(ctx, shape)])


def is_graph(answer: Any) -> bool:
    """Whether a query answered a graph: {"nodes": [...], "edges": [...]}."""
    return (
        isinstance(answer, Mapping) and isinstance(answer.get("nodes"), list) and isinstance(answer.get("edges"), list)
    )


def answered_graph(ctx: Context, answer: Mapping[str, Any]) -> Drawing:
    """Draw what a query answered; a node leads to its record where the person may see it."""
    nodes = [
        Node(
            str(node["id"]), str(node.get("label") or node["id"]), note=str(node.get("detail") or ""),
            tone=TONES.get(str(node["state"]), "quiet") if node.get("state") else "", url=_url(ctx, node),
            current=bool(node.get("current")),
        )
        for node in answer["nodes"]
    ]  # fmt: skip
    edges = [Edge(str(edge["source"]), str(edge["target"]), str(edge.get("label") or "")) for edge in answer["edges"]]
    drawing = draw(nodes, edges)
    drawing.cut = drawing.cut or bool(answer.get("cut"))
    return drawing


def _url(ctx: Context, node: Mapping[str, Any]) -> str:
    resource = ctx.registry.resources.get(str(node.get("resource", "")))
    if resource is None or not may_read(ctx, resource) or not isinstance(node.get("record_id"), int):
        return ""
    return f"/{resource.path}/{node['record_id']}"


def dependency_graph(registry: Registry, enabled: Set[str]) -> Drawing:
    """Draw all modules, what a module needs on its left; those that are on stand out."""
    nodes = [
        Node(plugin.name, words_label(plugin.name), note="" if plugin.name in enabled else "off",
             tone="good" if plugin.name in enabled else "quiet", url=f"/apps/{plugin.name}")
        for plugin in registry.plugins.values()
    ]  # fmt: skip
    needs = [Edge(needed, plugin.name) for plugin in registry.plugins.values() for needed in plugin.manifest.requires]
    return draw(nodes, needs)
