"""What a brewery may decide."""

from core.api import setting

yeast_guard = setting(
    "brewing.yeast_guard",
    bool,
    default=True,
    label="No beer starts without good yeast",
    help="Refuses to start a beer whose recipe has no yeast, or whose yeast in stock is all past its date.",
)
