"""What goes to PostgreSQL, counted whatever way it goes."""

from contextlib import contextmanager

import pytest


@contextmanager
def counted_trips():
    """Yield a list that grows with every time this process waits for the server."""
    from psycopg import Connection

    counted, wait = [], Connection.wait

    def counting(self, steps, *more, **options):
        counted.append(steps)
        return wait(self, steps, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "wait", counting)
        yield counted
