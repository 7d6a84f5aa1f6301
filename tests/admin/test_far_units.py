"""Amounts whose unit a record referred to tells: what lies in stock is counted in its item's base unit."""

import re

import pytest
import sqlalchemy as sa


@pytest.fixture
def stocked(client):
    """500 g and 250 g of two salts, and 12 pieces of a jar, each received as it is counted."""
    units = {row["code"]: row["id"] for row in client.get("admin/uom?page_size=200").json["items"]}
    place = client.get("admin/locations").json["items"][0]["id"]
    for code, unit, quantity in (("SALT-A", "g", "500"), ("SALT-B", "g", "250"), ("JAR", "each", "12")):
        take(client, place, code, units[unit], quantity)
    return client


def take(client, place, code, unit, quantity):
    made = client.post("items", {"code": code, "name": code.title(), "base_unit_id": unit})
    assert made.status_code == 201, made.text
    line = {"item_id": made.json["id"], "quantity": quantity, "unit_cost": "0.5"}
    receipt = client.post("receipts", {"location_id": place, "lines": [line]})
    assert receipt.status_code == 201, receipt.text
    assert client.post(f"receipts/{receipt.json['id']}/post", {}).status_code == 200


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_amounts_are_said_in_the_unit_of_their_item(pages, stocked):
    for path in ("/stock?columns=on_hand", "/admin/inventory-transactions?columns=quantity"):
        words = words_of(pages.open(path))
        assert "500 g" in words
        assert "12 each" in words
    [row] = stocked.get("stock?on_hand=500").json["items"]
    assert "500 g" in words_of(pages.open(f"/stock/{row['id']}"))


def test_no_sum_is_drawn_over_grams_and_pieces(pages, stocked):
    assert "several units" in words_of(pages.open("/stock?totals=on_hand"))
    assert stocked.get("stock?totals=on_hand").json["totals"]["on_hand"]["mixed"] is True
    grams = ",".join(str(row["id"]) for row in stocked.get("items?code__startswith=SALT").json["items"])
    assert "Sum 750 g" in words_of(pages.open(f"/stock?item_id__in={grams}&totals=on_hand"))
    groups = words_of(pages.open("/stock?group=item&columns=item,on_hand"))
    assert "500 g" in groups
    assert "12 each" in groups
    assert "762" not in words_of(pages.open("/stock?group=location&columns=item,on_hand"))
    assert "is in several units and has no sum" in pages.open("/stock?view=chart&sum=on_hand")


def test_amounts_are_sorted_within_what_they_are_measured_in(pages, stocked):
    place = stocked.get("admin/locations").json["items"][0]["id"]
    salt = stocked.get("items?code=SALT-A").json["items"][0]["id"]
    line = {"item_id": salt, "quantity": "2", "unit_cost": "0.5"}
    receipt = stocked.post("receipts", {"location_id": place, "lines": [line]}).json
    assert stocked.post(f"receipts/{receipt['id']}/post", {}).status_code == 200
    page = pages.open("/stock?columns=item,on_hand")
    assert 'href="/stock?sort=item_id%2Con_hand&amp;columns' in page
    page = pages.open("/stock?columns=item,on_hand&sort=item_id,on_hand")
    assert 'href="/stock?sort=item_id%2C-on_hand&amp;columns' in page
    amounts = re.findall(r"(\d+) (g|each)\b", words_of(page.partition("<tbody")[2]))
    assert amounts == [("12", "each"), ("2", "g"), ("500", "g"), ("250", "g")]
    # A price is compared whatever it is the price of; an amount beside its unit stays within that.
    items = pages.open("/items?columns=code,reorder_point,selling_price")
    assert "sort=base_unit_id%2Creorder_point&amp;" in items
    assert "sort=selling_price&amp;" in items


def test_lines_are_said_in_the_unit_of_their_item(pages, stocked):
    place = stocked.get("stock?on_hand=500").json["items"][0]["location_id"]
    count = stocked.post("counts", {"location_id": place}).json
    assert stocked.post(f"counts/{count['id']}/start", {}).status_code == 200
    assert stocked.post(f"counts/{count['id']}/cancel", {}).status_code == 200
    words = words_of(pages.open(f"/counts/{count['id']}"))
    assert "500 g" in words
    assert "12 each" in words


def test_a_new_record_is_said_in_the_unit_of_the_item_that_its_address_names(pages, stocked):
    [row] = stocked.get("stock?on_hand=500").json["items"]
    assert "SALT-A" in pages.open(f"/reservations/new?item_id={row['item_id']}")


