"""Clones of a template are full, separate and quick."""

import pytest
import sqlalchemy as sa

from core.testing import databases


@pytest.fixture
def kind(database_kind):
    return database_kind


def _build(url):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (text VARCHAR(20))")
        connection.exec_driver_sql("INSERT INTO note VALUES ('from the template')")
    engine.dispose()


def _refuse_to_build(url):
    raise AssertionError("the template is built once")


def _notes(url, *, add=""):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        if add:
            connection.execute(sa.text("INSERT INTO note VALUES (:text)"), {"text": add})
        found = connection.scalars(sa.text("SELECT text FROM note")).all()
    engine.dispose()
    return found


def test_each_clone_starts_from_the_template(kind, worker_id):
    template = f"notes_{worker_id}"
    first = databases.clone(kind, f"first_{worker_id}", _build, template=template)
    assert _notes(first, add="mine") == ["from the template", "mine"]
    second = databases.clone(kind, f"second_{worker_id}", _refuse_to_build, template=template)
    assert _notes(second) == ["from the template"]
    databases.drop(first)
    databases.drop(second)


def test_an_empty_database_is_empty(kind, worker_id):
    url = databases.empty(kind, f"empty_{worker_id}")
    engine = sa.create_engine(url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    databases.drop(url)
