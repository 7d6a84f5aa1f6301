"""Views by mouse and by keyboard: cards and entries move, what may not move says why, and nobody is shut out."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from plugins.inventory.models.reservations import Reservation
from tests.browser.hands import faults_of, overflow_of, small_targets_of


@pytest.fixture
def shop(client):
    """Two places, an item with stock in one of them, three categories inside each other."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    start, end = (client.post("admin/locations", {"code": code, "name": code.title()}).json["id"]
                  for code in ("CELLAR", "KITCHEN"))  # fmt: skip
    item = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit}).json["id"]
    line = {"item_id": item, "quantity": "1000", "unit_id": unit, "unit_cost": "0.01"}
    receipt = client.post("receipts", {"location_id": start, "received_on": "2026-03-14", "lines": [line]}).json["id"]
    assert client.post(f"receipts/{receipt}/post").status_code == 200
    above = None
    for name in ("Oils", "Olive", "Extra virgin"):
        above = client.post("items/categories", {"name": name, "parent_id": above}).json["id"]
    client.post("items/categories", {"name": "Wax"})
    return {"unit": unit, "start": start, "end": end, "item": item}


@pytest.fixture
def transfer(client, shop):
    """A transfer that is a draft."""
    line = {"item_id": shop["item"], "quantity": "10", "unit_id": shop["unit"]}
    body = {"from_location_id": shop["start"], "to_location_id": shop["end"], "requested_on": "2026-03-11",
            "lines": [line]}  # fmt: skip
    return client.post("transfers", body).json


def test_a_full_day_is_hit_by_a_finger_and_says_that_there_is_more(open_page, client, shop):
    line = {"item_id": shop["item"], "quantity": "10", "unit_id": shop["unit"]}
    body = {"from_location_id": shop["start"], "to_location_id": shop["end"], "lines": [line]}
    for day in ("2026-03-11",) * 5 + ("2026-03-12",) * 2:
        assert client.post("transfers", {**body, "requested_on": day}).status_code == 201
    page = open_page("/transfers?view=calendar&on=2026-03-11", width=390)
    assert small_targets_of(page) == []
    assert overflow_of(page) == 0
    full = page.locator("[data-day='2026-03-11']")
    expect(full.locator(".entry")).to_have_count(3)
    full.get_by_role("link", name="2 more").click()
    expect(page.locator(".agenda-entry")).to_have_count(5)
    for view in ("kanban", "chart"):
        page.goto(f"/transfers?view={view}")
        assert small_targets_of(page) == []
    page.goto("/items/categories?view=tree")
    assert small_targets_of(page) == []


def column(page, name):
    return page.get_by_role("region", name="Transfers by state").locator(".board-column", has=page.get_by_role(
        "heading", name=re.compile(f"^{name}")))  # fmt: skip


def drag(page, what, where):
    """Drag as a hand does: down, a few steps, up."""
    start, end = what.bounding_box(), where.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + start["height"] / 2 + 10, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.mouse.up()


def ready(page):
    """Wait until the library that drags has come: board and calendar say so."""
    expect(page.locator("[data-ready]")).to_be_attached()


def test_a_card_is_dragged_to_where_it_may_go(open_page, client, transfer):
    page = open_page("/transfers?view=kanban", width=1700)
    ready(page)
    drag(page, column(page, "Draft").locator(".board-card"), column(page, "Cancelled").locator(".board-cards"))
    expect(column(page, "Cancelled").locator(".board-card")).to_contain_text(transfer["number"])
    expect(page.get_by_text(f"{transfer['number']} moved.")).to_be_visible()
    assert client.get(f"transfers/{transfer['id']}").json["state"] == "cancelled"


def test_a_forbidden_drop_snaps_back_and_says_why(open_page, client, transfer):
    page = open_page("/transfers?view=kanban", width=1700)
    ready(page)
    drag(page, column(page, "Draft").locator(".board-card"), column(page, "Completed").locator(".board-cards"))
    expect(page.get_by_text("Only a pending approval transfer can move to Completed")).to_be_visible()
    expect(column(page, "Draft").locator(".board-card")).to_have_count(1)
    assert client.get(f"transfers/{transfer['id']}").json["state"] == "draft"


