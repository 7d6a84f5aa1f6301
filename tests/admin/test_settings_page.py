"""Settings and branding: the right input for each, faults beside them, a look that everybody sees."""

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.web.test_files import picture

CLOSED, DAYS = "inventory.closed_until", "inventory.expiring_days"


def test_settings_are_changed_marked_and_given_back(pages, client):
    page = pages.open("/settings")
    assert f'type="date" id="set-{CLOSED}"' in page
    assert f'type="number" inputmode="numeric" id="set-{DAYS}"' in page
    done = pages.follow(pages.post("/settings", **{f"{DAYS}__shown": "1", DAYS: "14"}))
    assert "1 setting changed" in done
    assert "Changed</span>" in done
    assert "Default: 30." in done
    given = {item["key"]: item["value"] for item in client.get("settings").json["items"]}
    assert given[DAYS] == 14
    assert "Changed</span>" not in pages.follow(pages.post("/settings", _reset=DAYS))


@pytest.mark.parametrize(("key", "value"), [(DAYS, "-1"), (DAYS, "many"), (CLOSED, "soon")])
def test_a_fault_stands_beside_its_setting(pages, key, value):
    answer = pages.post("/settings", **{f"{key}__shown": "1", key: value})
    assert answer.status_code == 422
    assert f'id="set-{key}-problem"' in answer.text
    label = {DAYS: "Warn of expiry (days)", CLOSED: "Stock is closed until"}[key]
    assert f'<a href="#set-{key}">{label}</a>: ' in answer.text
    assert f'value="{value}"' in answer.text


def test_choices_are_told_in_words(pages):
    page = pages.open("/settings")
    assert '<option value="own_location_and_inside">Own location and inside</option>' in page
    assert '<option value="fifo" selected>FIFO</option>' in page
    assert "Default: FIFO." in page
    assert "Default: Own location." in page


def test_who_may_not_change_settings_reads_them(pages_with):
    reader = pages_with("kernel.setting.read")
    assert "Save branding" not in reader.open("/settings")
    assert reader.post("/settings/branding", name="Mine", theme="default").status_code == 403
    pages_with("inventory.*").open("/settings", 403)


def test_a_hue_is_a_sheet_of_our_own(pages, client):
    pages.post("/settings/branding", name="Mill & Sons", theme="default", own_hue="1", hue="150", density="compact")
    page = pages.open("/")
    assert '<link rel="stylesheet" href="/brand/hue/150.css">' in page
    assert 'data-density="compact"' in page
    assert "Mill &amp; Sons" in page
    sheet = pages.browser.get("/brand/hue/150.css")
    assert "--hue: 150;" in sheet.text
    assert "immutable" in sheet.headers["Cache-Control"]
    pages.open("/brand/hue/361.css", 404)
    assert client.patch("branding", {"hue": None}).json["hue"] is None
    assert "/brand/hue/" not in pages.open("/")


@pytest.mark.parametrize(("name", "value"), [("hue", 361), ("hue", "1"), ("hue", True), ("name", ""), ("density", "x"),
                                             ("theme", "../x"), ("colour", 1)])  # fmt: skip
def test_a_look_that_makes_no_sense_is_refused(client, name, value):
    answer = client.patch("branding", {name: value})
    assert answer.status_code == 422
    assert name in answer.json["errors"]


def send_logo(pages, content, name="logo.png"):
    values = {"csrf_token": pages.browser.csrf_token, "name": "Mill", "theme": "default",
              "logo": FileStorage(io.BytesIO(content), name)}  # fmt: skip
    # Put together here: the test client leaves the file open in which it puts large bodies together.
    boundary, body = encode_multipart(values)
    return pages.browser._client.post("/settings/branding", data=body, headers={"Accept": "text/html"},
                                      content_type=f"multipart/form-data; boundary={boundary}")  # fmt: skip


def test_a_logo_is_shown_to_its_own_people_only(pages, client, other_client):
    assert send_logo(pages, picture(64, 64)).status_code == 303
    digest = client.get("branding").json["logo"]
    assert f'src="/brand/logo/{digest}"' in pages.open("/")
    answer = pages.browser.get(f"/brand/logo/{digest}")
    assert (answer.data, answer.mimetype) == (picture(64, 64), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    assert other_client.get("branding/logo").status_code == 404
    assert client.delete("branding/logo").status_code == 200
    assert client.get("branding/logo").status_code == 404


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 30, b"<script>",
                                     picture(30_000, 30_000)])  # fmt: skip
def test_what_is_no_picture_is_no_logo(pages, client, content):
    answer = send_logo(pages, content)
    assert answer.status_code == 422
    assert "Must be a PNG, JPEG or WebP picture." in answer.text
    assert client.get("branding").json["logo"] == ""


def test_a_logo_is_small(pages):
    assert send_logo(pages, picture(64, 64) + b"\0" * 600_000).status_code == 413
