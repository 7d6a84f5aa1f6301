"""Boards, calendars, charts, trees and graphs: the address of the list, moves by the one road, the same rights."""

import html
import json
import re

import pytest

from core.testing.contract.served import counted

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def shop(client):
    """Two places, an item with stock in one of them."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    start, end = (client.post("admin/locations", {"code": code, "name": code.title()}).json["id"]
                  for code in ("CELLAR", "KITCHEN"))  # fmt: skip
    item = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit}).json["id"]
    line = {"item_id": item, "quantity": "1000", "unit_id": unit, "unit_cost": "0.01"}
    receipt = client.post("receipts", {"location_id": start, "received_on": "2026-03-14", "lines": [line]}).json["id"]
    assert client.post(f"receipts/{receipt}/post").status_code == 200
    return {"unit": unit, "start": start, "end": end, "item": item, "receipt": receipt}


@pytest.fixture
def transfer(client, shop):
    """Make a transfer on a day and return its id."""

    def make(day="2026-03-14", quantity="10"):
        line = {"item_id": shop["item"], "quantity": quantity, "unit_id": shop["unit"]}
        body = {"from_location_id": shop["start"], "to_location_id": shop["end"], "requested_on": day, "lines": [line]}
        answer = client.post("transfers", body)
        assert answer.status_code == 201, answer.text
        return answer.json["id"]

    return make


def move(pages, path, field, to, headers=JSON):
    return pages.browser.post(f"{path}/move", {"field": field, "to": to, "back": "/transfers?view=kanban"},
                              headers=headers)  # fmt: skip


def column(page, value):
    """The part of a board's page that holds one column."""
    return re.search(rf'<section class="board-column[^"]*" data-value="{value}".*?</section>', page, re.S)[0]


# -- board ---------------------------------------------------------------------------------------------------


def test_a_board_has_a_column_for_every_state_with_its_cards_and_where_they_can_go(pages, transfer):
    transfer(), transfer()
    page = pages.open("/transfers?view=kanban")
    draft = column(page, "draft")
    assert draft.count('class="board-card"') == 2
    assert re.search(r'class="count">2<', draft)
    assert 'data-reach="pending_approval|cancelled|"' in draft
    assert 'class="board-card"' not in column(page, "completed")


def test_a_card_moves_by_the_action_between_the_two_states(pages, client, transfer):
    number = transfer()
    answer = move(pages, f"/transfers/{number}", "state", "cancelled")
    assert answer.status_code == 200
    assert answer.json["done"]
    assert client.get(f"transfers/{number}").json["state"] == "cancelled"


def test_an_action_that_asks_something_is_left_to_its_own_page(pages, client, transfer):
    number = transfer()
    answer = move(pages, f"/transfers/{number}", "state", "pending_approval")
    assert answer.json == {"ask": [{"label": "Ask for approval", "url": f"/transfers/{number}/do/request"}]}
    assert client.get(f"transfers/{number}").json["state"] == "draft"
    plain = move(pages, f"/transfers/{number}", "state", "pending_approval", HTML)
    assert plain.headers["Location"] == f"/transfers/{number}/do/request"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("completed", "Only a pending approval transfer can move to Completed (Approve); this one is draft."),
        ("reversed", "Only a completed transfer can move to Reversed (Reverse); this one is draft."),
        ("draft", "This transfer is draft already."),
        ("nonsense", "Nobody moves a transfer to Nonsense by hand."),
    ],
)
def test_a_forbidden_drop_explains_itself(pages, transfer, to, reason):
    answer = move(pages, f"/transfers/{transfer()}", "state", to)
    assert answer.status_code == 409
    assert answer.json["detail"] == reason


def test_without_scripts_the_reason_stands_on_the_board(pages, transfer):
    answer = move(pages, f"/transfers/{transfer()}", "state", "reversed", HTML)
    assert answer.status_code == 303
    assert "Only a completed transfer can move to Reversed" in html.unescape(pages.follow(answer))


