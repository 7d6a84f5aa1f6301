"""The contract that every plugin keeps, as tests to inherit.

A plugin's own tests hold three lines, and whoever installs it can run them::

    class TestContract(PluginContract):
        plugin = "brewing"
"""

from core.testing.contract.changed import ChangedContract
from core.testing.contract.declared import DeclaredContract
from core.testing.contract.removed import RemovedContract
from core.testing.contract.served import ServedContract
from core.testing.contract.shown import ShownContract
from core.testing.contract.stored import StoredContract

__all__ = ["PluginContract"]


class PluginContract(DeclaredContract, StoredContract, ServedContract, ShownContract, ChangedContract, RemovedContract):
    """All generic tests; they find the plugin's tables, resources, actions and routes by themselves."""
