"""Migrations: one linear history and one version table per plugin, run in the order of their requirements.

Alembic is imported on use only: the web processes never migrate, they compare heads and refuse to serve a mismatch.
"""

from __future__ import annotations

import importlib.util
import io
import re
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db.base import Base, Entry, TenantOwned
from core.db.statistics import assume_statistics
from core.errors import Refused
from core.plugins.registry import KERNEL, LoadedPlugin, Registry

LOCK = 7_235_501_998
COMMON = Path(__file__).parent.parent.parent / "migrations"


def folder_of(plugin: LoadedPlugin) -> Path:
    """Return the folder of a plugin's revisions."""
    if plugin.name == KERNEL:
        return COMMON / "versions"
    spec = importlib.util.find_spec(plugin.package)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "migrations"


def head_of(plugin: LoadedPlugin) -> str | None:
    """Return the newest revision of a plugin: histories are linear and files are named `<nnnn>_<words>.py`."""
    files = sorted(path for path in folder_of(plugin).glob("[0-9]*.py"))
    return f"{plugin.name}_{files[-1].name[:4]}" if files else None


def version_table(name: str) -> str:
    """Return the name of a plugin's version table."""
    return f"alembic_version_{name}"


def current(connection: Connection, name: str) -> str | None:
    """Return the revision that a plugin's tables are at, None where it has none yet."""
    table = version_table(name)
    if not sa.inspect(connection).has_table(table):
        return None
    found: str | None = connection.execute(sa.text(f"SELECT version_num FROM {table}")).scalar()  # noqa: S608
    return found


def pending(engine: Engine, registry: Registry) -> list[str]:
    """Return the plugins whose tables are not at their newest revision; Refused when some are newer than the code."""
    with engine.connect() as connection:
        found = [(plugin, current(connection, plugin.name)) for plugin in registry.plugins.values()]
    if newer := [plugin.name for plugin, revision in found if is_newer(plugin, revision)]:
        raise Refused("DATABASE_IS_NEWER", f"The database is newer than the code ({', '.join(newer)}). "
                      "Install the release that it was upgraded by, or a later one.")  # fmt: skip
    return [plugin.name for plugin, revision in found if revision != head_of(plugin)]


def is_newer(plugin: LoadedPlugin, revision: str | None) -> bool:
    """Whether tables are at a revision that comes after all that the code knows."""
    return revision is not None and revision > (head_of(plugin) or "")


def upgrade(
    engine: Engine, registry: Registry, role: str = "", told: Callable[[str], None] = lambda name: None
) -> list[str]:
    """Bring every plugin to its newest revision, each in one transaction; returns the plugins that moved."""
    moved = []
    for plugin in registry.plugins.values():
        with engine.connect() as connection:
            if current(connection, plugin.name) == head_of(plugin):
                continue
        try:
            _run(engine, plugin, "upgrade", "head", role)
        except Exception as error:
            error.add_note(f"This ended the upgrade of {plugin.name}, whose tables are as they were.")
            raise
        moved.append(plugin.name)
        told(plugin.name)
    with engine.begin() as connection:
        assume_statistics(connection)
    return moved


def downgrade(engine: Engine, registry: Registry, name: str, revision: str = "base") -> None:
    """Take a plugin's tables back to a revision; to `base` also its version table goes."""
    _run(engine, registry.plugins[name], "downgrade", revision)
    if revision == "base":
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {version_table(name)}"))


def differences(engine: Engine, registry: Registry, name: str) -> list[Any]:
    """Return what the database's tables of a plugin differ in from its models; empty when they match."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        options = {"compare_type": True, "include_object": _owned_by(registry.plugins[name]),
                   "version_table": version_table(name)}  # fmt: skip
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def make_revision(engine: Engine, registry: Registry, name: str, message: str) -> Path:
    """Write a plugin's next revision from the difference between its models and an upgraded database.

    New tables of tenants are put behind row-level security, append-only ones also behind their trigger.
    """
    from alembic import command

    plugin = registry.plugins[name]
    folder = folder_of(plugin)
    folder.mkdir(exist_ok=True)
    number = f"{len(list(folder.glob('[0-9]*.py'))) + 1:04d}"
    config = _configured(engine, plugin)
    made: Any = command.revision(config, message, autogenerate=True, rev_id=f"{name}_{number}")
    path = folder / f"{number}_{Path(made.path).name.removeprefix(f'{name}_{number}_')}"
    path.write_text(_with_protection(Path(made.path).read_text()))
    Path(made.path).unlink()
    return path


def columns_without_values(revision: Path) -> list[str]:
    """Name the new columns that may not be empty and say nothing of the rows that are there."""
    added = re.findall(r"add_column\(sa\.Column\('(\w+)', (.*)\)\)$", revision.read_text(), re.M)
    return [name for name, said in added if "nullable=False" in said and "server_default" not in said]


def _with_protection(text: str) -> str:
    text = re.sub(r",\n    info=\{[^}]*\}\n", "\n", text)
    text = re.sub(r"    # ### .*\n", "", text)
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    made = [models[table] for table in re.findall(r"op\.create_table\('(\w+)'", text) if table in models]
    own = [
        model for model in made if issubclass(model, TenantOwned) and not getattr(model, "__open_to_kernel__", False)
    ]
    calls = [
        _protect([model.__tablename__ for model in own if not issubclass(model, Entry)], ""),
        _protect([model.__tablename__ for model in own if issubclass(model, Entry)], ", append_only=True"),
    ]
    lines = "".join(f"    {call}\n" for call in calls if call)
    text = text.replace("\n\n\ndef downgrade", f"\n{lines}\n\ndef downgrade", 1)
    return text.replace("from alembic import op\n", "from alembic import op\n\nfrom core.db.ddl import protect\n", 1)


def _protect(tables: list[str], option: str) -> str:
    names = ", ".join(f'"{table}"' for table in tables)
    return f"protect({names}{option})" if tables else ""


def _run(engine: Engine, plugin: LoadedPlugin, verb: str, revision: str, role: str = "") -> None:
    from alembic import command

    getattr(command, verb)(_configured(engine, plugin, role), revision)


def _configured(engine: Engine, plugin: LoadedPlugin, role: str = "") -> Any:
    from alembic.config import Config

    # Alembic writes what it does to standard output: commands say themselves what they did.
    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    options = {"script_location": str(COMMON), "version_locations": str(folder_of(plugin)), "path_separator": "newline",
               "file_template": "%%(rev)s_%%(slug)s"}  # fmt: skip
    for name, value in options.items():
        config.set_main_option(name, value)
    config.attributes.update(engine=engine, plugin=plugin.name, role=role, include_object=_owned_by(plugin),
                             version_table=version_table(plugin.name))  # fmt: skip
    return config


def _owned_by(plugin: LoadedPlugin) -> Any:
    tables = set(plugin.tables) | ({"core_id_counter"} if plugin.name == KERNEL else set())

    def include(item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
        if table is None or table in tables:
            return True
        # A reflected table of nobody is only ours to drop when it bears our prefix.
        prefix = "core_" if plugin.name == KERNEL else f"{plugin.name}_"
        return reflected and kind == "table" and table.startswith(prefix) and table not in Base.metadata.tables

    return include
