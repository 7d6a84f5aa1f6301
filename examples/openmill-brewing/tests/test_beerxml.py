"""What the parser understands, what it names as a fault, and what it refuses."""

from decimal import Decimal
from pathlib import Path

import pytest

from openmill_brewing.beerxml import Collection, Unreadable, decode, read

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> Collection:
    return read(decode((FIXTURES / name).read_bytes()))


def hop(tags: str) -> Collection:
    return read(f"<HOPS><HOP><NAME>Perle</NAME>{tags}</HOP></HOPS>")


def test_a_recipe_is_read_with_stages_units_and_facts() -> None:
    collection = fixture("harvest.xml")
    (brew,) = collection.brews
    assert collection.faults == []
    assert (brew.name, brew.litres, brew.notes) == ("Harvest & Hearth", Decimal("20.000000"), 'Stir "gently".')
    assert (brew.style, brew.boil_minutes, brew.efficiency) == ("Brown Ale", Decimal(75), Decimal("72.5"))
    assert (brew.original_gravity, brew.final_gravity) == (Decimal("1.052"), None)
    assert [(line.name, line.amount, line.unit, line.stage) for line in brew.lines] == [
        ("Mild Malt", Decimal("4.25"), "kg", "mash"),
        ("Treacle", Decimal("0.2"), "kg", "boil"),
        ("Blossom Honey", Decimal("0.15"), "kg", "ferment"),
        ("Challenger", Decimal("0.03"), "kg", "boil"),
        ("Challenger", Decimal("0.02"), "kg", "ferment"),
        ("Epsom Salt", Decimal("0.004"), "kg", "mash"),
        ("Vanilla Essence", Decimal("0.05"), "l", "package"),
        ("House Ale", Decimal("0.0115"), "kg", "ferment"),
    ]


def test_missing_values_are_left_out_and_dashes_are_missing() -> None:
    (brew,) = fixture("harvest.xml").brews
    assert brew.lines[1].facts == {"colour": Decimal(100), "extract_yield": Decimal(65)}
    assert brew.lines[3].facts == {"alpha_acid": Decimal("7.2"), "form": "leaf", "hop_use": "both"}


def test_a_line_without_an_amount_is_left_out_and_named() -> None:
    (notice,) = fixture("harvest.xml").notices
    assert (notice.record, notice.tag) == ('recipe 1 "Harvest & Hearth", misc 3 "Cinnamon"', "AMOUNT")


def test_every_fault_is_named_with_its_record_and_tag() -> None:
    faults = [(fault.record, fault.tag) for fault in fixture("faulty.xml").faults]
    lager = 'recipe 1 "Fog Lager"'
    assert faults == [
        (lager, "BATCH_SIZE"),
        (f'{lager}, hop 1 "Perle"', "AMOUNT"),
        (f'{lager}, hop 1 "Perle"', "ALPHA"),
        (f"{lager}, hop 2", "NAME"),
        (f"{lager}, hop 2", "AMOUNT"),
        (f'{lager}, misc 1 "Irish Moss"', "AMOUNT_IS_WEIGHT"),
        (f'{lager}, misc 1 "Irish Moss"', "AMOUNT"),
        ('recipe 2, fermentable 1 "Pilsner"', "YIELD"),
        ("recipe 2", "NAME"),
    ]
    assert fixture("faulty.xml").brews == []


def test_a_recipe_of_nothing_is_a_fault() -> None:
    faults = read("<RECIPES><RECIPE><NAME>Air</NAME><BATCH_SIZE>20</BATCH_SIZE></RECIPE></RECIPES>").faults
    assert [(fault.record, fault.tag) for fault in faults] == [('recipe 1 "Air"', "FERMENTABLES")]


NO_NUMBERS = ["NaN", "Infinity", "1e3", "1E999999999", "0x10", "١٢", "1 000", "--1", "5,5", "9" * 400]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_only_plain_numbers_are_numbers(number: str) -> None:
    (fault,) = hop(f"<ALPHA>{number}</ALPHA>").faults
    assert fault.tag == "ALPHA"
    assert len(fault.message) < 120


NUMBERS = [("5.5", "5.5"), (" 5.5 % ", "5.5"), (".5", "0.5"), ("5.", "5"), ("4.00005", "4.0001")]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers_are_read_with_unit_and_rounded_half_up(text: str, value: str) -> None:
    (perle,) = hop(f"<ALPHA>{text}</ALPHA>").ingredients
    assert perle.facts["alpha_acid"] == Decimal(value)


def test_an_unknown_word_is_noticed_and_read_as_usual() -> None:
    collection = hop("<USE>Hopstand</USE>")
    assert [(notice.record, notice.tag) for notice in collection.notices] == [('hop 1 "Perle"', "USE")]
    assert collection.ingredients[0].stage == "boil"
    assert collection.faults == []


