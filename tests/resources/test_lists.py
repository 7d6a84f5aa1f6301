"""Lists: what may be asked, what is answered, and in which order."""

import pytest

from tests.resources.conftest import GOODS

ALL = [row[0] for row in GOODS]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("code=H-01", "H-01"),
        ("code__ne=H-01", "B-01 B-02 H-02 L-01 Y-01"),
        ("code__in=H-01,Y-01,none", "H-01 Y-01"),
        ("name__contains=HOPS", "H-01 H-02"),
        ("name__contains=100%25", "H-02"),
        ("name__contains=l_r", "L-01"),
        ("name__contains=%5C", ""),
        ("name__startswith=b", "B-01 B-02"),
        ("kind=packaging", "B-02 L-01"),
        ("kind__in=packaging,consumable", "B-02 L-01 Y-01"),
        ("kind__ne=raw", "B-02 L-01 Y-01"),
        ("is_active=false", "H-02 Y-01"),
        ("is_active=yes", "B-01 B-02 H-01 L-01"),
        ("reorder_point=12.500000", "B-01"),
        ("reorder_point__gt=12.5", "B-02 L-01"),
        ("reorder_point__gte=12.5", "B-01 B-02 L-01"),
        ("reorder_point__lt=0.000002", "H-01"),
        ("reorder_point__lte=999999999999.999999", "B-01 B-02 H-01 L-01"),
        ("reorder_point__isnull=true", "H-02 Y-01"),
        ("reorder_point__ne=1000", "B-01 H-01 H-02 L-01 Y-01"),
        ("shelf_life_days__gte=365", "B-01 H-01 H-02"),
        ("shelf_life_days__in=30,365", "B-01 Y-01"),
        ("shelf_life_days__gt=0", "B-01 H-01 H-02 Y-01"),
        ("shelf_life_days__lt=40000", "B-01 H-01 H-02 Y-01"),
        ("shelf_life_days__isnull=no", "B-01 H-01 H-02 Y-01"),
        ("description__isnull=true&code__lt=B", None),
        ("category__isnull=true", "B-01 B-02 H-01 H-02 L-01 Y-01"),
        ("category_id__in=1,2", ""),
        ("brewing.alpha_acid__gt=3.2", "H-01"),
        ("brewing.alpha_acid__isnull=false", "H-01 H-02"),
        ("x_opened=2026-01-31", "B-01 H-02"),
        ("x_opened__lt=2026-01-01", "H-01 Y-01"),
        ("x_opened__isnull=true", "B-02 L-01"),
        ("x_grade=fine", "B-01 H-02"),
        ("x_grade__ne=fine", "B-02 H-01 L-01 Y-01"),
        ("x_share__gt=0.1", "H-01 L-01"),
        ("x_share=123456789012.123456", "L-01"),
        ("x_share__lt=0", "H-02"),
        ("x_boxes__gte=5000000000", "B-01"),
        ("x_boxes__in=7,-3", "H-01 H-02 Y-01"),
        ("x_organic=true", "B-01 L-01"),
        ("x_organic__isnull=true", "B-02 H-02"),
        ("search=hops", "H-01 H-02"),
        ("search=hops+saaz", "H-02"),
        ("search=h-0+%25", "H-02"),
        ("created_at__gt=2000-01-01T00:00:00Z&kind=raw&code__ne=B-01", "H-01 H-02"),
        ("created_at__lt=2000-01-01T00:00:00%2B05:30", ""),
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_names_and_nothing_else(pantry, query, codes):
    if codes is None:
        answer = pantry.client.get(f"items?{query}")
        assert (answer.status_code, answer.get_json()["errors"].keys()) == (422, {"code__lt"})
        return
    assert pantry.codes(query) == codes.split()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("nothing=1", "nothing"),
        ("tenant_id=1", "tenant_id"),
        ("custom=1", "custom"),
        ("code;DROP=1", "code;DROP"),
        ("code__regex=.*", "code__regex"),
        ("is_active__gt=true", "is_active__gt"),
        ("attributes=1", "attributes"),
        ("kind=unheard-of", "kind"),
        ("reorder_point=NaN", "reorder_point"),
        ("reorder_point__gt=1e5", "reorder_point__gt"),
        ("reorder_point=0.0000001", "reorder_point"),
        ("shelf_life_days=1.5", "shelf_life_days"),
        ("shelf_life_days=9007199254740993", "shelf_life_days"),
        ("created_at__gt=2026-01-01T00:00:00", "created_at__gt"),
        ("created_at__gt=lately", "created_at__gt"),
        ("x_opened=2026-02-30", "x_opened"),
        ("x_boxes=many", "x_boxes"),
        ("category_id=-1", "category_id"),
        ("category_id=abc", "category_id"),
        ("is_active=maybe", "is_active"),
        ("name__contains=%00", "name__contains"),
        ("search=%00", "search"),
        ("sort=nothing", "sort"),
        ("sort=attributes", "sort"),
        ("sort=name;--", "sort"),
        ("sort=code,name,kind,barcode,costing,created_at,updated_at,version,brand", "sort"),
        ("fields=secret", "fields"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1e3", "page"),
        ("page=202", "page"),
        ("page=1000000000000000000000000000000", "page"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=1000000000", "page_size"),
        ("count=guess", "count"),
        ("group_by=nothing", "group_by"),
        ("group_by=attributes", "group_by"),
        ("group_by=kind&sum=name", "sum"),
        ("group_by=kind&sum=category_id", "sum"),
        ("group_by=reorder_point&sum=reorder_point", "sum"),
        ("code__in=" + ",".join(map(str, range(501))), "code__in"),
        ("name__contains=" + "a" * 201, "name__contains"),
        ("&".join(f"code__ne={n}" for n in range(101)), "filters"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(pantry, query, field):
    answer = pantry.client.get(f"items?{query}" + ("&page_size=50" if field == "page" else ""))
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("sort", "codes"),
    [
        ("", "B-01 B-02 H-01 H-02 L-01 Y-01"),
        ("-code", "Y-01 L-01 H-02 H-01 B-02 B-01"),
        ("reorder_point", "H-01 B-01 B-02 L-01 H-02 Y-01"),
        ("-reorder_point", "L-01 B-02 B-01 H-01 Y-01 H-02"),
        ("kind,-code", "Y-01 L-01 B-02 H-02 H-01 B-01"),
        ("-is_active,code", "B-01 B-02 H-01 L-01 H-02 Y-01"),
        ("shelf_life_days,-name", "Y-01 B-01 H-02 H-01 L-01 B-02"),
        ("brewing.alpha_acid", "H-02 H-01 B-01 B-02 L-01 Y-01"),
        ("-x_share,code", "L-01 H-01 B-01 H-02 B-02 Y-01"),
        ("x_opened,code", "Y-01 H-01 B-01 H-02 B-02 L-01"),
        ("-x_boxes,-code", "B-01 Y-01 H-01 H-02 L-01 B-02"),
        ("code,code,-code", "B-01 B-02 H-01 H-02 L-01 Y-01"),
    ],
)  # fmt: skip
def test_an_order_is_total_and_puts_what_is_empty_last(pantry, sort, codes):
    assert pantry.codes(f"sort={sort}") == codes.split()
    assert pantry.walk(f"sort={sort}&page_size=1") == codes.split()
    assert pantry.walk(f"sort={sort}&page_size=4&fields=code") == codes.split()


def test_a_search_is_blind_to_the_case_of_every_letter_that_the_database_folds(client, gram, kernel):
    """ASCII everywhere; PostgreSQL folds others too, and İ, whose lower case is ASCII. The sign of Kelvin is a K."""
    names = {"O-1": "ÖL aus İzmir", "O-2": "Olive OIL", "O-3": "Lamp of 3000 \u212a"}
    for code, name in names.items():
        body = {"code": code, "name": name, "kind": "raw", "base_unit_id": gram}
        assert client.post("items", body).status_code == 201
    folds = kernel.engine.dialect.name == "postgresql"

    def found(word):
        return [row["code"] for row in client.get("items", query_string={"search": word, "sort": "code"}).json["items"]]

    assert found("oil") == found("OLIVE") == ["O-2"]
    assert found("LAMP OF") == found("lamp") == ["O-3"]
    assert found("ÖL") == found("aUS") == ["O-1"]
    assert found("öl") == found("izmir") == (["O-1"] if folds else [])
    assert found("3000 k") == found("3000 \u212a") == ["O-3"]


def test_fields_narrow_the_answer(pantry):
    rows = pantry.client.get("items?fields=name,category,brewing.alpha_acid,x_share&sort=-created_at").get_json()
    assert set(rows["items"][0]) == {"id", "name", "category_id", "category_label", "brewing.alpha_acid", "x_share"}
    full = pantry.client.get("items").get_json()["items"][0]
    assert full == {**full, "base_unit_label": "g", "reorder_point": "12.500000", "x_share": "0.1"}


def test_pages_count_to_the_end(pantry):
    def page(number):
        return pantry.client.get(f"items?page_size=4&page={number}").get_json()

    first, second, third = page(1), page(2), page(3)
    assert [item["code"] for item in first["items"] + second["items"]] == ALL
    assert third["items"] == []
    assert [(body["total"], body["total_is_exact"], body["pages"]) for body in (first, second, third)] == [
        (6, True, 2)
    ] * 3
    assert (first["next"] is None, second["next"], third["next"]) == (False, None, None)


def test_nothing_is_counted_where_nobody_asks(pantry):
    body = pantry.client.get("items?page_size=2&count=none").get_json()
    assert (body["total"], body["total_is_exact"], len(body["items"])) == (2, False, 2)


def test_a_large_total_is_counted_to_the_limit_or_exactly(client, gram):
    rows = [{"code": f"N{n:04}", "name": "Nail", "base_unit_id": gram} for n in range(1002)]
    for start in (0, 501):
        assert client.post("items", rows[start : start + 501]).status_code == 201
    capped = client.get("items?page_size=1").get_json()
    assert (capped["total"], capped["total_is_exact"]) == (1000, False)
    exact = client.get("items?page_size=1&count=exact").get_json()
    assert (exact["total"], exact["total_is_exact"], exact["pages"]) == (1002, True, 1002)
    deep = client.get("items?page_size=200&page=6").get_json()
    assert (deep["total"], deep["total_is_exact"], len(deep["items"])) == (1002, True, 2)


@pytest.mark.parametrize(
    "cursor", ["abc", "W10", "WzFd", "W251bGwsIG51bGxd", "!!!", "e30", "WyJhIiwgImIiLCAiYyJd", "é"]
)
def test_a_cursor_of_another_list_is_refused(pantry, cursor):
    answer = pantry.client.get("items", query_string={"sort": "created_at", "after": cursor})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "BAD_CURSOR")


@pytest.mark.parametrize(
    "sort", ["name", "-name", "reorder_point", "-reorder_point", "-x_opened", "brewing.alpha_acid"]
)
def test_a_cursor_keeps_its_place_while_others_write(client, gram, sort):
    """Nothing that stayed is told twice or left out, whatever comes and goes meanwhile."""
    define = {"resource": "inventory.item", "name": "x_opened", "label": "Opened", "kind": "date"}
    assert client.post("custom-fields", define).status_code == 201
    rows = [
        {"code": f"S{n}", "name": f"Name {n % 4}", "base_unit_id": gram, "reorder_point": str(n % 3) if n % 4 else None,
         "x_opened": f"2026-01-0{1 + n % 5}" if n % 2 else None, "brewing.alpha_acid": str(n % 3) if n % 3 else None}
        for n in range(12)
    ]  # fmt: skip
    assert client.post("items", rows).status_code == 201
    gone = []

    def between(page):
        spare = {"code": f"X{page}", "name": f"Name {page}", "base_unit_id": gram, "reorder_point": str(page)}
        assert client.post("items", spare).status_code == 201
        if page < 2:
            victim = client.get(f"items?code=S{page * 5}").get_json()["items"][0]
            assert client.delete(f"items/{victim['id']}", version=1).status_code == 204
            gone.append(victim["code"])

    told, after = [], None
    for page in range(20):
        body = client.get("items", query_string={"sort": sort, "page_size": 3, **({"after": after} if after else {})})
        told += [item["code"] for item in body.get_json()["items"]]
        after = body.get_json()["next"]
        if after is None:
            break
        between(page)
    stayed = [f"S{n}" for n in range(12) if f"S{n}" not in gone]
    assert len(told) == len(set(told))
    assert set(stayed) <= set(told)


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ("group_by=kind", [("raw", 3), ("packaging", 2), ("consumable", 1)]),
        ("group_by=kind&is_active=true", [("packaging", 2), ("raw", 2)]),
        ("group_by=kind&brewing.alpha_acid__gt=1", [("raw", 2)]),
        ("group_by=x_grade&x_grade__isnull=false", [("coarse", 2), ("fine", 2)]),
        ("group_by=x_organic&x_organic__isnull=false", [(False, 2), (True, 2)]),
        ("group_by=brewing.alpha_acid&search=hops", [("3.2000", 1), ("4.5000", 1)]),
        ("group_by=x_boxes&x_boxes__isnull=false", [(7, 2), (-3, 1), (5_000_000_000, 1)]),
        ("group_by=x_share&x_share__lt=1", [("-2.000000", 1), ("0.100000", 1), ("0.200000", 1)]),
    ],
)  # fmt: skip
def test_groups_count_what_the_list_shows(pantry, query, groups):
    found = pantry.client.get(f"items?{query}").get_json()["groups"]
    name = query.split("=")[1].split("&")[0]
    assert [(group[name], group["count"]) for group in found] == groups


def test_groups_add_up_exactly(pantry):
    query = "items?group_by=kind&sum=reorder_point,x_share,x_boxes,reorder_point"
    found = {group["kind"]: group for group in pantry.client.get(query).get_json()["groups"]}
    assert found["packaging"]["reorder_point"] == "1000000000999.999999"
    assert found["packaging"]["x_share"] == "123456789012.123456"
    assert (found["raw"]["x_share"], found["raw"]["x_boxes"]) == ("-1.700000", 5_000_000_004)
    assert found["consumable"]["reorder_point"] is None


def test_groups_by_a_reference_are_labelled(pantry):
    found = pantry.client.get("items?group_by=base_unit").get_json()["groups"]
    assert found == [{"base_unit_id": pantry.gram, "base_unit_label": "g", "count": 6}]
