"""What people say beside a record: read by whoever reads it, said with a permission, gone with the record."""

import pytest

from core.testing import house
from core.testing.clients import ApiClient
from tests.web.conftest import assert_problem

MAY_SPEAK = ("inventory.item.read", "inventory.item.comment")


@pytest.fixture
def member(app, kernel, tenant):
    """Make a client with narrower rights."""
    return lambda *allow: ApiClient(app, house.make_member(kernel, tenant, allow))


def test_a_talk_is_read_newest_first_and_in_parts(client, lye):
    path = f"items/{lye['id']}/comments"
    for text in ("Ordered", "Came in", "Half of it is wet"):
        assert client.post(path, {"text": text}).status_code == 201
    first = client.get(f"{path}?limit=2").json
    assert [item["text"] for item in first["items"]] == ["Half of it is wet", "Came in"]
    rest = client.get(f"{path}?limit=2&before={first['next']}").json
    assert [item["text"] for item in rest["items"]] == ["Ordered"]
    assert rest["next"] is None
    assert client.get(f"items/{lye['id']}").json["version"] == lye["version"]


def test_a_talk_by_way_of_two_processes_is_in_its_order(client, lye, two_processes):
    """What the second one keeps later has the lower id."""
    first, second = two_processes
    path = f"items/{lye['id']}/comments"
    talk = ((first, "Ordered"), (second, "Came in"), (first, "Half of it is wet"), (second, "Sent back"))
    for go_on, text in talk:
        go_on()
        assert client.post(path, {"text": text}).status_code == 201
    newest = client.get(f"{path}?limit=2").json
    assert [item["text"] for item in newest["items"]] == ["Sent back", "Half of it is wet"]
    rest = client.get(f"{path}?limit=2&before={newest['next']}").json
    assert [item["text"] for item in rest["items"]] == ["Came in", "Ordered"]


def test_only_who_said_it_corrects_it(client, member, lye):
    path = f"items/{lye['id']}/comments"
    clerk = member(*MAY_SPEAK)
    said = clerk.post(path, {"text": "Wet"}).json
    assert (said["is_own"], said["edited_at"]) == (True, None)
    assert_problem(client.patch(f"{path}/{said['id']}", {"text": "Dry"}), 403, "NOT_YOURS")
    changed = clerk.patch(f"{path}/{said['id']}", {"text": " Very wet\n"}).json
    assert changed["text"] == "Very wet"
    assert changed["edited_at"] is not None
    [seen] = client.get(path).json["items"]
    assert (seen["text"], seen["author"], seen["is_own"]) == ("Very wet", clerk.member.actor.name, False)


def test_anothers_word_is_removed_by_who_moderates(client, member, lye):
    path = f"items/{lye['id']}/comments"
    clerk, other = member(*MAY_SPEAK), member(*MAY_SPEAK)
    first, second = (clerk.post(path, {"text": text}).json["id"] for text in ("One", "Two"))
    assert_problem(other.delete(f"{path}/{first}"), 403, "FORBIDDEN")
    assert clerk.delete(f"{path}/{first}").status_code == 204
    assert client.delete(f"{path}/{second}").status_code == 204
    assert client.get(path).json["items"] == []


def test_readers_read_and_do_not_speak(client, member, lye):
    path = f"items/{lye['id']}/comments"
    said = client.post(path, {"text": "Seen"}).json
    reader = member("inventory.item.read")
    assert len(reader.get(path).json["items"]) == 1
    assert_problem(reader.post(path, {"text": "Hello"}), 403, "FORBIDDEN")
    assert_problem(reader.delete(f"{path}/{said['id']}"), 403, "FORBIDDEN")
    assert_problem(member("recipes.*").get(path), 403, "FORBIDDEN")


def test_another_tenant_finds_no_talk(client, other_client, lye):
    path = f"items/{lye['id']}/comments"
    said = client.post(path, {"text": "Ours"}).json
    for answer in (other_client.get(path), other_client.post(path, {"text": "Theirs"}),
                   other_client.patch(f"{path}/{said['id']}", {"text": "Theirs"}),
                   other_client.delete(f"{path}/{said['id']}")):  # fmt: skip
        assert answer.status_code == 404
    assert [item["text"] for item in client.get(path).json["items"]] == ["Ours"]


@pytest.mark.parametrize("text", ["", "  \n", None, 7, ["a"], "a\x00b", "x" * 10_001])
def test_what_cannot_be_said(client, lye, text):
    assert_problem(client.post(f"items/{lye['id']}/comments", {"text": text}), 422, field="text")


def test_a_comment_belongs_to_its_record(client, lye, gram):
    other = client.post("items", {"code": "OIL", "name": "Oil", "base_unit_id": gram}).json["id"]
    said = client.post(f"items/{lye['id']}/comments", {"text": "About lye"}).json["id"]
    assert_problem(client.patch(f"items/{other}/comments/{said}", {"text": "About oil"}), 404, "NOT_FOUND")
    assert_problem(client.get(f"items/{lye['id']}/comments?before=x"), 422, field="before")
    assert_problem(client.post(f"items/{lye['id']}/comments", {"text": "a", "author": "b"}), 422, field="author")


def test_a_talk_goes_with_its_record(client, lye):
    client.post(f"items/{lye['id']}/comments", {"text": "Soon gone"})
    assert client.delete(f"items/{lye['id']}", version=lye["version"]).status_code == 204
    assert client.get(f"items/{lye['id']}/comments").status_code == 404
