"""Ways to the database and back: what is sent together, and how answers are read."""
