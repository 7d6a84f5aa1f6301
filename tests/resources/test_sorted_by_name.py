"""A reference stands in the order of what people read there: the name of its record, never the number of its row."""

import pytest

from core.resources.boards import read_columns
from core.resources.reading import ListRequest, read_neighbours, read_page
from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant
from tests.resources.conftest import one

RULE = "inventory.assigned_locations"


class Shelf:
    """A candle maker's wares, whose categories were written down in the order in which they came to mind."""

    def __init__(self, client):
        self.client = client
        gram = one(client, "admin/uom?code=g")["id"]
        self.categories = {
            name: client.post("items/categories", {"name": name}).get_json()["id"]
            for name in ("Waxes", "Oils", "Butters")
        }
        wares = (("SOY", "Waxes"), ("COCO", "Oils"), ("NEW", None), ("SHEA", "Butters"), ("BEE", "Waxes"),
                 ("ODD", None), ("OLIVE", "Oils"))  # fmt: skip
        self.ids = {}
        for code, category in wares:
            body = {"code": code, "name": code.title(), "base_unit_id": gram,
                    "category_id": self.categories.get(category)}  # fmt: skip
            answer = client.post("items", body)
            assert answer.status_code == 201, answer.text
            self.ids[code] = answer.get_json()["id"]

    def codes(self, query):
        answer = self.client.get(f"items?{query}")
        assert answer.status_code == 200, answer.text
        return [row["code"] for row in answer.get_json()["items"]]

    def walk(self, query):
        found, after = [], ""
        for _ in range(20):
            body = self.client.get(f"items?{query}&page_size=2&after={after}").get_json()
            found += [row["code"] for row in body["items"]]
            after = body["next"]
            if not after:
                return found
        raise AssertionError("the pages have no end")


@pytest.fixture(scope="module")
def shelf(kernel, app):
    return Shelf(ApiClient(app, make_member(kernel, make_tenant(kernel), is_owner=True)))


ORDERS = {
    "sort=category_id": "SHEA COCO OLIVE SOY BEE NEW ODD",
    "sort=-category_id": "BEE SOY OLIVE COCO SHEA ODD NEW",
    "sort=category,code": "SHEA COCO OLIVE BEE SOY NEW ODD",
    "sort=-category,code": "BEE SOY COCO OLIVE SHEA NEW ODD",
    "sort=base_unit,category,-code": "SHEA OLIVE COCO SOY BEE ODD NEW",
}


@pytest.mark.parametrize("query", ORDERS)
def test_items_stand_category_by_category_in_the_order_of_the_names(shelf, query):
    wanted = ORDERS[query].split()
    assert shelf.codes(query) == wanted
    assert shelf.walk(query) == wanted
    assert [code for page in (1, 2, 3, 4) for code in shelf.codes(f"{query}&page={page}&page_size=2")] == wanted


def test_only_the_fields_asked_for_are_answered(shelf):
    rows = shelf.client.get("items?sort=category&fields=code&page_size=3").get_json()["items"]
    assert [sorted(row) for row in rows] == [["code", "id"]] * 3


def test_pages_hold_what_comes_behind_although_something_was_put_before(app, kernel, tenant):
    shelf = Shelf(ApiClient(app, make_member(kernel, tenant, is_owner=True)))
    first = shelf.client.get("items?sort=category,code&page_size=3").get_json()
    assert [row["code"] for row in first["items"]] == ["SHEA", "COCO", "OLIVE"]
    gram = one(shelf.client, "admin/uom?code=g")["id"]
    body = {"code": "CACAO", "name": "Cacao", "base_unit_id": gram, "category_id": shelf.categories["Butters"]}
    assert shelf.client.post("items", body).status_code == 201
    second = shelf.client.get(f"items?sort=category,code&page_size=10&after={first['next']}").get_json()
    assert [row["code"] for row in second["items"]] == ["BEE", "SOY", "NEW", "ODD"]