def test_a_card_moves_by_keyboard_and_its_question_is_answered_on_the_board(open_page, client, transfer):
    page = open_page("/transfers?view=kanban")
    ready(page)
    page.get_by_role("link", name=transfer["number"]).focus()
    page.keyboard.press("Control+ArrowRight")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("For the fair")
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(column(page, "Pending approval").locator(".board-card")).to_contain_text(transfer["number"])
    expect(page).to_have_url(re.compile(r"view=kanban$"))
    assert client.get(f"transfers/{transfer['id']}").json["state"] == "pending_approval"


def test_a_card_moves_without_scripts(open_page, transfer):
    page = open_page("/transfers?view=kanban", scripts=False)
    card = column(page, "Draft").locator(".board-card")
    card.locator("summary").click()
    card.get_by_role("button", name="Cancelled").click()
    expect(column(page, "Cancelled").locator(".board-card")).to_contain_text(transfer["number"])


def test_an_entry_of_the_calendar_moves_by_hand_and_by_keyboard(open_page, client, transfer):
    page = open_page("/transfers?view=calendar&on=2026-03-01")
    ready(page)
    drag(page, page.get_by_role("link", name=transfer["number"]), page.locator("[data-day='2026-03-13'] .day-entries"))
    # It has the focus once the server has said yes and the days are drawn anew.
    expect(page.locator("[data-day='2026-03-13']").get_by_role("link", name=transfer["number"])).to_be_focused()
    assert client.get(f"transfers/{transfer['id']}").json["requested_on"] == "2026-03-13"
    page.keyboard.press("Control+ArrowDown")
    expect(page.locator("[data-day='2026-03-20']").get_by_role("link", name=transfer["number"])).to_be_focused()
    assert client.get(f"transfers/{transfer['id']}").json["requested_on"] == "2026-03-20"


@pytest.fixture
def held(client, shop):
    """A reservation that ends on Friday, 12 March 2094, at nine in the morning."""
    body = {"item_id": shop["item"], "quantity": "10", "unit_id": shop["unit"], "location_id": shop["start"]}
    answer = client.post("reservations", {**body, "strength": "soft", "expires_at": "2094-03-12T09:00:00Z"})
    assert answer.status_code == 201, answer.text
    return answer.json


def plannable(page, held):
    """Show a reservation as an entry that may be moved, and let every move of it succeed without being done.

    None of these modules has a document that is planned by the hour; the server's part is tested with one that has.
    """
    page.goto("/transfers?view=calendar")
    script = page.locator("script[src$='js/calendar.js']").get_attribute("src")
    markup = f'data-id="{held["id"]}" data-at="2094-03-12T09:00" class="agenda-entry'

    def changed(route):
        text = route.fetch().text().replace("<head>", f'<head><script type="module" src="{script}"></script>')
        route.fulfill(body=text.replace('class="agenda-entry', markup), content_type="text/html; charset=utf-8")

    page.route(re.compile(r"/reservations\?view=calendar"), changed)
    page.route("**/reservations/*/move", lambda route: route.fulfill(json={"done": True, "text": "Moved."}))


def test_an_entry_moves_among_the_hours_by_hand_and_by_keyboard(open_page, held):
    page = open_page("/")
    plannable(page, held)
    page.goto("/reservations?view=calendar&span=week&on=2094-03-10")
    ready(page)
    entry = page.get_by_role("link", name=held["number"])
    assert faults_of(page, "#list") == []
    with page.expect_request("**/move") as told:
        drag(page, page.locator(".agenda-entry"), page.locator("[data-day='2094-03-10'] .among-hours"))
    # Held by its middle, half an hour below its top, and dropped at one o'clock, the middle of the hours shown.
    assert "\r\n2094-03-10T12:30\r\n" in told.value.post_data
    expect(entry).to_be_focused()
    for key, to in (("ArrowDown", "2094-03-12T09:15"), ("ArrowLeft", "2094-03-11")):
        with page.expect_response(re.compile("view=calendar")), page.expect_request("**/move") as told:
            page.keyboard.press(f"Control+{key}")
        assert f"\r\n{to}\r\n" in told.value.post_data
        expect(entry).to_be_focused()
    with page.expect_navigation(url="**/reservations/new?expires_at=2094-03-10T07:00"):
        page.locator("[data-day='2094-03-10'] .among-hours").dblclick(position={"x": 20, "y": 50})


