"""Pages of those who look after an organisation or the whole installation."""
