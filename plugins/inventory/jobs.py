"""What happens by itself at night."""

from core.api import Context, job, schedule, select
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.reservations import Reservation


@job("inventory.expire_lots")
def expire_lots(ctx: Context) -> None:
    """Take lots past their last day out of use."""
    past = select(Lot.id).where(Lot.state.in_(("available", "quarantine")), Lot.expires_on < ctx.today())
    if ids := [row.id for row in ctx.rows(past.order_by(Lot.id))]:
        ctx.do("inventory.lot.expire", ids)


@job("inventory.expire_reservations")
def expire_reservations(ctx: Context) -> None:
    """Let go of what is held for reservations whose time is over."""
    past = select(Reservation.id).where(Reservation.state == "active", Reservation.expires_at <= ctx.now())
    if ids := [row.id for row in ctx.rows(past.order_by(Reservation.id))]:
        ctx.do("inventory.reservation.expire", ids)


schedule("inventory.expire_lots_nightly", job="inventory.expire_lots", cron="5 0 * * *")
schedule("inventory.expire_reservations_often", job="inventory.expire_reservations", cron="*/10 * * * *")
