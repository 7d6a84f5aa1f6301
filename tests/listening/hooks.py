"""Every hook of the kernel; `heard` holds what was called, `refusing` what is to be refused."""

from core.api import Invalid, Refused, hookimpl

heard = []
refusing = set()


@hookimpl
def before_action(ctx, action, records, arguments):
    heard.append(("before_action", action.key, [record.id for record in records], dict(arguments)))
    if action.key in refusing:
        raise Refused("NOT_TODAY", "The listening plugin says no.")


@hookimpl
def after_action(ctx, action, records, result):
    heard.append(("after_action", action.key, [record.id for record in records], len(result)))
    if f"after {action.key}" in refusing:
        raise Refused("TOO_LATE", "The listening plugin takes it all back.")


@hookimpl
def validate_records(ctx, resource, records):
    heard.append(("validate_records", resource.key, len(records)))
    if resource.key in refusing:
        raise Invalid({"name": ["Not this one."]})


@hookimpl
def tenant_enabled(ctx, plugin):
    heard.append(("tenant_enabled", plugin))


@hookimpl
def tenant_disabled(ctx, plugin):
    heard.append(("tenant_disabled", plugin))
