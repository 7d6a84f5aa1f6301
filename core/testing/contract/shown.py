"""What the pages of a plugin show, to whom, and that showing changes nothing and costs no query per row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.admin.lists.toolbar import view_names
from core.plugins.declarations import Resource
from core.plugins.registry import KERNEL
from core.testing.clients import BrowserClient, ServerFault
from core.testing.contract.served import counted
from core.testing.furniture import ABSENT, Furnished

# A browser session notes when it was last seen; nothing else may be written while somebody only looks.
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b(?!\s+core_browser_session)(?!.*\bcore_browser_session\b)", re.I)


class ShownContract:
    """Tests of pages: every resource has them, for whoever may see it and for nobody else."""

    plugin: str

    def test_its_pages_open(self, furnished: Furnished) -> None:
        """Whoever may see a resource gets its list, every view, its records and its empty form."""
        owner = _browser(furnished, "owner")
        wrong = [line for page in self.pages(furnished) for line in _differs(owner, page, {200})]
        assert not wrong, "\n".join(wrong)

    def test_its_pages_ask_for_a_log_in(self, furnished: Furnished) -> None:
        """Nobody is shown anything without a session: the way leads to the log-in and back."""
        guest = furnished.app.test_client()
        wrong = [
            page
            for page in self.pages(furnished)
            if not guest.get(page, headers={"Accept": "text/html"}).headers.get("Location", "").startswith("/login")
        ]
        assert wrong == []

    def test_its_pages_ask_for_a_permission(self, furnished: Furnished) -> None:
        """A member without rights is shown no page of it, and no link to one on the pages that everybody has."""
        powerless = _browser(furnished, "powerless")
        wrong = [line for page in self.pages(furnished) for line in _differs(powerless, page, {403})]
        home = powerless.get("/").text
        wrong += [f"home links to {item.path}" for item in self.shown(furnished) if f'href="/{item.path}"' in home]
        assert not wrong, "\n".join(wrong)

    def test_its_pages_go_with_the_module(self, furnished: Furnished) -> None:
        """A tenant without the module finds nothing at any of its addresses."""
        if self.plugin != KERNEL:
            bare = _browser(furnished, "bare")
            wrong = [line for page in self.pages(furnished) for line in _differs(bare, page, {404})]
            assert not wrong, "\n".join(wrong)

    def test_its_pages_need_no_query_per_row(self, furnished: Furnished) -> None:
        """A long page of a list takes as many statements as a short one, but for labels that the short one lacked."""
        owner, wrong = _browser(furnished, "owner"), []
        for resource in self.shown(furnished):
            references = sum(1 for column in resource.model.__table__.columns if column.info.get("ref") is not None)
            for view in view_names(resource):
                tail = "" if view == "list" else f"&view={view}"
                one = f"&id={furnished.first_id(resource.key)}"
                short, long = (
                    _statements(furnished, owner, f"/{resource.path}?page_size=200{tail}{part}") for part in (one, "")
                )
                # The short page knows its total without asking, and may lack the second row that makes a label wanted.
                if long > short + references + 2:
                    wrong.append(f"{resource.key} as {view}: {short} statements for one row, {long} for all")
        assert not wrong, "\n".join(wrong)

    def test_looking_changes_nothing(self, furnished: Furnished) -> None:
        """No page writes anything when it is only opened."""
        owner, wrong = _browser(furnished, "owner"), []
        for page in self.pages(furnished):
            with counted(furnished.kernel.engine) as seen:
                owner.get(page)
            wrong += [f"{page}: {text[:120]}" for text in seen if _WRITES.match(text)]
        assert not wrong, "\n".join(wrong)

    # ---- what the tests look at --------------------------------------------------------------------------------------

    def shown(self, furnished: Furnished) -> list[Resource]:
        """List the plugin's resources."""
        return [item for item in furnished.kernel.registry.resources.values() if item.plugin == self.plugin]

    def pages(self, furnished: Furnished) -> list[str]:
        """List the addresses of the plugin's generated pages."""
        return [page for resource in self.shown(furnished) for page in pages_of(furnished, resource)]


def pages_of(furnished: Furnished, resource: Resource) -> Iterator[str]:
    """Yield the addresses of a resource's pages: list, views, a record of the tenant, the empty form."""
    path = f"/{resource.path}"
    yield path
    yield f"{path}?search=a"
    for view in view_names(resource)[1:]:
        yield f"{path}?view={view}"
    record_id = furnished.first_id(resource.key)
    if record_id != ABSENT:
        yield f"{path}/{record_id}"
    if "create" in resource.verbs:
        yield f"{path}/new"


def _browser(furnished: Furnished, who: str) -> BrowserClient:
    member = getattr(furnished, who).member
    assert member is not None
    return BrowserClient(furnished.app, member)


def _differs(browser: BrowserClient, page: str, expected: set[int]) -> Iterator[str]:
    try:
        answer = browser.get(page)
    except ServerFault as fault:
        yield str(fault)
        return
    if answer.status_code not in expected:
        yield f"{page}: {answer.status_code}"


def _statements(furnished: Furnished, browser: BrowserClient, page: str) -> int:
    browser.get(page)
    with counted(furnished.kernel.engine) as seen:
        answer = browser.get(page)
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    return len(seen)
