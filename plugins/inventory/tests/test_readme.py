"""The README promises routes: every one of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.testing.clients import ApiClient

README = Path(__file__).parent.parent / "README.md"
ROW = re.compile(r"^\| (?P<system>FilaOps|BatchTrack|Stockroom|Factory) `(?P<theirs>[A-Z]+ [^`]+)` \| (?P<ours>.+) \|$")
ROUTE = re.compile(r"`([A-Z]+) /([^`?]+)[^`]*`")
# How many operations each system documents in the groups that inventory answers (the usage of a batch: recipes).
DOCUMENTED = {"FilaOps": 47, "BatchTrack": 8, "Stockroom": 26, "Factory": 17}


def rows() -> list[re.Match[str]]:
    return [found for line in README.read_text().splitlines() if (found := ROW.match(line))]


def test_every_route_named_in_the_table_exists(client: ApiClient) -> None:
    table = client.app.extensions["openmill_endpoints"]
    promised = {route for row in rows() for route in ROUTE.findall(row["ours"])}
    existing = {(endpoint.method, endpoint.path) for endpoint in table}
    assert sorted(promised - existing) == []


def test_every_row_names_a_route() -> None:
    assert [row["theirs"] for row in rows() if not ROUTE.search(row["ours"])] == []


@pytest.mark.parametrize("system", sorted(DOCUMENTED))
def test_every_documented_operation_has_one_row(system: str) -> None:
    answered = [row["theirs"] for row in rows() if row["system"] == system]
    assert len(answered) == len(set(answered)) == DOCUMENTED[system]
