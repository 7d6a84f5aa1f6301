"""The first page after log-in and what people reach from everywhere."""
