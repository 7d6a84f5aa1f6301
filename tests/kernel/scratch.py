"""A table of a test's own in a database of either kind, gone with the transaction it is made in."""

import contextlib

from core.db.engine import make_engine


@contextlib.contextmanager
def opened(table, request, folder):
    """Open a connection to the database that a parametrized fixture names, with the table in it."""
    url = f"sqlite:///{folder / 'scratch.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    engine = make_engine(url)
    with contextlib.closing(engine.connect()) as connection, connection.begin() as transaction:
        table.create(connection)
        yield connection
        transaction.rollback()
    engine.dispose()
