"""Imports a package that is not installed."""

import no_such_package_anywhere

plugin = no_such_package_anywhere.Plugin()
