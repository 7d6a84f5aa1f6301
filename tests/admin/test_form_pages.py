"""Forms without scripts, and what their scripts ask the server."""

from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from core.admin.forms.controls import ControlInfo
from core.admin.forms.generated import BoundForm, FormPlan, GridPlan
from core.testing.contract.served import counted


@pytest.fixture
def units(client):
    """Ids of the units that inventory seeds, by code."""
    return {row["code"]: row["id"] for row in client.get("admin/uom?page_size=200").json["items"]}


@pytest.fixture
def items(client, units):
    """Ids of three items by code."""
    rows = [{"code": code, "name": name, "base_unit_id": units["g"], "purchase_unit_id": units["kg"]}
            for code, name in (("OLIVE", "Olive oil"), ("COCOA", "Cocoa butter"), ("LYE", "Lye"))]  # fmt: skip
    made = client.post("items", rows)
    assert made.status_code == 201, made.text
    return {row["code"]: row["id"] for row in made.json["items"]}


@pytest.fixture
def place(client):
    return client.get("admin/locations?is_default=true").json["items"][0]["id"]


def found(pages, **texts):
    answer = pages.post("/choices", **{f"/{path}/choices": names for path, names in texts.items()})
    assert answer.status_code == 200, answer.text
    return answer.json["found"]


# ---- tabs, conditions, numbers -------------------------------------------------------------------------------------


def test_tabs_are_headings_and_a_fault_opens_its_tab(pages, units):
    page = pages.open("/items/new")
    assert '<h2 class="tab-title">Stock</h2>' in page
    assert page.index('<h2 class="tab-title">Units</h2>') < page.index('<h2 class="tab-title">Stock</h2>')
    assert 'class="tab-panel stack open" id="tab-units"' in page
    wrong = pages.send(page, "/items/new", 422, code="X", name="X", base_unit_id=str(units["g"]), reorder_point="some")
    assert 'class="tab-panel stack open" id="tab-stock"' in wrong.text
    assert '<span class="tab-faults">1<span class="visually-hidden"> to correct</span></span>' in wrong.text


def test_a_group_of_another_module_stands_on_the_tab_of_its_neighbour(client, kernel, tenant, registry):
    resource = registry.resources["inventory.item"]
    with kernel.unit(tenant.id, readonly=True) as ctx:
        parts = kernel.shape(ctx, resource).form
    own = {part.title for part in resource.form}
    added = [place for place, part in enumerate(parts) if part.title not in own and part.title != "More"]
    assert added
    assert all(parts[place].tab == parts[place - 1].tab for place in added)


def test_what_does_not_apply_is_not_shown_and_not_sent(pages, client, units):
    page = pages.open("/items/new")
    assert 'data-visible-when="[[&#34;kind&#34;, [&#34;container&#34;]]]" hidden' in page
    # Somebody chose another kind after filling in what one container holds.
    pages.send(page, "/items/new", code="SOAP", name="Soap", base_unit_id=str(units["g"]), capacity="12")
    [item] = client.get("items?code=SOAP").json["items"]
    assert item["capacity"] is None
    sent = {"kind": "container", "capacity": "1,5", "capacity_unit_id": str(units["l"])}
    pages.send(page, "/items/new", code="JAR", name="Jar", base_unit_id=str(units["g"]), **sent)
    assert client.get("items?code=JAR").json["items"][0]["capacity"] == "1.500000"


def test_a_closed_input_is_closed(pages, client, units):
    page = pages.open(f"/admin/uom/{units['kg']}")
    [numerator] = [part for part in page.split("<input") if 'name="numerator"' in part]
    assert " readonly" in numerator.partition(">")[0]
    pages.send(page, f"/admin/uom/{units['kg']}", numerator="5", name="Kilo")
    row = client.get(f"admin/uom/{units['kg']}").json
    assert (row["numerator"], row["name"]) == ("1000.000000000000", "Kilo") or row["numerator"].startswith("1000.")


def test_numbers_are_read_as_typed_and_doubt_is_told(pages, client, units):
    page = pages.open("/items/new")
    sent = {"code": "OIL", "name": "Oil", "base_unit_id": str(units["g"])}
    doubt = pages.send(page, "/items/new", 422, **sent, reorder_point="1,200", maximum_stock="5 kg").text
    assert "1,200 can mean 1200 or 1.2. Type the one that you mean." in doubt
    assert "kg is not the unit here; the amount is in g." in doubt
    assert 'value="1,200"' in doubt
    pages.send(page, "/items/new", **sent, reorder_point="1 200,5 g", minimum_stock="3*250", selling_price="1.200,50")
    [item] = client.get("items?code=OIL").json["items"]
    amounts = (item["reorder_point"], item["minimum_stock"], item["selling_price"])
    assert amounts == ("1200.500000", "750.000000", "1200.500000")


