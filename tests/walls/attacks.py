"""Every way past a tenant's walls that was thought of: what a hostile or careless plugin could write.

A reading attack answers whatever it could see; a writing attack does its worst. The tests judge both by one measure:
the victim's secret is not in the answer, and not one byte of the victim's rows has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, make_transient_to_detached, selectinload

from plugins.inventory.models import Category, Item, Unit

SECRET = "the recipe nobody may know"
Attack = Callable[[Any, Any], Any]
READING: list[Attack] = []
WRITING: list[Attack] = []


@dataclass(frozen=True)
class Victim:
    """What the attacker knows: the victim's tenant and ids."""

    tenant_id: int
    category_id: int
    child_id: int
    unit_id: int
    item_id: int


def reading(attack: Attack) -> Attack:
    """File an attack that tries to see."""
    READING.append(attack)
    return attack


def writing(attack: Attack) -> Attack:
    """File an attack that tries to change."""
    WRITING.append(attack)
    return attack


# ---- seeing ----------------------------------------------------------------------------------------------------------


@reading
def select_records(ctx, victim):
    return [record.name for record in ctx.db.scalars(sa.select(Category))]


@reading
def select_columns(ctx, victim):
    return ctx.db.execute(sa.select(Category.name)).all()


@reading
def select_an_alias(ctx, victim):
    other = aliased(Category)
    return ctx.db.execute(sa.select(other.name)).all()


@reading
def count_them(ctx, victim):
    return ctx.db.scalar(sa.select(sa.func.max(Category.name)).where(Category.id == victim.category_id))


@reading
def ask_whether_they_exist(ctx, victim):
    found = ctx.db.scalar(sa.select(sa.exists().where(Category.id == victim.category_id)))
    return SECRET if found else None


@reading
def select_through_a_subquery(ctx, victim):
    inner = sa.select(Category.name).subquery()
    return ctx.db.execute(sa.select(inner.c.name)).all()


@reading
def select_through_a_common_table(ctx, victim):
    inner = sa.select(Category.id, Category.name).cte()
    return ctx.db.execute(sa.select(Category.name, inner.c.name).join(inner, inner.c.id == Category.id)).all()


@reading
def select_a_union(ctx, victim):
    both = sa.union_all(sa.select(Category.name), sa.select(Category.name))
    return ctx.db.execute(both).all()


@reading
def get_by_their_key(ctx, victim):
    found = ctx.db.get(Category, (victim.tenant_id, victim.category_id))
    return found.name if found else None


@reading
def get_by_their_id(ctx, victim):
    return ctx.get(Category, victim.category_id).name


@reading
def pretend_to_have_loaded_them(ctx, victim):
    record = Category(tenant_id=victim.tenant_id, id=victim.category_id)
    make_transient_to_detached(record)
    ctx.db.add(record)
    ctx.db.refresh(record)
    return record.name


@reading
def pretend_under_the_own_tenant(ctx, victim):
    record = Category(tenant_id=ctx.tenant.id, id=victim.category_id)
    make_transient_to_detached(record)
    ctx.db.add(record)
    ctx.db.refresh(record)
    return record.name


@reading
def load_their_children_from_a_detached_parent(ctx, victim):
    record = Item(tenant_id=victim.tenant_id, id=victim.item_id, code="x", name="x")
    make_transient_to_detached(record)
    return [line.name for line in record.conversions]


@reading
def join_eagerly(ctx, victim):
    loaded = ctx.db.scalars(sa.select(Category).options(joinedload(Category.parent)))
    return [(record.name, record.parent.name if record.parent else None) for record in loaded.unique()]


@reading
def load_eagerly_by_ids(ctx, victim):
    loaded = ctx.db.scalars(sa.select(Item).options(selectinload(Item.conversions)))
    return [line.id for record in loaded for line in record.conversions if line.item_id == victim.item_id]


@reading
def use_the_old_query(ctx, victim):
    return [record.name for record in ctx.db.query(Category).all()]


@reading
def filter_the_old_query_by_key(ctx, victim):
    return ctx.db.query(Category.name).filter_by(tenant_id=victim.tenant_id).all()


@reading
def select_the_table_itself(ctx, victim):
    return ctx.db.execute(sa.select(Category.__table__)).all()


@reading
def hide_the_table_beside_a_model(ctx, victim):
    table = Category.__table__
    return ctx.db.execute(sa.select(Unit.id, table.c.name).where(table.c.id == victim.category_id)).all()


@reading
def hide_the_table_in_a_subquery(ctx, victim):
    table = Category.__table__
    name = sa.select(table.c.name).where(table.c.id == victim.category_id).scalar_subquery()
    return ctx.db.execute(sa.select(Unit.id, name)).all()


@reading
def hide_the_table_in_a_condition(ctx, victim):
    table = Category.__table__
    there = sa.exists().where(table.c.id == victim.category_id)
    return [SECRET for _ in ctx.db.execute(sa.select(Unit.id).where(there))]


@reading
def write_plain_sql(ctx, victim):
    return ctx.db.execute(sa.text("SELECT name FROM inventory_category")).all()


