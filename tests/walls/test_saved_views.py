"""What somebody keeps for themselves nobody else sees; what is shared is written by those alone who may share."""

import pytest

from core.testing import house
from core.testing.clients import ApiClient


@pytest.fixture
def people(app, kernel, tenant):
    """Two makers who may only read items, and somebody who may share views."""

    def make(*allow):
        return ApiClient(app, house.make_member(kernel, tenant, allow))

    return {"ada": make("inventory.item.read"), "bo": make("inventory.item.read"),
            "boss": make("inventory.item.read", "kernel.saved_view.share"),
            "none": make("recipes.batch.read")}  # fmt: skip


def kept(name="Raw", **values):
    return {"resource": "inventory.item", "name": name, "query": "kind=raw", **values}


def test_a_view_of_ones_own_is_nobody_elses(people, client):
    made = people["ada"].post("saved-views", kept(columns=["code", "name:220"])).json
    assert made["columns"] == ["code", "name:220"]
    for other in (people["bo"], people["boss"], client):
        assert other.get(f"saved-views/{made['id']}").status_code == 404
        assert other.patch(f"saved-views/{made['id']}", {"name": "Mine now"}).status_code == 404
        assert other.delete(f"saved-views/{made['id']}").status_code == 404
        assert made["id"] not in [row["id"] for row in other.get("saved-views").json["items"]]
    assert people["ada"].patch(f"saved-views/{made['id']}", {"name": "All raw"}).json["name"] == "All raw"
    assert people["ada"].delete(f"saved-views/{made['id']}").status_code == 204


def test_only_who_may_share_shares(people):
    refused = people["ada"].post("saved-views", kept(audience="everyone"))
    assert refused.status_code == 403
    assert refused.json["permission"] == "kernel.saved_view.share"
    shared = people["boss"].post("saved-views", kept("For all", audience="everyone")).json
    assert people["bo"].get(f"saved-views/{shared['id']}").json["may_write"] is False
    assert people["bo"].patch(f"saved-views/{shared['id']}", {"name": "x"}).status_code == 403
    assert people["bo"].delete(f"saved-views/{shared['id']}").status_code == 403
    mine = people["ada"].post("saved-views", kept()).json
    assert people["ada"].patch(f"saved-views/{mine['id']}", {"audience": "everyone"}).status_code == 403


def test_a_view_of_a_list_that_one_may_not_read_is_not_there(people):
    shared = people["boss"].post("saved-views", kept("For all", audience="everyone")).json
    assert people["none"].get(f"saved-views/{shared['id']}").status_code == 404
    assert people["none"].get("saved-views").json["items"] == []
    assert people["none"].get("saved-views?resource=inventory.item").status_code == 422
    assert people["none"].post("saved-views", kept()).status_code == 422


def test_a_roles_view_is_seen_by_the_role(app, kernel, tenant, people):
    role = kernel.registry.roles[sorted(kernel.registry.roles)[0]].key
    refused = people["boss"].post("saved-views", kept(audience="role", role="nobody.here"))
    assert refused.status_code == 422
    made = people["boss"].post("saved-views", kept(audience="role", role=role)).json
    held = ApiClient(app, house.make_member(kernel, tenant, ["inventory.item.read"], roles=[role]))
    assert held.get(f"saved-views/{made['id']}").status_code == 200
    assert people["ada"].get(f"saved-views/{made['id']}").status_code == 404


def test_one_view_opens_first_for_each_audience(people):
    first = people["ada"].post("saved-views", kept("One", is_default=True)).json
    second = people["ada"].post("saved-views", kept("Two", is_default=True)).json
    told = {row["id"]: row["is_default"] for row in people["ada"].get("saved-views").json["items"]}
    assert (told[first["id"]], told[second["id"]]) == (False, True)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"query": "a b"}, "query"), ({"query": 3}, "query"),
     ({"columns": ["a b"]}, "columns"), ({"columns": "code"}, "columns"), ({"density": "huge"}, "density"),
     ({"is_default": "yes"}, "is_default"), ({"audience": "us"}, "audience"), ({"user_id": 1}, "user_id"),
     ({"resource": "nothing.here"}, "resource"), ({"resource": 5}, "resource"), ({"resource": None}, "resource"),
     ({"name": 5}, "name"), ({"role": 5}, "role"), ({"role": "kernel.nobody"}, "role"), ({"name": "a\x00b"}, "name")],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(people, values, field):
    answer = people["ada"].post("saved-views", {**kept(), **values})
    assert answer.status_code == 422, answer.text
    assert field in answer.json["errors"]


def test_a_view_without_its_list_asks_for_it(people):
    answer = people["ada"].post("saved-views", {"name": "Raw"})
    assert answer.json["errors"] == {"resource": ["Name the list that it is a view of, such as inventory.item."]}


def test_a_shared_view_taken_back_has_no_role_any_more(kernel, people):
    role = sorted(kernel.registry.roles)[0]
    made = people["boss"].post("saved-views", kept(audience="role", role=role)).json
    assert people["boss"].patch(f"saved-views/{made['id']}", {"audience": "me", "role": role}).status_code == 422
    taken = people["boss"].patch(f"saved-views/{made['id']}", {"audience": "me"}).json
    assert (taken["audience"], taken["role"]) == ("me", "")


def test_a_foreign_organisations_views_are_not_there(app, kernel, people):
    other = ApiClient(app, house.make_member(kernel, house.make_tenant(kernel), is_owner=True))
    shared = people["boss"].post("saved-views", kept("For all", audience="everyone")).json
    assert other.get(f"saved-views/{shared['id']}").status_code == 404
