"""A brewery at its API, and the files that brewers share: ours and those published on beerxml.com."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.testing.clients import ApiClient

OWN = Path(__file__).parent / "fixtures"
BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture
def own_file() -> Callable[[str], str]:
    """Read a file written for these tests."""
    return lambda name: (OWN / name).read_text(encoding="utf-8")


@pytest.fixture
def published_file() -> Callable[[str], str]:
    """Read a file of beerxml.com; the test is skipped, saying so, where they are absent."""
    folder = Path(os.environ.get("OPENMILL_SHARED_DATA", BESIDE_THE_CHECKOUT)) / "beerxml"
    if not folder.is_dir():
        pytest.skip(f"no files of beerxml.com in {folder}: set OPENMILL_SHARED_DATA")
    return lambda name: (folder / name).read_text(encoding="utf-8")


class Brewery:
    """What the tests do again and again through the API; `client` for everything else."""

    def __init__(self, client: ApiClient) -> None:
        self.client = client

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """Send a POST that must succeed."""
        answer = self.client.post(path, body or {})
        assert answer.status_code in {200, 201}, answer.json
        return answer.json

    def read(self, path: str, **parameters: Any) -> Any:
        """Send a GET that must succeed."""
        answer = self.client.get(path, query_string=parameters)
        assert answer.status_code == 200, answer.json
        return answer.json

    def load(self, content: str, **options: Any) -> dict[str, Any]:
        """Import a file."""
        return self.post("brewing/import-beerxml", {"content": content, **options})

    def id_of(self, path: str, code: str) -> int:
        """Find a record by its code."""
        (found,) = self.read(path, code=code)["items"]
        return found["id"]

    def record(self, path: str, code: str) -> dict[str, Any]:
        """Read a record by its code, with its lines."""
        return self.read(f"{path}/{self.id_of(path, code)}")

    def receive(
        self, code: str, quantity: str = "10", unit_cost: str = "1", *, received_on: str | None = None, **line: Any
    ) -> None:
        """Buy a lot of an item, today or on an earlier day."""
        (location,) = self.read("admin/locations", page_size=1)["items"]
        line |= {"item_id": self.id_of("items", code), "quantity": quantity, "unit_cost": unit_cost}
        receipt = self.post("receipts", {"location_id": location["id"], "received_on": received_on, "lines": [line]})
        self.post(f"receipts/{receipt['id']}/post")


@pytest.fixture
def brewery(client: ApiClient) -> Brewery:
    """A brewery of the test's own."""
    return Brewery(client)
