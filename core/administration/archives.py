"""Archives of a plugin's data: every row of every tenant as it is stored, to be put back exactly so.

A ZIP file with a table of contents and, per tenant, one JSON object a line for each table, and the files beside its
records. Numbers go as text, moments as
ISO 8601, ids and times as they are: an archive taken from restored rows is equal to the one they came from.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.actions.models import Approval
from core.administration.archived_files import bytes_used, restored_files, write_files
from core.administration.verifying import tenants_named
from core.db.base import Base, TenantOwned
from core.db.ids import raise_ids
from core.db.session import TenantSession
from core.errors import BadRequest, NotFound, Refused
from core.identity.models import Member, MemberRole, Role
from core.identity.roles import publish_roles
from core.plugins import migrating
from core.plugins.registry import LoadedPlugin
from core.resources.models import CustomField
from core.services.models import ExternalKey, SettingValue, StoredFile
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.kernel import Kernel

FORMAT = "openmill-plugin-archive"
CONTENTS = "contents.json"
ATTACHED = "files"
HOLDERS = "role-holders.jsonl"
CHUNK = 1000
# What a plugin leaves in the kernel's tables, and what makes such a row the same as another.
KEPT: dict[type[Any], tuple[str, ...]] = {
    SettingValue: ("key",), CustomField: ("resource", "name"), ExternalKey: ("key",), StoredFile: ("id",),
    Approval: ("id",),
}  # fmt: skip
Row = dict[str, Any]
Told = Callable[[str, int], None]


def belonging(model: type[Any], plugin: LoadedPlugin) -> Any:
    """Return the condition that picks a plugin's rows from one of the kernel's tables."""
    prefix = f"{plugin.name}."
    if model is ExternalKey:
        return ExternalKey.table.in_(plugin.tables)
    column = model.key if hasattr(model, "key") else model.resource
    return column.startswith(prefix, autoescape=True)


def models_of(plugin: LoadedPlugin) -> list[type[Any]]:
    """Return the models of a plugin's own tables of tenants, referred ones first; shared data comes with migrations."""
    models = {str(mapper.class_.__tablename__): mapper.class_ for mapper in Base.registry.mappers}
    own = [models[table.name] for table in Base.metadata.sorted_tables if table.name in plugin.tables]
    return [model for model in own if issubclass(model, TenantOwned)]


@contextmanager
def tenant_session(kernel: Kernel, tenant_id: int, *, readonly: bool = False) -> Iterator[TenantSession]:
    """Open a tenant's session for the operator's work, which a suspended tenant does not stop; leaving it commits."""
    with (
        TenantSession(kernel.engine, kernel.ids, kernel.clock, tenant_id, role=kernel.role, readonly=readonly) as db,
        db.begin(),
    ):
        yield db


# ---- writing ---------------------------------------------------------------------------------------------------------


