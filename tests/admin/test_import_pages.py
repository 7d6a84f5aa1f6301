"""A file comes in page by page, without a script: sent, its columns named, checked, taken, taken back."""

import io

HTML = {"Accept": "text/html"}
GOOD = "Code,Called,Density,Note\nPLA,Polylactide,1.24,x\n\nWOOD,Soft wood,0.5,\n"


def send(pages, text, name="materials.csv", path="/materials/import", **values):
    data = {"file": (io.BytesIO(text.encode()), name), **values}
    return pages.browser.post(path, data, headers=HTML, content_type="multipart/form-data")


def sent(pages, text, **values):
    """Send a file and return the address of its import."""
    answer = send(pages, text, **values)
    assert answer.status_code == 303, answer.text[-2000:]
    return answer.headers["Location"]


def check(pages, at, *fields):
    """Say what the columns are; returns the page that follows."""
    page = pages.open(f"{at}?step=columns")
    changes = {f"field-{index}": name for index, name in enumerate(fields)}
    return pages.follow(pages.send(page, f"{at}/columns", **changes))


def test_a_file_is_taken_page_by_page_and_taken_back(pages, client):
    assert "Choose a file" in pages.open("/materials/import")
    at = sent(pages, GOOD)
    page = pages.open(at)
    assert "What are these columns?" in page
    assert "No column gives <strong>Name</strong> yet." in page
    assert "Polylactide" in page
    ready = check(pages, at, "code", "name", "density", "")
    assert "The file is good" in ready
    assert "Import 2 rows" in ready
    assert client.get("materials").json["items"] == []
    done = pages.follow(pages.send(ready, f"{at}/run"))
    assert "All 2 rows are taken" in done
    assert "Show the new records" in done
    assert [row["name"] for row in client.get("materials").json["items"]] == ["Polylactide", "Soft wood"]
    undone = pages.follow(pages.send(done, f"{at}/undo", how="all"))
    assert "Taken back: 2 deleted" in undone
    assert client.get("materials").json["items"] == []
    assert "Taken back" in pages.open("/materials/import")


def test_faults_stand_beside_their_rows_and_can_be_downloaded(pages, client):
    at = sent(pages, "code,name,density\nPLA,PLA,1.24\n\nWOOD,,heavy\n")
    page = check(pages, at)
    assert "1 of 3 rows has faults" not in page
    assert "1 of 2 rows has faults" in page
    assert '<th scope="row" class="num">4</th>' in page
    assert '<td class="fault"' in page
    assert "density: Must be a decimal number" in page
    assert "Import 2 rows" not in page
    table = pages.browser.get(f"{at}/faults.csv")
    assert table.headers["Content-Disposition"] == "attachment; filename=materials-faults.csv"
    assert table.text.splitlines()[1].startswith("WOOD,,heavy,4,")
    assert client.get("materials").json["items"] == []


def test_columns_that_do_not_fit_are_told_beside_them_and_stay_chosen(pages):
    at = sent(pages, GOOD)
    page = pages.open(at)
    answer = pages.send(page, f"{at}/columns", 422, **{"field-0": "code", "field-1": "code"})
    assert "Another column is taken into the same field" in answer.text
    assert answer.text.count('<option value="code" data-required selected>') == 2
    answer = pages.send(page, f"{at}/columns", 422, **{"field-0": "", "field-1": "name"})
    assert "No column gives Code" in answer.text


def test_the_same_file_again_is_warned_of(pages):
    at = sent(pages, GOOD)
    pages.follow(pages.send(check(pages, at, "code", "name", "density", ""), f"{at}/run"))
    again = sent(pages, GOOD)
    page = pages.open(again)
    assert "This very file was" in page
    assert f'href="{at}"' in page
    # The columns are known from the first time.
    ready = check(pages, again)
    done = pages.follow(pages.send(ready, f"{again}/run"))
    assert "<dt>stay as they are</dt><dd>2</dd>" in done


def test_what_stands_against_taking_back_is_named(pages, client):
    at = sent(pages, "code,name\nPLA,PLA\nWOOD,Wood\n")
    done = pages.follow(pages.send(check(pages, at), f"{at}/run"))
    wood = client.get("materials?code=WOOD").json["items"][0]
    client.patch(f"materials/{wood['id']}", {"name": "Oak"}, version=wood["version"])
    page = pages.follow(pages.send(done, f"{at}/undo", how="all"))
    assert "1 record in the way of taking it back" in page
    assert "Somebody changed it since." in page
    page = pages.follow(pages.send(page, f"{at}/undo", how="possible"))
    assert "Taken back: 1 deleted" in page
    assert [row["code"] for row in client.get("materials").json["items"]] == ["WOOD"]


def test_a_file_that_is_none_is_refused_in_words(pages):
    assert send(pages, "").status_code == 422
    assert "The file is empty." in send(pages, "").text
    refused = send(pages, "\n", name="a.csv")
    assert refused.status_code == 422
    assert "The first row must hold the names of the columns." in refused.text
    assert pages.browser.post("/materials/import", {}, headers=HTML).status_code == 422


def test_progress_tells_when_to_look_again(pages, client, kernel, tenant):
    from core.desk.models import FileImport
    from core.services.models import Job

    at = sent(pages, "code,name\nPLA,PLA\n")
    check(pages, at)
    over = pages.browser.get(f"{at}/progress", headers=HTML)
    assert over.headers["HX-Refresh"] == "true"
    with kernel.platform() as db:
        job = Job(tenant_id=tenant.id, key="kernel.work_on_import", state="running", run_at=kernel.clock(),
                  created_at=kernel.clock(), progress=40, arguments={})  # fmt: skip
        db.add(job)
        db.flush()
        job_id = job.id
    with kernel.unit(tenant.id) as ctx:
        row = ctx.get(FileImport, int(at.rsplit("/", 1)[-1]))
        row.state, row.job_id, row.outcome = "running", job_id, {**row.outcome, "step": "run"}
    running = pages.browser.get(f"{at}/progress", headers=HTML)
    assert "HX-Refresh" not in running.headers
    assert 'value="40"' in running.text
    page = pages.open(at)
    assert "Importing 1 row" in page
    assert '<meta http-equiv="refresh"' in page
    assert pages.post(f"{at}/run").status_code == 409


def test_only_who_may_import_sees_anything_of_it(pages, pages_with):
    at = sent(pages, GOOD)
    reader = pages_with("inventory.*.read")
    for path in ("/materials/import", at, f"{at}/progress", f"{at}/faults.csv"):
        reader.open(path, 403)
    assert reader.post(f"{at}/run").status_code == 403
    clerk = pages_with("inventory.*.read", "inventory.*.import")
    clerk.open(at, 404)
    assert "Last imports" not in clerk.open("/materials/import")
    pages.open(at.replace("/materials/", "/items/"), 404)


def test_forgetting_an_import_leaves_the_records(pages, client):
    at = sent(pages, "code,name\nPLA,PLA\n")
    pages.follow(pages.send(check(pages, at), f"{at}/run"))
    assert "are forgotten" in pages.follow(pages.send(pages.open(at), f"{at}/remove"))
    pages.open(at, 404)
    assert len(client.get("materials").json["items"]) == 1