def test_the_label_that_starts_with_a_code_is_the_order_of_the_codes(shelf):
    place = one(shelf.client, "admin/locations?page_size=1")["id"]
    for code in ("SOY", "COCO", "BEE"):
        line = {"item_id": shelf.ids[code], "quantity": "1000", "unit_cost": "0.01"}
        receipt = shelf.client.post("receipts", {"location_id": place, "lines": [line]})
        assert receipt.status_code == 201, receipt.text
        assert shelf.client.post(f"receipts/{receipt.get_json()['id']}/post", {}).status_code == 200
    labels = [row["item_label"] for row in shelf.client.get("stock?sort=item_id").get_json()["items"]]
    assert labels == ["BEE Bee", "COCO Coco", "SOY Soy"]
    # It is how the list of stock stands unasked, and lots stand by their numbers.
    assert [row["item_label"] for row in shelf.client.get("stock").get_json()["items"]] == labels
    lots = [row["lot_label"] for row in shelf.client.get("stock?sort=-lot").get_json()["items"]]
    assert lots == sorted(lots, reverse=True) and None not in lots


def test_groups_stand_by_name_where_that_is_asked_for(shelf):
    answer = shelf.client.get("items?group_by=category_id&sort=category").get_json()["groups"]
    assert [(row["category_label"], row["count"]) for row in answer] == [
        ("Butters", 1), ("Oils", 2), ("Waxes", 2), (None, 2)
    ]  # fmt: skip
    turned = shelf.client.get("items?group_by=category_id,kind&sort=-category_id").get_json()["groups"]
    assert [row["category_label"] for row in turned] == ["Waxes", "Oils", "Butters", None]


def test_the_next_record_is_the_next_one_of_the_list(kernel, shelf):
    tenant_id = shelf.client.member.actor.tenant_id
    for text in ("category,code", "-category_id"):
        with kernel.unit(tenant_id, readonly=True) as ctx:
            shape = ctx.shape(ctx.registry.resources["inventory.item"])
            request = ListRequest(sort=text)
            order = [row["id"] for row in read_page(ctx, shape, request).items]
            for place, record_id in enumerate(order, 1):
                found = read_neighbours(ctx, shape, request, record_id)
                assert found.place == place
                assert [found.previous, found.next] == [*([None, *order, None][n] for n in (place - 1, place + 1))]


def test_the_cards_of_a_board_stand_in_the_order_of_the_list(transfers):
    with transfers.kernel.unit(transfers.tenant.id, readonly=True) as ctx:
        shape = ctx.shape(ctx.registry.resources["inventory.transfer"])
        request = ListRequest(sort="-to_location", fields=("to_location_id",))
        rows = read_columns(ctx, shape, request, shape.fields["state"], ["draft", "requested"], 2)
        known = {number: code for code, number in transfers.places.items()}
        # Two and one more, which says that there are others.
        assert [known[row["to_location_id"]] for row in rows] == ["ZOO", "MARKET", "BARN"]


def test_groups_cannot_be_sorted_by_what_there_is_not(shelf):
    answer = shelf.client.get("items?group_by=kind&sort=colour_of_the_moon")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["sort"])


def test_the_document_says_how_references_are_sorted(shelf):
    paths = shelf.client.get("openapi.json").get_json()["paths"]

    def said(path):
        return next(item for item in paths[path]["get"]["parameters"] if item["name"] == "sort")["description"]

    assert "what its record is called" in said("/api/v1/items") and "ids" not in said("/api/v1/items")


class Transfers:
    """Candles went from the workshop to four places; a clerk is assigned to two of them."""

    def __init__(self, app, kernel, tenant, client):
        self.places = {}
        for code in ("WORKSHOP", "ZOO", "ATTIC", "MARKET", "BARN"):
            self.places[code] = client.post("admin/locations", {"code": code, "name": code.title()}).get_json()["id"]
        gram = one(client, "admin/uom?code=g")["id"]
        item = client.post("items", {"code": "CANDLE", "name": "Candle", "base_unit_id": gram}).get_json()["id"]
        for code in ("ZOO", "ATTIC", "MARKET", "BARN"):
            body = {"from_location_id": self.places["WORKSHOP"], "to_location_id": self.places[code],
                    "lines": [{"item_id": item, "quantity": "5"}]}  # fmt: skip
            answer = client.post("transfers", body)
            assert answer.status_code == 201, answer.text
        self.app, self.kernel, self.tenant, self.owner = app, kernel, tenant, client

    def clerk(self, *allow):
        member = make_member(self.kernel, self.tenant, allow, rules=[RULE])
        for code in ("WORKSHOP", "ZOO", "BARN"):
            path = f"admin/locations/{self.places[code]}/assign"
            assert self.owner.post(path, {"member_id": member.actor.member_id}).status_code == 200
        return ApiClient(self.app, member)

    def order(self, client, query):
        known = {number: code for code, number in self.places.items()}
        rows = client.get(f"transfers?{query}").get_json()["items"]
        return [known[row["to_location_id"]] for row in rows]


