"""A pantry that list tests read and leave as it is, and small doors that the others share."""

from __future__ import annotations

import io

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant

# code, name, kind, reorder point, shelf life, active, alpha acid, opened on, grade, share, boxes, organic
GOODS = (
    ("B-01", "Barley malt", "raw", "12.5", 365, True, None, "2026-01-31", "fine", "0.1", 5_000_000_000, True),
    ("B-02", "Bottle 0,5 l", "packaging", "1000", None, True, None, None, None, None, None, None),
    ("H-01", "Hallertau hops", "raw", "0.000001", 730, True, "4.5", "2025-12-24", "coarse", "0.2", 7, False),
    ("H-02", "Saaz hops 100%", "raw", None, 730, False, "3.2", "2026-01-31", "fine", "-2", -3, None),
    ("L-01", "Label_round", "packaging", "999999999999.999999", None, True, None, None, None, "123456789012.123456",
     None, True),
    ("Y-01", "Yeast", "consumable", None, 30, False, None, "2024-02-29", "coarse", None, 7, False),
)  # fmt: skip
NAMES = ("code", "name", "kind", "reorder_point", "shelf_life_days", "is_active", "brewing.alpha_acid", "x_opened",
         "x_grade", "x_share", "x_boxes", "x_organic")  # fmt: skip
FIELDS = {"x_opened": "date", "x_grade": "choice", "x_share": "decimal", "x_boxes": "integer", "x_organic": "boolean",
          "x_note": "text"}  # fmt: skip


class Pantry:
    """A client, and what it put onto the shelves."""

    def __init__(self, client):
        self.client = client
        self.gram = one(client, "admin/uom?code=g")["id"]
        for name, kind in FIELDS.items():
            define(client, name, kind, choices=["coarse", "fine"])
        rows = [{"base_unit_id": self.gram, **dict(zip(NAMES, row, strict=True))} for row in GOODS]
        answer = client.post("items", rows)
        assert answer.status_code == 201, answer.text
        self.items = answer.get_json()["items"]

    def codes(self, query, **options):
        answer = self.client.get(f"items?{query}", **options)
        assert answer.status_code == 200, answer.text
        return [item["code"] for item in answer.get_json()["items"]]

    def walk(self, query):
        """Read a list page by page behind its cursor and return the codes."""
        found, after = [], ""
        for _ in range(40):
            body = self.client.get(f"items?{query}&after={after}")
            assert body.status_code == 200, body.text
            found += [item["code"] for item in body.get_json()["items"]]
            after = body.get_json()["next"]
            if not after:
                return found
        raise AssertionError("the pages have no end")


def one(client, path):
    items = client.get(path).get_json()["items"]
    assert len(items) == 1, items
    return items[0]


def define(client, name, kind, resource="inventory.item", **values):
    """Define a field of the tenant's own."""
    body = {"resource": resource, "name": name, "label": name, "kind": kind, **values}
    if kind != "choice":
        body.pop("choices", None)
    answer = client.post("custom-fields", body)
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def send_file(client, path, content, name="rows.csv", **form):
    """Upload a table as a form."""
    data = {"file": (io.BytesIO(content if isinstance(content, bytes) else content.encode()), name), **form}
    return client.post(path, data=data, content_type="multipart/form-data")


@pytest.fixture(scope="session")
def pantry(kernel, app):
    """A tenant whose items no test changes."""
    return Pantry(ApiClient(app, make_member(kernel, make_tenant(kernel), is_owner=True)))


@pytest.fixture
def gram(client):
    return one(client, "admin/uom?code=g")["id"]
