"""Units of measure: the standard set, exact ratios between units, and conversion."""
