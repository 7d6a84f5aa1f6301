"""Users of the installation: made by the operator, by an administrator's invitation, never by themselves."""

from __future__ import annotations

import re

import sqlalchemy as sa
from marshmallow import ValidationError
from marshmallow.validate import Email

from core.db.session import KernelSession
from core.errors import Duplicate, Invalid, NotFound
from core.identity.models import Member, User
from core.identity.passwords import check_password, hash_password, password_fault
from core.identity.policy import IdentityPolicy

# No "@": a user name must never be mistaken for somebody's e-mail address at log-in.
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_is_email = Email()


def normalized(identifier: str) -> str:
    """Return a user name or e-mail address as it is stored and looked up: without outer blanks, in lower case."""
    return identifier.strip().casefold()


def find_user(session: KernelSession, identifier: str) -> User | None:
    """Return the user of a user name or e-mail address."""
    name = normalized(identifier)
    column = User.email if "@" in name else User.username
    return session.scalars(sa.select(User).where(column == name)).one_or_none() if _is_storable(name) else None


def get_user(session: KernelSession, identifier: str) -> User:
    """Return the user of a user name or e-mail address; NotFound when there is none."""
    user = find_user(session, identifier)
    if user is None:
        raise NotFound(f"There is no user {identifier!r}.")
    return user


def create_user(
    session: KernelSession,
    policy: IdentityPolicy,
    *,
    username: str,
    email: str,
    name: str,
    password: str | None,
    is_platform_admin: bool = False,
) -> User:
    """Create a user; without a password nobody can log in as them until one is set."""
    username, email, name = normalized(username), normalized(email), name.strip()
    if faults := user_faults(policy, username=username, email=email, name=name, password=password):
        raise Invalid(faults, code="WEAK_PASSWORD" if faults.keys() == {"password"} else None)
    _refuse_duplicates(session, username, email)
    user = User(
        id=session.take_ids(1)[0],
        username=username,
        email=email,
        name=name,
        password_hash=hash_password(policy, password) if password is not None else None,
        is_platform_admin=is_platform_admin,
        created_at=session.now(),
    )
    session.add(user)
    session.flush()
    return user


def set_password(
    session: KernelSession, policy: IdentityPolicy, user: User, password: str, *, field: str = "password"
) -> None:
    """Give a user a new password and end every session and token they have."""
    check_password(policy, password, names=(user.username, user.email), field=field)
    user.password_hash = hash_password(policy, password)
    end_all_log_ins(user)
    session.flush()


def end_all_log_ins(user: User) -> None:
    """End every session and token of a user: all of them carry the revision they were made under."""
    user.auth_revision = User.auth_revision + 1


def disable_user(session: KernelSession, user: User) -> None:
    """Shut a user out of the installation, at once and everywhere."""
    user.is_active = False
    end_all_log_ins(user)
    session.flush()


def enable_user(session: KernelSession, user: User) -> None:
    """Let a user in again; sessions from before stay ended."""
    user.is_active = True
    session.flush()


def rename_user(session: KernelSession, user: User, *, name: str) -> None:
    """Change a person's name, here and in every tenant that knows them."""
    if faults := _identity_faults(user.username, user.email, name.strip()):
        raise Invalid(faults)
    user.name = name.strip()
    for member in session.scalars(sa.select(Member).where(Member.user_id == user.id)):
        member.name = user.name
    session.flush()


def user_faults(
    policy: IdentityPolicy, *, username: str, email: str, name: str, password: str | None
) -> dict[str, list[str]]:
    """Return all that stands against making a user of these words, by field; nothing where they will do."""
    username, email = normalized(username), normalized(email)
    errors = _identity_faults(username, email, name.strip())
    if password is not None and (fault := password_fault(policy, password, (username, email))):
        errors["password"] = [fault]
    return errors


def _identity_faults(username: str, email: str, name: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not _USERNAME.fullmatch(username):
        errors["username"] = ["Use 2 to 60 lower-case letters, digits, dots, dashes or underscores."]
    if not _is_email_address(email):
        errors["email"] = ["Give an e-mail address such as anna@example.com."]
    if not 1 <= len(name) <= 120 or not _is_storable(name):
        errors["name"] = ["Give a name of 1 to 120 printable characters."]
    return errors


def _is_email_address(email: str) -> bool:
    if len(email) > 254 or not email.isascii() or not _is_storable(email):
        return False
    try:
        _is_email(email)
    except ValidationError:
        return False
    return True


def _is_storable(text: str) -> bool:
    return text.isprintable()


def _refuse_duplicates(session: KernelSession, username: str, email: str) -> None:
    taken = sa.select(User.username, User.email).where(sa.or_(User.username == username, User.email == email))
    for found in session.execute(taken):
        name, value = ("username", username) if found.username == username else ("email", email)
        raise Duplicate(
            f"There is already a user with the {name} {value!r}; choose another.",
            errors={name: ["Is already taken."]},
        )