@reading
def disguise_plain_sql_as_a_model(ctx, victim):
    statement = sa.select(Category).from_statement(sa.text("SELECT * FROM inventory_category"))
    return [record.name for record in ctx.db.scalars(statement)]


@reading
def put_plain_sql_in_a_column(ctx, victim):
    name = sa.literal_column("(SELECT max(name) FROM inventory_category)")
    return ctx.db.execute(sa.select(Unit.id, name)).all()


@reading
def put_plain_sql_in_a_condition(ctx, victim):
    there = sa.text(f"EXISTS (SELECT 1 FROM inventory_category WHERE id = {int(victim.category_id)})")
    return [SECRET for _ in ctx.db.execute(sa.select(Unit.id).where(there))]


# ---- changing --------------------------------------------------------------------------------------------------------


@writing
def update_where(ctx, victim):
    ctx.db.execute(sa.update(Category).where(Category.id == victim.category_id).values(name="mine"))


@writing
def update_everything(ctx, victim):
    ctx.db.execute(sa.update(Category).values(description="mine"))


@writing
def update_by_a_list_of_keys(ctx, victim):
    row = {"tenant_id": victim.tenant_id, "id": victim.category_id, "name": "mine"}
    ctx.db.execute(sa.update(Category), [row])


@writing
def update_with_a_new_tenant(ctx, victim):
    ctx.db.execute(sa.update(Category).values(tenant_id=victim.tenant_id))


@writing
def update_the_table_itself(ctx, victim):
    ctx.db.execute(sa.update(Category.__table__).values(name="mine"))


@writing
def delete_where(ctx, victim):
    ctx.db.execute(sa.delete(Category).where(Category.id == victim.child_id))


@writing
def delete_with_the_old_query(ctx, victim):
    ctx.db.query(Category).filter_by(id=victim.child_id).delete()


@writing
def delete_in_plain_sql(ctx, victim):
    ctx.db.execute(sa.text("DELETE FROM inventory_category"))


@writing
def insert_for_them(ctx, victim):
    ctx.db.execute(sa.insert(Category).values(tenant_id=victim.tenant_id, id=1, name="a gift"))


@writing
def insert_in_bulk(ctx, victim):
    ctx.db.bulk_insert_mappings(Category, [{"tenant_id": victim.tenant_id, "id": 1, "name": "a gift"}])


@writing
def save_in_bulk(ctx, victim):
    ctx.db.bulk_save_objects([Category(tenant_id=victim.tenant_id, id=1, name="a gift")])


@writing
def change_in_bulk(ctx, victim):
    row = {"tenant_id": victim.tenant_id, "id": victim.category_id, "name": "mine"}
    ctx.db.bulk_update_mappings(Category, [row])


@writing
def stamp_the_rows_of_a_bulk_insert(ctx, victim):
    row = {"tenant_id": victim.tenant_id, "name": "a gift", "description": None, "parent_id": None}
    ctx.insert(Category, [row])


@writing
def add_for_them(ctx, victim):
    ctx.db.add(Category(tenant_id=victim.tenant_id, id=1, name="a gift"))
    ctx.db.flush()


@writing
def create_for_them(ctx, victim):
    ctx.create(Category, tenant_id=victim.tenant_id, name="a gift")
    ctx.db.flush()


@writing
def merge_theirs(ctx, victim):
    ctx.db.merge(Category(tenant_id=victim.tenant_id, id=victim.category_id, name="mine"))
    ctx.db.flush()


@writing
def move_a_record_to_them(ctx, victim):
    record = ctx.create(Category, name="a gift")
    ctx.db.flush()
    record.tenant_id = victim.tenant_id
    ctx.db.flush()


@writing
def move_a_new_record_to_them(ctx, victim):
    record = ctx.create(Category, name="a gift")
    record.tenant_id = victim.tenant_id
    ctx.db.flush()


@writing
def delete_a_detached_copy(ctx, victim):
    record = Category(tenant_id=victim.tenant_id, id=victim.child_id, name="x", version=1)
    make_transient_to_detached(record)
    ctx.db.delete(record)
    ctx.db.flush()


@writing
def refer_to_theirs(ctx, victim):
    ctx.create(Category, name="adopted", parent_id=victim.category_id)
    ctx.db.flush()


@writing
def refer_to_theirs_in_bulk(ctx, victim):
    ctx.insert(Category, [{"name": "adopted", "description": None, "parent_id": victim.category_id}])


@writing
def refer_to_theirs_later(ctx, victim):
    record = ctx.create(Category, name="adopted")
    ctx.db.flush()
    record.parent_id = victim.category_id
    ctx.db.flush()


@writing
def refer_to_theirs_by_statement(ctx, victim):
    record = ctx.create(Category, name="adopted")
    ctx.db.flush()
    ctx.db.execute(sa.update(Category).where(Category.id == record.id).values(parent_id=victim.category_id))


@writing
def lock_theirs(ctx, victim):
    ctx.lock(Category, [victim.category_id])[0].name = "mine"
    ctx.db.flush()


@writing
def act_on_theirs(ctx, victim):
    ctx.do("inventory.category.update", victim.category_id, name="mine")


@writing
def delete_theirs_by_action(ctx, victim):
    ctx.do("inventory.category.delete", [victim.child_id])
