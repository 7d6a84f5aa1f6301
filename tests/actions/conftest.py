"""A store room with one item, and its doors."""

import pytest

from tests.resources.conftest import one


class Room:
    """What actions work on: a unit, an item, two places."""

    def __init__(self, client):
        self.client = client
        self.gram = one(client, "admin/uom?code=g")["id"]
        self.item = self.make("items", code="LYE", name="Lye", base_unit_id=self.gram)["id"]
        self.store, self.shop = (self.make("admin/locations", code=code, name=code)["id"] for code in ("STORE", "SHOP"))

    def make(self, path, **body):
        answer = self.client.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    def line(self, quantity="1", **values):
        return {"item_id": self.item, "quantity": quantity, "unit_id": self.gram, "unit_cost": "2", **values}

    def receipt(self, *lines, **values):
        return self.make("receipts", location_id=self.store, lines=list(lines), **values)

    def stocked(self, quantity="100"):
        receipt = self.receipt(self.line(quantity))
        assert self.client.post(f"receipts/{receipt['id']}/post").status_code == 200
        return receipt

    def read(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()


@pytest.fixture
def room(client):
    return Room(client)
