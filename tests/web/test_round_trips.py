"""A round trip reads by parts of the driver that no page documents: without them the long way is taken."""

from types import SimpleNamespace

import pytest

from core.db.trips import lookups, round_trip

pytestmark = pytest.mark.only_on("postgresql")


class ReadsAmiss:
    """A reader of results that answers every value as the text it is sent as."""

    def __init__(self, _connection):
        self.answer = None

    def set_pgresult(self, answer):
        self.answer = answer

    def load_rows(self, first, last, make_row):
        columns = range(self.answer.nfields)
        return [make_row(self.answer.get_value(row, column) for column in columns) for row in range(first, last)]


def wants_more(_connection, _timeout):
    raise AssertionError("is never called")


CHANGES = {
    "gone": ("generators", SimpleNamespace()),
    "called otherwise": ("generators", SimpleNamespace(execute=wants_more)),
    "reading amiss": ("Transformer", ReadsAmiss),
}


def test_the_driver_makes_round_trips(kernel):
    assert lookups.makes_trips(kernel.engine)


@pytest.mark.parametrize(("name", "changed"), CHANGES.values(), ids=CHANGES)
def test_a_driver_that_changed_answers_the_same_the_long_way(kernel, client, lye, monkeypatch, name, changed):
    path = f"items/{lye['id']}"
    before = [client.get(path).get_json() for _ in range(2)]
    assert before[0]["name"] == "Lye"
    kernel.engine.dispose()
    monkeypatch.setattr(round_trip, name, changed)
    monkeypatch.setattr(lookups, "_makes_trips", {})
    assert [client.get(path).get_json() for _ in range(2)] == before
    assert lookups._makes_trips == {kernel.engine.dialect: False}
    client.patch(path, {"name": "Caustic soda"}, version=lye["version"])
    assert client.get(path).get_json()["name"] == "Caustic soda"
