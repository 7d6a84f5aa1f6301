"""Every plugin of the tree keeps the contract, the kernel included, without a line of its own.

What a distribution of its own brings is held to it by three lines among its tests.
"""

from core.plugins.loader import load
from core.plugins.registry import KERNEL
from core.testing.contract import PluginContract
from tests.tooling.sources import ROOT

# What the rules of a document ask for beyond the types of its fields.
SAMPLES = {
    "kernel": {
        "kernel.custom_field": {"resource": "inventory.item", "name": lambda n: f"x_field_{n}", "kind": "text"},
        "kernel.role": {"key": lambda n: f"role-{n}"},
    },
    "inventory": {"inventory.reservation": {"quantity": "0.5"}},
}

for name in load().plugins:
    if name != KERNEL and not (ROOT / "plugins" / name).is_dir():
        continue
    title = f"Test{name.title().replace('_', '')}"
    parts = {"plugin": name, "samples": SAMPLES.get(name, {}), "__module__": __name__}
    globals()[title] = type(title, (PluginContract,), parts)
