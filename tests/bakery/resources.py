from core.api import menu, resource, role, setting
from tests.bakery.models import Loaf, Shelf

loaves = resource("bakery.loaf", Loaf, path="loaves", title="Loaves", singular="Loaf", natural_key="name",
                  list=("name", "weight", "state"))  # fmt: skip
shelves = resource("bakery.shelf", Shelf, path="shelves", title="Shelves", singular="Shelf", natural_key="name")
menu("bakery/loaves", loaves)
role("bakery.baker", title="Baker", allow=["bakery.*"])
setting("bakery.oven_heat", int, default=220, label="Oven heat")
