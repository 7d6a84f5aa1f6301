"""How fast OpenMill is, each figure beside the least code that could give the same answer."""
