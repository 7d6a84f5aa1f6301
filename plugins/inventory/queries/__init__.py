"""What people ask of inventory, one module per business noun."""
