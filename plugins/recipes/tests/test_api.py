"""The main job as a client program does it, and what people without rights do not see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugins.recipes.tests.workshop import buy, dec, line, make_item, make_recipe, soap_workshop, unit_id

JSON = {"Accept": "application/json"}
README = Path(__file__).parent.parent / "README.md"


@pytest.fixture
def shop(unit):
    with unit() as ctx:
        return soap_workshop(ctx)


def done(answer, status: int = 200):
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def test_plan_start_finish_and_trace(client, shop):
    plan = done(client.get(f"recipes/{shop.recipe_id}/plan?scale=2.5"))
    assert plan["can_start"] is True
    assert plan["projected"]["quantity"] == "2.500000"
    assert plan["containers"] == {"volume": "2.560000", "left_in_bulk": "0.000000", "fill_efficiency": "97.6563"}
    assert (plan["cost"], plan["unit_cost"]) == ("18.750000", "3.700000")

    batch = done(client.post("batches", {"recipe_id": shop.recipe_id, "scale": "2.5", "due_date": "2030-01-01"}), 201)
    assert (batch["state"], batch["label"], batch["name"]) == ("planned", None, "Lavender Soap")
    again = done(client.get(f"batches/{batch['id']}/plan"))
    assert (again["can_start"], len(again["lines"])) == (True, 7)

    started = done(client.post(f"batches/{batch['id']}/start"))
    assert started["state"] == "in_progress"
    assert re.fullmatch(r"LAS-\d{4}-001", started["label"])
    moulds = next(line for line in started["lines"] if line["kind"] == "container")
    result = {"final_quantity": "2.325", "containers": [{"line_id": moulds["id"], "passed": 24, "broken": 1}]}
    finished = done(client.post(f"batches/{batch['id']}/finish", result))
    assert (finished["state"], finished["yield_accuracy"], finished["unit_cost"]) == ("finished", "-7.0000", "3.978495")
    assert [(out["kind"], out["unit_cost"]) for out in finished["outputs"]] == [
        ("container", "0.578696"), ("bulk", "3.978494"),
    ]  # fmt: skip
    twice = client.post(f"batches/{batch['id']}/finish", result)
    assert (twice.status_code, twice.get_json()["code"]) == (409, "INVALID_STATE")

    sheet = done(client.get(f"reports/batch-cost-sheet?batch_id={batch['id']}"))["rows"]
    totals = {row["side"]: row["cost"] for row in sheet if row["kind"] == "total"}
    assert totals == {"in": "17.000000", "out": "17.000000"}
    trace = done(client.get(f"batches/{batch['id']}/trace"))
    assert len(trace["backward"]["lots"]) == 7
    assert len(trace["forward"]["lots"]) == 2
    assert done(client.get(f"batches/{batch['id']}/inventory-summary"))["lots"] == 7


def test_a_missing_density_is_mended_by_its_next_step(client, shop):
    recipe = done(client.get(f"recipes/{shop.recipe_id}"))
    units = {unit["code"]: unit["id"] for unit in done(client.get("admin/uom?page_size=100"))["items"]}
    coconut = shop.items["COCONUT-OIL"]
    line = {"item_id": coconut, "quantity": "100", "unit_id": units["ml"]}
    done(client.patch(f"recipes/{shop.recipe_id}", {"ingredients": [line]}, version=recipe["version"]))
    refusal = client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"})
    problem = done(refusal, 409)
    assert refusal.mimetype == "application/problem+json"
    assert problem["code"] == "MISSING_DENSITY"
    step = problem["next_step"]
    item = done(client.get(step["path"]))
    done(client.send(step["method"], step["path"], {**step["body"], "density": "0.924"}, version=item["version"]))
    assert step["retry"] is True
    batch = done(client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"}))
    assert (batch["state"], batch["ingredient_cost"]) == ("in_progress", "0.277200")


def follow(client, step: dict, **filled: object) -> None:
    """Send a next step as any client does: what `fill` names is put in, nothing else is known."""
    body = step["body"]
    for path, value in zip(step["fill"], filled.values(), strict=True):
        place, *way = (int(part) if part.isdigit() else part for part in reversed(path.split(".")))
        inner = body
        for part in reversed(way):
            inner = inner[part]
        inner[place] = value
    answer = client.send(step["method"], step["path"], body, headers=step["headers"])
    assert answer.status_code in (200, 201), answer.get_json()


def test_a_client_that_only_follows_steps_gets_its_batch(client, shop, unit):
    """Honey without a density, none of it there, and a jar that does not say what it holds."""
    with unit() as ctx:
        honey = make_item(ctx, "HONEY", "raw", "ml")
        jar = make_item(ctx, "JAR", "container", "each")
        buy(ctx, jar, "10", "0.5")
        recipe = make_recipe(ctx, name="Balm", yield_qty=dec(500), yield_unit_id=unit_id(ctx, "g"),
                             ingredients=[line(ctx, honey, "710", "g")], containers=[{"item_id": jar.id}])  # fmt: skip
        ids, gram = {"recipe": recipe.id, "honey": honey.id, "jar": jar.id}, unit_id(ctx, "g")
    wish = {"containers": [{"container_id": ids["jar"], "quantity": 5}]}
    start = f"recipes/{ids['recipe']}/start-batch"
    problem = done(client.post(start, wish), 409)
    by_kind = {step["kind"]: step for step in problem["next_steps"]}
    assert by_kind.keys() == {"set_density", "set_capacity"}
    follow(client, by_kind["set_density"], density="1.42")
    follow(client, by_kind["set_capacity"], capacity="100", unit=gram)
    [step] = done(client.post(start, wish), 409)["next_steps"]
    assert (step["kind"], step["body"]["adjustments"][0]["quantity"]) == ("receive_stock", "500.000000")
    follow(client, step, unit_cost="0.02")
    batch = done(client.post(start, wish))
    assert (batch["state"], batch["ingredient_cost"], batch["container_cost"]) == (
        "in_progress",
        "10.000000",
        "2.500000",
    )
    again = done(client.get(f"next-steps/density/{ids['honey']}"))["next_step"]
    follow(client, again, density="1.4")


def test_a_recipe_with_a_history_is_kept(client, shop):
    everything = {"headers": {"If-Match": "*"}}
    tried = done(client.post(f"recipes/{shop.recipe_id}/new-version"))
    batch = done(client.post("batches", {"recipe_id": tried["id"], "scale": "1"}), 201)
    assert client.delete(f"batches/{batch['id']}", **everything).status_code == 204
    for recipe_id, told in ((shop.recipe_id, "1 recipes made from it"), (tried["id"], "1 planned batches")):
        problem = done(client.delete(f"recipes/{recipe_id}", **everything), 409)
        assert (problem["code"], told in problem["detail"]) == ("RECIPE_IN_USE", True)
        follow(client, problem["next_step"])
        assert done(client.get(f"recipes/{recipe_id}"))["state"] == "archived"


def test_a_refused_start_leaves_no_batch_and_no_gap_in_the_labels(client, shop):
    problem = done(client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "100"}), 409)
    assert (problem["code"], len(problem["lines"])) == ("INSUFFICIENT_STOCK", 7)
    assert done(client.get("batches"))["total"] == 0
    batch = done(client.post(f"recipes/{shop.recipe_id}/start-batch", {"quantity": "1"}))
    assert batch["label"].endswith("-001")


def test_an_idempotent_start_happens_once(client, shop):
    sent = [
        client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"}, headers={"Idempotency-Key": "start-1"})
        for _ in range(2)
    ]
    assert done(sent[0])["id"] == done(sent[1])["id"]
    assert done(client.get("batches"))["total"] == 1


def test_costs_are_for_those_who_may_see_them(client, client_with, shop):
    batch = done(client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"}))
    maker = client_with(roles=["recipes.maker"])
    assert "ingredient_cost" not in done(maker.get(f"batches/{batch['id']}"))
    plan = done(maker.get(f"recipes/{shop.recipe_id}/plan"))
    assert not {"cost", "unit_cost"} & set(plan)
    assert all("cost" not in line for line in plan["lines"])
    summary = done(maker.get(f"batches/{batch['id']}/inventory-summary"))
    assert all("cost" not in item for item in summary["items"])
    assert maker.get(f"reports/batch-cost-sheet?batch_id={batch['id']}").status_code == 403
    finished = maker.post(f"batches/{batch['id']}/finish", {"final_quantity": "1"})
    assert done(finished)["state"] == "finished"
    stored = done(maker.get("batch-plans"))["items"][0]
    assert "snapshot" not in stored, "a plan holds its cost forecast"


def test_a_refusal_tells_no_costs_to_a_maker(client_with, shop):
    maker = client_with(roles=["recipes.maker"])
    problem = done(maker.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "100"}), 409)
    assert all("cost" not in line for line in problem["lines"])


def test_a_viewer_may_read_and_do_nothing(client, client_with, shop):
    batch = done(client.post(f"recipes/{shop.recipe_id}/plan-batch", {"scale": "1"}))
    viewer = client_with("recipes.*.read", "inventory.*.read")
    assert viewer.get(f"batches/{batch['id']}").status_code == 200
    for verb in ("start", "finish", "cancel", "fail", "add-extras", "adjust-container", "start-timer"):
        assert viewer.post(f"batches/{batch['id']}/{verb}", {}).status_code == 403, verb
    for verb in ("activate", "archive", "lock", "new-version", "plan-batch", "start-batch"):
        assert viewer.post(f"recipes/{shop.recipe_id}/{verb}", {}).status_code == 403, verb


def test_another_organisation_sees_nothing(client, other_client, shop):
    batch = done(client.post(f"recipes/{shop.recipe_id}/plan-batch", {"scale": "1"}))
    for path in (f"batches/{batch['id']}", f"batches/{batch['id']}/plan", f"batches/{batch['id']}/trace",
                 f"batches/{batch['id']}/inventory-summary", f"recipes/{shop.recipe_id}/plan",
                 f"recipes/{shop.recipe_id}/containers"):  # fmt: skip
        assert other_client.get(path).status_code == 404, path
    assert other_client.post(f"batches/{batch['id']}/start").status_code == 404
    assert other_client.get(f"reports/batch-cost-sheet?batch_id={batch['id']}").status_code == 422


def test_containers_stock_check_and_prefix(client, shop):
    [mould] = done(client.get(f"recipes/{shop.recipe_id}/containers"))
    assert (mould["capacity"], mould["unit"], mould["available"]) == ("0.080000", "kg", "40.000000")
    assert [found["container_id"] for found in done(client.get("containers"))] == [shop.items["MOULD-80"]]
    wanted = {"LYE": "600", "WATER": "1"}
    asked = {"lines": [{"item_id": shop.items[code], "quantity": quantity} for code, quantity in wanted.items()]}
    checked = done(client.post("recipes/check-stock", asked))
    assert [line["status"] for line in checked["lines"]] == ["LOW", "OK"]
    assert checked["next_steps"][0]["body"]["adjustments"][0]["quantity"] == "100.000000"
    assert done(client.get("recipes/prefix?name=Milk and Honey")) == {"prefix": "MAH"}
    assert done(client.get("recipes/prefix")) == {"prefix": "RCP"}
    step = done(client.get(f"next-steps/density/{shop.items['LYE']}"))
    assert (step["density"], step["next_step"]["kind"]) == (None, "set_density")


def test_the_conversion_step_is_given_only_where_one_is_missing(client, shop):
    units = {unit["code"]: unit["id"] for unit in done(client.get("admin/uom?page_size=100"))["items"]}
    asked = f"next-steps/conversion?from_unit_id={units['drum']}&to_unit_id={units['g']}&item_id={shop.items['LYE']}"
    assert done(client.get(asked))["next_step"]["kind"] == "add_conversion"
    convertible = f"next-steps/conversion?from_unit_id={units['kg']}&to_unit_id={units['g']}"
    assert done(client.get(convertible), 409)["code"] == "CONVERTIBLE"


def documented_operations() -> list[tuple[str, str, str]]:
    rows = re.findall(r"^\| `(\w+ [^`]+)` \| `(\w+) /api/v1/([^`?]+)[^`]*` \|", README.read_text(), re.MULTILINE)
    return [(documented, method, path) for documented, method, path in rows]


def test_every_documented_operation_has_an_endpoint_of_ours(client):
    paths = done(client.get("openapi.json"))["paths"]
    rows = documented_operations()
    assert len(rows) == 17
    for documented, method, path in rows:
        assert method.lower() in paths.get(f"/api/v1/{path}", {}), f"{documented} -> {method} {path}"


def test_what_was_planned_stands_once_it_was_started(client, shop, browser):
    planned = done(client.post(f"recipes/{shop.recipe_id}/plan-batch", {"scale": "1"}))
    open_scale, closed_scale = 'name="scale" type="text"', 'name="scale" readonly type="text"'
    assert open_scale in browser.get(f"/batches/{planned['id']}").text
    batch = done(client.post(f"batches/{planned['id']}/start"))
    for values in ({"scale": "2"}, {"batch_type": "untracked"}, {"supply": "any_location"}):
        problem = done(client.patch(f"batches/{batch['id']}", values, version=batch["version"]), 422)
        assert list(problem["errors"]) == list(values)
    page = browser.get(f"/batches/{batch['id']}").text
    assert closed_scale in page and open_scale not in page
    later = done(client.patch(f"batches/{batch['id']}", {"due_date": "2030-01-01"}, version=batch["version"]))
    assert (later["due_date"], later["scale"]) == ("2030-01-01", "1.000000")


@pytest.mark.parametrize(
    ("verb", "given"), [("finish", {"final_quantity": "1"}), ("cancel", {}), ("fail", {"reason": "It seized."})]
)
def test_a_batch_that_has_ended_is_due_no_more(client, shop, browser, verb, given):
    batch = done(client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1", "due_date": "2030-01-01"}))
    calendar, handle = "/batches?view=calendar&on=2030-01-01", f'data-id="{batch["id"]}"'
    assert handle in browser.get(calendar).text
    done(client.post(f"batches/{batch['id']}/{verb}", given))
    assert handle not in browser.get(calendar).text
    ended = done(client.get(f"batches/{batch['id']}"))
    problem = done(client.patch(f"batches/{batch['id']}", {"due_date": "2030-01-09"}, version=ended["version"]), 422)
    assert (problem["code"], list(problem["errors"])) == ("READ_ONLY", ["due_date"])
    dragged = browser.post(f"/batches/{batch['id']}/move", {"field": "due_date", "to": "2030-01-09"}, headers=JSON)
    assert (dragged.status_code, list(dragged.get_json()["errors"])) == (422, ["due_date"])
    assert done(client.get(f"batches/{batch['id']}"))["due_date"] == "2030-01-01"
    same = {"due_date": "2030-01-01", "notes": "Came out pale."}
    assert done(client.patch(f"batches/{batch['id']}", same, version=ended["version"]))["notes"] == "Came out pale."


def test_forms_say_which_number_is_which(client, shop, browser):
    batch = done(client.post(f"recipes/{shop.recipe_id}/start-batch", {"scale": "1"}))
    finish = browser.get(f"/batches/{batch['id']}/do/finish").text
    assert "Passed" in finish and "Broken" in finish
    adjust = browser.get(f"/batches/{batch['id']}/do/adjust-container").text
    assert "New total" in adjust and "How many instead" in adjust
    assert 'href="/reports/batch-cost-sheet"' in browser.get("/").text


def test_what_a_plan_names_is_kept_until_the_batch_is_started(client, shop, unit):
    with unit() as ctx:
        pine, size = make_item(ctx, "PINE-OIL", "raw", "ml").id, {"unit_class": "volume", "numerator": dec("2.5")}
        squirt = ctx.do("inventory.unit.create", code="squirt", name="Squirt", **size).id
    asked = {"ingredients": [{"item_id": pine, "quantity": "5", "unit_id": squirt}], "containers": []}
    batch = done(client.post(f"recipes/{shop.recipe_id}/plan-batch", asked))
    for path, code in ((f"items/{pine}", "ITEM_IN_USE"), (f"admin/uom/{squirt}", "UNIT_IN_USE")):
        refused = client.send("DELETE", path, headers={"If-Match": "*"})
        assert (refused.status_code, refused.get_json()["code"]) == (409, code)
    [line, _labels] = done(client.get(f"batches/{batch['id']}/plan"))["lines"]
    assert (line["item"], line["base_qty"], line["status"]) == ("Pine oil", "12.500000", "NEEDED")
    for path in (f"batches/{batch['id']}", f"items/{pine}"):
        assert client.send("DELETE", path, headers={"If-Match": "*"}).status_code == 204
