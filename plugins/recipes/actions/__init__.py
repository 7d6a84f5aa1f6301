"""What people do with recipes and batches, one module per piece of work."""