# ---- a record made over the page that needs it ---------------------------------------------------------------------

SHEET = {"Accept": "text/html", "X-Fragment": "yes"}


def test_a_sheet_is_the_form_alone_and_answers_what_was_made(pages, client):
    fragment = pages.browser.get("/items/categories/new?name=Butters", headers=SHEET).text
    assert 'value="Butters"' in fragment
    assert "On its own page" in fragment
    assert "<html" not in fragment
    refused = pages.browser.post("/items/categories/new", {"name": ""}, headers=SHEET)
    assert refused.status_code == 422
    assert "Fill this in." in refused.text
    assert "<html" not in refused.text
    made = pages.browser.post("/items/categories/new", {"name": "Butters"}, headers=SHEET)
    assert made.status_code == 201
    number = client.get("items/categories?name=Butters").json["items"][0]["id"]
    wanted = {"id": str(number), "label": "Butters", "url": f"/items/categories/{number}", "kind": "Category"}
    assert made.json == wanted
    # Only what is new is asked for in a sheet.
    assert "<html" in pages.browser.get(f"/items/categories/{number}", headers=SHEET).text


def test_a_sheet_opens_for_nobody_who_may_not_make_it(pages_with):
    reader = pages_with("inventory.item_category.read")
    assert reader.browser.get("/items/categories/new", headers=SHEET).status_code == 403


def test_the_plus_makes_in_a_sheet_what_goes_through_no_states(pages):
    page = pages.browser.get("/new", headers={"HX-Request": "true"}).text
    assert '<a href="/items/new" data-make>' in page
    assert '<a href="/receipts/new">' in page


@pytest.mark.parametrize(("given", "shown"), [("false", False), ("true", True), ("perhaps", True)])
def test_an_address_fills_a_check_box(pages, given, shown):
    page = pages.open(f"/items/new?is_active={given}")
    [box] = [part for part in page.split("<input") if 'name="is_active"' in part]
    assert (" checked" in box.partition(">")[0]) == shown


# ---- grids ---------------------------------------------------------------------------------------------------------


def test_a_new_document_has_a_row_to_type_into_that_is_not_sent_empty(pages, client, place, items):
    page = pages.open("/receipts/new")
    assert 'name="lines-0-quantity"' in page
    refused = pages.send(page, "/receipts/new", 422).text
    assert '<a href="#f-location_id">Into</a>: Fill this in.' in refused
    assert "row 1" not in refused.split('role="alert"')[1].split("</ul>")[0]
    pages.send(page, "/receipts/new", location_id=str(place), supplier_name="Oliveto")
    [empty] = client.get("receipts?supplier_name=Oliveto").json["items"]
    assert client.get(f"receipts/{empty['id']}").json["lines"] == []
    row = {"lines-0-item_id": str(items["OLIVE"]), "lines-0-quantity": "2"}
    pages.send(page, "/receipts/new", location_id=str(place), supplier_name="Cacau", **row)
    [filled] = client.get("receipts?supplier_name=Cacau").json["items"]
    assert len(client.get(f"receipts/{filled['id']}").json["lines"]) == 1


def test_a_row_is_empty_as_long_as_it_says_what_the_browser_shows_by_itself():
    kind = ControlInfo("kind", "Kind", "choice", choices=(("loss", "Loss"), ("gain", "Gain")), blank=False)
    amount = ControlInfo("quantity", "Quantity", "decimal", numeric=True)

    def sent(columns, **posted):
        plan = FormPlan((), (GridPlan("extras", "Extras", columns),))
        assert len(BoundForm(plan, ZoneInfo("UTC")).begin().grids["extras"].rows) == len(columns) - 1
        row = MultiDict({f"extras-0-{name}": text for name, text in posted.items()})
        return BoundForm(plan, ZoneInfo("UTC"), posted=row).body(creating=True)["extras"]

    assert sent((kind, amount), kind="loss", quantity="") == []
    assert sent((kind, amount), kind="gain", quantity="") == [{"kind": "gain", "quantity": None}]
    assert sent((kind, amount), kind="loss", quantity="2") == [{"kind": "loss", "quantity": "2"}]
    assert sent((kind,), kind="loss") == [{"kind": "loss"}]


