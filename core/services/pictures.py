"""The size of a picture, read from its first bytes: whoever is shown it should not have to find out by unpacking it."""

from __future__ import annotations

from pathlib import Path
from typing import IO

LARGEST_FILE = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_000
FURTHEST = 512 * 1024
Size = tuple[int, int]
# The frames of a JPEG that tell its size; the numbers between them stand for tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def media_type_of(start: bytes) -> str:
    """Return the type of a picture by its first bytes, an empty text for anything else."""
    for mark, kind in ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif")):
        if start.startswith(mark):
            return kind
    return "image/webp" if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else ""


def is_showable(path: Path) -> bool:
    """Whether a file is a picture of a size that a browser unpacks without harm."""
    with path.open("rb") as file:
        size = _size(file)
    if size is None or path.stat().st_size > LARGEST_FILE:
        return False
    width, height = size
    return 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= MOST_PIXELS


def _size(file: IO[bytes]) -> Size | None:
    start = file.read(32)
    kind = media_type_of(start)
    if kind == "image/png" and start[12:16] == b"IHDR":
        return _big(start, 16, 4), _big(start, 20, 4)
    if kind == "image/gif":
        return _little(start, 6, 2), _little(start, 8, 2)
    if kind == "image/webp":
        return _webp(start)
    return _jpeg(file) if kind == "image/jpeg" else None


def _webp(start: bytes) -> Size | None:
    if start[12:16] == b"VP8X":
        return _little(start, 24, 3) + 1, _little(start, 27, 3) + 1
    if start[12:16] == b"VP8L":
        bits = _little(start, 21, 4)
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return (_little(start, 26, 2) & 0x3FFF, _little(start, 28, 2) & 0x3FFF) if start[12:16] == b"VP8 " else None


def _jpeg(file: IO[bytes]) -> Size | None:
    file.seek(2)
    while file.tell() < FURTHEST:
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            return None
        if head[1] in _FRAMES:
            frame = file.read(5)
            return (_big(frame, 3, 2), _big(frame, 1, 2)) if len(frame) == 5 else None
        file.seek(max(_big(head, 2, 2) - 2, 0), 1)
    return None


def _big(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")
