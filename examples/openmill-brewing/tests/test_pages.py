"""What the generated pages make of the declarations: no page of this plugin is written by hand."""

from __future__ import annotations

ACTION = "/brewing/imports/do/beerxml"


def test_the_menu_leads_to_the_files_and_their_import(browser) -> None:
    assert 'href="/brewing/imports"' in browser.get("/").text
    assert 'href="/reports/brew-day"' in browser.get("/").text
    assert f'href="{ACTION}"' in browser.get("/brewing/imports").text
    assert 'name="content"' in browser.get(ACTION).text


def test_a_file_is_imported_on_the_page(browser, brewery, own_file) -> None:
    assert browser.post(ACTION, {"content": own_file("harvest.xml"), "file_name": "harvest.xml"}).status_code == 200
    assert brewery.record("items", "HOP CHALLENGER")["brewing.alpha_acid"] == "7.2000"
    assert "harvest.xml" in browser.get("/brewing/imports").text


def test_faults_stand_beside_the_field(browser, own_file) -> None:
    answer = browser.post(ACTION, {"content": own_file("faulty.xml")})
    assert answer.status_code == 422
    assert "hop 1 &#34;Perle&#34;: ALPHA &#39;high&#39; is no number" in answer.text


def test_brewing_fields_are_in_lists_and_forms(browser, brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    assert "Alpha acid %" in browser.get("/items").text
    assert 'name="brewing.alpha_acid"' in browser.get(f"/items/{brewery.id_of('items', 'HOP CHALLENGER')}").text
    recipe = browser.get(f"/recipes/{brewery.id_of('recipes', 'BEER HARVEST & HEARTH')}").text
    assert 'name="brewing.style"' in recipe
    assert 'name="ingredients-0-brewing.stage"' in recipe


def test_a_tenant_without_brewing_sees_none_of_it(app, kernel, brewery) -> None:
    from core.testing.clients import BrowserClient
    from core.testing.house import make_member, make_tenant

    soapery = make_tenant(kernel, ["recipes"])
    other = BrowserClient(app, make_member(kernel, soapery, is_owner=True))
    assert "brew" not in other.get("/").text
    assert other.get("/brewing/imports").status_code == 404
    assert "Alpha acid" not in other.get("/items").text
