"""Every installed plugin keeps the contract, the kernel included, without a line of its own."""

from core.plugins.loader import load
from core.testing.contract import PluginContract

# What the rules of a document ask for beyond the types of its fields.
SAMPLES = {
    "kernel": {
        "kernel.custom_field": {"resource": "inventory.item", "name": lambda n: f"x_field_{n}", "kind": "text"},
        "kernel.role": {"key": lambda n: f"role-{n}"},
    },
    "inventory": {"inventory.reservation": {"quantity": "0.5"}},
}

for name in load().plugins:
    title = f"Test{name.title().replace('_', '')}"
    parts = {"plugin": name, "samples": SAMPLES.get(name, {}), "__module__": __name__}
    globals()[title] = type(title, (PluginContract,), parts)
