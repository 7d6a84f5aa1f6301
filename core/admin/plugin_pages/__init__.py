"""Pages and parts of pages that plugins bring themselves."""
