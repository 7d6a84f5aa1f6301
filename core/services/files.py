"""Files on disk: random names outside the web root, in a folder of their tenant, judged by content and not by name."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import Invalid, TooLarge
from core.services import pictures

CHUNK = 256 * 1024
LONGEST_NAME = 200
PDF, ZIP, UNKNOWN = "application/pdf", "application/zip", "application/octet-stream"
KINDS = ((b"%PDF-", PDF), (b"PK\x03\x04", ZIP))


@dataclass(frozen=True)
class Kept:
    """What was kept of an upload."""

    stored_as: str
    size: int
    sha256: str
    media_type: str


def keep(folder: Path, tenant_id: int, content: IO[bytes], largest: int) -> Kept:
    """Write an upload to the tenant's folder under a random name.

    Raises Invalid when it is empty and TooLarge beyond `largest` bytes; nothing stays behind then.
    """
    stored_as = secrets.token_hex(20)
    target = path_of(folder, tenant_id, stored_as)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size, start = hashlib.sha256(), 0, b""
    try:
        with target.open("xb") as out:
            while piece := content.read(CHUNK):
                start = start or piece[:16]
                size += len(piece)
                if size > largest:
                    raise TooLarge(f"A file may have at most {largest} bytes.")
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise Invalid({"file": ["The file is empty."]})
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Kept(stored_as, size, digest.hexdigest(), media_type_of(start))


def media_type_of(start: bytes) -> str:
    """Return what a file is by its first bytes, whatever it is called."""
    plain = next((kind for mark, kind in KINDS if start.startswith(mark)), UNKNOWN)
    return pictures.media_type_of(start) or plain


def preview_of(media_type: str, size: int) -> str:
    """Return how a file can be looked at in a page: as an image, as a pdf, or not at all."""
    if media_type.startswith("image/") and size <= pictures.LARGEST_FILE:
        return "image"
    return "pdf" if media_type == PDF else ""


def path_of(folder: Path, tenant_id: int, stored_as: str) -> Path:
    """Return where a file of a tenant lies."""
    if not stored_as.isalnum():
        raise ValueError("not a stored name")
    return folder / "files" / str(tenant_id) / stored_as[:2] / stored_as


def plain_name(name: str) -> str:
    """Return a file name without folders and control characters; Invalid when nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in last if not unicodedata.category(sign).startswith("C")).strip(" .")
    if not clean:
        raise Invalid({"file": ["The file needs a name."]})
    stem, dot, ending = clean.rpartition(".")
    return clean if len(clean) <= LONGEST_NAME else f"{(stem or ending)[: LONGEST_NAME - 20]}{dot}{ending[:15]}"
