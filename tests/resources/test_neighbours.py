"""The records beside one in a list, and lists narrowed by what stands in their lines."""

import pytest

from core.errors import Invalid
from core.resources.reading import ListRequest, read_neighbours, read_page


@pytest.fixture
def items(client, gram):
    """Five items: code -> id."""
    made = {}
    for code in "ABCDE":
        answer = client.post("items", {"code": code, "name": f"Item {code}", "base_unit_id": gram})
        assert answer.status_code == 201, answer.text
        made[code] = answer.json["id"]
    return made


@pytest.mark.parametrize("sort", ["code", "-code", "category,-code", "-category,name", "barcode", "-created_at", ""])
def test_neighbours_are_those_of_the_list(kernel, tenant, items, sort):
    with kernel.unit(tenant.id, readonly=True) as ctx:
        shape = ctx.shape(ctx.registry.resources["inventory.item"])
        request = ListRequest(sort=sort, search="Item")
        order = [row["id"] for row in read_page(ctx, shape, request).items]
        for index, record_id in enumerate(order):
            found = read_neighbours(ctx, shape, request, record_id)
            assert found.previous == (order[index - 1] if index else None)
            assert found.next == (order[index + 1] if index + 1 < len(order) else None)
            assert (found.place, found.total) == (index + 1, 5)


def test_empty_values_have_their_place_from_both_ends(kernel, tenant, client, items):
    for code in ("B", "D"):
        version = client.get(f"items/{items[code]}").json["version"]
        assert client.patch(f"items/{items[code]}", {"barcode": f"40{code}"}, version=version).status_code == 200
    with kernel.unit(tenant.id, readonly=True) as ctx:
        shape = ctx.shape(ctx.registry.resources["inventory.item"])
        for sort in ("barcode,code", "-barcode,-code"):
            request = ListRequest(sort=sort)
            order = [row["id"] for row in read_page(ctx, shape, request).items]
            walked = [order[-1]]
            while (before := read_neighbours(ctx, shape, request, walked[-1]).previous) is not None:
                walked.append(before)
            assert walked == order[::-1]


def test_a_list_is_narrowed_by_its_lines(kernel, tenant, client, items, gram):
    location = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]

    def receive(*codes):
        lines = [{"item_id": items[code], "quantity": "1", "unit_id": gram, "unit_cost": "1"} for code in codes]
        return client.post("receipts", {"location_id": location, "lines": lines}).json["id"]

    both, only_b = receive("A", "B"), receive("B")
    found = client.get(f"receipts?lines.item_id={items['B']}&sort=id").json["items"]
    assert [row["id"] for row in found] == [both, only_b]
    assert [row["id"] for row in client.get(f"receipts?lines.item={items['A']}").json["items"]] == [both]
    assert client.get(f"receipts?lines.item_id={items['C']}").json["items"] == []
    assert client.get("receipts?lines.nothing=1").status_code == 422
    assert client.get("receipts?nothing.item_id=1").status_code == 422
    assert client.get("receipts?lines.item_id__contains=1").status_code == 422


def test_lines_that_may_not_be_seen_cannot_be_asked_for(kernel, tenant, items):
    with kernel.unit(tenant.id, readonly=True) as ctx:
        shape = ctx.shape(ctx.registry.resources["inventory.receipt"]).without_sensitive
        with pytest.raises(Invalid):
            read_page(ctx, shape, ListRequest({"lines.unit_cost__gte": ["1"]}))
