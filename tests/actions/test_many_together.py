"""Many records changed at once: hooks hear of them together, the database is asked little, each is judged alone."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from core.actions.many import write_changed
from core.api import Refused, before, hookimpl
from plugins.inventory.models import Category

MANY = 25


class Listener:
    """Notes how many records its hooks are called with; refuses every list that holds a certain record."""

    def __init__(self):
        self.heard, self.unwanted = [], None

    @hookimpl
    def before_action(self, ctx, action, records, arguments):
        self.heard.append((action.key, len(records)))

    @hookimpl
    def validate_records(self, ctx, resource, records):
        self.heard.append((resource.key, len(records)))
        if self.unwanted in [record.id for record in records]:
            raise Refused("UNWANTED", "This one stays as it is.")


@pytest.fixture
def listener(kernel, room):
    made = Listener()
    kernel.registry.bus.register(made)
    yield made
    kernel.registry.bus.unregister(made)


@pytest.fixture
def items(room):
    """Items with reorder points of 1, 2, 3 …"""
    rows = [{"code": f"I-{number:02}", "name": f"Item {number}", "base_unit_id": room.gram,
             "reorder_point": str(number)} for number in range(1, MANY + 1)]  # fmt: skip
    return [row["id"] for row in room.client.post("items", rows).json["items"]]


def edit(room, ids, *, dry=True, **body):
    answer = room.client.send("PATCH", f"items{'?dry_run=true' if dry else ''}", {"ids": ids, **body})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_hooks_hear_of_all_records_at_once(room, items, listener):
    told = edit(room, items, dry=False, adjust={"reorder_point": {"percent": "10"}})
    assert told["changed"] == MANY
    assert listener.heard == [("inventory.item.update", MANY), ("inventory.item", MANY)]
    row = room.client.get(f"items/{items[2]}").json
    assert (row["reorder_point"], row["version"]) == ("3.300000", 2)


def test_the_one_that_a_hook_refuses_is_found_among_many(room, items, listener):
    listener.unwanted = items[13]
    told = edit(room, items, adjust={"reorder_point": {"add": "1"}})
    assert [(row["id"], row["refused"]) for row in told["items"] if row["refused"]] == [
        (items[13], "This one stays as it is."),
    ]  # fmt: skip
    assert told["changed"] == MANY - 1


def test_what_the_database_refuses_is_found_among_many(room, items):
    told = edit(room, items, values={"barcode": "4006381333931"})
    assert (told["changed"], told["refused"]) == (1, MANY - 1)
    assert "already taken" in told["items"][1]["refused"]


def test_fields_in_other_tables_are_written_together(room, items):
    room.client.patch(f"items/{items[0]}", {"brewing.alpha_acid": "4.5"}, version=1)
    told = edit(room, items, dry=False, values={"brewing.alpha_acid": "6"})
    assert told["changed"] == MANY
    rows = [room.client.get(f"items/{number}").json for number in items[:2]]
    assert [(row["brewing.alpha_acid"][:3], row["version"]) for row in rows] == [("6.0", 3), ("6.0", 2)]


def test_the_database_is_asked_no_more_often_for_more_records(kernel, room, items):
    counts = []
    sa.event.listen(kernel.engine, "before_cursor_execute", lambda *_: counts.append(1))

    def statements(ids):
        counts.clear()
        edit(room, ids, dry=False, adjust={"reorder_point": {"add": "1"}})
        return len(counts)

    statements(items[:20])
    # Now and then a new block of ids is taken; five more records cost no five more statements.
    assert abs(statements(items) - statements(items[:20])) <= 2


def test_what_was_deleted_meanwhile_is_written_nowhere(unit):
    with unit() as ctx:
        gone, kept = (ctx.create(Category, name=name) for name in ("Oils", "Salts"))
        ctx.db.flush()
        ctx.delete(gone)
        gone.name, kept.name = "Fats", "Alkalis"
        write_changed(ctx, [gone, kept])
    with unit(readonly=True) as ctx:
        assert [row.name for row in ctx.all(sa.select(Category))] == ["Alkalis"]


def test_a_rule_for_many_is_not_asked_about_new_records():
    with pytest.raises(TypeError, match="record by record"):
        before(SimpleNamespace(key="bakery.loaf"), "create", many=True)