def test_yeasts_of_two_laboratories_differ_and_harvests_of_a_hop_do_not() -> None:
    yeast = "<YEAST><NAME>Irish Ale</NAME><LABORATORY>{}</LABORATORY></YEAST>"
    north, south = read(f"<YEASTS>{yeast.format('North')}{yeast.format('South')}</YEASTS>").ingredients
    assert north.identity != south.identity
    first, second = (hop(f"<ALPHA>{alpha}</ALPHA>").ingredients[0] for alpha in (4, 5))
    assert first.identity == second.identity


def test_record_sets_in_a_row_are_all_read() -> None:
    collection = read("<?xml version='1.0'?>\n<HOPS><HOP><NAME>Perle</NAME></HOP></HOPS><MISCS/><STYLES/>")
    assert [ingredient.name for ingredient in collection.ingredients] == ["Perle"]
    assert [notice.tag for notice in collection.notices] == ["STYLES"]


@pytest.mark.parametrize(
    "content",
    [
        "<HOPS><HOP><NAME>Spalt Süß</NAME></HOP></HOPS>".encode(),
        "\ufeff<HOPS><HOP><NAME>Spalt Süß</NAME></HOP></HOPS>".encode(),
        "<HOPS><HOP><NAME>Spalt Süß</NAME></HOP></HOPS>".encode("utf-16"),
        "<HOPS><HOP><NAME>Spalt Süß</NAME></HOP></HOPS>".encode("latin-1"),
        "<?xml version='1.0' encoding='ISO-8859-1'?><HOPS><HOP><NAME>Spalt Süß</NAME></HOP></HOPS>".encode("latin-1"),
        b"<HOPS><HOP><NAME>Spalt S&uuml;&szlig;</NAME></HOP></HOPS>",
        b"<HOPS><HOP><NAME>Spalt S&#252;&#xdf;</NAME></HOP></HOPS>",
    ],
)
def test_letters_survive_encodings_and_html_entities(content: bytes) -> None:
    (spalt,) = read(decode(content)).ingredients
    assert spalt.name == "Spalt Süß"


def test_a_bare_ampersand_and_escaped_markup_stay_text() -> None:
    (salt,) = read("<MISCS><MISC><NAME>Salt & pepper &LT;b&GT; &lt;i> &nosuch;</NAME></MISC></MISCS>").ingredients
    assert salt.name == "Salt & pepper <b> <i> &nosuch;"


BOMB = (
    '<!DOCTYPE HOPS [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><HOPS><HOP><NAME>&c;</NAME></HOP></HOPS>'
)
OUTSIDE = '<!DOCTYPE HOPS [<!ENTITY a SYSTEM "file:///etc/hostname">]><HOPS><HOP><NAME>&a;</NAME></HOP></HOPS>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "BEERXML_FORBIDDEN_MARKUP"),
        (OUTSIDE, "BEERXML_FORBIDDEN_MARKUP"),
        (f"<HOPS/>{BOMB}", "BEERXML_MALFORMED"),
        ("<HOPS>" * 20_000 + "</HOPS>" * 20_000, "BEERXML_TOO_DEEP"),
        (f"<HOPS>{'<HOP/>' * 300_000}</HOPS>", "BEERXML_TOO_LARGE"),
        (f"<HOPS>{'<HOP/>' * 10_001}</HOPS>", "BEERXML_TOO_LARGE"),
        ("x" * 10_000_000, "BEERXML_TOO_LARGE"),
        ('{"recipes": []}', "BEERXML_MALFORMED"),
        ("", "BEERXML_MALFORMED"),
        ("<HOPS>\0</HOPS>", "BEERXML_MALFORMED"),
        ("<HOPS>\ud800</HOPS>", "BEERXML_ENCODING"),
        ("<HOPS><HOP></HOPS>", "BEERXML_MALFORMED"),
        ("<html><body/></html>", "BEERXML_UNKNOWN_ROOT"),
    ],
)
def test_hostile_and_broken_files_are_refused_with_a_code(content: str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert refusal.value.code == code
    assert len(refusal.value.detail) < 200


NO_TEXT = [bytes(range(256)), b"<?xml version='1.0' encoding='zlib'?><HOPS/>", b"\xff\xfe\x00"]


@pytest.mark.parametrize("content", NO_TEXT)
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        decode(content)
    assert refusal.value.code == "BEERXML_ENCODING"


def test_the_line_of_a_syntax_error_is_that_of_the_file() -> None:
    with pytest.raises(Unreadable, match="at line 3, "):
        read("<?xml version='1.0'?>\n<HOPS>\n<HOP></HOPS>")
