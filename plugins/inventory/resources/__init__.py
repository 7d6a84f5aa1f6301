"""What people reach of inventory, one module per business noun."""
