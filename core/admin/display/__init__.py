"""Values and answers as people read them."""
