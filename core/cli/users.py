"""`openmill user …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from core.cli.opening import opened

if TYPE_CHECKING:
    from core.db.session import KernelSession
    from core.identity.models import User
    from core.kernel import Kernel


@click.group()
def user() -> None:
    """Make users and set their passwords."""


@user.command("create")
@click.argument("username")
@click.option("--email", required=True, help="E-mail address; people may log in with it too.")
@click.option("--name", help="What people call them.  [default: the user name]")
@click.option("--tenant", "tenants", multiple=True, metavar="SLUG", help="Make them a member; may be repeated.")
@click.option("--role", "roles", multiple=True, metavar="KEY", help="Role in these tenants, such as inventory.clerk.")
@click.option("--owner", is_flag=True, help="Owner of these tenants: may do everything in them.")
@click.option("--platform-admin", is_flag=True, help="Administrator of the installation.")
def create(
    username: str, email: str, name: str | None, tenants: tuple[str, ...], roles: tuple[str, ...], owner: bool,
    platform_admin: bool,
) -> None:  # fmt: skip
    """Make the user USERNAME. The password is asked for, or read from standard input."""
    from core.identity.users import create_user

    if (roles or owner) and not tenants:
        raise click.UsageError("--role and --owner need a --tenant.")
    with opened() as kernel:
        password = ask_password()
        with kernel.platform() as db:
            made = create_user(
                db, kernel.identity.policy, username=username, email=email, name=name or username, password=password,
                is_platform_admin=platform_admin,
            )  # fmt: skip
            for slug in dict.fromkeys(tenants):
                join_tenant(kernel, db, made, slug, roles, owner=owner)
        click.echo(f"Made the user {username}" + (f" in {', '.join(tenants)}." if tenants else "."))


@user.command("passwd", short_help="Set a new password and end all log-ins.")
@click.argument("username")
def passwd(username: str) -> None:
    """Set a new password for USERNAME (or an e-mail address) and end all their sessions."""
    from core.identity.users import get_user, set_password

    with opened() as kernel:
        with kernel.platform_reading() as db:
            get_user(db, username)
        password = ask_password()
        with kernel.platform() as db:
            set_password(db, kernel.identity.policy, get_user(db, username), password)
        click.echo(f"The password of {username} is set; every session and token they had is ended.")


def ask_password() -> str:
    """Ask for a password twice, or take the first line of standard input where nobody sits at a terminal."""
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
        return asked
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.UsageError("Send the password as the first line of standard input.")
    return password


def join_tenant(
    kernel: Kernel, db: KernelSession, user: User, slug: str, roles: Sequence[str] = (), *, owner: bool = False
) -> None:
    """Make a user a member of a tenant with roles, by the operator's authority."""
    from core.administration.tenants import find_tenant
    from core.identity.members import add_member, roles_by_key, set_roles
    from core.identity.permissions import PermissionSet

    tenant = find_tenant(db, slug)
    member = add_member(db, tenant.id, user, is_owner=owner)
    held = roles_by_key(db, tenant.id, roles) if roles else []
    set_roles(db, member, held, by=PermissionSet.everything(), declared=kernel.identity.access.declared)
