"""The contents of files beside a plugin's records, in its archive: streamed out, checked, and put back to the byte."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.session import TenantSession
from core.errors import BadRequest, Refused, TooLarge
from core.services.files import CHUNK, path_of
from core.services.models import StoredFile

if TYPE_CHECKING:
    from core.kernel import Kernel

_MOST_NAMED = 5


def write_files(kernel: Kernel, db: TenantSession, archive: zipfile.ZipFile, folder: str, belonging: Any) -> int:
    """Write the contents of a tenant's files into a folder of an archive; returns their number.

    Refused where the disk no longer holds what was stored: an archive that lacks it would look like a whole one.
    """
    damaged, count = [], 0
    for row in db.execute(sa.select(StoredFile).where(belonging).order_by(StoredFile.id)).scalars():
        source = path_of(kernel.config.instance, db.tenant_id, row.stored_as)
        if _copied_out(archive, f"{folder}/{row.stored_as}", source) != row.sha256:
            damaged.append(row.name)
        count += 1
    if damaged:
        raise Refused(
            "FILE_DAMAGED",
            f"{len(damaged)} files are missing or changed on disk: {', '.join(damaged[:_MOST_NAMED])}. Put them "
            "back from a backup, or remove them from their records.",
            files=damaged,
        )
    return count


def _copied_out(archive: zipfile.ZipFile, name: str, source: Path) -> str:
    if not source.is_file():
        return ""
    digest = hashlib.sha256()
    with source.open("rb") as content, archive.open(name, "w", force_zip64=True) as target:
        while piece := content.read(CHUNK):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def stored_names(db: TenantSession, belonging: Any) -> list[str]:
    """Return under which names the files of a plugin lie on disk."""
    return list(db.scalars(sa.select(StoredFile.stored_as).where(belonging)))


def remove_files(kernel: Kernel, tenant_id: int, names: Iterable[str]) -> None:
    """Remove files from disk whose rows are gone."""
    for name in names:
        path_of(kernel.config.instance, tenant_id, name).unlink(missing_ok=True)


@contextmanager
def restored_files(
    kernel: Kernel, tenant_id: int, archive: zipfile.ZipFile, folder: str, rows: Iterable[Mapping[str, Any]], used: int
) -> Iterator[None]:
    """Put the contents of files back for the time of a transaction; where that fails they go again.

    Each must be what its row says, to the byte, and fit the limits of a file and of the tenant's quota, of which so
    many bytes are `used`.
    """
    written: list[Path] = []
    try:
        left = kernel.config.tenant_file_bytes - used
        for row in rows:
            left -= row["size"]
            _check_size(kernel, row, left)
            target = _target(kernel, tenant_id, row)
            if not target.exists():
                written.append(target)
            _put_back(archive, f"{folder}/{row['stored_as']}", target, row)
        yield
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def bytes_used(db: TenantSession, *conditions: Any) -> int:
    """Return how many bytes a tenant's files have, all of them or those meant."""
    sizes = sa.select(sa.func.coalesce(sa.func.sum(StoredFile.size), 0)).where(*conditions)
    return int(db.execute(sizes).scalar_one())


def _check_size(kernel: Kernel, row: Mapping[str, Any], left: int) -> None:
    if row["size"] > (most := kernel.config.max_file_bytes):
        raise TooLarge(f"{row['name']} has {row['size']} bytes. A file may have at most {most}.")
    if left < 0:
        raise TooLarge(
            f"{row['name']} does not fit into the tenant's space for files. Allow more, or remove files first.",
            code="QUOTA_EXCEEDED",
        )


def _target(kernel: Kernel, tenant_id: int, row: Mapping[str, Any]) -> Path:
    try:
        return path_of(kernel.config.instance, tenant_id, str(row["stored_as"]))
    except ValueError:
        raise BadRequest(f"{row['name']} has no stored name.", code="BAD_ARCHIVE") from None


def _put_back(archive: zipfile.ZipFile, name: str, target: Path, row: Mapping[str, Any]) -> None:
    """Write what the archive holds beside the target first: under its name there is only ever a whole file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.part")
    try:
        with archive.open(name) as content, draft.open("wb") as out:
            found = _copied_in(content, out, row["size"])
            out.flush()
            os.fsync(out.fileno())
        if found != row["sha256"] or (target.exists() and _digest(target) != found):
            raise BadRequest(f"The archive does not hold {row['name']} as it was stored.", code="BAD_ARCHIVE")
        draft.replace(target)
    except (KeyError, zipfile.BadZipFile) as error:
        raise BadRequest(f"The archive's copy of {row['name']} cannot be read: {error}.", code="BAD_ARCHIVE") from None
    finally:
        draft.unlink(missing_ok=True)


def _copied_in(content: IO[bytes], out: IO[bytes], size: int) -> str:
    """Copy no more than a file may have, whatever the archive unpacks to; what is longer has another digest."""
    digest, left = hashlib.sha256(), size + 1
    while left and (piece := content.read(min(CHUNK, left))):
        digest.update(piece)
        out.write(piece)
        left -= len(piece)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
