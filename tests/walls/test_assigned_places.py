"""What happens at a place changes nothing that is told to somebody who is not assigned to it, on any road."""

import difflib
import re

import pytest

from core.desk import search
from core.testing.clients import BrowserClient
from core.web.endpoints import ID, EndpointTable
from tests.walls.evidence import rows_of
from tests.walls.town import Town

# What differs from one answer to the next whoever asks: the request's own id and token, and when it was printed.
PASSING = re.compile(r'"request_id": ?"\w+"|<(?:input|meta)[^>]*csrf[^>]*>|<p class="print-head">.*?</p>')


@pytest.fixture
def town(app, kernel, tenant, monkeypatch):
    # However busy the machine is, nothing is left out for want of time.
    monkeypatch.setattr(search, "BUDGET_SECONDS", 60)
    town = Town(app, kernel, tenant)
    town.a_month_at(town.kitchen, "KITCHEN", 4)
    town.a_month_at(town.store, "STORE", 5)
    town.move(town.store, town.kitchen, town.oil, "60")
    town.ask_for(town.store, town.kitchen, town.oil, "70")
    return town


def let_things_happen_elsewhere(town):
    town.a_month_at(town.store, "AGAIN", 6)
    town.a_month_at(town.yard, "YARD", 7)
    town.receive(town.yard, town.line(town.glue, "888", unit_cost="0.99", lot_number="YARD-GLUE"))
    town.move(town.store, town.yard, town.oil, "8")
    town.ask_for(town.store, town.yard, town.oil, "9")


def ids_of(town):
    """Return the oldest and the newest id of every resource: most often of a record here and of one elsewhere."""
    found = {}
    for key, resource in town.kernel.registry.resources.items():
        answer = town.owner.get(f"{resource.path}?page_size=200&fields=id&sort=id")
        rows = answer.get_json()["items"] if answer.status_code == 200 else []
        found[key] = sorted({row["id"] for row in (*rows[:1], *rows[-1:])})
    return found


def questions(town, ids):
    """Yield whatever can be read over REST."""
    resources = {item.path: item.key for item in town.kernel.registry.resources.values()}
    for endpoint in EndpointTable(town.kernel.registry):
        if endpoint.method != "GET" or endpoint.kind == "fields":
            continue
        if ID in endpoint.path:
            for number in ids[resources.get(endpoint.path.partition("/{id}")[0], "inventory.item")]:
                yield endpoint.path.replace(ID, str(number))
        elif endpoint.kind == "list":
            yield from questions_of_a_list(town, endpoint.path, ids)
        else:
            yield endpoint.path
            if endpoint.query is not None:
                yield from (f"{endpoint.path}?location_id={place}" for place in (town.kitchen, town.store))
                yield f"{endpoint.path}?recipe_id={town.recipe}"
    for key in town.kernel.registry.widgets:
        yield f"widgets/{key}"
    yield from ("alerts", "dashboard", "search?q=STORE", "search?q=OLS", "saved-views", "edits", "imports")


def questions_of_a_list(town, path, ids):
    yield f"{path}?page_size=200&count=exact"
    yield f"{path}?search=STORE"
    fields = town.owner.get(f"{path}/fields").get_json()["fields"]
    for field in fields:
        if field["kind"] == "reference" and field["resource"]:
            yield f"{path}?group_by={field['name']}"
            yield f"{path}?sort=-{field['name']}&page_size=5"
            yield from (f"{path}?{field['name']}={number}&fields=id" for number in ids[field["resource"]][-2:])
        elif field["kind"] == "decimal":
            yield f"{path}?totals={field['name']}&{field['name']}__gte=5&page_size=1"


def pages(town, ids):
    """Yield the pages of every record, list and report."""
    for resource in town.kernel.registry.resources.values():
        yield f"/{resource.path}"
        yield f"/{resource.path}/group?group_by={resource.list[0]}"
        yield from (f"/{resource.path}/{number}" for number in ids[resource.key][-2:])
    yield from (f"/{item.path}" for item in town.kernel.registry.queries.values() if item.columns)
    yield from (f"/cards/{key}" for key in town.kernel.registry.widgets)
    yield from ("/", "/alerts", "/palette", "/search?q=STORE", "/search?q=OLS")


def answers(who, paths):
    found = {}
    for path in paths:
        answer = who.get(path)
        found[path] = f"{answer.status_code} {PASSING.sub('', answer.text)}"
    return found


def differing(before, after):
    """Return what is told otherwise afterwards: the path and the first lines that differ."""
    found = []
    for path, told in before.items():
        if told != after[path]:
            changed = list(difflib.unified_diff(told.splitlines(), after[path].splitlines(), n=0, lineterm=""))
            found.append("\n  ".join([path, *(line[:400] for line in changed[2:10])]))
    return found


def test_what_happens_elsewhere_changes_no_answer(town):
    cook = town.member(["*"])
    paths = list(questions(town, ids_of(town)))
    before = answers(cook, paths)
    let_things_happen_elsewhere(town)
    wrong = differing(before, answers(cook, paths))
    assert sum(told.startswith("200") for told in before.values()) > 350
    assert not wrong, "\n".join(wrong)


def test_nothing_elsewhere_can_be_touched(town):
    """Every action and change of a record that a rule narrows, with the newest record of elsewhere."""
    let_things_happen_elsewhere(town)
    cook, wrong, tried = town.member(["*"]), [], 0
    narrowed = {key for rule in town.kernel.registry.rules.values() for key in rule.resources}
    foreign = {key: beyond(town, cook, key) for key in narrowed}
    before = rows_of(town.kernel, town.tenant.id)
    for endpoint in EndpointTable(town.kernel.registry):
        key = endpoint.resource.key if endpoint.resource else ""
        if endpoint.method == "GET" or not foreign.get(key):
            continue
        if ID not in endpoint.path and endpoint.kind not in ("bulk", "edit"):
            continue
        tried += 1
        path = endpoint.path.replace(ID, str(foreign[key]))
        body = {"ids": [foreign[key]]} if ID not in endpoint.path else {}
        if endpoint.kind == "edit":
            body["values"] = {"address" if key == "inventory.location" else "notes": "mine"}
        answer = cook.send(endpoint.method, path, body, headers={"If-Match": "*"})
        if answer.status_code != 404:
            wrong.append(f"{endpoint.method} {path}: {answer.status_code} {answer.text[:300]}")
    assert tried > 60
    assert not wrong, "\n".join(wrong)
    after = rows_of(town.kernel, town.tenant.id)
    assert {name for name in before if before[name] != after[name]} == set()


def beyond(town, cook, key):
    """Return the newest record of a resource that the cook does not see, 0 where there is none."""
    path = town.kernel.registry.resources[key].path
    ids, seen = ({row["id"] for row in who.get(f"{path}?page_size=200&fields=id&sort=-id").get_json()["items"]}
                 for who in (town.owner, cook))  # fmt: skip
    return max(ids - seen, default=0)


def test_what_happens_elsewhere_changes_no_page(town):
    cook = BrowserClient(town.app, town.member(["*"]).member)
    paths = list(pages(town, ids_of(town)))
    before = answers(cook, paths)
    let_things_happen_elsewhere(town)
    wrong = differing(before, answers(cook, paths))
    assert sum(told.startswith("200") for told in before.values()) > 80
    assert not wrong, "\n".join(wrong)