@pytest.fixture
def transfers(app, kernel, tenant, client):
    return Transfers(app, kernel, tenant, client)


def test_no_order_tells_what_a_place_beyond_reach_is_called(transfers):
    clerk = transfers.clerk("inventory.transfer.read", "inventory.location.read")
    assert transfers.order(transfers.owner, "sort=to_location") == ["ATTIC", "BARN", "MARKET", "ZOO"]
    # The places that the clerk may see by their names, the others in the order in which they were written.
    assert transfers.order(clerk, "sort=to_location") == ["BARN", "ZOO", "ATTIC", "MARKET"]
    assert transfers.order(clerk, "sort=-to_location") == ["ZOO", "BARN", "MARKET", "ATTIC"]
    found, after = [], ""
    while True:
        body = clerk.get(f"transfers?sort=to_location&page_size=1&after={after}&number__isnull=false").get_json()
        found += [row["to_location_id"] for row in body["items"]]
        if not (after := body["next"]):
            break
    assert found == [transfers.places[code] for code in ("BARN", "ZOO", "ATTIC", "MARKET")]
    groups = clerk.get("transfers?group_by=to_location_id&sort=to_location_id").get_json()["groups"]
    assert [row["to_location_id"] for row in groups] == found


def test_two_readers_do_not_share_an_order(transfers):
    """What was prepared for one reader's rules is asked anew with the next one's."""
    clerk = transfers.clerk("inventory.transfer.read", "inventory.location.read")
    other = transfers.clerk("inventory.transfer.read", "inventory.location.read")
    path = f"admin/locations/{transfers.places['ATTIC']}/assign"
    members = transfers.owner.get("members?sort=-id&page_size=1").get_json()["items"]
    assert transfers.owner.post(path, {"member_id": members[0]["id"]}).status_code == 200
    assert transfers.order(clerk, "sort=to_location") == ["BARN", "ZOO", "ATTIC", "MARKET"]
    assert transfers.order(other, "sort=to_location") == ["ATTIC", "BARN", "ZOO", "MARKET"]


def test_whoever_may_not_read_places_gets_them_by_their_ids(transfers):
    clerk = transfers.clerk("inventory.transfer.read")
    assert transfers.order(clerk, "sort=to_location") == ["ZOO", "ATTIC", "MARKET", "BARN"]
    paths = clerk.get("openapi.json").get_json()["paths"]
    [said] = [item["description"] for item in paths["/api/v1/transfers"]["get"]["parameters"] if item["name"] == "sort"]
    assert "By their ids: from_location_id, to_location_id" in said


def test_lots_beyond_reach_have_no_place_in_an_order_by_lot(transfers):
    """Candles lie in three places; what the lot of the attic is called decides nothing for the clerk."""
    owner, places = transfers.owner, transfers.places
    item = one(owner, "items?code=CANDLE")["id"]
    for place, number in (("ZOO", "L-3"), ("ATTIC", "L-1"), ("BARN", "L-2")):
        line = {"item_id": item, "quantity": "10", "unit_cost": "1", "lot_number": number}
        receipt = owner.post("receipts", {"location_id": places[place], "lines": [line]}).get_json()
        assert owner.post(f"receipts/{receipt['id']}/post", {}).status_code == 200
    clerk = transfers.clerk("inventory.stock.read", "inventory.move.read", "inventory.lot.read", "inventory.item.read")
    for path in ("stock", "admin/inventory-transactions"):
        for text, wanted in (("lot", ["L-2", "L-3"]), ("-lot_id", ["L-3", "L-2"])):
            rows, after = [], ""
            while True:
                body = clerk.get(f"{path}?sort={text}&lot__isnull=false&page_size=1&after={after}").get_json()
                rows += [row["lot_label"] for row in body["items"]]
                if not (after := body["next"]):
                    break
            assert rows == wanted, (path, text)
    assert [row["lot_label"] for row in clerk.get("stock?sort=item,lot").get_json()["items"]] == ["L-2", "L-3"]
