"""A file on its way in, in a browser: dropped, mapped, corrected, taken and taken back."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.hands import faults_of, overflow_of

HEAD = "Code,Called,Unit of account,Remark\n"
DROP = """(zone, [name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type: "text/csv" }));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def drop(page, text, name="items.csv"):
    """Drop a file and go on to its columns."""
    # The zone takes files once its script has come.
    expect(page.locator("[data-import-start][data-ready]")).to_be_visible()
    page.locator("[data-drop]").evaluate(DROP, [name, text])
    expect(page.locator("[data-drop-name]")).to_contain_text(name)
    page.get_by_role("button", name="Go on to its columns").click()
    expect(page.get_by_role("heading", name="What are these columns?")).to_be_visible()


def fair(page):
    assert faults_of(page) == []
    assert overflow_of(page) <= 0


def test_a_file_is_dropped_mapped_corrected_taken_and_taken_back(open_page, client):
    page = open_page("/items/import")
    drop(page, HEAD + "A,,g,x\n\nB,Borax,stone,y\n")
    expect(page.locator("[data-lacking]")).to_have_text("No column gives Name, Base unit yet.")
    fair(page)
    page.get_by_label("Called goes into").select_option("name")
    expect(page.locator("[data-lacking]")).to_have_text("No column gives Base unit yet.")
    page.get_by_label("Unit of account goes into").select_option("base_unit")
    expect(page.locator("[data-lacking]")).to_have_text("Every field that is needed has its column.")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="2 of 2 rows have faults")).to_be_visible()
    expect(page.locator("table.faults tbody th")).to_have_text(["2", "4"])
    fair(page)
    page.get_by_role("link", name="Send the corrected file").click()
    drop(page, HEAD + "A,Alum,g,x\nB,Borax,kg,y\n")
    # The same columns are known by now.
    expect(page.locator("[data-lacking]")).to_have_text("Every field that is needed has its column.")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="The file is good")).to_be_visible()
    fair(page)
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("heading", name="All 2 rows are taken")).to_be_visible()
    fair(page)
    page.get_by_role("link", name="Show the new records").click()
    expect(page.locator("tr.row")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", name="Take this import back")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back: 2 deleted")).to_be_visible()
    assert client.get("items").json["items"] == []


def test_a_running_import_is_watched_until_it_is_done(open_page, client, kernel, tenant):
    from core.desk.imports import work_on_import
    from core.desk.models import FileImport

    page = open_page("/items/import")
    drop(page, "Code,Name,Base unit\nA,Alum,g\n")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="The file is good")).to_be_visible()
    import_id = int(re.search(r"(\d+)$", page.url)[1])
    with kernel.unit(tenant.id) as ctx:
        row = ctx.get(FileImport, import_id)
        row.state, row.outcome = "running", {**row.outcome, "step": "run"}
        row.job_id = ctx.enqueue("kernel.run_action", run_at=ctx.now() + timedelta(days=1), action="none")
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    fair(page)
    with kernel.unit(tenant.id) as ctx:
        work_on_import(ctx, import_id, "run")
    expect(page.get_by_role("heading", name="The row is taken")).to_be_visible()
    assert [row["code"] for row in client.get("items").json["items"]] == ["A"]


def test_the_steps_fit_a_phone_in_the_dark(open_page, client):
    page = open_page("/items/import", width=390, dark=True)
    drop(page, HEAD + "A,,g,x\n")
    fair(page)
    page.get_by_label("Called goes into").select_option("name")
    page.get_by_label("Unit of account goes into").select_option("base_unit")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="1 of 1 row has faults")).to_be_visible()
    fair(page)


def test_a_file_is_taken_without_scripts_too(open_page, client):
    page = open_page("/items/import", scripts=False)
    upload = {"name": "items.csv", "mimeType": "text/csv", "buffer": b"Code,Name,Base unit\nA,Alum,g\n"}
    page.locator("input[type=file]").set_input_files(upload)
    page.get_by_role("button", name="Go on to its columns").click()
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", name="The row is taken")).to_be_visible()
    assert [row["code"] for row in client.get("items").json["items"]] == ["A"]
