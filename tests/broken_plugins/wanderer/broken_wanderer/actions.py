from broken_wanderer.models import Trip
from broken_wanderer.resources import trips
from core.api import Context, action


@action(trips, source="planned", target="lost")
def lose(ctx: Context, trip: Trip) -> None:
    """Lead to a state that the document does not have."""
