"""First-run set-up: the first organisation with its administrator, in one transaction, once."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakSet

import sqlalchemy as sa

from core.actions.arguments import arg, check_arguments, parameters_of
from core.actions.unit import unit
from core.administration import modules
from core.administration.tenants import add_tenant, tenant_faults
from core.db.session import KernelSession
from core.errors import Forbidden, Invalid, NotFound
from core.identity.access_tokens import signing_key
from core.identity.models import User
from core.identity.policy import IdentityPolicy
from core.identity.users import create_user, user_faults

if TYPE_CHECKING:
    from core.kernel import Kernel

TOKEN_LENGTH = 32
_LOCK = 7_310_020
_done: WeakSet[Kernel] = WeakSet()


def needs_setup(kernel: Kernel) -> bool:
    """Whether there is no user yet; asked of the database until there is one, never after."""
    if kernel in _done:
        return False
    with kernel.platform_reading() as db:
        if not _has_users(db):
            return True
    _done.add(kernel)
    return False


def _has_users(db: KernelSession) -> bool:
    return db.execute(sa.select(User.id).limit(1)).first() is not None


def setup_token(policy: IdentityPolicy) -> str:
    """Return what whoever sets up must show: it follows from the secret key, so every process prints the same one.

    A request from the same machine is not enough: behind a proxy, everybody comes from there.
    """
    return signing_key(policy, "setup").hex()[:TOKEN_LENGTH]


def check_token(kernel: Kernel, given: str) -> None:
    """Raise NotFound once there is a user, Forbidden unless the token is the one that the server printed."""
    if not needs_setup(kernel):
        raise NotFound("OpenMill is set up already; log in.")
    known = setup_token(kernel.identity.policy)
    if not hmac.compare_digest(known.encode(), given.strip().encode("utf-8", "replace")):
        text = "The set-up token is not the right one; take it from the lines that the server wrote when it started."
        raise Forbidden(text, code="WRONG_SETUP_TOKEN")


def set_up(
    kernel: Any,
    *,
    organisation: Annotated[str, arg("Organisation", max_length=120)],
    name: Annotated[str, arg("Your name", max_length=120)],
    username: Annotated[str, arg("User name", max_length=60)],
    email: Annotated[str, arg("E-mail", max_length=254)],
    password: Annotated[str, arg("Password", max_length=256)],
    currency: Annotated[str, arg("Currency", max_length=3)] = "EUR",
    zone: Annotated[str, arg("Time zone", max_length=60)] = "UTC",
    modules_on: Annotated[list[str] | None, arg("Modules")] = None,
) -> str:
    """Make the organisation, its administrator and its modules, all or nothing; returns the organisation's short name.

    Of two who try at once, one wins and the other is told that it is done.
    """
    slug = slug_of(organisation)
    with kernel.platform() as db:
        tenant_id = db.take_ids(1)[0]

    def open_house(db: KernelSession) -> None:
        _wait_for_others(db)
        if _has_users(db):
            raise NotFound("OpenMill is set up already; log in.")
        create_user(db, kernel.identity.policy, username=username, email=email, name=name, password=password,
                    is_platform_admin=True)  # fmt: skip
        add_tenant(db, slug=slug, name=organisation, currency=currency, zone=zone, owner=username, tenant_id=tenant_id)

    with unit(kernel, tenant_id, prepare=open_house) as ctx:
        for plugin in modules_on or []:
            modules.enable(ctx, plugin)
    return slug


def check_answers(kernel: Kernel, given: Mapping[str, Any], *, again: str | None = None) -> dict[str, Any]:
    """Return the arguments of `set_up`; Invalid tells all that is wrong with them at once.

    `again` is the password once more, where somebody types it who cannot see it.
    """
    errors: dict[str, list[str]] = {}
    try:
        values = check_arguments(set_up, given)
    except Invalid as invalid:
        values, errors = dict(given), dict(invalid.errors)
    words = {item.name: item.default or "" for item in parameters_of(set_up)}
    words |= {name: value for name, value in values.items() if isinstance(value, str)}
    errors = {**_faults(kernel.identity.policy, words), **errors}
    if again is not None and again != given.get("password"):
        errors["again"] = ["Differs from the password."]
    if errors:
        raise Invalid(errors, code="WEAK_PASSWORD" if errors.keys() == {"password"} else None)
    return values


def _faults(policy: IdentityPolicy, words: Mapping[str, str]) -> dict[str, list[str]]:
    person = {name: words[name] for name in ("name", "username", "email", "password")}
    house = tenant_faults(slug=slug_of(words["organisation"]), name=words["organisation"], currency=words["currency"],
                          zone=words["zone"])  # fmt: skip
    told = {"organisation" if name == "name" else name: texts for name, texts in house.items()}
    return {**told, **user_faults(policy, **person)}


def _wait_for_others(db: KernelSession) -> None:
    # SQLite's writers stand in line already.
    if db.get_bind().dialect.name == "postgresql":
        lock = sa.text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=_LOCK)
        db.execute(lock, execution_options={"unscoped": "one set-up at a time"})


def slug_of(name: str) -> str:
    """Return the short name of an organisation: its letters and digits in lower case, joined by dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:38].rstrip("-")
    return found if len(found) >= 2 and found[0].isalpha() else f"main-{found}".rstrip("-")
