from broken_wanderer.models import Trip
from core.api import resource

trips = resource("wanderer.trip", Trip, path="wanderer-trips", title="Trips", list=("name", "state"))