@pytest.fixture
def lasting(kernel, tenant, held):
    """The same reservation from seven to nine, in a calendar that shows from when until when; only its end is moved."""
    resource = kernel.registry.resources["inventory.reservation"]
    declared = {"calendar": resource.calendar, "verbs": resource.verbs}
    object.__setattr__(resource, "calendar", ("created_at", "expires_at"))
    object.__setattr__(resource, "verbs", (*resource.verbs, "update"))
    with kernel.unit(tenant.id) as ctx:
        ctx.update_rows(Reservation, [{"id": held["id"], "created_at": datetime(2094, 3, 12, 7, tzinfo=UTC)}])
    yield held
    for name, said in declared.items():
        object.__setattr__(resource, name, said)


def test_an_entry_lasts_longer_by_its_edge_and_by_keyboard(open_page, client, lasting):
    ends = lambda: client.get(f"reservations/{lasting['id']}").json["expires_at"]  # noqa: E731
    page = open_page("/reservations?view=calendar&span=week&on=2094-03-10")
    ready(page)
    entry = page.get_by_role("link", name=lasting["number"])
    box = page.locator(".agenda-entry").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 3
    page.mouse.move(x, y)
    page.mouse.down()
    # Two hours of 48 pixels were taken; 72 more are an hour and a half.
    page.mouse.move(x, y + 72, steps=6)
    assert page.locator(".stretching").bounding_box()["height"] == pytest.approx(box["height"] + 72, abs=4)
    page.mouse.up()
    expect(entry).to_be_focused()
    assert ends() == "2094-03-12T10:30:00Z"
    for key, to in (("ArrowUp", "2094-03-12T10:15:00Z"), ("ArrowRight", "2094-03-13T10:15:00Z")):
        with page.expect_response(re.compile("view=calendar")):
            page.keyboard.press(f"Control+Shift+{key}")
        expect(entry.first).to_be_focused()
        assert ends() == to
    assert faults_of(page, "#list") == []
    # In a month its edge is dragged to another day.
    page.goto("/reservations?view=calendar&on=2094-03-10")
    ready(page)
    box = page.locator(".entry-edge").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 8)
    page.mouse.down()
    day = page.locator("[data-day='2094-03-17']").bounding_box()
    page.mouse.move(day["x"] + 40, day["y"] + 60, steps=6)
    page.mouse.up()
    expect(page.locator("[data-day='2094-03-17']").get_by_role("link", name=lasting["number"])).to_be_visible()
    assert ends() == "2094-03-17T10:15:00Z"


# Whoever moves on at once scrolls: nothing flies even after the time that a resting finger takes to pick up.
SCROLLED = """async (entry) => {
  const touch = (type, clientY) =>
    entry.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: "touch", clientX: 0, clientY }));
  touch("pointerdown", 0);
  touch("pointermove", -60);
  await new Promise((done) => setTimeout(done, 300));
  return document.querySelectorAll(".flying").length;
}"""


