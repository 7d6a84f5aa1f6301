"""Resources: from a declaration to schemas, filters, lists, records, labels, import and export."""
