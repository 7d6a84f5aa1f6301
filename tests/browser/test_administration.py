"""Looking after an organisation in a real browser: modules, colours, rights, and looking as a role."""

import pytest
from playwright.sync_api import expect

from core.administration.setup import setup_token
from core.app import create_app
from core.identity.models import User
from core.testing.browsers import served
from core.testing.house import make_member
from tests.browser.hands import faults_of, overflow_of

# Apps and preferences are looked at with the other shapes of pages.
OPERATING = ("/platform", "/platform/users", "/platform/jobs", "/platform/status", "/platform/tenants/{tenant}")
LOOKING_AFTER = ("/settings", "/members/do/invite")
NARROW = ("/apps", "/apps/recipes", "/preferences", "/members/{keeper}", "/roles/{clerk}/rights", *LOOKING_AFTER,
          *OPERATING)  # fmt: skip


@pytest.fixture
def clerk(client):
    """A role of the tenant's own."""
    body = {"key": "clerk", "title": "Clerk", "permissions": ["inventory.item.read"], "rules": []}
    return client.post("roles", body).json["id"]


@pytest.fixture
def keeper(kernel, tenant, client):
    """A storekeeper assigned to the cellar, who may read items on top."""
    member = make_member(kernel, tenant, ["inventory.item.read"], roles=["inventory.clerk"])
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    client.post(f"admin/locations/{place}/assign", {"member_id": member.actor.member_id})
    return member


@pytest.fixture
def operator(kernel, tenant):
    """Somebody who looks after the organisation and the whole installation."""
    member = make_member(kernel, tenant, is_owner=True)
    with kernel.platform() as db:
        db.get_one(User, member.actor.user_id).is_platform_admin = True
    return member


@pytest.fixture
def places(tenant, clerk, keeper):
    """What stands for the ids in the addresses."""
    return {"tenant": tenant.slug, "clerk": clerk, "keeper": keeper.actor.member_id}


@pytest.mark.parametrize("path", [*LOOKING_AFTER, *OPERATING])
def test_every_page_is_readable_for_everybody(open_page, operator, places, path):
    # The frame around them is looked at with the other pages.
    assert faults_of(open_page(path.format(**places), member=operator), "main") == []


def test_what_somebody_may_do_is_readable_for_everybody(open_page, keeper):
    page = open_page(f"/members/{keeper.actor.member_id}")
    page.get_by_role("region", name="What they may do").locator("summary").first.click()
    assert faults_of(page, "main") == []


def test_the_rights_of_a_role_are_readable_for_everybody(open_page, clerk):
    page = open_page(f"/roles/{clerk}/rights")
    # Its rows are all alike.
    page.get_by_label("Find a document").fill("items")
    expect(page.get_by_role("group", name="Receipts", exact=True)).to_be_hidden()
    found = faults_of(page, "main")
    page.get_by_role("group", name="Items", exact=True).get_by_label("Create").check()
    page.get_by_role("button", name="Compare and save").click()
    expect(page.get_by_role("heading", name="What changes for Clerk")).to_be_visible()
    found += faults_of(page, "main")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert found + faults_of(page, "#shortcuts") == []


def test_every_refusal_is_readable_for_everybody(open_page, client, keeper):
    found = {}
    page = open_page("/roles", member=keeper)
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    found["403"] = faults_of(page, "main")
    page = open_page(f"/roles/{client.get(f'roles?key=own.{keeper.username}').json['items'][0]['id']}/delete")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("ROLE_IN_USE")).to_be_visible()
    found["409"] = faults_of(page, "main")
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    lye = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit}).json
    page.goto(f"/items/{lye['id']}")
    page.get_by_role("textbox", name="Name", exact=True).fill("Caustic soda")
    client.patch(f"items/{lye['id']}", {"name": "Lye flakes"}, version=lye["version"])
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="was changed meanwhile")).to_be_visible()
    found["conflict"] = faults_of(page, "main")
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_set_up_is_readable_for_everybody(chromium, fresh_database):
    with served(create_app(fresh_database)) as address:
        context = chromium.new_context(base_url=address, reduced_motion="reduce")
        page = context.new_page()
        page.goto("/setup")
        found = faults_of(page)
        page.goto(f"/setup?token={setup_token(fresh_database.identity.policy)}")
        assert found + faults_of(page) == []
        context.close()


