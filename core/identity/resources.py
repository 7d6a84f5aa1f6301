"""Members and roles as a tenant's administrators reach them."""

from __future__ import annotations

from core.identity.models import Member, Role
from core.plugins.declare import group, lines, menu, resource

members = resource(
    "kernel.member", Member, path="members", title="Users", label=("name",), natural_key=("username",), writable=False,
    list=("name", "username", "email", "is_active", "is_owner"), sort="name", icon="users",
    form=[group("Person", "name", "username", "email"), group("Access", "is_active", "is_owner"),
          lines("roles", "role")],
    help="Who belongs to this tenant; roles say what each of them may do.",
)  # fmt: skip
roles = resource(
    "kernel.role", Role, path="roles", title="Roles", label=("title",), natural_key=("key",), sort="title",
    list=("title", "key", "is_declared"), icon="shield", verbs=("create", "update", "delete"),
    form=[group("Role", "key", "title", "is_declared"), group("Rights", "permissions", "rules")],
    help="Sets of permissions; those that modules bring cannot be changed, a tenant's own can.",
)  # fmt: skip
menu("administration/users", members, sequence=10)
menu("administration/roles", roles, sequence=20)
