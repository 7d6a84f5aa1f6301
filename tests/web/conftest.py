"""One item that tests of the doors change, and plain bytes as a body."""

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant
from tests.resources.conftest import one


class Standing:
    """A tenant for requests that are refused, or only read: it stays as it is, so one serves all tests."""

    def __init__(self, kernel, app):
        self.tenant = make_tenant(kernel)
        self.client = ApiClient(app, make_member(kernel, self.tenant, is_owner=True))
        self.gram = one(self.client, "admin/uom?code=g")["id"]
        answer = self.client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": self.gram})
        self.lye = answer.get_json()


@pytest.fixture(scope="session")
def standing(kernel, app):
    return Standing(kernel, app)


@pytest.fixture
def gram(client):
    return one(client, "admin/uom?code=g")["id"]


@pytest.fixture
def lye(client, gram):
    answer = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": gram})
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def send_raw(client, method, path, content, **options):
    """Send bytes as a JSON body."""
    data = content if isinstance(content, bytes) else content.encode()
    return client.send(method, path, data=data, **{"content_type": "application/json", **options})


def assert_problem(answer, status, code=None, field=None):
    """Check that an answer is a whole problem: status, code, sentence, request id, and the field it names."""
    body = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert (answer.status_code, body["status"]) == (status, status), answer.text
    assert body["detail"] and body["title"] and body["code"] == body["code"].upper()
    assert body["request_id"] == answer.headers["X-Request-ID"]
    if code is not None:
        assert body["code"] == code, answer.text
    if field is not None:
        assert field in body["errors"], answer.text
    return body
