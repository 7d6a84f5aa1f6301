"""How often a posting waits for PostgreSQL: not once for each of its statements, never once for each of its lines."""

import pytest

from tests.kernel.trips import counted_trips

pytestmark = pytest.mark.only_on("postgresql")
# The last two find the transaction ended and send nothing.
MOST = 13


def trips(client, path, body=None):
    with counted_trips() as waits:
        answer = client.post(path, body or {})
    assert answer.status_code == 200, answer.text
    return len(waits)


def usual(counts):
    # Now and then a block of ids is taken.
    return sorted(counts)[1]


def trips_of(room, path, lines, **values):
    drafts = [room.make(path, location_id=room.store, lines=[line() for line in lines], **values) for _ in range(4)]
    return usual([trips(room.client, f"{path}/{draft['id']}/post") for draft in drafts])


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


@pytest.mark.parametrize("number", [1, 30])
def test_a_transfer_waits_as_often_for_many_lines_as_for_one(room, client_with, number):
    room.stocked("1000")
    boss = client_with("inventory.*", "kernel.approval.*")
    places = {"from_location_id": room.store, "to_location_id": room.shop}
    asked, approved = [], []
    for _ in range(4):
        transfer = room.make("transfers", **places, lines=[{"item_id": room.item, "quantity": "1"}] * number)
        asked.append(trips(room.client, f"transfers/{transfer['id']}/request"))
        approved.append(trips(boss, f"transfers/{transfer['id']}/approve"))
    # The approval is looked for and written beside the document.
    assert usual(asked) <= MOST + 1
    assert usual(approved) <= MOST + 1


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("kind", ["restock", "spoil"])
def test_an_adjustment_waits_as_often_for_many_lines_as_for_one(room, kind, number):
    room.stocked("1000")
    lines = [lambda: {"item_id": room.item, "quantity": "1"}] * number
    # What the goods cost now is asked for, where nobody says.
    assert trips_of(room, "inventory/adjustments", lines, adjustment_type=kind) <= MOST + (kind == "restock")


@pytest.mark.parametrize("number", [1, 30])
def test_a_count_waits_as_often_for_many_lines_as_for_one(room, number):
    for _ in range(number):
        room.stocked("100")
    counts = []
    for _ in range(4):
        count = room.make("counts", location_id=room.store)
        assert room.client.post(f"counts/{count['id']}/start").status_code == 200
        count = room.read(f"counts/{count['id']}")
        found = [{"id": line["id"], "counted_quantity": str(float(line["system_quantity"]) - 1)}
                 for line in count["lines"]]  # fmt: skip
        told = room.client.patch(f"counts/{count['id']}", {"lines": found}, version=count["version"])
        assert told.status_code == 200, told.text
        counts.append(trips(room.client, f"counts/{count['id']}/post"))
    assert usual(counts) <= MOST


@pytest.mark.parametrize("number", [1, 30])
def test_a_batch_waits_as_often_for_many_lines_as_for_one(room, number):
    lines = [{"item_id": room.make("items", code=f"I-{n}", name=f"I-{n}", base_unit_id=room.gram)["id"],
              "quantity": "1", "unit_id": room.gram} for n in range(number)]  # fmt: skip
    stock = room.receipt(*({**line, "quantity": "99", "unit_cost": "1"} for line in lines))
    assert room.client.post(f"receipts/{stock['id']}/post").status_code == 200
    recipe = room.make("recipes", name="Soap", yield_qty="10", yield_unit_id=room.gram, ingredients=lines)
    assert room.client.post(f"recipes/{recipe['id']}/activate").status_code == 200
    started, finished, cancelled = [], [], []
    for verb, body, counts in (("finish", {"final_quantity": "10"}, finished), ("cancel", {}, cancelled)) * 4:
        planned = room.client.post(f"recipes/{recipe['id']}/plan-batch", {"location_id": room.store})
        assert planned.status_code == 200, planned.text
        batch = room.read("batches?sort=-id")["items"][0]
        started.append(trips(room.client, f"batches/{batch['id']}/start"))
        counts.append(trips(room.client, f"batches/{batch['id']}/{verb}", body))
    assert usual(started) <= 28
    assert usual(finished) <= 28
    assert usual(cancelled) <= 21
