"""Files taken in as a page: checked first, every fault listed by row."""
