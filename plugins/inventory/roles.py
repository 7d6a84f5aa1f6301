"""The roles that inventory brings."""

from core.api import role

role("inventory.viewer", title="Stock viewer", allow=["inventory.*.read"])
role(
    "inventory.clerk",
    title="Stock clerk",
    allow=[
        "inventory.*.read",
        *(f"inventory.receipt.{verb}" for verb in ("create", "update", "delete", "post", "sensitive", "export")),
        *(f"inventory.issue.{verb}" for verb in ("create", "update", "delete", "post", "request-approval", "cancel")),
        *(f"inventory.transfer.{verb}" for verb in ("create", "update", "delete", "request", "cancel")),
        "inventory.count.*",
        "inventory.reservation.*",
        "inventory.lot.quarantine",
    ],
    rules=["inventory.assigned_locations"],
)
role("inventory.manager", title="Stock manager", allow=["inventory.*"])
