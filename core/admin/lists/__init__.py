"""The list of any resource: its address, its filters, its rows."""
