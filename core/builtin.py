"""What the kernel itself declares, through the same words as every plugin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

import marshmallow as ma
import sqlalchemy as sa

from core.actions import approvals as deciding
from core.actions.about import not_beyond
from core.actions.arguments import arg
from core.actions.audit import broken_links
from core.actions.context import Context
from core.actions.models import Approval, AuditEntry
from core.errors import Forbidden, Invalid
from core.identity.resources import roles
from core.plugins.declarations import Resource
from core.plugins.declare import action, before, check, group, menu, panel, resource
from core.resources.models import CustomField
from core.resources.schemas import schema_field
from core.resources.shape import make_shape
from core.tenancy.models import Tenant

_FIELD_NAME = re.compile(r"x(_[a-z0-9]+)+")

audit = resource(
    "kernel.audit",
    AuditEntry,
    path="audit",
    title="Audit trail",
    singular="Audit entry",
    label=("sequence",),
    list=("created_at", "username", "action", "resource", "record_id"),
    sort="-sequence",
    writable=False,
    icon="history",
    form=[group("Entry", "created_at", "username", "action", "resource", "record_id", "changes", "request_id")],
    narrow=lambda ctx: not_beyond(ctx, AuditEntry),
)
approvals = resource(
    "kernel.approval",
    Approval,
    path="approvals",
    title="Approvals",
    label=("action",),
    writable=False,
    list=("created_at", "action", "reason", "state"),
    sort="-id",
    icon="stamp",
    form=[
        group("Request", "action", "resource", "record_id", "reason", "requester_id", "expires_at", "arguments"),
        group("Decision", "state", "reviewer_id", "decided_at", "decision"),
    ],
    narrow=deciding.within_reach,
)
custom_fields = resource(
    "kernel.custom_field",
    CustomField,
    path="custom-fields",
    title="Custom fields",
    label=("label",),
    natural_key=("resource", "name"),
    list=("resource", "name", "label", "kind", "required"),
    sort="resource,name",
    form=[group("Field", "resource", "name", "label", "kind", "choices", "required", "help")],
    icon="text-cursor-input",
)
menu("administration/approvals", approvals, sequence=80)
menu("administration/custom-fields", custom_fields, sequence=85)
menu("administration/audit", audit, sequence=90)


@panel("kernel.role_rights", slot="record.aside", title="What it gives", permission="kernel.role.read", resource=roles)
def role_rights(ctx: Context, record_id: int) -> dict[str, Any]:
    """Lead from a role to what it gives, as a matrix."""
    return {"in_full": {"kind": "matrix_of_rights", "path": f"/api/v1/roles/{record_id}/rights"}}


@action(approvals, source="pending", target="approved", label="Approve", icon="check")
def approve(ctx: Context, approval: Approval, *, note: Annotated[str, arg("Note", max_length=300)] = "") -> None:
    """Approve the request and run the action that waits for it."""
    deciding.decide(ctx, approval, "approved", note)


@action(approvals, source="pending", target="rejected", label="Reject", icon="x")
def reject(ctx: Context, approval: Approval, *, note: Annotated[str, arg("Reason", max_length=300)]) -> None:
    """Reject the request; nothing else happens."""
    deciding.decide(ctx, approval, "rejected", note)


@action(approvals, source="pending", target="cancelled", label="Withdraw", icon="undo-2")
def withdraw(ctx: Context, approval: Approval) -> None:
    """Take back what one asked for oneself."""
    if approval.requester_id != ctx.actor.user_id:
        raise Forbidden("Only who asked can withdraw the request.", code="NOT_YOUR_REQUEST")
    deciding.close(ctx, approval)


@before(custom_fields, "create")
@before(custom_fields, "update")
def check_custom_field(ctx: Context, record: CustomField, values: dict[str, Any]) -> None:
    """Refuse names that could be mistaken for a declared field and kinds that cannot hold what is stored."""
    coming = {key: values.get(key, getattr(record, key)) for key in ("resource", "name", "kind", "choices")}
    owner = ctx.registry.resources.get(coming["resource"])
    errors: dict[str, list[str]] = {}
    if owner is None or "custom" not in owner.model.__table__.c:
        errors["resource"] = ["Must be the key of a resource with records of its own, such as inventory.item."]
    if not _FIELD_NAME.fullmatch(coming["name"]):
        errors["name"] = ["Must be x_ and words of lower-case letters and digits, joined by single underscores."]
    if coming["kind"] == "choice" and not _are_words(coming["choices"]):
        errors["choices"] = ["Must be a list of at least one word, each once, of at most 40 characters."]
    if record.version and any(coming[key] != getattr(record, key) for key in ("resource", "name", "kind")):
        errors["name"] = ["Resource, name and kind stay as they are once made; add another field instead."]
    if errors:
        raise Invalid(errors)
    if owner is not None and not record.version:
        _refuse_leftovers(ctx, owner, CustomField(**{**coming, "label": record.label, "required": False}))
    _raise_fields_revision(ctx)


def _are_words(choices: Any) -> bool:
    plain = isinstance(choices, list) and all(isinstance(word, str) and 0 < len(word) <= 40 for word in choices)
    return plain and 0 < len(choices) == len({word.strip() for word in choices} - {""})


def _refuse_leftovers(ctx: Context, owner: Resource, field: CustomField) -> None:
    """Refuse a name under which records still hold values of a former field that this one cannot read."""
    shape = make_shape(owner, ctx.view, [field])
    check = schema_field(shape.fields[field.name], partial=True)
    held = owner.model.custom[field.name]
    statement = sa.select(owner.model.custom).where(held.as_string().is_not(None)).execution_options(yield_per=1000)
    for custom in ctx.db.execute(statement).scalars():
        try:
            check.deserialize(custom.get(field.name))
        except ma.ValidationError:
            text = "Records still hold values of a former field of this name that do not fit; choose another name."
            raise Invalid({"name": [text]}) from None


@before(custom_fields, "delete")
def forget_custom_field(ctx: Context, record: CustomField, values: dict[str, Any]) -> None:
    """Let every process build its shapes anew."""
    _raise_fields_revision(ctx)


@check("kernel.audit_chain", title="The audit chain is unbroken")
def audit_chain(ctx: Context) -> Iterable[str]:
    """Recompute every hash of the audit trail."""
    yield from broken_links(ctx)


def _raise_fields_revision(ctx: Context) -> None:
    raised = (
        sa.update(Tenant)
        .where(Tenant.id == ctx.tenant.id)
        .values(fields_revision=Tenant.fields_revision + 1, modules_revision=Tenant.modules_revision + 1)
    )
    ctx.db.execute(raised.execution_options(synchronize_session=False))
