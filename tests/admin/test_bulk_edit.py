"""Many records of a list are changed at once: chosen, foreseen, then changed all or none."""

import re

import pytest

from core.jobs.handler import run_job


@pytest.fixture
def items(client):
    """Three items with reorder points of 10, 20 and 30."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    rows = [{"code": f"I-{number}", "name": f"Item {number}", "base_unit_id": unit, "reorder_point": str(number * 10)}
            for number in range(1, 4)]  # fmt: skip
    answer = client.post("items", rows)
    assert answer.status_code == 201, answer.text
    return [row["id"] for row in answer.json["items"]]


def points(client):
    return [row["reorder_point"].split(".")[0] for row in client.get("items?sort=code").json["items"]]


def choose(pages, ids):
    answer = pages.post("/items/edit", ids=ids)
    assert answer.status_code == 200, answer.text[-2000:]
    return answer.text


def foresee(pages, page, status=200, **changes):
    return pages.send(page, "/items/edit", status, _step="preview", **changes).text


def test_the_list_offers_it_to_who_may_change_records(pages, pages_with, items):
    assert "Edit selected" in pages.open("/items")
    reader = pages_with("inventory.item.read")
    assert "Edit selected" not in reader.open("/items")
    assert reader.post("/items/edit", ids=items).status_code == 403


def test_chosen_rows_are_foreseen_and_then_changed(pages, client, items):
    page = choose(pages, items[:2])
    assert "Edit 2 items" in page
    assert "Code: what to do" not in page
    preview = foresee(pages, page, **{"_way-reorder_point": "set", "reorder_point": "20"})
    assert "<del>10" in preview
    assert "<ins>20" in preview
    assert "Change 1 item" in preview
    assert points(client) == ["10", "20", "30"]
    done = pages.send(preview, "/items/edit", 303, _step="save")
    assert "1 item changed." in pages.follow(done)
    assert points(client) == ["20", "20", "30"]


def test_all_that_match_are_raised_by_percent(pages, client, items):
    answer = pages.post("/items/edit", _all="1", _where="reorder_point__gte=20&sort=-code")
    assert "all items that match" in answer.text
    preview = foresee(pages, answer.text, **{"_way-reorder_point": "percent", "_by-reorder_point": "50"})
    assert "Change 2 items" in preview
    done = pages.send(preview, "/items/edit", 303, _step="save")
    assert done.headers["Location"] == "/items?reorder_point__gte=20&sort=-code"
    assert points(client) == ["10", "30", "45"]


def test_a_record_that_cannot_be_changed_says_why_and_may_be_left_out(pages, client, items):
    client.patch(f"items/{items[1]}", {"maximum_stock": "3"}, version=1)
    preview = foresee(pages, choose(pages, items), **{"_way-minimum_stock": "set", "minimum_stock": "50"})
    assert "would be refused</dt><dd>1</dd>" in preview
    assert "Leave the refused out" in preview
    assert 'value="save"' not in preview
    page = pages.post("/items/edit", ids=[items[0], items[2]], _step="preview",
                      **{"_way-minimum_stock": "set", "minimum_stock": "50"})  # fmt: skip
    assert "Change 2 items" in page.text


def test_a_change_since_the_preview_is_told(pages, client, items):
    preview = foresee(pages, choose(pages, items), **{"_way-name": "set", "name": "Renamed"})
    client.patch(f"items/{items[0]}", {"reorder_point": "99"}, version=1)
    again = pages.send(preview, "/items/edit", 412, _step="save").text
    assert "changed since the preview" in again
    assert client.get(f"items/{items[0]}").json["name"] == "Item 1"
    assert pages.send(again, "/items/edit", 303, _step="save")
    assert client.get(f"items/{items[0]}").json["name"] == "Renamed"


def test_what_cannot_be_done_is_told_beside_its_field(pages, client, items):
    page = choose(pages, items)
    assert "Choose at least one field to change." in foresee(pages, page, 422)
    assert "Fill this in, or choose to clear it." in foresee(pages, page, 422, **{"_way-name": "set"})
    wrong = foresee(pages, page, 422, **{"_way-reorder_point": "percent", "_by-reorder_point": "lots"})
    assert "Must be a decimal number" in wrong
    assert 'value="lots"' in wrong
    typed = foresee(pages, page, 422, **{"_way-reorder_point": "set", "reorder_point": "many"})
    assert "Must be a decimal number" in typed
    assert 'value="many"' in typed
    assert points(client) == ["10", "20", "30"]


def test_nothing_chosen_leads_back_to_the_list(pages):
    answer = pages.post("/items/edit")
    assert answer.status_code == 303
    assert "rows first" in pages.follow(answer)


def test_a_field_is_cleared(pages, client, items):
    preview = foresee(pages, choose(pages, items[:1]), **{"_way-reorder_point": "clear"})
    assert "<ins>empty</ins>" in preview
    pages.send(preview, "/items/edit", 303, _step="save")
    assert client.get(f"items/{items[0]}").json["reorder_point"] is None


@pytest.fixture
def by_jobs(pages, items, monkeypatch):
    """The page of an edit of three items, more than one request changes here, made from the list."""
    monkeypatch.setattr("core.admin.edits.bulk.MOST", 2)
    monkeypatch.setattr("core.desk.edits.PART", 2)
    chosen = pages.post("/items/edit", _all="1", _where="reorder_point__gte=5").text
    answer = pages.send(chosen, "/items/edit", 303, _step="preview",
                        **{"_way-reorder_point": "percent", "_by-reorder_point": "50"})  # fmt: skip
    return answer.headers["Location"]


def test_more_than_one_request_changes_is_done_by_jobs(pages, client, items, by_jobs):
    page = pages.open(by_jobs)
    assert "Edit 3 items" in page
    assert "Reorder at: raise by 50 %" in page
    assert "<ins>45" in page
    assert points(client) == ["10", "20", "30"]
    client.patch(f"items/{items[1]}", {"reorder_point": "7"}, version=1)
    done = pages.follow(pages.send(page, f"{by_jobs}/run", 303))
    assert "All 3 items are gone through" in done
    assert "changed</dt><dd>2</dd>" in done
    assert f'<a href="/items/{items[1]}">I-2 Item 2</a>' in done
    assert "Somebody changed it since the preview." in done
    assert points(client) == ["15", "7", "45"]
    assert "I-2 Item 2" in pages.open(f"{by_jobs}/refused.csv")
    assert "Back to the list" in done
    assert 'href="/items?reorder_point__gte=5"' in done
    # Whoever left the page finds it again where the next edit begins.
    assert f'href="{by_jobs}"' in choose(pages, items[:1])
    assert pages.send(done, f"{by_jobs}/remove", 303).headers["Location"] == "/items"
    pages.open(by_jobs, 404)


def test_an_edit_by_jobs_says_how_much_of_it_is_foreseen_and_is_taken_back(pages, client, items, by_jobs, monkeypatch):
    monkeypatch.setattr("core.desk.edits.FORESEEN", 2)
    page = pages.follow(pages.send(pages.post("/items/edit", _all="1", _where="reorder_point__gte=5").text,
                                   "/items/edit", 303, _step="preview",
                                   **{"_way-reorder_point": "add", "_by-reorder_point": "2.5"}))  # fmt: skip
    at = re.search(r"/items/edits/\d+", page).group()
    assert "Only the first 2 are worked out beforehand; all 3 items will be changed in the same way." in page
    assert "and 1 more, not worked out beforehand" in page
    assert "Take back" not in page
    done = pages.follow(pages.send(page, f"{at}/run", 303))
    assert points(client) == ["12", "22", "32"]
    client.patch(f"items/{items[1]}", {"reorder_point": "7"}, version=2)
    taken_back = pages.follow(pages.send(done, f"{at}/undo", 303))
    assert "Taken back: 2 given their values from before." in taken_back
    assert "1 record not taken back" in taken_back
    assert f'<a href="/items/{items[1]}">I-2 Item 2</a></td><td class="wrap">Somebody changed it since.' in taken_back
    assert points(client) == ["10", "7", "30"]
    assert "Take this edit back" not in taken_back
    assert pages.post(f"{at}/undo").status_code == 409
    assert "Taken back" in choose(pages, items[:1])


def test_an_edit_at_work_tells_how_far_it_is_and_stops(pages, client, kernel, by_jobs, monkeypatch):
    monkeypatch.setattr(kernel, "listeners", [])
    at_work = pages.follow(pages.send(pages.open(by_jobs), f"{by_jobs}/run", 303))
    edit = client.get(f"edits/{by_jobs.rsplit('/', 1)[-1]}").json
    assert run_job(kernel, edit["job_id"]) is None
    told = pages.browser.get(f"{by_jobs}/progress")
    assert "2 of 3 done" in told.text
    assert "HX-Refresh" not in told.headers
    stopped = pages.follow(pages.send(at_work, f"{by_jobs}/cancel", 303))
    assert "2 of 3 items are gone through" in stopped
    assert "Go on" in stopped
    assert pages.browser.get(f"{by_jobs}/progress").headers["HX-Refresh"] == "true"
    assert points(client) == ["15", "30", "30"]
    assert pages.post(f"{by_jobs}/cancel").status_code == 409
    # What was changed until it was stopped is taken back by a job, too.
    at_work = pages.follow(pages.send(stopped, f"{by_jobs}/undo", 303))
    assert "Taking 2 items back" in at_work
    assert "0 of 2 done" in at_work
    assert run_job(kernel, client.get(f"edits/{edit['id']}").json["job_id"]) is None
    assert pages.browser.get(f"{by_jobs}/progress").headers["HX-Refresh"] == "true"
    assert points(client) == ["10", "20", "30"]


def test_nobody_else_opens_the_page_of_an_edit(pages_with, by_jobs):
    pages_with("inventory.item.read").open(by_jobs, 403)
    colleague = pages_with("inventory.item.read", "inventory.item.update")
    colleague.open(by_jobs, 404)
    for verb in ("run", "undo"):
        assert colleague.post(f"{by_jobs}/{verb}").status_code == 404
