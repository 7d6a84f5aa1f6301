"""Actions: the one road that everything takes which changes data."""
