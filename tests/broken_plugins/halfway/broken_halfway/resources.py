raise RuntimeError("the resources cannot be read")
