"""What people do with inventory, one module per business noun."""
