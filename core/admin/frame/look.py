"""How pages look for whoever is looking: the organisation's brand, and what the person chose over it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import request

from core.actions.context import Context
from core.admin.frame import themes
from core.desk.branding import Brand, brand_of
from core.desk.preferences import preference
from core.services.themes import DEFAULT

MODE_COOKIE = "openmill_mode"
THEME_COOKIE = "openmill_theme"
MODES = ("light", "dark")


@dataclass(frozen=True)
class Look:
    """What decides colours, sizes and the sign above the menu."""

    mode: str = ""
    theme: str = DEFAULT
    density: str = ""
    hue: int | None = None
    logo: str = ""


def look_of(ctx: Context | None) -> Look:
    """Return the look of a page: what this device was told, else what the person chose, else the organisation's."""
    mode = request.cookies.get(MODE_COOKIE, "")
    if ctx is None:
        return Look(_first(MODES, mode), _installed(request.cookies.get(THEME_COOKIE, "")))
    brand = brand_of(ctx)
    return replace(
        _of_brand(brand), mode=_first(MODES, mode, preference(ctx, "mode", "")),
        theme=chosen_theme(ctx),
        density=preference(ctx, "density", "") or brand.density,
    )  # fmt: skip


def _of_brand(brand: Brand) -> Look:
    return Look(hue=brand.hue, logo=f"/brand/logo/{brand.logo}" if brand.logo else "")


def _first(known: tuple[str, ...], *wanted: str) -> str:
    return next((word for word in wanted if word in known), "")


def _installed(*wanted: str) -> str:
    names = themes.theme_names()
    return next((name for name in wanted if name in names), DEFAULT)


def chosen_theme(ctx: Context) -> str:
    """Return the theme that the person chose, else this device, else the organisation."""
    return _installed(preference(ctx, "theme", ""), request.cookies.get(THEME_COOKIE, ""), ctx.tenant.theme)
