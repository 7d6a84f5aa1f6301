"""The clients of the tests are let in as what they say they are."""


def test_a_program_is_its_member(client, tenant):
    answer = client.get("auth/me")
    assert answer.status_code == 200
    assert answer.json["username"] == client.member.username
    assert answer.json["tenant"]["id"] == tenant.id


def test_rights_can_be_narrowed(client_with):
    clerk = client_with("inventory.item.read")
    assert clerk.get("items").status_code == 200
    assert clerk.get("admin/uom").status_code == 403


def test_a_browser_has_a_session(browser):
    answer = browser.get("/api/v1/auth/me")
    assert answer.status_code == 200
    assert answer.json["csrf_token"] == browser.csrf_token
