"""What is drawn once with holes shows every record its own values, and never another's."""

from html.parser import HTMLParser

import pytest

from core.admin.display.markup import Kept, Pattern, drawn, escaped, hole
from core.testing import house
from core.testing.clients import ApiClient, BrowserClient

HTML = {"Accept": "text/html"}
BAD = '"><script>alert(1)</script>'


class Inputs(HTMLParser):
    """Collects the inputs of a page as they stand: what they are, what they hold, what is chosen in them."""

    def __init__(self, page):
        super().__init__()
        self.found, self._select, self._blank = [], None, 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self._blank += tag in ("template", "noscript")
        if self._blank or tag not in ("input", "select", "option", "textarea", "div"):
            return
        if tag == "select":
            self._select = told.get("name")
        if tag == "option" and "selected" in told and told["value"]:
            self.found.append((self._select, "chosen", told["value"]))
        elif tag in ("input", "select", "textarea") and told.get("name", "_")[0] != "_":
            self.found.append((tag, *sorted((key, value) for key, value in told.items() if value != "")))

    def handle_endtag(self, tag):
        self._blank -= tag in ("template", "noscript")


@pytest.fixture
def units(client):
    return {row["code"]: row["id"] for row in client.get("admin/uom?page_size=200").json["items"]}


def make(client, units, code, **values):
    answer = client.post("items", {"code": code, "name": code.title(), "base_unit_id": units["g"], **values})
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


@pytest.mark.parametrize("text", [BAD, "a \ue0001\ue001 b", "one\ue002two", "&amp;", "", "\u2028"])
def test_a_hole_takes_text_as_text(text):
    pattern = Pattern(f'<input value="{hole(0)}"><p>{hole(1)}</p>')
    filled = pattern.filled(escaped([text, "kg"]))
    assert filled == f'<input value="{drawn(escaped([text]))}"><p>kg</p>'
    assert "<script" not in filled
    assert escaped([text, text]) == [*escaped([text]), *escaped([text])]


def test_only_what_a_key_says_is_kept():
    kept, made = Kept(most=2), []
    for key in ("oak", "oak", "pine", "ash", "oak"):
        assert kept.get(key, lambda key=key: made.append(key) or key.upper()) == key.upper()
    assert made == ["oak", "pine", "ash", "oak"]


def test_records_of_one_kind_show_their_own_values(pages, client, units):
    first = make(client, units, "BEECH", description="Steamed.", reorder_point="12.5", is_active=True)
    second = make(client, units, "CHERRY", base_unit_id=units["m"], is_active=False)
    pages.open(f"/items/{first}")
    page = pages.open(f"/items/{second}")
    assert 'value="CHERRY"' in page and 'value="Cherry"' in page
    assert not [word for word in ("BEECH", "Beech", "Steamed.", "12.5") if word in page.partition('id="main"')[2]]
    [box] = [part.partition(">")[0] for part in page.split("<input") if 'name="is_active"' in part]
    assert "checked" not in box
    assert f'<option value="{units["m"]}" selected>m</option>' in page
    assert 'value="12.5"' in pages.open(f"/items/{first}")


def test_an_untouched_form_is_the_form_that_is_typed_into(pages, client, units):
    record = make(client, units, "LARCH", description=BAD, reorder_point="1200.5", conversions=[
        {"unit_id": units["kg"], "quantity": "1", "equal_quantity": "1.25", "equal_unit_id": units["l"]}])  # fmt: skip
    still = pages.open(f"/items/{record}")
    typed = pages.send(still, f"/items/{record}", 200, _edit="1").text
    assert Inputs(still).found == Inputs(typed).found
    assert len(Inputs(still).found) > 20
    assert "<script>alert" not in still


def test_another_organisation_is_shown_nothing_of_a_form_drawn_before(pages, client, units, app, kernel):
    pages.open(f"/items/{make(client, units, 'WALNUT', description='Ours alone')}")
    other = house.make_tenant(kernel, slug="other-mill")
    owner = house.make_member(kernel, other, is_owner=True)
    theirs = ApiClient(app, owner)
    unit = theirs.get("admin/uom?code=g").json["items"][0]["id"]
    record = theirs.post("items", {"code": "ELM", "name": "Elm", "base_unit_id": unit}).json["id"]
    page = BrowserClient(app, owner).get(f"/items/{record}", headers=HTML).text
    assert 'value="ELM"' in page
    assert "WALNUT" not in page and "Ours alone" not in page


def test_the_kept_menu_follows_rights_and_place(pages, pages_with):
    whole, reader = pages.open("/items"), pages_with("inventory.item.read").open("/items")
    assert 'href="/receipts"' in whole
    assert 'href="/receipts"' not in reader
    assert 'href="/items" title="Items" aria-current="page"' in whole
    assert 'href="/items" title="Items" aria-current="page"' not in pages.open("/receipts")
