"""How an organisation looks: its name, logo, hue, theme and density, one answer for every page of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from core.actions.context import Context
from core.errors import Invalid, NotFound, TooLarge
from core.services import files, pictures
from core.services.models import SettingValue, StoredFile
from core.services.themes import installed_themes
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.kernel import Kernel

OWNER = "kernel.brand"
LARGEST_LOGO = 512 * 1024
LOGO_KINDS = ("image/png", "image/jpeg", "image/webp")
DENSITIES = ("comfortable", "compact")
HUE, DENSITY = f"{OWNER}.hue", f"{OWNER}.density"


@dataclass(frozen=True)
class Brand:
    """What an organisation chose; None and empty texts are the theme's own."""

    name: str
    theme: str
    hue: int | None = None
    density: str = ""
    logo: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON shows it; `logo` is the digest of the picture."""
        return asdict(self)


_known: WeakKeyDictionary[Kernel, dict[int, tuple[int, Brand]]] = WeakKeyDictionary()


def brand_of(ctx: Context) -> Brand:
    """Return how the organisation looks; read anew when its revision moves."""
    mine = _known.setdefault(ctx.kernel, {})
    known = mine.get(ctx.tenant.id)
    if known is not None and known[0] == ctx.tenant.modules_revision:
        return known[1]
    found = _read(ctx)
    mine[ctx.tenant.id] = (ctx.tenant.modules_revision, found)
    return found


def _read(ctx: Context) -> Brand:
    keys = SettingValue.key.in_([HUE, DENSITY])
    kept = {row.key: row.value for row in ctx.rows(sa.select(SettingValue.key, SettingValue.value).where(keys))}
    logo = ctx.rows(sa.select(StoredFile.sha256).where(StoredFile.resource == OWNER).order_by(StoredFile.id.desc()))
    return Brand(ctx.tenant.name, ctx.tenant.theme, kept.get(HUE), kept.get(DENSITY, ""),
                 logo[0].sha256[:16] if logo else "")  # fmt: skip


def change_brand(ctx: Context, values: Mapping[str, Any]) -> None:
    """Change name, theme, hue or density, all or none; None is the theme's own."""
    ctx.operation = ctx.operation or "kernel.brand.update"
    faults = {name: [text] for name, value in values.items() if (text := _fault(name, value))}
    if faults or not values:
        raise Invalid(faults or {"branding": ["Name at least one of name, theme, hue and density."]})
    tenant = ctx.db.execute(sa.select(Tenant).where(Tenant.id == ctx.tenant.id)).scalar_one()
    before = _read(ctx).as_dict()
    for name in ("name", "theme"):
        if name in values:
            setattr(tenant, name, values[name].strip())
    for name, key in (("hue", HUE), ("density", DENSITY)):
        if name in values:
            _keep(ctx, key, values[name])
    told = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    if told:
        ctx.journal.note(Tenant, ctx.tenant.id, "update", told)
    _look_again(ctx)


def _fault(name: str, value: Any) -> str:
    if name == "name":
        plain = isinstance(value, str) and 1 <= len(value.strip()) <= 120 and value.isprintable()
        return "" if plain else "Give a name of 1 to 120 printable characters."
    if name == "theme":
        known = installed_themes()
        return "" if isinstance(value, str) and value in known else f"Name an installed theme: {', '.join(known)}."
    if name == "hue":
        whole = value is None or (type(value) is int and 0 <= value <= 360)
        return "" if whole else "Must be a whole number from 0 to 360."
    if name == "density":
        return "" if value in (None, *DENSITIES) else f"Must be one of {', '.join(DENSITIES)}."
    return "There is no such part; use name, theme, hue or density."


def _keep(ctx: Context, key: str, value: Any) -> None:
    row = ctx.find(SettingValue, key=key)
    if row is None and value is not None:
        ctx.create(SettingValue, key=key, value=value)
    elif row is not None and value is None:
        ctx.db.delete(row)
    elif row is not None:
        row.value = value


def set_logo(ctx: Context, name: str, content: IO[bytes]) -> None:
    """Keep a logo in place of the one there is; Invalid unless its content is a PNG, JPEG or WebP picture."""
    ctx.operation = ctx.operation or "kernel.brand.update"
    folder = ctx.kernel.config.instance
    try:
        kept = files.keep(folder, ctx.tenant.id, content, LARGEST_LOGO)
    except TooLarge:
        raise TooLarge(f"A logo may have at most {LARGEST_LOGO // 1024} KB.") from None
    path = files.path_of(folder, ctx.tenant.id, kept.stored_as)
    ctx.on_rollback(partial(path.unlink, missing_ok=True))
    with path.open("rb") as file:
        kind = pictures.media_type_of(file.read(16))
    if kind not in LOGO_KINDS or not pictures.is_showable(path):
        raise Invalid({"logo": ["Must be a PNG, JPEG or WebP picture."]})
    _drop_logo(ctx)
    values = {**vars(kept), "media_type": kind}
    ctx.create(StoredFile, resource=OWNER, record_id=ctx.tenant.id, name=files.plain_name(name or "logo"), **values)
    _look_again(ctx)


def remove_logo(ctx: Context) -> None:
    """Show the theme's own sign again."""
    ctx.operation = ctx.operation or "kernel.brand.update"
    _drop_logo(ctx)
    _look_again(ctx)


def logo_of(ctx: Context) -> tuple[StoredFile, Path]:
    """Return the logo and where it lies; NotFound when there is none."""
    wanted = sa.select(StoredFile).where(StoredFile.resource == OWNER).order_by(StoredFile.id.desc())
    row: StoredFile | None = ctx.one(wanted)
    if row is None:
        raise NotFound("There is no logo.")
    return row, files.path_of(ctx.kernel.config.instance, ctx.tenant.id, row.stored_as)


def _drop_logo(ctx: Context) -> None:
    for row in ctx.all(sa.select(StoredFile).where(StoredFile.resource == OWNER)):
        path = files.path_of(ctx.kernel.config.instance, ctx.tenant.id, row.stored_as)
        ctx.db.delete(row)
        ctx.after_commit(partial(path.unlink, missing_ok=True))


def _look_again(ctx: Context) -> None:
    """Move the tenant's revision, so that every process reads how it looks anew."""
    ctx.db.flush()
    raised = sa.update(Tenant).where(Tenant.id == ctx.tenant.id).values(modules_revision=Tenant.modules_revision + 1)
    ctx.db.execute(raised.execution_options(synchronize_session=False))
