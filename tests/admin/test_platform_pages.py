"""The pages of the platform: organisations, people, jobs, what runs; for nobody else they are there."""

import pytest

from core.identity.models import User
from core.services.models import Job, ScheduleState
from core.testing.clients import ApiClient, BrowserClient
from core.testing.house import fresh_name, make_member
from tests.admin.conftest import Pages
from tests.web.conftest import assert_problem

PLACES = ("/platform", "/platform/users", "/platform/jobs", "/platform/status")


@pytest.fixture
def operator(kernel, tenant):
    """A platform administrator who is also a member."""
    member = make_member(kernel, tenant, is_owner=True)
    with kernel.platform() as db:
        db.get_one(User, member.actor.user_id).is_platform_admin = True
    return member


@pytest.fixture
def platform(app, operator):
    return Pages(BrowserClient(app, operator))


def test_for_everybody_else_there_is_no_platform(pages, client, tenant):
    for place in (*PLACES, f"/platform/tenants/{tenant.slug}"):
        pages.open(place, 404)
    assert pages.post("/platform", slug="mine", name="Mine").status_code == 404
    assert 'href="/platform"' not in pages.open("/")
    assert_problem(client.get("platform/users"), 403)
    assert_problem(client.post("platform/users/admin/reset-password"), 403)


def test_an_organisation_is_made_named_and_furnished(platform):
    slug = fresh_name("mill")
    page = platform.open("/platform")
    made = platform.follow(platform.send(page, "/platform", name="Old Mill", slug=slug, currency="CHF", zone="UTC"))
    assert "Old Mill is made" in made
    url = f"/platform/tenants/{slug}"
    on = platform.follow(platform.post(url, enable="recipes"))
    assert 'aria-label="Turn off Inventory"' in on
    refused = platform.post(url, disable="inventory")
    assert (refused.status_code, "MODULE_NEEDED" in refused.text) == (409, True)
    renamed = platform.follow(platform.post(url, name="New Mill", currency="EUR", zone="Europe/Berlin"))
    assert "New Mill" in renamed
    assert "Suspended" in platform.follow(platform.post(url, active="no"))
    again = platform.post("/platform", name="Again", slug=slug, currency="EUR", zone="UTC")
    assert again.status_code == 409
    refused = platform.post(url, name="", currency="EUR", zone="Nowhere")
    assert (refused.status_code, '<a href="#f-zone">Time zone</a>: ' in refused.text) == (422, True)
    platform.open("/platform/tenants/nobody-knows", 404)


def test_only_currencies_of_today_are_offered_and_the_one_that_is_set(platform):
    slug = fresh_name("mill")
    page = platform.open("/platform")
    assert ">EUR</option>" in page.replace(" selected", "") and ">DDM</option>" not in page
    assert platform.post("/platform", name="Old", slug=slug, currency="EUR", zone="localtime").status_code == 422
    platform.follow(platform.post("/platform", name="Old", slug=slug, currency="HRK", zone="Europe/Zagreb"))
    assert "<option selected>HRK</option>" in platform.open(f"/platform/tenants/{slug}")


def test_people_are_shut_out_let_in_and_given_a_new_password(app, kernel, tenant, platform, operator):
    member = make_member(kernel, tenant)
    url = f"/platform/users/{member.username}"
    assert member.username in platform.open(f"/platform/users?search={member.username}")
    assert "is shut out" in platform.follow(platform.post(url, do="disable"))
    assert (
        app.test_client().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {member.token}"}).status_code == 401
    )
    assert "is let in again" in platform.follow(platform.post(url, do="enable"))
    told = platform.post(url, do="reset")
    password = told.text.split('<p class="once"><code>')[1].split("</code>")[0]
    log_in = {"username": member.username, "password": password}
    assert app.test_client().post("/api/v1/auth/login", json=log_in).status_code == 200
    assert password not in platform.open("/platform/users")
    own = platform.post(f"/platform/users/{operator.username}", do="disable")
    assert (own.status_code, "OWN_ACCOUNT" in own.text) == (409, True)
    assert platform.post("/platform/users/nobody", do="enable").status_code == 404


def test_a_parked_job_is_tried_again(kernel, tenant, platform, monkeypatch):
    monkeypatch.setattr(kernel, "listeners", [])
    with kernel.platform() as db:
        job_id = db.take_ids(1)[0]
        now = db.now()
        db.add(Job(id=job_id, tenant_id=tenant.id, key="inventory.nothing", state="failed", tries=5, run_at=now,
                   created_at=now, error="Boom <b>\nsecond line"))  # fmt: skip
    page = platform.open("/platform/jobs?state=failed")
    assert "Boom &lt;b&gt;" in page
    assert "second line" not in page
    assert '<td>Nothing<br><span class="small muted">inventory.nothing #' in page
    assert '<span class="pill bad">Parked</span>' in page
    platform.post(f"/platform/jobs/{job_id}")
    with kernel.platform_reading() as db:
        assert db.get_one(Job, job_id).state == "ready"
    assert platform.post("/platform/jobs/1").status_code == 404


def test_jobs_and_schedules_are_told_in_words(kernel, tenant, platform, pages, client, monkeypatch):
    monkeypatch.setattr(kernel, "listeners", [])
    with kernel.platform() as db:
        now, ids = db.now(), db.take_ids(4)
        for job_id, key, arguments in ((ids[0], "kernel.run_action", {"action": "inventory.receipt.post"}),
                                       (ids[1], "inventory.expire_lots", {}),
                                       (ids[2], "kernel.run_action", {"action": "loom.cloth.weave"})):  # fmt: skip
            db.add(Job(id=job_id, tenant_id=tenant.id, key=key, arguments=arguments, state="failed", tries=5,
                       run_at=now, created_at=now, error="Boom"))  # fmt: skip
        db.add(ScheduleState(id=ids[3], tenant_id=tenant.id, key="inventory.expire_lots_nightly", next_run=now))
    titles = ["Run action", "Expire lots", "Post · Receipts"]
    assert [job["title"] for job in client.get("jobs?state=failed").json] == titles
    page = pages.open("/jobs?state=failed")
    assert '<span class="pill bad">Failed</span>' in page
    told = platform.open("/platform/jobs")
    for title in titles:
        assert title in page and title in told
    assert '<td>Expire lots<br><span class="small muted">inventory.expire_lots_nightly</span></td>' in told


def test_what_runs_is_told(platform, kernel):
    page = platform.open("/platform/status")
    assert kernel.engine.dialect.name in page
    assert "inventory" in page


def test_the_same_over_rest(app, operator, tenant):
    api = ApiClient(app, operator)
    assert api.get(f"platform/tenants/{tenant.slug}").json["file_bytes"] == 0
    assert api.patch(f"platform/tenants/{tenant.slug}", {"name": "Renamed"}).json["name"] == "Renamed"
    assert_problem(api.patch(f"platform/tenants/{tenant.slug}", {"zone": "Mars"}), 422, field="zone")
    assert api.post(f"platform/tenants/{tenant.slug}/modules/recipes/disable").status_code in (200, 409)
    assert_problem(api.post(f"platform/tenants/{tenant.slug}/modules/recipes/burn"), 404)
    assert api.get("platform/jobs").json["items"] is not None
    assert_problem(api.get("platform/jobs?state=x"), 422, field="state")
    assert api.get("platform/schedules").status_code == 200
    assert "plugins" in api.get("platform/status").json