def test_a_copy_and_a_record_begin_with_the_rows_they_have(pages, client, place, items):
    line = {"item_id": items["OLIVE"], "quantity": "2"}
    one, none = (client.post("receipts", {"location_id": place, "lines": lines}).json for lines in ([line], []))
    assert pages.open(f"/receipts/new?from={one['id']}").count('<tr data-index="0"') == 1
    assert 'name="lines-0-quantity"' in pages.open(f"/receipts/new?from={none['id']}")
    assert 'name="lines-0-quantity"' not in pages.open(f"/receipts/{none['id']}")


def test_the_order_of_the_rows_is_kept(pages, client, units, items):
    line = {"quantity": "1", "unit_id": units["g"]}
    body = {"name": "Soap", "yield_qty": "1", "yield_unit_id": units["kg"],
            "ingredients": [{"item_id": items["OLIVE"], **line}, {"item_id": items["LYE"], **line}]}  # fmt: skip
    recipe = client.post("recipes", body).json
    url = f"/recipes/{recipe['id']}"
    page = pages.open(url)
    first, second = "ingredients-0-", "ingredients-1-"
    for old, new in ((first, "ingredients-9-"), (second, first), ("ingredients-9-", second)):
        page = page.replace(f'name="{old}', f'name="{new}')
    # The second row now stands first on the page, under its own number.
    pages.send(page.replace("ingredients-0-", "ingredients-7-"), url)
    lines = client.get(f"recipes/{recipe['id']}").json["ingredients"]
    assert [row["item_label"][:5] for row in sorted(lines, key=lambda row: row["position"])] == ["OLIVE", "LYE L"]


def test_more_rows_than_a_page_takes_are_refused_and_none_is_lost(pages, client, place, items):
    page = pages.open("/receipts/new")
    rows = {f"lines-{n}-quantity": "1" for n in range(2001)}
    answer = pages.send(page, "/receipts/new", 422, location_id=str(place), **rows)
    assert "Holds 2001 rows; a page takes 2000." in answer.text
    assert 'name="lines-2000-quantity"' in answer.text


def test_a_long_document_asks_no_more_than_a_short_one(pages, client, kernel, place, items):
    def statements(count):
        lines = [{"item_id": items["OLIVE"], "quantity": "1"} for _ in range(count)]
        receipt = client.post("receipts", {"location_id": place, "lines": lines}).json
        pages.open(f"/receipts/{receipt['id']}")
        with counted(kernel.engine) as seen:
            page = pages.open(f"/receipts/{receipt['id']}")
        assert page.count('name="_remove"') == count + 1
        return len(seen)

    assert statements(300) <= statements(3)


# ---- pickers and pasted names --------------------------------------------------------------------------------------


def test_pasted_names_are_found_together(pages, kernel, items, units):
    told = found(pages, items=["OLIVE", "olive", "COCOA Cocoa butter", "Lye", "SALT"], **{"admin/uom": ["kg", "KG"]})
    names = {text: pick["label"] for text, pick in told["/items/choices"].items()}
    assert names == {"OLIVE": "OLIVE Olive oil", "olive": "OLIVE Olive oil", "COCOA Cocoa butter": "COCOA Cocoa butter",
                     "Lye": "LYE Lye"}  # fmt: skip
    assert told["/admin/uom/choices"]["kg"] == {"id": str(units["kg"]), "label": "kg"}
    with counted(kernel.engine) as few:
        found(pages, items=["OLIVE", "NONE"])
    with counted(kernel.engine) as many:
        found(pages, items=["OLIVE", "COCOA", "LYE", *(f"NONE-{n}" for n in range(300))])
    assert len(many) <= len(few)


def test_pasted_names_tell_nothing_to_strangers(pages, pages_with, other_client, items):
    assert found(pages_with("recipes.*"), items=["OLIVE"]) == {"/items/choices": {}}
    other_client.post("items/categories", {"name": "Foreign"})
    assert found(pages, **{"items/categories": ["Foreign"], "no/such": ["x"]})["/items/categories/choices"] == {}
    assert found(pages, items=["\x00", "", "x" * 9000])["/items/choices"] == {}
    assert pages.browser._client.post("/choices", data={"/items/choices": "OLIVE"}).status_code in (400, 403)


