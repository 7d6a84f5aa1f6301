"""What inventory reports, one module per question."""