def write_archive(kernel: Kernel, plugin: LoadedPlugin, target: Path, told: Told = lambda name, rows: None) -> int:
    """Write all data of a plugin into a new ZIP file; returns the number of rows. A fault leaves no half file."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        try:
            return _write(kernel, plugin, archive, told)
        except BaseException:
            target.unlink()
            raise


def _write(kernel: Kernel, plugin: LoadedPlugin, archive: zipfile.ZipFile, told: Told) -> int:
    counts: dict[str, int] = {}
    attached = 0
    with kernel.engine.connect() as connection:
        revision = migrating.current(connection, plugin.name)
    for tenant_id, slug in tenants_named(kernel):
        with tenant_session(kernel, tenant_id, readonly=True) as db:
            for name, rows in _parts(db, plugin):
                path = f"{slug}/{name}"
                counts[path] = _write_rows(archive, path, rows)
                told(path, counts[path])
            attached += write_files(kernel, db, archive, f"{slug}/{ATTACHED}", belonging(StoredFile, plugin))
    contents = {"format": FORMAT, "plugin": plugin.name, "version": plugin.manifest.version, "revision": revision,
                "attachments": attached, "files": {path: count for path, count in counts.items() if count}}  # fmt: skip
    archive.writestr(CONTENTS, json.dumps(contents, indent=1))
    return sum(counts.values())


def _parts(db: TenantSession, plugin: LoadedPlugin) -> Iterator[tuple[str, Iterable[Row]]]:
    for model in KEPT:
        yield f"{model.__tablename__}.jsonl", _rows(db, model, belonging(model, plugin))
    held = (
        sa.select(Role.key.label("role"), Member.username)
        .join(MemberRole, MemberRole.role_id == Role.id)
        .join(Member, Member.id == MemberRole.member_id)
        .where(belonging(Role, plugin), Role.is_declared)
        .order_by(Role.key, Member.username)
    )
    yield HOLDERS, (row._asdict() for row in db.execute(held))
    for model in models_of(plugin):
        yield f"{model.__tablename__}.jsonl", _rows(db, model)


def _rows(db: TenantSession, model: type[Any], *conditions: Any) -> Iterator[Row]:
    columns = _columns(model)
    wanted = sa.select(*(getattr(model, key) for key in columns)).where(*conditions).order_by(model.id)
    for row in db.execute(wanted.execution_options(yield_per=CHUNK)):
        yield {column.name: _plain(value) for column, value in zip(columns.values(), row, strict=True)}


def _columns(model: type[Any]) -> dict[str, sa.Column[Any]]:
    attributes = sa.inspect(model).column_attrs
    return {item.key: item.columns[0] for item in attributes if item.columns[0].name != "tenant_id"}


def _write_rows(archive: zipfile.ZipFile, path: str, rows: Iterable[Row]) -> int:
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return 0
    count = 1
    with archive.open(path, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8") as text:
        text.write(_line(first))
        for row in iterator:
            text.write(_line(row))
            count += 1
    return count


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, (date, datetime)) else value


# ---- putting back ----------------------------------------------------------------------------------------------------


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of a plugin's data."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return CONTENTS in archive.namelist()


def restore_archive(kernel: Kernel, source: Path, told: Told = lambda name, rows: None) -> int:
    """Put the rows of an archive back, each tenant in one transaction; returns their number.

    Refused unless the plugin is installed at the archive's revision and its tables are empty in these tenants.
    """
    with zipfile.ZipFile(source) as archive:
        contents = _read_contents(archive)
        plugin = _check_target(kernel, contents)
        slugs = sorted({path.split("/", 1)[0] for path in contents["files"]})
        # No names at all would mean every tenant: an archive without rows has nobody to restore.
        tenants = tenants_named(kernel, slugs) if slugs else []
        for tenant_id, slug in tenants:
            _check_empty(kernel, plugin, tenant_id, slug)
        highest = 0
        for tenant_id, slug in tenants:
            files = {path: rows for path, rows in contents["files"].items() if path.startswith(f"{slug}/")}
            with _files_of(kernel, tenant_id, archive, slug, files), tenant_session(kernel, tenant_id) as db:
                highest = max(highest, _restore_tenant(kernel, db, plugin, archive, files, told))
        with kernel.platform() as platform:
            raise_ids(platform, highest)
    return sum(contents["files"].values())


@contextmanager
def _files_of(
    kernel: Kernel, tenant_id: int, archive: zipfile.ZipFile, slug: str, files: Mapping[str, int]
) -> Iterator[None]:
    """Put a tenant's files back before its rows: what is committed must be there, and goes again if it is not."""
    path = f"{slug}/{StoredFile.__tablename__}.jsonl"
    with tenant_session(kernel, tenant_id, readonly=True) as db:
        rows = list(_unknown(db, StoredFile, _typed_rows(archive, path, StoredFile))) if path in files else []
        used = bytes_used(db)
    with restored_files(kernel, tenant_id, archive, f"{slug}/{ATTACHED}", rows, used):
        yield