def test_who_may_not_act_has_no_moves_and_is_told_why(pages_with, transfer):
    number = transfer()
    reader = pages_with("inventory.transfer.read")
    page = reader.open("/transfers?view=kanban")
    assert 'class="board-card"' in page
    assert "card-menu" not in page
    answer = move(reader, f"/transfers/{number}", "state", "cancelled")
    assert answer.status_code == 403
    assert answer.json["permission"] == "inventory.transfer.cancel"


def test_nothing_but_what_a_view_moves_is_written(pages, client, transfer):
    number = transfer()
    answer = move(pages, f"/transfers/{number}", "notes", "gone")
    assert answer.status_code == 422
    assert "field" in answer.json["errors"]
    assert move(pages, "/transfers/999999999", "state", "cancelled").status_code == 404
    forged = pages.browser.post(f"/transfers/{number}/move", {"csrf_token": "", "field": "state", "to": "cancelled"})
    assert forged.status_code == 403


def test_a_board_is_searched_and_filtered_as_the_list_is(pages, transfer, client):
    kept = client.get(f"transfers/{transfer('2026-03-01')}").json["number"]
    other = client.get(f"transfers/{transfer('2026-04-01')}").json["number"]
    page = pages.open("/transfers?view=kanban&requested_on__lte=2026-03-31")
    assert kept in page
    assert other not in page
    tidy = pages.browser.get("/transfers?view=kanban&search=&state=draft", headers=HTML)
    assert tidy.headers["Location"] == "/transfers?state=draft&view=kanban"
    assert "All of them are shown." in pages.open("/transfers?view=kanban&nothing=1", 422)


@pytest.fixture
def items_by(registry):
    """Declare another board for items: by a choice, a reference, a yes or no."""
    items = registry.resources["inventory.item"]

    def declare(name):
        object.__setattr__(items, "kanban", name)

    yield declare
    declare("")


@pytest.mark.parametrize(("name", "wanted"), [("kind", "packaging"), ("is_active", False), ("category_id", None)])
def test_a_card_on_another_value_is_an_update_of_the_field(pages, client, shop, items_by, name, wanted):
    items_by(name)
    if name == "category_id":
        wanted = client.post("items/categories", {"name": "Liquids"}).json["id"]
    text = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
    before = pages.open("/items?view=kanban")
    assert "Lye" not in column(before, text)
    assert move(pages, f"/items/{shop['item']}", name, text).status_code == 200
    assert client.get(f"items/{shop['item']}").json[name] == wanted
    assert "Lye" in column(pages.open("/items?view=kanban"), text)
    assert move(pages, f"/items/{shop['item']}", name, "9" * 5000).status_code == 422


def test_a_card_can_lose_its_value_where_there_need_be_none(pages, client, shop, items_by):
    items_by("category")
    category = client.post("items/categories", {"name": "Liquids"}).json["id"]
    path = f"/items/{shop['item']}"
    assert move(pages, path, "category_id", str(category)).status_code == 200
    assert f'data-value="{category}" data-reach="|' in pages.open("/items?view=kanban")
    assert move(pages, path, "category_id", "").status_code == 200
    assert client.get(f"items/{shop['item']}").json["category_id"] is None


# -- calendar ------------------------------------------------------------------------------------------------


def test_a_calendar_shows_the_records_of_its_days_only(pages, transfer, client):
    number = client.get(f"transfers/{transfer('2026-03-14')}").json["number"]
    assert number in pages.open("/transfers?view=calendar&on=2026-03-01")
    assert number not in pages.open("/transfers?view=calendar&on=2026-05-01")
    assert number in pages.open("/transfers?view=calendar&on=2026-03-10&span=week")
    assert number not in pages.open("/transfers?view=calendar&on=2026-03-13&span=day")
    assert number in pages.open("/transfers?view=calendar&on=2026-03-14&span=day")


