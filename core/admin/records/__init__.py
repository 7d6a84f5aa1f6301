"""The page of one record: its form or facts, its history, its actions."""
