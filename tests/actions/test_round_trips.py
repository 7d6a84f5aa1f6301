"""How often a posting waits for PostgreSQL: not once for each of its statements, never once for each of its lines."""

import pytest

from tests.kernel.trips import counted_trips

pytestmark = pytest.mark.only_on("postgresql")
# The last two find the transaction ended and send nothing.
MOST = 13


def trips_of(room, path, lines, **values):
    drafts = [room.make(path, location_id=room.store, lines=[line() for line in lines], **values) for _ in range(4)]
    counts = []
    for draft in drafts:
        with counted_trips() as trips:
            answer = room.client.post(f"{path}/{draft['id']}/post")
        assert answer.status_code == 200, answer.text
        counts.append(len(trips))
    # Now and then a block of ids is taken.
    return sorted(counts)[1]


def test_a_receipt_waits_as_often_for_a_hundred_lines_as_for_one(room):
    assert trips_of(room, "receipts", [room.line]) <= MOST
    assert trips_of(room, "receipts", [room.line] * 100) <= MOST


def test_an_issue_waits_as_often_for_many_lines_as_for_one(room):
    for _ in range(4):
        room.stocked("1000")

    def line():
        return {"item_id": room.item, "quantity": "1", "unit_id": room.gram}

    assert trips_of(room, "issues", [line]) <= MOST
    assert trips_of(room, "issues", [line] * 30) <= MOST