def test_months_lead_to_each_other_over_the_years_end(pages):
    page = pages.open("/transfers?view=calendar&on=2026-12-31")
    assert "December 2026" in page
    assert 'href="/transfers?view=calendar&amp;on=2027-01-01" rel="next"' in page
    assert 'href="/transfers?view=calendar&amp;on=2026-11-01" rel="prev"' in page


@pytest.mark.parametrize("query", ["on=soon", "on=0001-01-01", "on=9999-12-31", "span=century"])
def test_a_day_that_is_none_is_said_and_today_is_shown(pages, query):
    assert "All of them are shown." in pages.open(f"/transfers?view=calendar&{query}", 422)


def test_more_than_fit_into_a_day_are_behind_a_link(pages, transfer):
    for _ in range(6):
        transfer("2026-03-14")
    page = pages.open("/transfers?view=calendar&on=2026-03-01")
    assert page.count('class="entry ') == 3
    assert "+3 more" in page
    assert pages.open("/transfers?view=calendar&on=2026-03-14&span=day").count("agenda-head") == 6


def test_an_entry_moves_to_another_day_where_the_record_is_open(pages, client, shop, transfer):
    number = transfer("2026-03-14")
    assert move(pages, f"/transfers/{number}", "requested_on", "2026-03-20").status_code == 200
    assert client.get(f"transfers/{number}").json["requested_on"] == "2026-03-20"
    assert move(pages, f"/transfers/{number}", "requested_on", "tomorrow").status_code == 422
    posted = move(pages, f"/receipts/{shop['receipt']}", "received_on", "2026-03-20")
    assert posted.status_code == 409
    assert client.get(f"receipts/{shop['receipt']}").json["received_on"] == "2026-03-14"


# -- chart ---------------------------------------------------------------------------------------------------


def figure(page):
    """The figure that the script of a page would draw."""
    return json.loads(html.unescape(re.search(r'data-chart="([^"]*)"', page)[1]))


def test_a_chart_counts_by_the_declared_field_and_leads_to_the_list(pages, transfer):
    transfer(), transfer()
    page = pages.open("/transfers?view=chart&sum=count")
    drawn = figure(page)
    assert drawn["labels"] == ["Draft"]
    assert drawn["series"][0]["values"] == ["2"]
    assert drawn["series"][0]["urls"] == ["/transfers?state=draft"]
    assert '<a href="/transfers?state=draft">Draft</a>' in page


def test_a_chart_by_month_has_the_months_in_which_nothing_happened(pages, transfer):
    transfer("2026-01-31"), transfer("2026-04-01"), transfer("2026-04-30")
    drawn = figure(pages.open("/transfers?view=chart&group=requested_on:month&sum=count&chart=line"))
    assert drawn["labels"] == ["January 2026", "February 2026", "March 2026", "April 2026"]
    assert drawn["series"][0]["values"] == ["1", "0", "0", "2"]
    assert drawn["series"][0]["urls"][3] == "/transfers?requested_on=2026-04"


def test_two_fields_make_a_series_for_each_value_of_the_second(pages, client, transfer):
    first, _ = transfer("2026-03-01"), transfer("2026-04-01")
    assert client.post(f"transfers/{first}/cancel").status_code == 200
    drawn = figure(pages.open("/transfers?view=chart&group=requested_on:month,state&sum=count"))
    assert {series["name"]: series["values"] for series in drawn["series"]} == {
        "Draft": ["0", "1"], "Cancelled": ["1", "0"],
    }  # fmt: skip


def test_a_chart_adds_up_a_field_and_says_the_sum_below(pages, client, shop):
    page = pages.open("/receipts?view=chart&group=state&sum=total_value")
    assert figure(page)["series"][0]["values"] == ["10.000000"]
    assert re.search(r"<tfoot>.*?Total.*?10\.00.*?</tfoot>", page, re.S)