def _read_contents(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        contents: dict[str, Any] = json.loads(archive.read(CONTENTS))
    except (KeyError, ValueError) as error:
        raise BadRequest(f"The archive's table of contents cannot be read: {error}.", code="BAD_ARCHIVE") from None
    if contents.get("format") != FORMAT:
        raise BadRequest("This is not an archive of a plugin's data.", code="BAD_ARCHIVE")
    return contents


def _check_target(kernel: Kernel, contents: Mapping[str, Any]) -> LoadedPlugin:
    name = str(contents["plugin"])
    plugin = kernel.registry.plugins.get(name)
    if plugin is None:
        raise NotFound(f"The archive holds data of the plugin {name!r}, which is not installed.")
    with kernel.engine.connect() as connection:
        present = migrating.current(connection, name)
    if present != contents["revision"]:
        raise Refused(
            "OTHER_REVISION",
            f"The archive was taken at revision {contents['revision']}, the tables are at {present}; restore with the "
            "plugin's version of then and upgrade after it.",
        )
    return plugin


def _check_empty(kernel: Kernel, plugin: LoadedPlugin, tenant_id: int, slug: str) -> None:
    with tenant_session(kernel, tenant_id, readonly=True) as db:
        for model in models_of(plugin):
            if db.execute(sa.select(model.id).limit(1)).first() is not None:
                raise Refused(
                    "NOT_EMPTY",
                    f"{model.__tablename__} already has rows of {slug}; restore before the module is switched on.",
                )


def _restore_tenant(
    kernel: Kernel, db: TenantSession, plugin: LoadedPlugin, archive: zipfile.ZipFile, files: Mapping[str, int],
    told: Told,
) -> int:  # fmt: skip
    slug = next(iter(files)).split("/", 1)[0]
    highest = 0
    for model in (*KEPT, *models_of(plugin)):
        path = f"{slug}/{model.__tablename__}.jsonl"
        if path in files:
            rows = _typed_rows(archive, path, model)
            highest = max(highest, _insert(db, model, rows if model not in KEPT else _unknown(db, model, rows)))
            told(path, files[path])
    if (path := f"{slug}/{HOLDERS}") in files:
        _give_roles(kernel, db, plugin, [json.loads(line) for line in archive.read(path).splitlines()])
    raised = sa.update(Tenant).where(Tenant.id == db.tenant_id).values(fields_revision=Tenant.fields_revision + 1)
    db.execute(raised.execution_options(synchronize_session=False))
    return highest


def _insert(db: TenantSession, model: type[Any], rows: Iterator[Row]) -> int:
    highest, batch = 0, []
    for row in _parents_first(model, rows):
        batch.append(row)
        highest = max(highest, row["id"])
        if len(batch) == CHUNK:
            db.insert_rows(model, batch)
            batch = []
    if batch:
        db.insert_rows(model, batch)
    return highest


def _unknown(db: TenantSession, model: type[Any], rows: Iterator[Row]) -> Iterator[Row]:
    """Leave out rows that the tenant has again already, under the same key."""
    names = KEPT[model]
    known = {tuple(row) for row in db.execute(sa.select(*(getattr(model, name) for name in names)))}
    return (row for row in rows if tuple(row[name] for name in names) not in known)


def _parents_first(model: type[Any], rows: Iterator[Row]) -> Iterator[Row]:
    own = [part.parent.name for key in model.__table__.foreign_key_constraints if key.referred_table is model.__table__
           for part in key.elements if part.parent.name != "tenant_id"]  # fmt: skip
    if not own:
        yield from rows
        return
    waiting, written = list(rows), set[Any]()
    while waiting:
        ready = [row for row in waiting if all(row[name] is None or row[name] in written for name in own)]
        # Rows that lead round in a circle cannot be ordered: the database says so in its own words.
        written |= {row["id"] for row in ready or waiting}
        yield from ready or waiting
        waiting = [row for row in waiting if row["id"] not in written]


def _typed_rows(archive: zipfile.ZipFile, path: str, model: type[Any]) -> Iterator[Row]:
    readers = {column.name: _reader(column) for column in _columns(model).values()}
    with archive.open(path) as raw:
        for line in raw:
            row = json.loads(line)
            yield {name: None if value is None else readers[name](value) for name, value in row.items()}


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    kind: type[Any] | None = getattr(column.type, "impl_instance", column.type).python_type
    kinds: dict[Any, Callable[[Any], Any]] = {
        Decimal: Decimal, datetime: datetime.fromisoformat, date: date.fromisoformat,
    }  # fmt: skip
    return kinds.get(kind, lambda value: value)


def _give_roles(kernel: Kernel, db: TenantSession, plugin: LoadedPlugin, holders: list[Row]) -> None:
    declared = [role for role in kernel.identity.access.declared.roles.values() if role.plugin == plugin.name]
    publish_roles(db, db.tenant_id, declared)
    roles = {row.key: row.id for row in db.execute(sa.select(Role.key, Role.id))}
    members = {row.username: row.id for row in db.execute(sa.select(Member.username, Member.id))}
    for holder in holders:
        role_id, member_id = roles.get(holder["role"]), members.get(holder["username"])
        if role_id is None or member_id is None:
            continue
        known = sa.select(MemberRole.id).where(MemberRole.role_id == role_id, MemberRole.member_id == member_id)
        if db.execute(known).first() is None:
            db.add(MemberRole(member_id=member_id, role_id=role_id))
    db.flush()
