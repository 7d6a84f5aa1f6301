"""Groups in groups, periods of dates, figures over a whole list."""

from datetime import date

import pytest

from core.resources.periods import days_of, said

FRIDAY = date(2026, 3, 13)


@pytest.mark.parametrize(
    ("text", "first", "behind"),
    [
        ("today", "2026-03-13", "2026-03-14"),
        ("this_week", "2026-03-09", "2026-03-16"),
        ("last_month", "2026-02-01", "2026-03-01"),
        ("next_year", "2027-01-01", "2028-01-01"),
        ("last_30_days", "2026-02-12", "2026-03-14"),
        ("next_7_days", "2026-03-13", "2026-03-20"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2026-W01", "2025-12-29", "2026-01-05"),
    ],
)
def test_a_period_is_its_days(text, first, behind):
    assert days_of(text, FRIDAY) == (date.fromisoformat(first), date.fromisoformat(behind))


@pytest.mark.parametrize("text", ["", "soon", "last_99999_days", "2026-13", "2026-W60", "2026-02-30", "9999", "0000"])
def test_what_names_no_period_is_left_alone(text):
    assert days_of(text, FRIDAY) is None


def test_periods_are_said_in_words():
    assert [said(text) for text in ("last_30_days", "2026-03", "2026-W11", "2026-03-09", "soon")] == [
        "the last 30 days", "March 2026", "week 11 of 2026", "9 Mar 2026", "soon"]  # fmt: skip


def test_a_list_is_narrowed_by_a_period_in_words(pantry):
    assert pantry.client.get("items?created_at=today").json["total"] == 6
    assert pantry.client.get("items?created_at=last_week").json["total"] == 0
    assert pantry.client.get("items?x_opened=2026").json["total"] == pantry.client.get(
        "items?x_opened__gte=2026-01-01&x_opened__lt=2027-01-01").json["total"]  # fmt: skip
    assert pantry.client.get("items?created_at=soon").status_code == 422
    assert pantry.client.get("items?created_at=9999-12-31").status_code == 422


@pytest.mark.parametrize("bucket", ["day", "week", "month", "year"])
def test_moments_are_grouped_by_period_and_each_leads_to_its_rows(pantry, bucket):
    [group] = pantry.client.get(f"items?group_by=created_at:{bucket}").json["groups"]
    assert group["count"] == 6
    assert pantry.client.get(f"items?created_at={group['created_at']}").json["total"] == 6


def test_the_tenants_own_dates_are_grouped_too(pantry):
    groups = pantry.client.get("items?group_by=x_opened:year&x_opened__isnull=false").json["groups"]
    assert all(len(group["x_opened"]) == 4 for group in groups)


def test_groups_stand_in_groups(pantry):
    groups = pantry.client.get("items?group_by=kind,is_active,base_unit&sum=reorder_point&sort=kind").json["groups"]
    assert sum(group["count"] for group in groups) == 6
    assert [group["kind"] for group in groups] == sorted(group["kind"] for group in groups)
    assert set(groups[0]) == {"kind", "is_active", "base_unit_id", "base_unit_label", "count", "reorder_point"}


@pytest.mark.parametrize("query", ["group_by=kind,kind", "group_by=kind:month", "group_by=created_at:hour",
                                   "group_by=a,b", "group_by=code,name,kind,is_active", "totals=code",
                                   "totals=reorder_point:median", "totals=nothing:sum"])  # fmt: skip
def test_what_cannot_be_grouped_or_added_up_is_refused(pantry, query):
    answer = pantry.client.get(f"items?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_figures_are_over_all_rows_and_not_over_the_page(pantry):
    rows = [row["x_boxes"] for row in pantry.client.get("items?x_boxes__isnull=false").json["items"]]
    answer = pantry.client.get("items?page_size=1&totals=x_boxes,x_share:max,reorder_point:min").json
    assert len(answer["items"]) == 1
    assert answer["totals"]["x_boxes"] == {"sum": sum(rows)}
    assert answer["totals"]["x_share"]["max"] == "123456789012.123456"
    assert answer["totals"]["reorder_point"] == {"min": "0.000001", "unit_id": pantry.gram}


def test_an_average_is_exact_to_its_scale(pantry):
    answer = pantry.client.get("items?kind=packaging&totals=reorder_point:avg").json
    assert answer["totals"]["reorder_point"]["avg"] == "500000000500.000000"


def test_amounts_in_several_units_have_no_sum(pantry):
    litre = pantry.client.get("admin/uom?code=l").json["items"][0]["id"]
    oil = {"code": "OIL", "name": "Oil", "base_unit_id": litre, "reorder_point": "2"}
    made = pantry.client.post("items", oil).json
    try:
        totals = pantry.client.get("items?totals=reorder_point").json["totals"]
        assert totals["reorder_point"] == {"sum": None, "unit_id": None, "mixed": True}
    finally:
        pantry.client.delete(f"items/{made['id']}", version=1)


@pytest.mark.parametrize(
    ("sort", "kinds"),
    [
        ("-reorder_point", "packaging raw consumable"),
        ("reorder_point", "raw packaging consumable"),
        ("-count", "raw packaging consumable"),
        ("kind", "consumable packaging raw"),
    ],
)
def test_groups_are_sorted_by_what_they_add_up_to(pantry, sort, kinds):
    """Where nothing is to be added up, the group comes last, whichever end is asked for."""
    groups = pantry.client.get(f"items?group_by=kind&sum=reorder_point&sort={sort}").get_json()["groups"]
    assert [group["kind"] for group in groups] == kinds.split()
