"""Two editors of one record: nobody's change is lost without a word, and nothing is sent twice for nothing."""

import pytest

from tests.web.conftest import assert_problem


def test_an_etag_is_the_version(client, lye):
    path = f"items/{lye['id']}"
    assert client.get(path).headers["ETag"] == '"1"'
    changed = client.patch(path, {"name": "Caustic soda"}, version=1)
    assert (changed.headers["ETag"], changed.get_json()["version"]) == ('"2"', 2)
    for known in ('"2"', 'W/"2"', '"1", "2"', "*"):
        answer = client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"2"')
    assert client.get(path, headers={"If-None-Match": '"1"'}).status_code == 200
    assert client.send("HEAD", path, headers={"If-None-Match": '"2"'}).status_code == 304


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_write_says_what_it_changes(client, lye, method):
    path = f"items/{lye['id']}"
    body = {"name": "Mine"} if method == "PATCH" else None
    assert_problem(client.send(method, path, body), 428, "VERSION_REQUIRED")
    assert client.patch(path, {"name": "Theirs"}, version=1).status_code == 200
    found = assert_problem(client.send(method, path, body, version=1), 412, "VERSION_MISMATCH")
    assert found["current_version"] == 2
    for text in ("abc", '"x"', "-1", "1.0", "9" * 40, '"1", "2"'):
        assert_problem(client.send(method, path, body, headers={"If-Match": text}), 400, "BAD_ETAG")
    assert client.get(path).get_json()["name"] == "Theirs"
    assert client.send(method, path, body, version=2).status_code in (200, 204)


@pytest.mark.parametrize("version", [1, "1", '"1"', 'W/"1"', "*"])
def test_the_version_may_stand_in_the_body(client, lye, version):
    answer = client.patch(f"items/{lye['id']}", {"name": "Soda", "version": version})
    assert (answer.status_code, answer.get_json()["name"]) == (200, "Soda")


@pytest.mark.parametrize("version", [True, None, [1], {"a": 1}, 0, -1, "x"])
def test_a_version_that_is_none_is_refused(client, lye, version):
    answer = client.patch(f"items/{lye['id']}", {"name": "Soda", "version": version})
    assert answer.status_code in (400, 412)
    assert client.get(f"items/{lye['id']}").get_json()["name"] == "Lye"


@pytest.mark.parametrize(
    "change",
    [{"brewing.alpha_acid": "5"}, {"conversions": []}, {"x_colour": "white"}, {"attributes": {"form": "flakes"}}],
)
def test_whatever_belongs_to_a_record_moves_its_version(client, lye, change):
    field = {"resource": "inventory.item", "name": "x_colour", "label": "Colour", "kind": "text"}
    assert client.post("custom-fields", field).status_code == 201
    path = f"items/{lye['id']}"
    assert client.patch(path, change, version=1).get_json()["version"] == 2
    assert_problem(client.patch(path, change, version=1), 412, "VERSION_MISMATCH")


def test_an_action_may_name_the_version_too(client, lye):
    path = f"items/{lye['id']}/duplicate"
    assert_problem(client.post(path, {"code": "LYE-2"}, version=7), 412, "VERSION_MISMATCH")
    assert client.post(path, {"code": "LYE-2"}, version=1).status_code == 200
