"""People who are assigned to places see and touch what is there; each role widens, none narrows another."""

import io

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member
from tests.resources.conftest import one, send_file
from tests.web.conftest import assert_problem

RULE = "inventory.assigned_locations"
MAY = [f"inventory.location.{verb}" for verb in ("read", "create", "update", "delete", "export", "import", "attach")]


class Town:
    """Two places, and a clerk who is assigned to the first."""

    def __init__(self, app, kernel, tenant, client):
        self.app, self.kernel, self.tenant, self.owner = app, kernel, tenant, client
        self.mine, self.theirs = (
            client.post("admin/locations", {"code": code, "name": code.title()}).get_json()
            for code in ("MINE", "THEIRS")
        )
        self.clerk = self.member(MAY, rules=[RULE])

    def member(self, allow, rules=(), also=()):
        member = make_member(self.kernel, self.tenant, allow, rules=rules)
        if also:
            name = f"second-{member.username}"
            answer = self.owner.post("roles", {"key": name, "title": name, "permissions": list(also)})
            assert answer.status_code == 201, answer.text
            held = self.owner.get(f"members/{member.actor.member_id}").get_json()["roles"]
            wanted = [line["role_id"] for line in held] + [answer.get_json()["id"]]
            path = f"members/{member.actor.member_id}/assign-roles"
            assert self.owner.post(path, {"role_ids": wanted}).status_code == 200
        path = f"admin/locations/{self.mine['id']}/assign"
        assert self.owner.post(path, {"member_id": member.actor.member_id}).status_code == 200
        self.mine = self.owner.get(f"admin/locations/{self.mine['id']}").get_json()
        return ApiClient(self.app, member)


@pytest.fixture
def town(app, kernel, tenant, client):
    return Town(app, kernel, tenant, client)


def codes(answer):
    assert answer.status_code == 200, answer.text
    return sorted(item["code"] for item in answer.get_json()["items"])


def test_reading_ends_at_the_rule(town):
    clerk, theirs = town.clerk, town.theirs["id"]
    assert codes(clerk.get("admin/locations?code__in=MINE,THEIRS")) == ["MINE"]
    assert clerk.get("admin/locations?search=theirs").get_json()["total"] == 0
    assert clerk.get("admin/locations?group_by=code").get_json()["groups"] == [{"code": "MINE", "count": 1}]
    for path in (f"admin/locations/{theirs}", f"admin/locations/{theirs}/history", f"admin/locations/{theirs}/files"):
        assert_problem(clerk.get(path), 404, "NOT_FOUND")
    for kind in ("csv", "json"):
        text = clerk.get(f"admin/locations/export?format={kind}").text
        assert "MINE" in text and "THEIRS" not in text


def test_writing_ends_at_the_rule(town):
    clerk, theirs = town.clerk, town.theirs
    path = f"admin/locations/{theirs['id']}"
    assert_problem(clerk.patch(path, {"name": "Mine now"}, version=1), 404)
    assert_problem(clerk.delete(path, version=1), 404)
    assert_problem(send_file(clerk, f"{path}/files", b"x", "a.txt"), 404)
    # Nobody makes what they would not see.
    assert_problem(clerk.post("admin/locations", {"code": "NEW", "name": "New"}), 403)
    answer = send_file(clerk, "admin/locations/import", "code,name\nTHEIRS,Mine now\n")
    assert_problem(answer, 409, "DUPLICATE")
    assert_problem(clerk.post("admin/locations/import", [{"code": "NEW", "name": "New"}]), 403)
    assert codes(town.owner.get("admin/locations?name__in=Mine now,New")) == []
    mine = clerk.get(f"admin/locations/{town.mine['id']}").get_json()
    assert clerk.patch(f"admin/locations/{mine['id']}", {"name": "Ours"}, version=mine["version"]).status_code == 200
    assert send_file(clerk, "admin/locations/import", "code,name\nMINE,Imported\n").get_json()["updated"] == 1


def test_a_second_role_widens_what_it_grants_and_nothing_else(town):
    both = town.member(MAY, rules=[RULE], also=["inventory.location.read"])
    assert codes(both.get("admin/locations?code__in=MINE,THEIRS")) == ["MINE", "THEIRS"]
    text = both.get("admin/locations/export").text
    assert "MINE" in text and "THEIRS" not in text
    path = f"admin/locations/{town.theirs['id']}"
    assert both.get(path).status_code == 200
    assert_problem(both.patch(path, {"name": "Mine now"}, version=1), 404)
    assert_problem(send_file(both, f"{path}/files", b"x", "a.txt"), 404)
    assert one(town.owner, "admin/locations?code=THEIRS")["name"] == "Theirs"


def test_bulk_is_all_or_nothing_at_the_rule(town):
    gram = one(town.owner, "admin/uom?code=g")["id"]
    item = town.owner.post("items", {"code": "A", "name": "A", "base_unit_id": gram}).get_json()["id"]
    line = [{"item_id": item, "quantity": "1", "unit_id": gram, "unit_cost": "1"}]
    ids = [
        town.owner.post("receipts", {"location_id": place["id"], "lines": line}).get_json()["id"]
        for place in (town.mine, town.theirs)
    ]
    clerk = town.member(["inventory.receipt.*", "inventory.location.read"], rules=[RULE])
    assert_problem(clerk.post("receipts/post", {"ids": ids}), 404)
    assert [town.owner.get(f"receipts/{n}").get_json()["state"] for n in ids] == ["draft", "draft"]
    assert clerk.post("receipts/post", {"ids": ids[:1]}).get_json()["items"][0]["state"] == "posted"


@pytest.mark.parametrize("kept", ["edits", "imports"])
def test_what_others_did_to_records_beyond_reach_is_theirs(town, kept):
    """An administrator of one place may see what others changed: of lists of which they see all, and their own."""
    see_all = ["kernel.bulk_edit.read", "kernel.file_import.read", "inventory.item.*"]
    clerk = town.member([*MAY, *see_all], rules=[RULE])
    auditor = town.member([*MAY, *see_all])

    def made(who, resource, key):
        if kept == "imports":
            sent = io.BytesIO(f"code,name\n{key},Renamed\n".encode()), "places.csv"
            answer = who.post("imports", data={"file": sent, "resource": resource}, content_type="multipart/form-data")
        else:
            code = {"filters": {"code": [key]}, "search": ""}
            answer = who.post("edits", {"resource": resource, "where": code, "values": {"name": "Renamed"}})
        assert answer.status_code == 201, answer.text
        return answer.get_json()["id"]

    gram = one(town.owner, "admin/uom?code=g")["id"]
    town.owner.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": gram})
    theirs, of_items = made(town.owner, "inventory.location", "THEIRS"), made(town.owner, "inventory.item", "LYE")
    own = made(clerk, "inventory.location", "MINE")
    assert [row["id"] for row in clerk.get(kept).get_json()["items"]] == [own, of_items]
    assert_problem(clerk.get(f"{kept}/{theirs}"), 404)
    assert_problem(clerk.post(f"{kept}/{theirs}/run"), 404)
    assert clerk.get(f"{kept}/{of_items}").status_code == 200
    assert [row["id"] for row in auditor.get(kept).get_json()["items"]] == [own, of_items, theirs]
