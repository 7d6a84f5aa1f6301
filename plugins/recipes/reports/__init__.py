"""Reports: the cost sheet of a batch, the yields of recipes."""
