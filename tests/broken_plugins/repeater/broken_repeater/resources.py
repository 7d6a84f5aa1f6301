from core.api import setting

setting("repeater.days", int, default=1, label="Days")
setting("repeater.days", int, default=2, label="Days again")