def test_a_finger_rests_on_an_entry_before_it_carries_it(open_page, held):
    page = open_page("/")
    plannable(page, held)
    page.goto("/reservations?view=calendar&span=week&on=2094-03-10")
    ready(page)
    finger = page.context.new_cdp_session(page)

    def grip():
        box = page.locator(".agenda-entry").bounding_box()
        return box["x"] + 30, box["y"] + 8

    def touch(kind, *points):
        told = [{"x": left, "y": top} for left, top in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    assert page.locator(".agenda-entry").evaluate(SCROLLED) == 0
    x, y = grip()
    goal = page.locator("[data-day='2094-03-10'] .among-hours").bounding_box()
    touch("touchStart", (x, y))
    expect(page.locator(".flying")).to_be_visible()
    for part in (0.3, 0.7, 1):
        touch("touchMove", (x + (goal["x"] + 30 - x) * part, y + 48 * part))
    with page.expect_request("**/move") as told:
        touch("touchEnd")
    assert "\r\n2094-03-10T10:00\r\n" in told.value.post_data


def test_a_tree_is_walked_and_changed_by_keyboard(open_page, client, shop):
    page = open_page("/items/categories?view=tree")
    node = lambda name: page.get_by_role("treeitem", name=name)  # noqa: E731
    expect(node("Extra virgin")).to_be_visible()
    node("Oils").focus()
    page.keyboard.press("ArrowLeft")
    expect(node("Extra virgin")).to_be_hidden()
    expect(node("Oils")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(node("Olive")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(node("Olive")).to_be_focused()
    page.keyboard.press("Control+x")
    page.keyboard.press("End")
    expect(node("Wax")).to_be_focused()
    page.keyboard.press("Control+v")
    expect(page.get_by_text("Olive moved.")).to_be_visible()
    expect(node("Olive")).to_be_focused()
    wax = client.get("items/categories?name=Wax").json["items"][0]["id"]
    assert client.get("items/categories?name=Olive").json["items"][0]["parent_id"] == wax
    page.keyboard.press("m")
    sheet = page.get_by_role("dialog", name="Move Olive")
    expect(sheet.get_by_role("combobox")).to_be_focused()
    assert faults_of(page, "dialog[open]") == []
    page.keyboard.press("Backspace")
    expect(sheet.locator(".ts-control .item")).to_have_count(0)
    page.keyboard.press("Control+s")
    expect(sheet).to_be_hidden()
    expect(node("Olive")).to_be_focused()
    assert client.get("items/categories?name=Olive").json["items"][0]["parent_id"] is None


def test_a_chart_is_drawn_and_follows_its_choices(open_page, transfer):
    page = open_page("/transfers?view=chart&sum=count")
    expect(page.locator("[data-chart][data-drawn] canvas")).to_be_visible()
    page.locator("select[name=group]").first.select_option("requested_on:month")
    expect(page.get_by_role("heading", name=re.compile(r"Transfers by .* \(month\)"))).to_be_visible()
    expect(page.locator("[data-chart][data-drawn] canvas")).to_be_visible()
    page.get_by_role("link", name="March 2026").click()
    expect(page.locator("tbody tr.row")).to_have_count(1)


DRAWN = """async ([script, figure]) => {
  const place = document.querySelector("[data-chart]").cloneNode();
  place.removeAttribute("data-drawn");
  place.dataset.chart = JSON.stringify(figure);
  document.querySelector("[data-chart]").after(place);
  await (await import(script)).draw(place);
  const { series, xAxis } = echarts.getInstanceByDom(place).getOption();
  return [series[0].data.map(({ itemStyle }) => `${itemStyle?.color} ${itemStyle?.opacity}`), xAxis?.[0].axisLabel];
}"""


def test_a_chart_tells_its_bars_and_slices_apart(open_page, transfer):
    page = open_page("/transfers?view=chart&sum=count")
    expect(page.locator("[data-chart][data-drawn] canvas")).to_be_visible()
    script = page.locator("script[src$='js/chart.js']").get_attribute("src")

    def drawn(kind, count, tones=None):
        series = {"name": "Batches", "values": [str(10 + number) for number in range(count)]}
        labels = [f"Category {number}" for number in range(count)]
        return page.evaluate(DRAWN, [script, {"type": kind, "labels": labels, "tones": tones, "series": [series]}])

    # Planned and in progress are of one tone, finished is not.
    for kind in ("pie", "bar"):
        looks, _ = drawn(kind, 3, ["info", "info", "good"])
        assert len(set(looks)) == 3
    # Eight categories leave room for eight names, sixty years do not.
    assert drawn("bar", 8)[1]["interval"] == 0
    assert drawn("bar", 60)[1]["interval"] == "auto"


SHAPES = ("/transfers?view=kanban", "/transfers?view=calendar&on=2026-03-11",
          "/transfers?view=calendar&on=2026-03-11&span=week", "/transfers?view=calendar&on=2026-03-11&span=day",
          "/reservations?view=calendar&on=2094-03-12&span=week", "/transfers?view=chart",
          "/items/categories?view=tree", "/items/categories?view=tree&search=virgin", "/transfers/states",
          "/reports/stock-now")  # fmt: skip


def test_no_view_shuts_anybody_out_or_is_wider_than_a_phone(open_page, transfer, held):
    page = open_page("/", width=390)
    found = {}
    for path in SHAPES:
        page.goto(path)
        found[path] = faults_of(page)
        if overflow_of(page) > 0:
            found[path].append("wider than the screen")
    assert {path: faults for path, faults in found.items() if faults} == {}
