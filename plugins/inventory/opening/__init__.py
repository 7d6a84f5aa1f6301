"""Opening stock: what is there on the first day, from a file or from another system."""
