"""Where brewing stands in the menu."""

from core.api import menu

from .resources import imports

menu("brewing/brew-day", "brewing.brew_day", title="Bill of a brew day", sequence=10, icon="clipboard-list")
menu("brewing/beerxml", imports, sequence=20)
