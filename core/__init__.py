"""The kernel of OpenMill: identity, tenancy, access, the plugin registry and everything generated from declarations."""

__version__ = "1.0.0"
