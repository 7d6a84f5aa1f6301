"""Settings: declared by plugins with a default, changed by a tenant's administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.db.session import TenantSession
from core.db.statements.prepared import Prepared, Question, converted
from core.errors import Invalid, Refused
from core.plugins.declarations import Setting
from core.services.models import SettingValue

LARGEST_NUMBER = 2**53 - 1
LONGEST_TEXT = 2000
KINDS = {bool: "true or false", int: "a whole number", str: "text"}
MOST_DIGITS = 28
_VALUES: Any = SettingValue.__table__
_OF_TENANT = Prepared(
    sa.select(_VALUES.c.value).where(
        _VALUES.c.tenant_id == sa.bindparam("own_tenant"), _VALUES.c.key == sa.bindparam("own_key")
    )
)


def read_setting(db: TenantSession, setting: Setting) -> Any:
    """Return the tenant's value of a setting, or its default."""
    db.flush()
    rows = converted(db.look_up(question_of(db, setting))[0])
    return _read(setting, rows[0][0]) if rows else setting.default


def question_of(db: TenantSession, setting: Setting) -> Question:
    """Return the question that `read_setting` asks."""
    return _OF_TENANT, {"own_tenant": db.tenant_id, "own_key": setting.key}


def write_setting(db: TenantSession, setting: Setting, value: Any) -> None:
    """Change a setting; Invalid when the value is not of its kind."""
    value = _typed(setting, value)
    stored = f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
    row = db.execute(sa.select(SettingValue).where(SettingValue.key == setting.key)).scalar()
    if row is None:
        db.add(SettingValue(key=setting.key, value=stored))
    else:
        row.value = stored
    db.flush()


def reset_setting(db: TenantSession, setting: Setting) -> None:
    """Let a setting have its default again, whatever the next version of its module makes of that."""
    row = db.execute(sa.select(SettingValue).where(SettingValue.key == setting.key)).scalar()
    if row is not None:
        db.delete(row)
        db.flush()


def told_settings(db: TenantSession, settings: Iterable[Setting]) -> dict[str, tuple[Any, bool]]:
    """Return what each setting holds and whether the tenant changed it, in one query; unreadable values as they are."""
    wanted = {item.key: item for item in settings}
    rows = db.execute(sa.select(SettingValue.key, SettingValue.value).where(SettingValue.key.in_(list(wanted))))
    kept = {row.key: row.value for row in rows}
    return {key: (_lenient(item, kept[key]), True) if key in kept else (item.default, False)
            for key, item in wanted.items()}  # fmt: skip


def _lenient(setting: Setting, value: Any) -> Any:
    try:
        return _read(setting, value)
    except (Invalid, Refused):
        return value


def _read(setting: Setting, value: Any) -> Any:
    """Return a stored value; one that makes no sense is not guessed, least of all a day that closes the books."""
    try:
        return _typed(setting, value)
    except Invalid:
        if setting.kind is not date:
            raise
    raise Refused(
        "SETTING_INVALID", f"The setting {setting.label!r} holds {value!r}; it needs a day such as 2026-03-31."
    )


def _typed(setting: Setting, value: Any) -> Any:
    if setting.choices and value not in setting.choices:
        raise Invalid({setting.key: [f"Must be one of: {', '.join(setting.choices)}."]})
    if setting.kind is Decimal:
        value = _decimal(setting, value)
    if setting.kind is date:
        return _day(setting, value)
    if type(value) is not setting.kind:
        raise Invalid({setting.key: [f"Must be {KINDS[setting.kind]}."]})
    if isinstance(value, str) and not _is_plain(value):
        raise Invalid({setting.key: [f"Must be text of at most {LONGEST_TEXT} characters without NUL."]})
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        low = -LARGEST_NUMBER if setting.minimum is None else setting.minimum
        high = LARGEST_NUMBER if setting.maximum is None else setting.maximum
        if not low <= value <= high:
            raise Invalid({setting.key: [f"Must be between {low} and {high}."]})
    return value


def _day(setting: Setting, value: Any) -> date | None:
    if setting.default is None and value in (None, ""):
        return None
    try:
        day = value if type(value) is date else date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Invalid({setting.key: ["Must be a day such as 2026-03-31."]}) from None
    low, high = setting.minimum or date.min, setting.maximum or date.max
    if not low <= day <= high:
        raise Invalid({setting.key: [f"Must be between {low} and {high}."]})
    return day


def _decimal(setting: Setting, value: Any) -> Decimal:
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except ArithmeticError:
            number = Decimal("NaN")
        # Written out, a huge or tiny exponent is as many zeros.
        digits = max(abs(number.adjusted()), len(number.as_tuple().digits)) if number.is_finite() else MOST_DIGITS + 1
        if digits <= MOST_DIGITS:
            return number
    raise Invalid({setting.key: ["Must be a decimal number."]})


def _is_plain(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text and len(text) <= LONGEST_TEXT
