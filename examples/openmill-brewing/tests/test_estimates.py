"""The formulas against numbers worked out by hand."""

from decimal import Decimal

from openmill_brewing.estimates import Grist, HopAddition, bitterness, colour, ebc, original_gravity


def grist(kilograms: str, *, extract_yield: str = "80", lovibond: str = "3", mashed: bool = True) -> Grist:
    return Grist(
        kilograms=Decimal(kilograms), extract_yield=Decimal(extract_yield), colour=Decimal(lovibond), mashed=mashed
    )


def test_efficiency_touches_what_is_mashed_only() -> None:
    # A pound of sugar in a gallon: 46.214 points; half of that from a mash at 50 %.
    pound, gallon = "0.45359237", Decimal("3.785411784")
    sugar, malt = (grist(pound, extract_yield="100", mashed=mashed) for mashed in (False, True))
    assert original_gravity([sugar], gallon, Decimal(50)) == Decimal("1.046")
    assert original_gravity([malt], gallon, Decimal(50)) == Decimal("1.023")
    assert original_gravity([], gallon, Decimal(50)) == Decimal("1.000")


def test_bitterness_by_tinseth() -> None:
    # 30 g of 10 % in 20 l: 150 mg/l. 60 minutes at 1.050: 1.65 x 0.000125^0.05 x (1 - e^-2.4) / 4.15 = 0.2307.
    hop = HopAddition(kilograms=Decimal("0.03"), alpha_acid=Decimal(10), minutes=Decimal(60))
    assert bitterness([hop], Decimal(20), Decimal("1.050")) == Decimal("34.6")
    at_flameout = HopAddition(kilograms=Decimal("0.03"), alpha_acid=Decimal(10), minutes=Decimal(0))
    assert bitterness([at_flameout], Decimal(20), Decimal("1.050")) == Decimal("0.0")


def test_colour_by_morey() -> None:
    # 5 kg of 3 degrees in 20 l: 11.0231 lb x 3 / 5.2834 gal = 6.259 MCU; 1.4922 x 6.259^0.6859 = 5.2.
    assert colour([grist("5")], Decimal(20)) == Decimal("5.2")
    assert colour([], Decimal(20)) == Decimal("0.0")
    assert ebc(Decimal("5.2")) == Decimal("10.2")
