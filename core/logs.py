"""Structured logs: one object a line, the request's id in every one of them, secrets blanked.

Code logs through the standard library (`logging.getLogger(__name__)`, details in `extra=`); what holds for a whole
request or job is bound once with `about()` and then stands in every line, foreign libraries' lines included.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from core.config import Config

SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "api_key")
# Libraries that tell every step of theirs; their warnings still come through.
TALKATIVE = ("alembic", "rq", "werkzeug", "urllib3", "asyncio")
# Not structlog's own: loading it is a twentieth of a boot that may log nothing, and every request begins with this.
_bound: ContextVar[Mapping[str, Any]] = ContextVar("openmill_bound", default=MappingProxyType({}))


def configure(config: Config, stream: TextIO | None = None) -> None:
    """Send every log line of the process to a stream (standard error) in the configured format and level."""
    import structlog

    level = logging.getLevelNamesMapping().get(config.log_level.upper())
    if level is None:
        raise ValueError(f"OPENMILL_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {config.log_level!r}.")
    if config.log_format not in ("json", "text"):
        raise ValueError(f"OPENMILL_LOG_FORMAT must be json or text, not {config.log_format!r}.")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                tell_bound,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, blank_secrets, *_rendering(config)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


@contextmanager
def about(**values: Any) -> Iterator[None]:
    """Put values into every line that is logged inside the `with` block by this thread."""
    before = _bound.set({**_bound.get(), **values})
    try:
        yield
    finally:
        _bound.reset(before)


def begin(**values: Any) -> None:
    """Forget what was bound before and bind these: for the start of a request."""
    _bound.set(values)


def tell_bound(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Add what is bound; what the line says itself comes first."""
    return {**_bound.get(), **event}


def blank_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Blank values whose names say that they are secret."""
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "•••"
    return event


def _rendering(config: Config) -> list[Any]:
    import structlog

    if config.log_format == "text":
        # A line break inside a value would forge a line: logfmt escapes it.
        order = ["timestamp", "level", "event"]
        return [structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer(key_order=order)]
    return [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(default=str)]
