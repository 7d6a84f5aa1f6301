from core.api import setting

setting("inventory.claim", int, default=1, label="Not ours")
