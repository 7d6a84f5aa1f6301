"""Graphs are laid out from left to right: nothing overlaps, circles do no harm, a huge one is cut."""

from itertools import combinations, pairwise

import pytest

from core.admin.views.graphs.drawing import MOST_NODES, Edge, Node, draw
from core.admin.views.graphs.pages import dependency_graph


def nodes(*keys):
    return [Node(key, key.capitalize()) for key in keys]


def place(drawing):
    return {box.node.key: box for box in drawing.boxes}


def test_what_leads_somewhere_stands_to_its_left():
    found = place(draw(nodes("oil", "soap", "lye", "bar"), [
        Edge("oil", "soap"), Edge("lye", "soap"), Edge("soap", "bar"), Edge("oil", "bar"),
    ]))  # fmt: skip
    assert found["oil"].x + found["oil"].width < found["soap"].x
    assert found["soap"].x + found["soap"].width < found["bar"].x


@pytest.mark.parametrize("count", [1, 7, 40, 150])
def test_boxes_never_overlap(count):
    keys = [f"n{number}" for number in range(count)]
    edges = [Edge(keys[number // 2], keys[number]) for number in range(1, count)]
    edges += [Edge(keys[number], keys[(number * 7) % count]) for number in range(count)]
    drawing = draw(nodes(*keys), edges)
    for one, other in combinations(drawing.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in drawing.boxes)
    assert all(box.y >= 0 and box.y + box.height <= drawing.height for box in drawing.boxes)


def test_a_way_back_is_an_arrow_back():
    drawing = draw(nodes("draft", "sent"), [Edge("draft", "sent", "Send"), Edge("sent", "draft", "Reopen")])
    assert [(one.key, label, other.key) for one, label, other in drawing.sentences] == [
        ("draft", "Send", "sent"), ("sent", "Reopen", "draft"),
    ]  # fmt: skip
    forward, back = (line.path for line in drawing.lines)
    assert int(forward[1:].split()[0]) < int(back[1:].split()[0])


def test_arrows_between_the_same_two_are_one():
    drawing = draw(nodes("open", "done"), [Edge("open", "done", "Finish"), Edge("open", "done", "Skip")])
    assert [line.label for line in drawing.lines] == ["Finish, Skip"]


def test_a_huge_graph_is_cut_and_says_so():
    keys = [f"n{number}" for number in range(MOST_NODES + 50)]
    drawing = draw(nodes(*keys), [Edge(one, other) for one, other in pairwise(keys)])
    assert len(drawing.boxes) == MOST_NODES
    assert drawing.cut


def test_nothing_is_drawn_of_nothing():
    drawing = draw([], [])
    assert drawing.boxes == drawing.lines == []


def test_modules_stand_behind_what_they_need(registry):
    drawing = dependency_graph(registry, {"inventory"})
    found = place(drawing)
    assert found["inventory"].x < found["recipes"].x
    assert (found["inventory"].node.tone, found["recipes"].node.tone) == ("good", "quiet")
