"""One family of refusals: every one is an RFC 9457 problem with a status and a stable code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FieldErrors = Mapping[str, Sequence[str]]


class Problem(Exception):
    """A refusal that a client can act on: status, stable upper-case code, a sentence with the remedy."""

    status = 400
    code = "BAD_REQUEST"
    title = "Bad request"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: FieldErrors | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = {name: list(texts) for name, texts in (errors or {}).items()}
        self.headers = dict(headers or {})
        self.extra = extra
        self.by_record: Mapping[int, Problem] = {}

    def as_dict(self) -> dict[str, Any]:
        """Return the problem-details body without the request id."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = self.errors
        return {**self.extra, **body}


def refuse_each(refused: Mapping[int, Problem]) -> None:
    """Raise the first of what stands against records by their ids, the others told along with it."""
    if refused:
        first = next(iter(refused.values()))
        first.by_record = dict(refused)
        raise first


class BadRequest(Problem):
    """The request cannot be read."""


class Unauthenticated(Problem):
    """Nobody is known to be asking."""

    status, code, title = 401, "UNAUTHENTICATED", "Log in first"


class Forbidden(Problem):
    """The asker may not do this."""

    status, code, title = 403, "FORBIDDEN", "Not allowed"


class NotFound(Problem):
    """Nothing of that id exists for this tenant and user."""

    status, code, title = 404, "NOT_FOUND", "Not found"

    def __init__(self, detail: str = "There is no such record.", **extra: Any) -> None:
        super().__init__(detail, **extra)


class Refused(Problem):
    """A business rule says no; nothing was changed."""

    status, code, title = 409, "REFUSED", "Refused"

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail, code=code, **extra)


class Duplicate(Problem):
    """A record with the same key exists."""

    status, code, title = 409, "DUPLICATE", "Already there"


class VersionMismatch(Problem):
    """Someone else saved first."""

    status, code, title = 412, "VERSION_MISMATCH", "Changed meanwhile"


class VersionRequired(Problem):
    """A write must say which version it changes."""

    status, code, title = 428, "VERSION_REQUIRED", "Version required"


class TooLarge(Problem):
    """The body, file or page is larger than allowed."""

    status, code, title = 413, "TOO_LARGE", "Too large"


class Unsupported(Problem):
    """The content type is not one we read."""

    status, code, title = 415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported content type"


class Invalid(Problem):
    """One or more values are not acceptable; `errors` names each field."""

    status, code, title = 422, "INVALID", "Invalid values"

    def __init__(self, errors: FieldErrors, detail: str | None = None, **extra: Any) -> None:
        named = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in list(errors.items())[:5])
        super().__init__(detail or named or "The values are not acceptable.", errors=errors, **extra)


class TooMany(Problem):
    """The asker must wait."""

    status, code, title = 429, "TOO_MANY_REQUESTS", "Too many requests"


class Unavailable(Problem):
    """A service behind the kernel cannot be reached right now."""

    status, code, title = 503, "UNAVAILABLE", "Try again shortly"
