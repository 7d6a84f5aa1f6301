"""What stands behind the question mark: unknown, doubled and unreadable parameters are refused by name."""

import pytest

from tests.web.conftest import assert_problem


@pytest.mark.parametrize("path", ["items?dry_run=true", "items/import?dryrun=true", "items/import?dry_run=1&dry_run=0"])
def test_a_dry_run_that_nobody_knows_of_is_no_real_one(standing, path):
    row = {"code": "POTASH", "name": "Potash", "base_unit_id": standing.gram}
    answer = standing.client.post(path, [row])
    assert_problem(answer, 422, "INVALID", path.partition("?")[2].partition("=")[0])
    assert standing.client.get("items?code=POTASH").get_json()["items"] == []


def test_many_records_at_once_have_no_dry_run(standing):
    body = {"ids": [standing.lye["id"]], "name": "Caustic soda"}
    for verb in ("duplicate", "bulk-update"):
        assert_problem(standing.client.post(f"items/{verb}?dry_run=true", body), 422, "INVALID", "dry_run")
    assert standing.client.get("items?search=LYE").get_json()["total"] == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("items/{id}?fields=name", "fields"), ("items/{id}/history?befor=5", "befor"), ("items/fields?x=", "x"),
        ("items/{id}/files?page=1", "page"), ("items/low-stock?nonsense=1", "nonsense"),
        ("items?page=1&page=2", "page"), ("items?sort=code&sort=name", "sort"), ("items/export?fields=id&fields=code",
                                                                               "fields"),
        ("items/{id}/history?limit=1&limit=2", "limit"), ("reports/expiring?days=1&days=2", "days"),
        ("items?format=csv", "format"), ("items?group_by=kind&format=xlsx", "format"),
        ("reports/stock-now?format=pdf", "format"), ("items/export?format=pdf", "format"),
        ("items?code=%00", "code"), ("items?search=a%00b", "search"), ("search?q=ab%00", "q"), ("edits?x=%00", "x"),
        ("platform/users?after=%00", "after"),
    ],
)  # fmt: skip
def test_a_parameter_that_makes_no_sense_is_named(standing, path, name):
    assert_problem(standing.client.get(path.format(**standing.lye)), 422, "INVALID", name)


def test_a_name_that_nobody_can_have_is_none(standing):
    for path in ("settings/a%00b", "platform/tenants/%00/suspend"):
        assert_problem(standing.client.send("DELETE" if "settings" in path else "POST", path), 404, "NOT_FOUND")


def test_a_list_is_filtered_by_version_too(client, gram):
    rows = [{"code": code, "name": code, "base_unit_id": gram} for code in ("NEW", "OLD")]
    old = client.post("items", rows).get_json()["items"][1]
    assert client.patch(f"items/{old['id']}", {"name": "Older"}, version=1).status_code == 200
    assert [item["code"] for item in client.get("items?version=2").get_json()["items"]] == ["OLD"]
