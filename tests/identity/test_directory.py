"""Members and roles over REST: seen by who may, changed by actions only."""

import pytest

from core.testing.house import make_member


@pytest.fixture
def staff(client_with):
    return client_with("kernel.member.*", "kernel.role.*", "inventory.*")


def test_people_are_listed_found_and_sorted(staff, kernel, tenant):
    one, two = make_member(kernel, tenant), make_member(kernel, tenant)
    page = staff.get("members?sort=username&page_size=200").json
    shown = [row["username"] for row in page["items"]]
    assert shown == sorted(shown)
    assert {one.username, two.username} <= set(shown)
    found = staff.get(f"members?search={one.username}").json["items"]
    assert one.username in [row["username"] for row in found]
    assert "argon2" not in str(page)
    assert "password" not in str(page)


def test_people_of_another_tenant_are_not_there(staff, kernel, other_tenant):
    stranger = make_member(kernel, other_tenant)
    assert staff.get(f"members/{stranger.actor.member_id}").status_code == 404
    assert staff.post(f"members/{stranger.actor.member_id}/deactivate", {}).status_code == 404
    assert staff.get(f"members?search={stranger.username}").json["items"] == []
    assert kernel.identity.actor_of_token(stranger.token) is not None


def test_members_are_not_written_field_by_field(staff, kernel, tenant):
    member = make_member(kernel, tenant)
    at = f"members/{member.actor.member_id}"
    before = staff.get(at).json
    for values in ({"is_owner": True}, {"user_id": 1}, {"roles": []}):
        assert staff.patch(at, values, version=1).status_code in (404, 405)
        assert staff.post("members", values).status_code in (404, 405)
    assert staff.delete(at).status_code in (404, 405)
    assert staff.get(at).json == before


def test_without_permission_nobody_is_shown(client_with):
    clerk = client_with("inventory.*")
    for path in ("members", "roles"):
        assert clerk.get(path).status_code == 403
    assert clerk.post("members/invite", {"email": "x@example.com"}).status_code == 403
    assert clerk.post("roles", {"key": "mine", "title": "Mine", "permissions": ["*"]}).status_code == 403


def test_a_role_is_made_changed_assigned_and_deleted(staff, kernel, tenant):
    made = staff.post("roles", {"key": "packer", "title": "Packer", "permissions": ["inventory.*.read"]})
    assert made.status_code == 201, made.text
    role, member = made.json, make_member(kernel, tenant)
    assigned = staff.post(f"members/{member.actor.member_id}/assign-roles", {"role_ids": [role["id"]]})
    assert assigned.status_code == 200, assigned.text
    assert kernel.identity.actor_of_token(member.token).can("inventory.item.read")
    at = f"roles/{role['id']}"
    changed = staff.patch(at, {"permissions": ["inventory.item.read"]}, version=made.json["version"])
    assert changed.status_code == 200, changed.text
    assert not kernel.identity.actor_of_token(member.token).can("inventory.lot.read")
    more = staff.patch(at, {"permissions": ["*"]}, version=changed.json["version"])
    assert (more.status_code, more.json["code"]) == (403, "MORE_RIGHTS_THAN_YOURS")
    assert staff.delete(at, version=changed.json["version"]).status_code == 409
    staff.post(f"members/{member.actor.member_id}/assign-roles", {"role_ids": []})
    assert staff.delete(at, version=changed.json["version"]).status_code == 204


@pytest.mark.parametrize(
    "values",
    [
        {"permissions": "inventory.*"},
        {"permissions": [["inventory.*"]]},
        {"permissions": [None]},
        {"permissions": {"*": True}},
        {"permissions": None},
        {"permissions": ["inventory.*\x00"]},
        {"rules": ["nobody.knows"]},
        {"rules": 5},
        {"key": "inventory.viewer"},
        {"key": 5},
        {"is_declared": True},
        {"tenant_id": 1},
        {"id": 1},
    ],
)
def test_a_role_of_nonsense_is_422(staff, values):
    body = {"key": "nonsense", "title": "Nonsense", "permissions": ["inventory.item.read"], **values}
    answer = staff.post("roles", body)
    assert answer.status_code == 422, answer.text
    assert next(iter(values)) in str(answer.json["errors"])
    assert staff.get("roles?key=nonsense").json["items"] == []
