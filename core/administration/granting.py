"""What roles give, in words; what a member may do in the end, and through which role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.db.base import Record
from core.identity.permissions import Grant, PermissionSet
from core.plugins.declarations import Resource
from core.plugins.registry import KERNEL

if TYPE_CHECKING:
    from core.actions.context import Context

# Rights of the kernel that no document brings: they are asked for by pages of their own.
OWN_SUBJECTS = (
    ("kernel.module", "Apps", "blocks", (("enable", "Turn on"), ("disable", "Turn off"))),
    ("kernel.setting", "Settings and branding", "settings", (("read", "Read"), ("update", "Update"))),
    ("kernel.job", "Jobs", "list-todo", (("read", "Read"),)),
    ("kernel.saved_view", "Saved views", "bookmark", (("share", "Share with others"),)),
    ("kernel.dashboard", "Home page", "layout-dashboard", (("share", "Arrange for others"),)),
    ("kernel.bulk_edit", "Edits of many records", "pencil", (("read", "See those of others"),)),
    ("kernel.file_import", "Imports", "upload", (("read", "See those of others"),)),
)
OWN_VERBS = {"kernel.role": (("view-as", "View as a role"),)}


@dataclass(frozen=True)
class Subject:
    """Something that rights are about: a document, or a part of the kernel."""

    key: str
    title: str
    icon: str
    verbs: tuple[tuple[str, str], ...]

    @property
    def plugin(self) -> str:
        """The module that it belongs to."""
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class HeldRole:
    """A role that a member holds, with what it gives here and now: nothing while its module is off."""

    title: str
    grant: Grant


def subjects(ctx: Context) -> list[Subject]:
    """Return everything that rights are about in the modules that are on, the kernel's own last."""
    found = ctx.view.only(ctx.registry.resources)
    told = [Subject(item.key, item.title, item.icon, tuple(verbs_of(ctx, item))) for item in found]
    told += [Subject(*item) for item in OWN_SUBJECTS]
    return sorted(told, key=lambda item: item.plugin == KERNEL)


def verbs_of(ctx: Context, resource: Resource) -> list[tuple[str, str]]:
    """Return every verb that somebody may be allowed on a resource, with its label; reading first."""
    built = [verb for verb in ("create", "update", "delete", "import") if verb in resource.verbs]
    document = ["attach", "comment", "moderate"] if issubclass(resource.model, Record) else []
    sensitive = any(column.info.get("sensitive") for column in resource.model.__table__.columns)
    own = [
        (item.permission.rpartition(".")[2], item.label)
        for item in ctx.registry.actions_of.get(resource.key, ())
        if item.permission.startswith(f"{resource.key}.")
    ]
    plain = ["read", *built, "export", *document, *(["sensitive"] if sensitive else [])]
    named = {verb: verb.capitalize() for verb in plain}
    # An action that asks for a built-in right does not rename it.
    own += OWN_VERBS.get(resource.key, ())
    return list({**named, **{verb: label for verb, label in own if verb not in named}}.items())


# -- a role in words -----------------------------------------------------------------------------------------


def words_of(ctx: Context, grant: Grant) -> list[str]:
    """Return what a role gives, a sentence for each module or document that its patterns name."""
    told: dict[str, list[str]] = {}
    for pattern in grant.patterns:
        about, what = _said(ctx, pattern)
        told.setdefault(about, []).append(what)
    return [f"{about}: {', '.join(dict.fromkeys(whats))}" if about else whats[0] for about, whats in told.items()]


def _said(ctx: Context, pattern: str) -> tuple[str, str]:
    plugin, _, rest = pattern.partition(".")
    subject, _, verb = rest.partition(".")
    every = not rest or rest in ("*", "*.*")
    if plugin == "*":
        return "", "Everything, in every module" if every else f"{_verb(ctx, '', verb or subject)} everything"
    module = ctx.registry.plugins[plugin].manifest.title if plugin in ctx.registry.plugins else plugin
    if every:
        return module, "everything"
    if subject == "*":
        return module, f"{_verb(ctx, '', verb).lower()} everything"
    known = ctx.registry.resources.get(f"{plugin}.{subject}")
    titles = {item[0]: item[1] for item in OWN_SUBJECTS}
    title = known.title if known is not None else titles.get(f"{plugin}.{subject}", f"{module}, {subject}")
    return title, "everything" if verb in ("", "*") else _verb(ctx, f"{plugin}.{subject}", verb).lower()


def _verb(ctx: Context, key: str, verb: str) -> str:
    resource = ctx.registry.resources.get(key)
    labels = dict(verbs_of(ctx, resource)) if resource is not None else {}
    labels |= next((dict(item[3]) for item in OWN_SUBJECTS if item[0] == key), {})
    return labels.get(verb, verb.replace("-", " ").replace("_", " ").capitalize())


# -- what it comes to ----------------------------------------------------------------------------------------


def effective_rights(ctx: Context, roles: Sequence[HeldRole]) -> list[dict[str, Any]]:
    """Return what these roles allow together: by module and document the verbs, each with the roles it comes from.

    The same sets decide here that decide at every door, so the page cannot promise what a door refuses.
    """
    declared = ctx.kernel.identity.access.declared.rule_resources
    alone = [(role.title, PermissionSet([role.grant], declared)) for role in roles]
    together = PermissionSet([role.grant for role in roles], declared)
    modules: dict[str, list[dict[str, Any]]] = {}
    for subject in subjects(ctx):
        if rights := list(_rights(ctx, subject, alone, together)):
            told = {"key": subject.key, "title": subject.title, "icon": subject.icon, "rights": rights}
            modules.setdefault(subject.plugin, []).append(told)
    plugins = ctx.registry.plugins
    return [{"module": name, "title": plugins[name].manifest.title, "documents": found}
            for name, found in modules.items()]  # fmt: skip


def _rights(
    ctx: Context, subject: Subject, alone: Sequence[tuple[str, PermissionSet]], together: PermissionSet
) -> Iterator[dict[str, Any]]:
    for verb, label in subject.verbs:
        permission = f"{subject.key}.{verb}"
        through = [title for title, own in alone if own.allows(permission)]
        if through:
            narrowed = [[rule_words(ctx, key) for key in sorted(rules)] for rules in together.restrictions(permission)]
            yield {"permission": permission, "label": label, "roles": through, "narrowed_to": narrowed}


def rule_words(ctx: Context, key: str) -> str:
    """Return what a record rule lets through, as its author put it."""
    rule = ctx.registry.rules.get(key)
    words = " ".join((rule.function.__doc__ or "").split()) if rule is not None else ""
    return words or key
