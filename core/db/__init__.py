"""Database: declarative base, types, sessions behind walls, ids, migrations."""
