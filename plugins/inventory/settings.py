"""What an administrator may set for inventory."""

from datetime import date

from core.api import setting

setting(
    "inventory.closed_until",
    date,
    default=None,
    label="Stock is closed until",
    help="Nothing is posted on this day or before it any more. Empty: nothing is closed.",
)
setting(
    "inventory.expiring_days",
    int,
    default=30,
    minimum=0,
    maximum=36500,
    label="Warn of expiry (days)",
    help="Lots that expire within so many days are listed as expiring.",
)