def test_a_text_that_was_not_found_stays_with_its_row(pages, place, items):
    page = pages.open("/receipts/new")
    row = {"lines-0-item_id": "", "lines-0-item_id__find": "SALT", "lines-0-quantity": "2"}
    answer = pages.send(page, "/receipts/new", 422, location_id=str(place), **row).text
    assert '<a href="#f-lines-0-item_id">Lines, row 1, Item</a>' in answer
    assert '<input type="hidden" name="lines-0-item_id__find" value="SALT">' in answer


def test_pickers_offer_what_was_chosen_lately_first(pages, pages_with, items):
    recent = f"{items['OLIVE']},{items['LYE']},999999999,x"
    answer = pages.browser.get(f"/items/choices?search=&recent={recent}").json
    assert [pick["label"] for pick in answer["items"][:2]] == ["OLIVE Olive oil", "LYE Lye"]
    assert len({pick["id"] for pick in answer["items"]}) == len(answer["items"])
    assert (answer["create"], answer["open"]) == ("/items/new?name=", "/items/")
    assert "create" not in pages_with("inventory.*.read").browser.get("/items/choices").json


# ---- what else changes ---------------------------------------------------------------------------------------------


def change(pages, path, name, **values):
    return pages.post(f"/{path}/change", _changed=name, **values)


def test_many_pasted_rows_are_answered_at_once(pages, items, units):
    values, names = {}, []
    for row, code in enumerate(("OLIVE", "COCOA", "LYE")):
        names.append(f"lines-{row}-item_id")
        values |= {f"lines-{row}-item_id": str(items[code]), f"lines-{row}-quantity": "1"}
    answer = change(pages, "receipts", names, **values)
    kilogram = {"value": str(units["kg"]), "label": "kg"}
    assert answer.json["fields"] == {f"lines-{row}-unit_id": kilogram for row in range(3)}
    assert change(pages, "receipts", [*names, "lines-9-item_id"], **values).status_code == 422
    many = pages.browser.post(
        "/receipts/change", {**values, "_changed": names * 70}, headers={"Accept": "application/json"}
    )
    assert many.json["errors"] == {"_changed": ["Ask for at most 200 inputs at once."]}


def test_a_hundred_pasted_rows_ask_no_more_than_one(pages, client, kernel, units):
    rows = [{"code": f"OIL-{n:03}", "name": f"Oil {n}", "base_unit_id": units["g"]} for n in range(100)]
    made = client.post("items", rows)
    assert made.status_code == 201, made.text
    ids = [row["id"] for row in made.json["items"]]

    def asked(count):
        values = {f"lines-{n}-item_id": str(identity) for n, identity in enumerate(ids[:count])}
        with counted(kernel.engine) as seen:
            answer = change(pages, "issues", list(values), **values)
        assert [field["label"] for field in answer.json["fields"].values()] == ["g"] * count
        return len(seen)

    asked(1)
    assert asked(100) == asked(1)


def test_only_what_changes_is_answered(pages, client, kernel, items, units):
    values = {"supplier_name": "Oliveto", "lines-7-item_id": str(items["OLIVE"]), "lines-7-quantity": "1 200,5"}
    change(pages, "receipts", "lines-7-item_id", **values)
    with counted(kernel.engine) as seen:
        answer = change(pages, "receipts", "lines-7-item_id", **values)
    expected = {"lines-7-unit_id": {"value": str(units["kg"]), "label": "kg"}}
    assert answer.json == {"fields": expected, "units": {}}
    assert len(answer.data) < 150
    assert len(seen) <= 14, seen


def test_a_form_without_such_an_input_is_refused(pages, pages_with, items):
    assert change(pages, "receipts", "lines-0-nothing").status_code == 422
    assert change(pages, "receipts", "").status_code == 422
    assert change(pages, "no-such", "x").status_code == 404
    readers = pages_with("inventory.*.read")
    refused = change(readers, "receipts", "lines-0-item_id", **{"lines-0-item_id": str(items["OLIVE"])})
    assert refused.status_code == 403


@pytest.mark.parametrize("text", ["\x00", "9" * 5000, "-1", "NaN", "((((1", "1e400 kg", "<b>"])
def test_no_input_breaks_what_a_form_asks(pages, items, text):
    values = {"lines-0-item_id": text, "lines-0-unit_id": text, "lines-0-quantity": f"5 {text} kg", "received_on": text}
    assert change(pages, "receipts", "lines-0-item_id", **values).status_code == 200
    assert change(pages, "receipts", text, **values).status_code == 422
    assert pages.post("/choices", **{f"/items/choices?{text}=1": "OLIVE"}).status_code in (200, 422)
    assert pages.browser.get("/items/choices", query_string={"recent": text, "search": text}).status_code in (200, 422)
