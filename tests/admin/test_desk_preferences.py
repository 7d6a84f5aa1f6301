"""What a person chooses for themselves is kept for them, in one organisation, and nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.clients import ApiClient, BrowserClient

WHERE = "me/preferences"
STAR = {"title": "Soap bases", "url": "/items?kind=raw", "icon": "package"}


def test_a_maker_keeps_what_they_chose_and_forgets_one_of_it(client: ApiClient) -> None:
    assert client.get(WHERE).json == {}
    kept = client.patch(WHERE, {"density": "compact", "favourites": [STAR], "columns:inventory.item": ["code"]})
    assert kept.json == {"columns:inventory.item": ["code"], "density": "compact", "favourites": [STAR]}
    assert client.patch(WHERE, {"density": None}).json == {"columns:inventory.item": ["code"], "favourites": [STAR]}
    assert client.get(WHERE).json == {"columns:inventory.item": ["code"], "favourites": [STAR]}


def test_each_person_and_each_organisation_has_its_own(
    client: ApiClient, client_with: Callable[..., ApiClient], other_client: ApiClient
) -> None:
    client.patch(WHERE, {"mode": "dark"})
    colleague = client_with("inventory.item.read")
    assert colleague.get(WHERE).json == {}
    assert colleague.patch(WHERE, {"mode": "light"}).json == {"mode": "light"}
    assert other_client.get(WHERE).json == {}
    assert client.get(WHERE).json == {"mode": "dark"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"columns:inventory.nothing": []},
        {"columns:inventory.item": "code"},
        {"mode": "purple"},
        {"mode": ["dark"]},
        {"zone": "Mars/Olympus"},
        {"zone": "localtime"},
        {"landing": "https://elsewhere.example"},
        {"landing": "//elsewhere.example"},
        {"single_keys": "no"},
        {"favourites": [{"title": "Away", "url": "javascript:alert(1)"}]},
        {"favourites": [{"title": "", "url": "/items"}]},
        {"favourites": [STAR, STAR]},
        {"favourites": [{"title": f"{n}", "url": f"/{n}"} for n in range(31)]},
        {"sidebar": {"closed": [1]}},
        {"alerts_aside": {"x": 1}},
        {"columns:inventory.item": ["x" * 21_000]},
        {"columns:inventory.item": ["\x00"]},
    ],
)
def test_what_cannot_be_kept_is_refused_by_name_and_nothing_of_it_stays(client: ApiClient, wrong: dict) -> None:
    answer = client.patch(WHERE, {"density": "compact", **wrong})
    assert answer.status_code == 422 and list(answer.json["errors"]) == list(wrong)
    assert client.get(WHERE).json == {}


@pytest.mark.parametrize("body", [[], "text", 5])
def test_only_an_object_is_read(client: ApiClient, body: object) -> None:
    assert client.send("PATCH", WHERE, json=body).status_code in (400, 422)


def test_numbers_keep_their_place_and_signs_that_no_database_takes_are_refused(
    client: ApiClient, browser: BrowserClient
) -> None:
    assert client.send("PATCH", WHERE, data='{"columns:inventory.item": {"code": 1.5, "name": [1, null]}}',
                       content_type="application/json").status_code == 200  # fmt: skip
    for title in ("a\x00b", "\x00"):
        assert browser.post("/favourites", {"do": "add", "url": "/lots", "title": title}).status_code == 422
    lone = client.send("PATCH", WHERE, data='{"theme": "\\ud800"}', content_type="application/json")
    assert lone.status_code in (400, 422)


def test_a_browser_needs_its_token(app: Flask, kernel: Kernel, tenant: TenantInfo) -> None:
    browser = BrowserClient(app, house.make_member(kernel, tenant))
    refused = browser._client.patch("/api/v1/me/preferences", json={"mode": "dark"})
    assert (refused.status_code, refused.json["code"]) == (403, "CSRF_FAILED")
    with_token = {"X-CSRF-Token": browser.csrf_token}
    assert browser._client.patch("/api/v1/me/preferences", json={"mode": "dark"}, headers=with_token).status_code == 200
