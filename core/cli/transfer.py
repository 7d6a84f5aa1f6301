"""`openmill import` and `openmill export`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from core.cli.opening import opened

if TYPE_CHECKING:
    from core.actions.context import Context
    from core.actions.importing import Loaded
    from core.kernel import Kernel
    from core.plugins.declarations import Resource
    from core.resources.shape import Shape

FORMATS = ("csv", "xlsx", "json")
SHOWN_FAULTS = 50
Chunks = Iterable[list[dict[str, Any]]]


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", "slug", metavar="SLUG", help="The tenant whose records they are.")
@click.option("--resource", "key", metavar="KEY", help="What the rows are, such as inventory.item.")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FIELD", help="Name a column's field; may be repeated.")
@click.option("--mode", type=click.Choice(("upsert", "create", "update")), default="upsert", show_default=True,
              help="Whether known and unknown keys are taken.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
def import_file(
    file: Path, slug: str | None, key: str | None, mapping: tuple[str, ...], mode: str, dry_run: bool
) -> None:
    """Take the rows of a file.

    FILE is CSV, XLSX or JSON, or an archive that `openmill uninstall` wrote, which is put back as it was. Rows are
    found again by their natural key, so the same file twice changes nothing. Everything is checked before anything is
    written: either all rows are taken, or none and every wrong cell is named. Exits with 1 then.
    """
    from core.actions.import_files import read_import_file
    from core.actions.importing import load_rows
    from core.administration.archives import is_archive
    from core.desk.imports import importable

    with opened() as kernel:
        if is_archive(file):
            _restore(kernel, file)
            return
        if not slug or not key:
            raise click.UsageError("Name the --tenant and the --resource of the rows.")
        content = file.read_bytes()
        with kernel.unit(_tenant_id(kernel, slug)) as ctx:
            shape = ctx.kernel.shape(ctx, importable(ctx, _resource(ctx, key).key))
            read = read_import_file(file.name, content)
            rows = read.rows(shape, _fields_of(mapping))
            with click.progressbar(length=100, label="Importing") as bar:
                ctx.report_progress = lambda percent: bar.update(percent - bar.pos)
                done = load_rows(ctx, shape.resource, rows, dry_run=dry_run, mode=mode, numbers=read.numbers)
                bar.update(100 - bar.pos)
        _tell(done, len(rows), dry_run=dry_run)


def _restore(kernel: Kernel, file: Path) -> None:
    import json
    import zipfile

    from core.administration.archives import CONTENTS, restore_archive

    with zipfile.ZipFile(file) as archive:
        steps = len(json.loads(archive.read(CONTENTS))["files"])
    with click.progressbar(length=steps, label="Restoring") as bar:
        rows = restore_archive(kernel, file, lambda _path, _rows: bar.update(1))
    click.echo(f"Put {rows} rows back.")


def _fields_of(mapping: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in mapping:
        column, mark, name = pair.rpartition("=")
        if not mark:
            raise click.UsageError(f"--map takes COLUMN=FIELD, not {pair!r}.")
        found[column] = name
    return found


def _tell(done: Loaded, count: int, *, dry_run: bool) -> None:
    verb = "would be " if dry_run else ""
    click.echo(f"{count} rows: {done.created} {verb}created, {done.updated} {verb}changed, {done.unchanged} unchanged.")
    for row, errors in sorted(done.errors.items())[:SHOWN_FAULTS]:
        for name, texts in errors.items():
            click.echo(f"  row {row}, {name}: {' '.join(texts)}")
    if done.errors:
        raise click.ClickException(f"{len(done.errors)} rows cannot be taken.")


@click.command()
@click.argument("key", metavar="RESOURCE")
@click.option("--tenant", "slug", required=True, metavar="SLUG")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="[default: from the file's name, else csv]")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="[default: standard output]")
@click.option("--fields", help="Names separated by commas.  [default: all that an import can take again]")
def export(key: str, slug: str, kind: str | None, output: Path | None, fields: str | None) -> None:
    """Write all records of a resource.

    RESOURCE is a key such as inventory.item; the file is one that `openmill import` takes again.
    """
    import sqlalchemy as sa

    from core.actions.exporting import export_names
    from core.resources.reading import ListRequest, stream_rows

    kind = kind or (output.suffix.lstrip(".").lower() if output and output.suffix else "csv")
    if kind not in FORMATS:
        raise click.UsageError(f"There is no format {kind!r}; choose one of {', '.join(FORMATS)} with --format.")
    if output is None and kind == "xlsx":
        raise click.UsageError("A spreadsheet needs a file: name it with --output.")
    with opened() as kernel, kernel.unit(_tenant_id(kernel, slug), readonly=True) as ctx:
        shape = ctx.kernel.shape(ctx, _resource(ctx, key))
        names = export_names(shape, [name.strip() for name in fields.split(",")] if fields else ())
        chunks = stream_rows(ctx, shape, ListRequest(fields=tuple(names), sort="id"))
        total = ctx.scalar(sa.select(sa.func.count(shape.model.id)))
        # Standard output may be the file: the bar goes where it is in nobody's way.
        with click.progressbar(length=total, label="Exporting", file=sys.stderr) as bar, _target(output) as stream:
            _write(ctx, shape, names, _counted(chunks, bar.update), kind, stream)
        if output is not None:
            click.echo(f"Wrote {total} rows to {output}.")


def _counted(chunks: Chunks, told: Callable[[int], object]) -> Chunks:
    for chunk in chunks:
        yield chunk
        told(len(chunk))


@contextmanager
def _target(output: Path | None) -> Iterator[IO[bytes]]:
    """Give the file to write, which appears under its name when it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    if output.exists() and not output.is_file():  # a device or a pipe is written to, never replaced by a file
        with output.open("wb") as stream:
            yield stream
        return
    output = output.resolve()  # a link goes on leading to the file
    draft = output.with_name(f"{output.name}.part")
    try:
        with draft.open("wb") as stream:
            yield stream
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


def _write(ctx: Context, shape: Shape, names: list[str], chunks: Chunks, kind: str, stream: IO[bytes]) -> None:
    from core.actions.exporting import export_cells, export_header
    from core.resources.tables import write_csv, write_xlsx
    from core.web.bodies import write_json

    if kind == "json":
        mark = "["
        for rows in chunks:
            for row in rows:
                stream.write(f"{mark}\n{write_json(row)}".encode())
                mark = ","
        stream.write(b"[]\n" if mark == "[" else b"\n]\n")
        return
    header, cells = export_header(shape, names), export_cells(ctx, shape, names, chunks)
    if kind == "xlsx":
        write_xlsx(stream, header, cells)
        return
    for piece in write_csv(header, cells):
        stream.write(piece.encode())


def _tenant_id(kernel: Kernel, slug: str) -> int:
    from core.administration.tenants import find_tenant

    with kernel.platform_reading() as db:
        return find_tenant(db, slug).id


def _resource(ctx: Context, key: str) -> Resource:
    resource = ctx.registry.resources.get(key)
    if resource is None or not ctx.view.sees(resource):
        known = ", ".join(sorted(item.key for item in ctx.view.only(ctx.registry.resources)))
        raise click.ClickException(f"There is no resource {key!r} for this tenant. It has: {known}.")
    return resource