def test_a_reservation_made_on_its_page_holds_what_it_says(pages, stocked):
    """12 jars lie there; 5 are held, and the grid below, left as it stands, takes none of them away."""
    jars = next(row for row in stocked.get("stock").json["items"] if row["item_label"].startswith("JAR"))
    asked = {"item_id": str(jars["item_id"]), "location_id": str(jars["location_id"]), "quantity": "5"}
    made = pages.send(pages.open("/reservations/new"), "/reservations/new", **asked).headers["Location"]
    reservation = stocked.get(made[1:]).json
    assert (reservation["held"], [pick["quantity"] for pick in reservation["picks"]]) == ("5.000000", ["5.000000"])
    assert stocked.get(f"stock/{jars['id']}").json["reserved"] == "5.000000"


@pytest.mark.parametrize("item", ["abc", "7" * 30, "-1", "²"])
def test_an_address_that_names_no_item_opens_an_empty_form(pages, stocked, item):
    assert "New reservation" in pages.open(f"/reservations/new?item_id={item}")


def counted(stocked):
    """Start a count of all that is there; return the address of its page."""
    place = stocked.get("stock?on_hand=500").json["items"][0]["location_id"]
    count = stocked.post("counts", {"location_id": place}).json
    assert stocked.post(f"counts/{count['id']}/start", {}).status_code == 200
    return f"/counts/{count['id']}"


def units_of(page):
    return re.findall(r'data-unit-of="item.base_unit_id">([^<]*)</span>', page.partition("<template>")[0])


def test_lines_that_can_be_typed_into_are_said_in_the_unit_of_their_item(pages, stocked):
    url = counted(stocked)
    page = pages.open(url)
    assert units_of(page) == ["g"] * 6 + ["each"] * 3
    refused = pages.send(page, url, status=422, **{"lines-0-counted_quantity": "many"}).text
    assert 'value="many"' in refused
    assert units_of(refused) == units_of(page)


def test_a_line_of_another_item_says_its_unit_before_it_is_saved(pages, stocked):
    url = counted(stocked)
    page = pages.open(url)
    [jar] = [row["id"] for row in stocked.get("items?code=JAR").json["items"]]
    changed = {"lines-0-item_id": str(jar), "lines-1-counted_quantity": "many"}
    assert units_of(pages.send(page, url, status=422, **changed).text) == ["each"] * 3 + ["g"] * 3 + ["each"] * 3
    unknown = {"lines-0-item_id": "999999999", "lines-1-counted_quantity": "many"}
    assert units_of(pages.send(page, url, status=422, **unknown).text) == [""] * 3 + ["g"] * 3 + ["each"] * 3


def test_what_is_closed_takes_no_text_without_scripts_either(pages, stocked):
    page = pages.open(counted(stocked))
    assert 'name="location_id"' in page and 'name="location_id__find"' not in page
    assert 'name="lines-0-item_id__find"' in page


def test_a_form_asks_for_the_unit_of_what_was_chosen(pages, pages_with, stocked):
    url = counted(stocked)
    [jar] = [row["id"] for row in stocked.get("items?code=JAR").json["items"]]
    asked = {"_changed": "lines-7-item_id", "lines-7-item_id": str(jar), "lines-8-item_id": "nonsense"}
    told = pages.post("/counts/change", **asked)
    assert told.json["units"] == {"lines-7-": {"item.base_unit": "each"}}
    assert 'name="lines-0-item_id"' in pages.open(url)
    counter = pages_with("inventory.count.read", "inventory.count.create", "inventory.count.update")
    assert counter.post("/counts/change", **asked).json["units"] == {}


def test_two_versions_of_lines_are_merged(pages, stocked):
    url = counted(stocked)
    line = stocked.get(url[1:]).json["lines"][0]
    merged = {"_merge": "1", "_edit": "1", f"_take:lines.{line['id']}": "mine"}
    answer = pages.send(pages.open(url), url, status=200, **merged).text
    assert f'<option value="{line["item_id"]}" selected>' in answer
    assert units_of(answer) == ["g"] * 6 + ["each"] * 3


def test_lines_whose_unit_has_a_column_say_it_once(pages, stocked):
    assert "with-unit" not in pages.open("/receipts/new").partition('data-lines="lines"')[2].partition("</section>")[0]


def test_units_are_read_at_once_for_all_rows(pages, stocked, kernel):
    place = stocked.get("admin/locations").json["items"][0]["id"]
    gram = stocked.get("admin/uom?code=g").json["items"][0]["id"]

    def asked():
        told = []
        listen = lambda connection, cursor, statement, *rest: told.append(statement)  # noqa: E731
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", listen)
        pages.open("/stock?totals=on_hand")
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", listen)
        return len(told)

    asked()
    before = asked()
    for number in range(4):
        take(stocked, place, f"SALT-{number}", gram, "5")
    assert asked() == before


def test_what_a_list_can_be_grouped_by_is_said(client):
    [fault] = client.get("stock?group_by=kind").json["errors"]["group_by"]
    assert fault.startswith("Stock cannot be grouped by 'kind'; use one of: ")
    assert "location_id" in fault