def test_the_set_up_begins_with_the_time_zone_of_who_sets_up(chromium, fresh_database):
    token = setup_token(fresh_database.identity.policy)
    with served(create_app(fresh_database)) as address:
        for zone, scripts, expected in (("Europe/Lisbon", True, "Europe/Lisbon"), ("Europe/Lisbon", False, "UTC")):
            context = chromium.new_context(base_url=address, timezone_id=zone, java_script_enabled=scripts)
            page = context.new_page()
            page.goto(f"/setup?token={token}")
            expect(page.get_by_label("Time zone")).to_have_value(expected)
            if scripts:
                page.get_by_label("Time zone").select_option("Asia/Tokyo")
                page.locator("form.set-up").evaluate("form => { form.noValidate = true; form.submit(); }")
                expect(page.get_by_role("heading", name="Set up OpenMill")).to_be_visible()
                expect(page.locator("#f-organisation[aria-invalid]")).to_be_visible()
                expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
            context.close()


def test_every_page_is_whole_on_a_phone(open_page, operator, places):
    page, wide = open_page("/", width=390, member=operator), {}
    for path in NARROW:
        page.goto(path.format(**places))
        wide[path] = overflow_of(page)
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}


def test_a_member_is_given_another_role(open_page, keeper):
    page = open_page(f"/members/{keeper.actor.member_id}")
    expect(page.get_by_role("region", name="Narrowed to").get_by_role("link", name="CELLAR Cellar")).to_be_visible()
    page.get_by_role("checkbox", name="Stock clerk").uncheck()
    page.get_by_role("checkbox", name="Recipe developer").check()
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_text("It holds from their next request.")).to_be_visible()
    rights = page.get_by_role("region", name="What they may do")
    rights.locator("summary", has_text="Recipes and batches").click()
    expect(rights.get_by_role("row", name="Recipes Read").first).to_contain_text("Recipe developer")
    expect(page.get_by_role("region", name="Narrowed to")).to_have_count(0)


def test_a_module_is_turned_off_and_on_from_the_store(open_page):
    page = open_page("/apps")
    card = page.get_by_role("article", name="Brewing")
    card.get_by_role("link", name="Turn off Brewing").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Turn off Brewing").click()
    expect(page.get_by_text("Brewing is off; its data is kept.")).to_be_visible()
    expect(page.get_by_role("article", name="Brewing").get_by_text("Off", exact=True)).to_be_visible()


def test_a_colour_is_tried_before_it_is_saved(open_page):
    page = open_page("/settings")
    page.get_by_label("Hue, 0 to 360").fill("150")
    slider = "(element) => getComputedStyle(element).backgroundImage"
    assert page.locator("#set-hue").evaluate(slider).startswith("linear-gradient"), "its colours cannot be seen"
    hue = "getComputedStyle(document.documentElement).getPropertyValue('--hue').trim()"
    assert page.evaluate(hue) == "150"
    expect(page.get_by_label("A colour of our own")).to_be_checked()
    page.get_by_role("button", name="Save branding").click()
    expect(page.get_by_text("Everybody sees it from their next page on.")).to_be_visible()
    assert page.evaluate(hue) == "150"


def test_the_theme_is_switched_from_the_palette(open_page):
    page = open_page("/settings")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search and commands")
    palette.get_by_role("combobox").fill(">theme clay")
    palette.get_by_role("option", name="Switch theme to Clay").click()
    expect(page.locator("link[href*='/clay/css/theme.css']")).to_be_attached()
    page.goto("/preferences")
    expect(page.get_by_label("Theme", exact=True)).to_have_value("clay")


def test_a_wildcard_shows_what_it_gives(open_page, clerk):
    page = open_page(f"/roles/{clerk}/rights")
    items = page.get_by_role("group", name="Items", exact=True)
    expect(items.get_by_label("Read")).to_be_checked()
    items.get_by_label("All", exact=True).check()
    expect(items.get_by_label("Create")).to_be_disabled()
    page.get_by_role("button", name="Compare and save").click()
    expect(page.get_by_role("heading", name="What changes for Clerk")).to_be_visible()
    page.get_by_role("button", name="Save the rights").click()
    expect(page.get_by_text("It holds from the next request")).to_be_visible()


def test_looking_as_a_role_and_back(open_page, clerk):
    page = open_page(f"/roles/{clerk}/rights")
    page.get_by_role("button", name="View as this role").click()
    banner = page.get_by_role("status").filter(has_text="You see what Clerk sees")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Back to yourself").click()
    expect(page.get_by_text("You are yourself again.")).to_be_visible()
