"""Tenants and the modules each of them has switched on."""
