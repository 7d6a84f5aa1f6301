"""Files beside a record: kept outside the web, given back as downloads, gone with what they belong to."""

import hashlib
import io

import pytest

from core.actions.attachments import attach
from core.errors import Refused
from core.web.attachments import PICTURE, SEALED
from tests.resources.conftest import send_file
from tests.web.conftest import assert_problem

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def fetch(client, path):
    """Download a file to its end."""
    with client.get(path) as answer:
        assert answer.status_code == 200
        return answer.data, answer.headers


def on_disk(kernel, tenant):
    folder = kernel.config.instance / "files" / str(tenant.id)
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def test_a_file_comes_back_as_it_went(kernel, tenant, client, lye):
    path = f"items/{lye['id']}/files"
    kept = send_file(client, path, PNG, "label.html").get_json()
    assert (kept["media_type"], kept["size"], kept["sha256"]) == (
        "image/png", len(PNG), hashlib.sha256(PNG).hexdigest(),
    )  # fmt: skip
    assert "stored_as" not in kept
    assert client.get(path).get_json()["items"] == [kept]
    content, headers = fetch(client, f"{path}/{kept['id']}")
    assert content == PNG
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Security-Policy"] == SEALED
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "private, no-store")
    assert [file.name.isalnum() for file in on_disk(kernel, tenant)] == [True]
    assert client.delete(f"{path}/{kept['id']}").status_code == 204
    assert_problem(client.get(f"{path}/{kept['id']}"), 404)
    assert on_disk(kernel, tenant) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a", "image/gif"),
     (b"%PDF-1.7", "application/pdf"),
     (b"PK\x03\x04zip", "application/zip"), (b"<html><script>alert(1)</script>", "application/octet-stream"),
     (b"<svg onload='alert(1)'/>", "application/octet-stream"), (b"MZ", "application/octet-stream")],
)  # fmt: skip
def test_a_kind_is_judged_by_content(client, lye, content, kind):
    kept = send_file(client, f"items/{lye['id']}/files", content, "photo.png").get_json()
    assert kept["media_type"] == kind
    assert fetch(client, f"items/{lye['id']}/files/{kept['id']}")[1]["Content-Type"] == kind


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("C:\\x\\y.txt", "y.txt"),
     ("a\x00b.txt", "ab.txt"), ("\u202egnp.exe", "gnp.exe"), ("  spaced .txt ", "spaced .txt"),
     ("ünï.txt", "ünï.txt"), ("x" * 300 + ".pdf", None)],
)  # fmt: skip
def test_a_name_is_a_name_and_no_path(kernel, tenant, unit, name, shown):
    resource = kernel.registry.resources["inventory.item"]
    with unit() as ctx:
        row = attach(ctx, resource, 1, name, io.BytesIO(b"x"))
        assert row.name == shown or (shown is None and len(row.name) <= 200 and row.name.endswith(".pdf"))
    folder = kernel.config.instance / "files" / str(tenant.id)
    assert all(folder in path.parents for path in on_disk(kernel, tenant))


@pytest.mark.parametrize(("content", "name"), [(b"", "empty.txt"), (b"x", ".."), (b"x", "/"), (b"x", " . ")])
def test_a_file_needs_content_and_a_name(kernel, tenant, client, lye, content, name):
    assert_problem(send_file(client, f"items/{lye['id']}/files", content, name), 422, field="file")
    assert on_disk(kernel, tenant) == []


def test_a_quota_holds(kernel, tenant, client, lye, monkeypatch):
    monkeypatch.setattr(kernel, "config", kernel.config.with_values(max_file_bytes=100, tenant_file_bytes=150))
    path = f"items/{lye['id']}/files"
    assert_problem(send_file(client, path, b"x" * 101, "a.txt"), 413, "TOO_LARGE")
    assert send_file(client, path, b"x" * 100, "a.txt").status_code == 201
    assert_problem(send_file(client, path, b"x" * 51, "b.txt"), 413, "QUOTA_EXCEEDED")
    assert send_file(client, path, b"x" * 50, "b.txt").status_code == 201
    assert_problem(send_file(client, path, b"x", "c.txt"), 413, "QUOTA_EXCEEDED")
    assert len(on_disk(kernel, tenant)) == 2


