"""Moments: whatever is taken, a clock anywhere in the world can show."""

from zoneinfo import ZoneInfo

import marshmallow as ma
import pytest

from core.resources.kinds import Moment
from core.services.words import moment_text


@pytest.mark.parametrize("text", ["9998-12-31T23:59:59Z", "0002-01-01T00:00:00Z", "2026-10-25T01:30:00+01:00"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/London"])
def test_a_moment_is_shown_on_every_clock(text, zone):
    assert moment_text(Moment().deserialize(text), ZoneInfo(zone))


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "0001-12-31T00:00:00Z", "9998-12-31T23:00:00-02:00"]
)
def test_a_moment_at_the_edge_of_time_is_refused(text):
    with pytest.raises(ma.ValidationError, match="between the years"):
        Moment().deserialize(text)


def test_a_moment_at_the_edge_of_time_is_refused_beside_its_field(client):
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    item = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit}).json["id"]
    body = {"item_id": item, "quantity": "1", "expires_at": "9999-12-31T23:59:00Z"}
    assert "between the years" in client.post("reservations", body).json["errors"]["expires_at"][0]
    assert client.get("reservations?expires_at__lt=9999-12-31T23:59:00Z").status_code == 422
