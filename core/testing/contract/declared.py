"""What can be said of a plugin's declarations without a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from core.db.base import TenantOwned
from core.db.types import State
from core.identity.permissions import pattern_covers
from core.plugins.declarations import Action, Resource
from core.plugins.registry import KERNEL, LoadedPlugin, Registry

VERBS = ("read", "create", "update", "delete", "import", "export", "sensitive")


class DeclaredContract:
    """Tests of names, references, states and words; `plugin` names the one that is judged."""

    plugin: str

    def test_it_is_loaded(self, registry: Registry) -> None:
        """The plugin passed the loader."""
        refused = {item.name: item.reason for item in registry.refused}
        assert self.plugin in registry.plugins, refused.get(self.plugin, "it is not installed")

    def test_its_tables_begin_with_its_name_and_the_tenant(self, registry: Registry) -> None:
        """Every key and every unique constraint of a tenant's table begins with the tenant."""
        wrong = [line for model in self.models(registry) for line in _keys_without_tenant(model)]
        assert not wrong, "\n".join(wrong)

    def test_its_references_stay_among_what_it_requires(self, registry: Registry) -> None:
        """A reference leads to the plugin itself, the kernel, or a plugin that the manifest requires."""
        allowed = {"kernel", *registry.requirements_of(self.plugin)}
        wrong = []
        for table in self.tables(registry):
            for constraint in table.foreign_key_constraints:
                owner = constraint.referred_table.info.get("plugin")
                if owner not in allowed:
                    wrong.append(f"{table.name} refers to {constraint.referred_table.name} of {owner}")
        assert not wrong, "\n".join(wrong)

    def test_its_states_are_named_and_reachable(self, registry: Registry) -> None:
        """Every state of a document can be reached from the first one by declared transitions."""
        wrong = [line for item in self.resources(registry) for line in _unreachable(item, registry)]
        assert not wrong, "\n".join(wrong)

    def test_its_actions_say_what_they_do(self, registry: Registry) -> None:
        """An action's docstring is its help text in the pages and in OpenAPI."""
        silent = [item.key for item in self.own(registry.actions) if not item.built_in and not item.help]
        assert not silent

    def test_its_hooks_say_what_they_are_for(self, registry: Registry) -> None:
        """A published hook begins with the plugin's name and carries a docstring; `ctx` comes first."""
        wrong = []
        prefix = "" if self.plugin == KERNEL else f"{self.plugin}_"
        for name, function in hook_specifications(registry.plugins[self.plugin]):
            arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
            if not name.startswith(prefix) or not function.__doc__ or arguments[:1] != ("ctx",):
                wrong.append(name)
        assert not wrong

    def test_its_roles_grant_something(self, registry: Registry) -> None:
        """Every pattern of a role covers a permission that exists."""
        known = permissions(registry)
        wrong = [f"{role.key}: {pattern}" for role in self.own(registry.roles) for pattern in role.allow
                 if not any(pattern_covers(pattern, permission) for permission in known)]  # fmt: skip
        assert not wrong

    def test_its_words_are_there(self, registry: Registry) -> None:
        """Nothing that people see is without a title or label."""
        kinds = (registry.resources, registry.queries, registry.widgets, registry.roles, registry.menus)
        wrong = [item.key for kind in kinds for item in self.own(kind) if not getattr(item, "title", "").strip()]
        wrong += [item.key for item in self.own(registry.actions) if not item.label.strip()]
        assert not wrong

    # ---- what the tests look at --------------------------------------------------------------------------------------

    def own(self, declared: dict[str, Any]) -> list[Any]:
        """Pick what this plugin declared."""
        return [item for item in declared.values() if item.plugin == self.plugin]

    def resources(self, registry: Registry) -> list[Resource]:
        """List the plugin's resources."""
        return self.own(registry.resources)

    def tables(self, registry: Registry) -> list[sa.Table]:
        """List the plugin's tables."""
        return [model.__table__ for model in self.models(registry)]

    def models(self, registry: Registry) -> list[Any]:
        """List the plugin's models."""
        names = set(registry.plugins[self.plugin].tables)
        mappers = TenantOwned.registry.mappers
        found = [mapper.class_ for mapper in mappers if getattr(mapper.local_table, "name", "") in names]
        return sorted(found, key=lambda model: str(model.__tablename__))


def permissions(registry: Registry) -> set[str]:
    """List every permission that the loaded plugins know of."""
    found = {f"{key}.{verb}" for key in registry.resources for verb in VERBS}
    declared: list[Any] = [*registry.actions.values(), *registry.queries.values(), *registry.widgets.values()]
    return found | {item.permission for item in declared}


def hook_specifications(plugin: LoadedPlugin) -> Iterator[tuple[str, Any]]:
    """Walk the hooks that a plugin publishes."""
    import importlib
    import importlib.util

    name = f"{plugin.package}.hookspecs"
    if importlib.util.find_spec(name) is None:
        return
    module = importlib.import_module(name)
    for attribute, value in vars(module).items():
        if hasattr(value, "openmill_spec"):
            yield attribute, value


def _keys_without_tenant(model: Any) -> Iterator[str]:
    if not issubclass(model, TenantOwned):
        return
    table: sa.Table = model.__table__
    if [column.name for column in table.primary_key.columns] != ["tenant_id", "id"]:
        yield f"{table.name}: the primary key is not (tenant_id, id)"
    for constraint in table.constraints:
        columns = [column.name for column in getattr(constraint, "columns", ())]
        if isinstance(constraint, sa.UniqueConstraint) and columns[:1] != ["tenant_id"]:
            yield f"{table.name}: unique {columns} does not begin with tenant_id"
        if isinstance(constraint, sa.ForeignKeyConstraint) and "tenant_id" in constraint.referred_table.c:
            referred = [element.column.name for element in constraint.elements]
            if columns[0] != "tenant_id" or referred[0] != "tenant_id":
                yield f"{table.name}: the reference {columns} may leave the tenant"
    for index in table.indexes:
        if index.unique and [column.name for column in index.columns][:1] != ["tenant_id"]:
            yield f"{table.name}: the unique index {index.name} does not begin with tenant_id"


def _unreachable(item: Resource, registry: Registry) -> Iterator[str]:
    column = item.model.__table__.c.get("state")
    if column is None or not isinstance(column.type, State):
        return
    transitions = [action for action in registry.actions_of.get(item.key, ()) if action.target]
    reached = {column.type.choices[0]}
    while found := {move.target for move in transitions if _starts_in(move, reached)} - reached:
        reached |= {str(state) for state in found}
    for state in column.type.choices:
        if state not in reached:
            yield f"{item.key}: no transition leads to {state!r}"


def _starts_in(action: Action, states: set[str]) -> bool:
    return not action.source or bool(states.intersection(action.source))
