"""Settings of a process, read from `OPENMILL_*` environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

# The least that makes sense; for all other numbers it is 1.
LEAST: Mapping[str, int] = {"trusted_proxies": 0, "argon2_memory_kib": 8}
DEVELOPMENT_SECRET = "development-only-secret-key-change-me"  # noqa: S105 - production refuses to start with it


@dataclass(frozen=True)
class Config:
    """Where things are and how strict to be; every field can be set as OPENMILL_<FIELD> in the environment."""

    instance: Path = field(default_factory=lambda: Path("instance"))
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = DEVELOPMENT_SECRET
    debug: bool = False
    jobs: str = ""
    database_role: str = "openmill_app"
    pool_size: int = 5
    trusted_proxies: int = 0
    access_token_seconds: int = 900
    refresh_token_seconds: int = 30 * 24 * 3600
    session_idle_seconds: int = 12 * 3600
    session_seconds: int = 14 * 24 * 3600
    max_body_bytes: int = 16 * 1024 * 1024
    max_file_bytes: int = 20 * 1024 * 1024
    tenant_file_bytes: int = 5 * 1024 * 1024 * 1024
    secure_cookies: bool = False
    argon2_memory_kib: int = 19456
    argon2_time_cost: int = 2
    log_format: str = "json"
    log_level: str = "INFO"
    exclude_plugins: str = ""

    @property
    def url(self) -> str:
        """The database: the one configured, else SQLite in the instance folder."""
        return self.database_url or f"sqlite:///{(self.instance / 'openmill.sqlite3').absolute()}"

    @property
    def job_driver(self) -> str:
        """The job driver: as configured, else rq where Redis is configured, else poll."""
        return self.jobs or ("rq" if self.redis_url else "poll")

    def with_values(self, **values: Any) -> Config:
        """Return a copy with some fields changed."""
        return replace(self, **values)


def from_environment(environ: Mapping[str, str] | None = None, **values: Any) -> Config:
    """Read the configuration; values given win over the environment.

    Raises ValueError naming the variable when a value cannot be read.
    """
    environ = os.environ if environ is None else environ
    found: dict[str, Any] = {}
    for item in fields(Config):
        name = f"OPENMILL_{item.name.upper()}"
        if name in environ:
            found[item.name] = _convert(name, environ[name], str(item.type), LEAST.get(item.name, 1))
    found.update({name: value for name, value in values.items() if value is not None})
    return Config(**found)


def _convert(name: str, text: str, kind: str, least: int) -> Any:
    if kind == "bool":
        if text.lower() not in ("1", "true", "yes", "on", "0", "false", "no", "off", ""):
            raise ValueError(f"{name} must be 1 or 0, not {text!r}.")
        return text.lower() in ("1", "true", "yes", "on")
    if kind == "int":
        if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) >= least):
            raise ValueError(f"{name} must be a whole number of at least {least}, not {text[:40]!r}.")
        return int(text)
    return Path(text) if kind == "Path" else text
