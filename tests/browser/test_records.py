"""The page of one record in a browser: what stands beside it, the way through a list, two people at one record."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import faults_of, overflow_of
from tests.resources.conftest import send_file

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c494441"
    "54789c6338d0e0000003840181665ee1610000000049454e44ae426082"
)


@pytest.fixture
def gram(client):
    """The id of the gram."""
    return client.get("admin/uom?code=g").json["items"][0]["id"]


@pytest.fixture
def items(client, gram):
    """Three items: code -> id."""
    made = {}
    for code, name in (("LYE", "Lye"), ("OIL", "Olive oil"), ("WAX", "Bees wax")):
        made[code] = client.post("items", {"code": code, "name": name, "base_unit_id": gram}).json["id"]
    return made


@pytest.fixture
def receipt(client, items, gram):
    """A draft receipt of lye."""
    location = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    line = {"item_id": items["LYE"], "quantity": "10", "unit_id": gram, "unit_cost": "0.5"}
    return client.post("receipts", {"location_id": location, "lines": [line]}).json["id"]


def door(page, name):
    return page.get_by_role("navigation", name="Beside the record", exact=True).get_by_role("link", name=name)


def test_what_was_open_beside_a_record_stays_open(open_page, items):
    page = open_page(f"/items/{items['LYE']}")
    expect(page.locator(".beside")).to_have_count(0)
    door(page, "Comments").click()
    expect(page.get_by_placeholder("Write a comment…")).to_be_visible()
    expect(door(page, "Comments")).to_have_attribute("aria-current", "")
    page.goto(f"/items/{items['OIL']}")
    expect(page.get_by_placeholder("Write a comment…")).to_be_visible()
    page.get_by_role("link", name="Close", exact=True).click()
    expect(page.locator(".beside")).to_have_count(0)
    expect(door(page, "Comments")).to_be_focused()
    page.goto(f"/items/{items['LYE']}")
    expect(page.locator("#neighbours")).to_contain_text("1 of 3")
    expect(page.locator(".beside")).to_have_count(0)


def test_a_comment_leaves_what_is_typed_in_the_form_alone(open_page, client, items):
    page = open_page(f"/items/{items['LYE']}")
    page.get_by_label("Name").first.fill("Caustic soda")
    door(page, "Comments").click()
    page.get_by_placeholder("Write a comment…").fill("See https://example.com/lye.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("link", name="https://example.com/lye", exact=True)).to_be_visible()
    expect(page.locator("#count-comments")).to_have_text("1")
    expect(page.get_by_label("Name").first).to_have_value("Caustic soda")
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Your comment").fill("Seen.")
    page.locator(".talk").get_by_role("button", name="Save").click()
    expect(page.locator(".said")).to_have_text("Seen.")
    page.get_by_text("Edit", exact=True).click()
    page.get_by_role("button", name="Remove this comment").click()
    expect(page.get_by_text("Nobody has said anything yet.")).to_be_visible()
    expect(page.get_by_label("Name").first).to_have_value("Caustic soda")
    assert client.get(f"items/{items['LYE']}").json["name"] == "Lye"


def test_files_are_sent_and_looked_at_without_leaving(open_page, client, items):
    page = open_page(f"/items/{items['LYE']}")
    door(page, "Files").click()
    expect(page.get_by_text("No files yet.")).to_be_visible()
    expect(page.locator("[data-drop][data-ready]")).to_have_count(1)
    page.locator("#drop-file").set_input_files([
        {"name": "label.png", "mimeType": "image/png", "buffer": PNG},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Keep dry."},
    ])  # fmt: skip
    expect(page.get_by_role("link", name="notes.txt", exact=True)).to_be_visible()
    expect(page.locator("#count-files")).to_have_text("2")
    expect(page.locator("[data-show=image][data-ready]")).to_have_count(1)
    page.get_by_role("link", name="Show label.png").click()
    viewer = page.get_by_role("dialog", name="label.png")
    expect(viewer.get_by_role("img", name="label.png")).to_be_visible()
    viewer.get_by_role("button", name="Close").click()
    expect(viewer).to_be_hidden()
    page.get_by_label("Remove notes.txt").click()
    page.get_by_role("button", name="Remove this file").locator("visible=true").click()
    expect(page.get_by_role("link", name="notes.txt", exact=True)).to_have_count(0)
    assert [row["name"] for row in client.get(f"items/{items['LYE']}/files").json["items"]] == ["label.png"]


def test_of_several_files_only_the_refused_one_is_told(open_page, client, items):
    page = open_page(f"/items/{items['LYE']}?beside=files")
    expect(page.locator("[data-drop][data-ready]")).to_have_count(1)
    page.locator("#drop-file").set_input_files([
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Keep dry."},
        {"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""},
    ])  # fmt: skip
    expect(page.get_by_role("link", name="notes.txt", exact=True)).to_be_visible()
    expect(page.locator(".sending li")).to_have_text(["nothing.txt: The file is empty."])


def test_the_way_through_a_list_and_back(open_page, items):
    page = open_page("/items?sort=-code")
    page.locator("td.key a", has_text="WAX").click()
    expect(page.locator("#neighbours")).to_contain_text("1 of 3")
    page.keyboard.press("]")
    expect(page.locator("h1")).to_contain_text("OIL")
    expect(page.locator("#neighbours")).to_contain_text("2 of 3")
    page.get_by_role("link", name="Previous record").click()
    expect(page.locator("h1")).to_contain_text("WAX")
    back = page.locator(".crumbs a", has_text="Items")
    expect(back).to_have_attribute("href", "/items?sort=-code")


def test_what_refers_to_a_record_is_a_click_away(open_page, items, receipt):
    page = open_page(f"/items/{items['LYE']}")
    page.locator("#related").get_by_role("link", name="Receipts").click()
    expect(page).to_have_url(re.compile("lines.item_id="))
    expect(page.locator("tbody tr.row")).to_have_count(1)


def test_what_an_action_would_do_is_told_first(open_page, client, receipt):
    page = open_page(f"/receipts/{receipt}")
    page.get_by_role("main").locator("summary[aria-label=More]").click()
    page.get_by_role("link", name="What “Post” would do").click()
    sheet = page.get_by_role("dialog", name="Post")
    expect(sheet.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(sheet.get_by_text("1 stock move booked")).to_be_visible()
    assert client.get(f"receipts/{receipt}").json["state"] == "draft"
    sheet.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("h1 .pill")).to_have_text("Posted")
    page.get_by_role("link", name="Reverse").click()
    sheet = page.get_by_role("dialog", name="Reverse")
    sheet.get_by_role("button", name="Show what will happen").click()
    expect(sheet.get_by_text("Fill this in.").first).to_be_visible()
    sheet.get_by_label("Reason").fill("Wrong supplier")
    sheet.get_by_role("button", name="Show what will happen").click()
    expect(sheet.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(sheet.get_by_label("Reason")).to_have_value("Wrong supplier")


@pytest.mark.parametrize("scripts", [True, False])
def test_two_people_at_one_record(open_page, client, items, scripts):
    page = open_page(f"/items/{items['LYE']}", scripts=scripts)
    page.get_by_label("Name").first.fill("Ours")
    version = client.get(f"items/{items['LYE']}").json["version"]
    answer = client.patch(f"items/{items['LYE']}", {"name": "Theirs", "preferred_supplier": "Mill"}, version=version)
    assert answer.status_code == 200
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("was changed meanwhile")
    expect(page.get_by_role("radio", name="Name: saved by", exact=False)).to_be_checked()
    page.get_by_role("radio", name="Name: typed by you").check()
    page.get_by_role("button", name="Save what is chosen").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    found = client.get(f"items/{items['LYE']}").json
    assert (found["name"], found["preferred_supplier"]) == ("Ours", "Mill")


def wrong_with(page):
    """Return what keeps somebody out of a page, and whether it is wider than its window."""
    return [*faults_of(page), *(["wider than the window"] if overflow_of(page) > 0 else [])]


@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_shut_out_beside_a_record(open_page, client, items, receipt, width):
    lye = f"items/{items['LYE']}"
    client.post(f"{lye}/comments", {"text": "See https://example.com/lye and mailto:mill@example.com"})
    send_file(client, f"{lye}/files", PNG, "label.png")
    page = open_page(f"/{lye}", width=width)
    expect(page.locator("#neighbours a")).to_have_count(1)
    expect(page.locator("#count-comments")).to_have_text("1")
    found = {"closed": wrong_with(page)}
    for name, shown in (("History", ".timeline"), ("Comments", ".talk"), ("Files", ".thumb img")):
        door(page, name).click()
        expect(page.locator(shown)).to_be_visible()
        found[name] = wrong_with(page)
    page.goto(f"/receipts/{receipt}/do/post")
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    found["forecast"] = wrong_with(page)
    page.goto(f"/{lye}")
    page.get_by_label("Name").first.fill("Ours")
    version = client.get(lye).json["version"]
    assert client.patch(lye, {"name": "Theirs"}, version=version).status_code == 200
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("radio", name="Name: typed by you")).to_be_visible()
    found["conflict"] = wrong_with(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
