"""Secrets that are handed out once and kept only as a digest."""

from __future__ import annotations

import hashlib
import secrets

_LONGEST = 200


def new_secret() -> str:
    """Return 256 random bits as text for a cookie or a token."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a secret; plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret[:_LONGEST].encode("utf-8", "replace")).hexdigest()
