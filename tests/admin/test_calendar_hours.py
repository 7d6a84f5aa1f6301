"""Days of a calendar by the hour: what stands where, what stands beside what, what is above the hours."""

from datetime import UTC, date, datetime

import pytest

from core.admin.views.hours import part_of_day, shown_hours, slots_of
from plugins.inventory.models.reservations import Reservation

FRIDAY = date(2026, 3, 13)


def at(clock, day=13):
    return datetime.fromisoformat(f"2026-03-{day:02}T{clock}+01:00")


@pytest.mark.parametrize(
    ("start", "end", "part"),
    [
        (at("09:00"), at("10:30"), (36, 42)),
        # A quarter that has begun is taken, and nothing is too short to be read.
        (at("09:10"), at("10:31"), (36, 43)),
        (at("09:00"), at("09:05"), (36, 38)),
        (at("23:50"), at("23:55"), (94, 96)),
        # An hour where nobody says how long; nothing ends before it begins.
        (at("09:00"), None, (36, 40)),
        (at("09:00"), at("08:00"), (36, 40)),
        # The night before and the day after are other days.
        (at("22:00", 12), at("06:00"), (0, 24)),
        (at("22:00"), at("06:00", 14), (88, 96)),
        (at("22:00", 12), at("06:00", 14), None),
        (at("00:00"), at("00:00", 14), None),
    ],
)
def test_what_takes_a_part_of_the_day(start, end, part):
    assert part_of_day(FRIDAY, start, end) == part


def test_a_working_day_is_shown_and_more_where_something_happens():
    assert shown_hours([]) == range(6, 20)
    assert shown_hours([(36, 40)]) == range(6, 20)
    assert shown_hours([(19, 22), (80, 81)]) == range(4, 21)
    assert shown_hours([(0, 96)]) == range(24)


def places(*spans):
    return [slot and (slot.lane, slot.lanes) for slot in slots_of(spans)]


def test_what_happens_at_once_stands_side_by_side():
    assert places((36, 40), (40, 44)) == [(0, 1), (0, 1)]
    assert places((36, 44), (38, 40), (40, 44)) == [(0, 2), (1, 2), (1, 2)]
    # Three at nine o'clock leave the one at noon its whole width.
    assert places((48, 52), (36, 40), (36, 40), (36, 40)) == [(0, 1), (0, 3), (1, 3), (2, 3)]
    assert places(*[(36, 40)] * 5)[4] == (4, 6)


def test_what_has_no_room_beside_the_others_has_no_slot():
    assert places(*[(36, 40)] * 8)[5:] == [(5, 6), None, None]


@pytest.fixture
def reserve(client):
    """Make a reservation that ends at a time."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.get("admin/locations?is_default=true").json["items"][0]["id"]
    item = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit}).json["id"]

    def make(until):
        body = {"item_id": item, "quantity": "10", "unit_id": unit, "location_id": place, "strength": "soft"}
        answer = client.post("reservations", {**body, "expires_at": until})
        assert answer.status_code == 201, answer.text
        return answer.json

    return make


@pytest.fixture
def held(reserve):
    """Make a reservation that ends at a time, and return its number."""
    return lambda until: reserve(until)["number"]


@pytest.fixture
def lasting(kernel, tenant, reserve):
    """A reservation from eight to ten on Friday, 12 March 2094, as if such were planned from when until when."""
    resource = kernel.registry.resources["inventory.reservation"]
    declared = {"calendar": resource.calendar, "verbs": resource.verbs}
    object.__setattr__(resource, "calendar", ("created_at", "expires_at"))
    object.__setattr__(resource, "verbs", (*resource.verbs, "update"))
    made = reserve("2094-03-12T10:00:00Z")
    with kernel.unit(tenant.id) as ctx:
        ctx.update_rows(Reservation, [{"id": made["id"], "created_at": datetime(2094, 3, 12, 8, tzinfo=UTC)}])
    yield made["id"]
    for name, said in declared.items():
        object.__setattr__(resource, name, said)


def end_at(pages, record_id, to, status=200):
    answer = pages.browser.post(f"/reservations/{record_id}/move", {"field": "expires_at", "to": to})
    assert answer.status_code == status, answer.text
    return answer


def test_the_end_of_an_entry_is_moved_by_itself(pages, client, lasting):
    day = pages.open("/reservations?view=calendar&span=day&on=2094-03-12")
    assert "at-h8 at-q0 for-h2 for-q0" in day
    assert f'data-of="{lasting}" data-ends="2094-03-12T10:00"' in day
    # When it was made is nothing to move, until when it lasts is.
    assert f'data-id="{lasting}"' not in day
    assert "Set the end" in day
    end_at(pages, lasting, "2094-03-12T11:45")
    assert "at-h8 at-q0 for-h3 for-q3" in pages.open("/reservations?view=calendar&span=day&on=2094-03-12")
    # A day alone keeps the time, and the entry goes on over the days between.
    end_at(pages, lasting, "2094-03-14")
    assert client.get(f"reservations/{lasting}").json["expires_at"] == "2094-03-14T11:45:00Z"
    week = pages.open("/reservations?view=calendar&span=week&on=2094-03-12")
    assert (week.count(f'data-of="{lasting}"'), week.count("entry-edge")) == (2, 1)
    for wrong in ("2094-03-12T08:00", "2094-03-11"):
        assert "Until would lie before it begins." in end_at(pages, lasting, wrong, 422).text
    assert client.get(f"reservations/{lasting}").json["expires_at"] == "2094-03-14T11:45:00Z"
    end_at(pages, lasting, "soon", 422)


def test_an_entry_without_an_end_is_given_one(pages, client, kernel, tenant, lasting):
    with kernel.unit(tenant.id) as ctx:
        ctx.update_rows(Reservation, [{"id": lasting, "expires_at": None}])
    # An hour is shown where nobody says how long.
    day = pages.open("/reservations?view=calendar&span=day&on=2094-03-12")
    assert 'data-ends="2094-03-12T09:00"' in day
    end_at(pages, lasting, "2094-03-13")
    assert client.get(f"reservations/{lasting}").json["expires_at"] == "2094-03-13T08:00:00Z"


def test_a_reservation_ends_among_the_hours_of_its_day(pages, held):
    number = held("2094-03-13T16:20:00Z")
    week = pages.open("/reservations?view=calendar&span=week&on=2094-03-10")
    entry = week[week.index("agenda-entry") : week.index(number)]
    assert "at-h16 at-q1 for-h1 for-q0 lane-0 of-1" in entry
    assert "<time>16:20</time>" in entry
    assert "css/hours.css" in week
    assert 'href="/reservations/new?expires_at=2094-03-13T09:00"' in week
    form = pages.open("/reservations/new?expires_at=2094-03-13T09:00")
    assert 'value="2094-03-13T09:00:00"' in form
    assert 'name="expires_at"' in pages.open("/reservations/new?expires_at=soon")


def test_more_than_fit_beside_each_other_stand_above_the_hours(pages, held):
    for _ in range(7):
        held("2094-03-13T16:00:00Z")
    day = pages.open("/reservations?view=calendar&span=day&on=2094-03-13")
    above = day[day.index('whole-day"') : day.index("among-hours")]
    assert above.count("agenda-head") == 1
    assert day.count("of-6") == 6
    assert "+4 more" in pages.open("/reservations?view=calendar&on=2094-03-13")


def test_a_calendar_of_dates_has_no_hours(pages):
    assert "hour-names" not in pages.open("/receipts?view=calendar&span=week")