def test_the_numbers_of_a_chart_come_as_a_file(pages, client, transfer):
    transfer("2026-03-01"), transfer("2026-04-01")
    body = {"resource": "inventory.transfer", "name": "March", "query": "requested_on=2026-03&sort=-number",
            "columns": ["number", "state"], "density": "compact"}  # fmt: skip
    view = client.post("saved-views", body).json["id"]
    # The file is of the same records, however the list beside it is arranged or saved.
    arranged = "requested_on=2026-03&columns=number&totals=total_value:max&sort=number"
    for query in ("requested_on=2026-03", f"saved={view}", arranged):
        beside = html.unescape(pages.open(f"/transfers?{query}"))
        chart = re.search(r'href="(/transfers\?[^"]*view=chart[^"]*)"', beside)[1]
        url = re.search(r'href="(/api/v1/transfers\?[^"]*)" download', pages.open(chart))[1]
        lines = client.get(html.unescape(url)).text.splitlines()
        assert lines[0] == "State,Count,Total"
        assert lines[1].startswith("draft,1,")


@pytest.mark.parametrize("query", ["group=nothing", "group=notes", "sum=number", "chart=cake", "group=state:month"])
def test_a_chart_of_what_does_not_exist_is_refused_in_words(pages, query):
    assert "All of them are shown." in pages.open(f"/transfers?view=chart&{query}", 422)


def test_what_may_not_be_seen_is_in_no_chart(pages_with, shop):
    reader = pages_with("inventory.receipt.read")
    page = reader.open("/receipts?view=chart")
    assert "total_value" not in page
    reader.open("/receipts?view=chart&sum=total_value", 422)


def test_every_resource_has_a_chart(furnished, app):
    for resource in furnished.kernel.registry.resources.values():
        answer = furnished.owner.get(f"/{resource.path}?view=chart", headers=HTML)
        assert answer.status_code in (200, 303, 401), (resource.key, answer.status_code)


# -- graphs --------------------------------------------------------------------------------------------------


def test_the_states_of_a_document_are_drawn_from_its_actions(pages):
    page = pages.open("/transfers/states")
    for text in ("Pending approval", "Ask for approval", "Reversed"):
        assert text in page
    assert "<li>Draft: Cancel → Cancelled</li>" in re.sub(r"\s+", " ", page)
    pages.open("/items/states", 404)
    # The diagram is as near from the list as from its other views.
    for path in ("/transfers", "/transfers?view=kanban"):
        assert '<a class="button" href="/transfers/states">' in pages.open(path)
    assert "/items/states" not in pages.open("/items")


def test_a_lot_is_drawn_with_what_it_came_from(furnished):
    links = furnished.owner.get("lot-links?page_size=1").json["items"]
    lot = links[0]["output_lot_id"]
    graph = furnished.owner.get(f"lots/{lot}/lineage").json
    assert {"source": f"lot-{links[0]['input_lot_id']}", "target": f"lot-{lot}"}.items() <= {
        key: value for edge in graph["edges"] for key, value in edge.items()
        if edge["source"] == f"lot-{links[0]['input_lot_id']}" and edge["target"] == f"lot-{lot}"
    }.items()  # fmt: skip
    assert [node["record_id"] for node in graph["nodes"] if node["current"]] == [lot]
    assert furnished.powerless.get(f"lots/{lot}/lineage").status_code == 403
    assert furnished.bare.get(f"lots/{lot}/lineage").status_code == 404


# -- what is not there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["kanban", "tree", "gantt"])
def test_a_view_that_a_resource_does_not_have_is_not_found(pages, view):
    pages.open(f"/units-of-nothing?view={view}", 404)
    pages.open(f"/reservations?view={view}", 404)


@pytest.mark.parametrize("view", ["kanban", "calendar&on=2026-03-01", "chart&group=state,requested_on:month"])
def test_the_number_of_queries_does_not_grow_with_the_records(pages, kernel, transfer, view):
    transfer()
    pages.open(f"/transfers?view={view}")
    counts = []
    for more in (0, 12):
        for _ in range(more):
            transfer()
        with counted(kernel.engine) as seen:
            pages.open(f"/transfers?view={view}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