def test_files_stay_in_their_tenant_and_with_their_record(client, other_client, client_with, lye, gram):
    kept = send_file(client, f"items/{lye['id']}/files", b"secret", "a.txt").get_json()
    other = client.post("items", {"code": "B", "name": "B", "base_unit_id": gram}).get_json()
    for asker, path in [(other_client, f"items/{lye['id']}/files/{kept['id']}"),
                        (client, f"items/{other['id']}/files/{kept['id']}"),
                        (client, f"admin/uom/{gram}/files/{kept['id']}")]:  # fmt: skip
        assert_problem(asker.get(path), 404)
        assert_problem(asker.delete(path), 404)
    reader = client_with("inventory.item.read")
    assert fetch(reader, f"items/{lye['id']}/files/{kept['id']}")[0] == b"secret"
    assert_problem(send_file(reader, f"items/{lye['id']}/files", b"x", "b.txt"), 403)
    assert_problem(reader.delete(f"items/{lye['id']}/files/{kept['id']}"), 403)


def test_what_is_rolled_back_leaves_no_file(kernel, tenant, unit):
    resource = kernel.registry.resources["inventory.item"]
    with pytest.raises(Refused), unit() as ctx:
        attach(ctx, resource, 1, "a.txt", io.BytesIO(b"x"))
        assert len(on_disk(kernel, tenant)) == 1
        raise Refused("NO", "No.")
    assert on_disk(kernel, tenant) == []


def test_files_go_with_their_record(kernel, tenant, client, lye):
    send_file(client, f"items/{lye['id']}/files", b"secret", "a.txt")
    assert client.delete(f"items/{lye['id']}", version=1).status_code == 204
    assert on_disk(kernel, tenant) == []


def test_a_double_click_keeps_one_file(client, lye):
    for _ in range(2):
        answer = client.post(
            f"items/{lye['id']}/files", data={"file": (io.BytesIO(b"x"), "a.txt")}, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code in (201, 409)
    assert len(client.get(f"items/{lye['id']}/files").get_json()["items"]) == 1


def picture(width, height):
    """The first bytes of a PNG that says it has this size."""
    return PNG[:8] + b"\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\0" * 24


def test_a_picture_is_shown_as_one_and_as_nothing_else(client, lye):
    path = f"items/{lye['id']}/files"
    kept = send_file(client, path, picture(800, 600), "label.html").get_json()
    assert kept["preview"] == "image"
    content, headers = fetch(client, f"{path}/{kept['id']}/preview")
    assert content == picture(800, 600)
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Security-Policy"] == PICTURE
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content",
    [picture(30_000, 30_000), picture(0, 10), PNG, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<h1>Hi</h1>",
     b"\xff\xd8\xff\xe0\x00\x02\xff", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 "],
)  # fmt: skip
def test_what_only_claims_to_be_a_picture_is_a_download(client, lye, content):
    path = f"items/{lye['id']}/files"
    kept = send_file(client, path, content, "nice.png").get_json()
    assert_problem(client.get(f"{path}/{kept['id']}/preview"), 409, "NO_PREVIEW")
    assert fetch(client, f"{path}/{kept['id']}")[1]["Content-Disposition"].startswith("attachment")


def test_a_pdf_is_shown_within_our_pages_only(client, lye):
    path = f"items/{lye['id']}/files"
    kept = send_file(client, path, b"%PDF-1.7\n", "sheet.pdf").get_json()
    assert kept["preview"] == "pdf"
    headers = fetch(client, f"{path}/{kept['id']}/preview")[1]
    rules = [rule.strip() for rule in headers["Content-Security-Policy"].split(";")]
    assert {"sandbox allow-scripts", "default-src 'none'", "frame-ancestors 'self'"} <= set(rules)
    assert not any(rule.startswith("script-src") for rule in rules)
    assert headers["Content-Type"] == "application/pdf"
