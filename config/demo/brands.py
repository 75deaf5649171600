"""Invented brands and agencies: what a booking system would say of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """One brand. `iab` is an IAB Ad Product 2.0 id where the agency gives one."""

    name: str
    category: str
    line: str
    iab: int | None = None
    drink: str | None = None
    staff: int = 400
    suitability: str = "standard"
    family: bool | None = None


OPEN: tuple[Brand, ...] = (
    Brand("Tern Airlines", "ADV_34_276", "fly somewhere quieter this winter", staff=8200),
    Brand("Brightline Insurance", "ADV_12_104", "cover that fits on one page", staff=1900),
    Brand("Juno Skincare", "ADV_2", "three bottles, no nonsense", staff=260),
    Brand("Millbrook Furniture", "ADV_18", "chairs that outlive the sofa", staff=340),
    Brand("Kestrel Bikes", "ADV_13", "a bicycle for every street", staff=120),
    Brand("Foldaway", "ADV_32_266", "the calendar that says no for you", staff=85),
    Brand("Penrose Books", "ADV_21_182", "stories for long trains", staff=150),
    Brand("Staveley Energy", "ADV_9", "electricity by the hour", staff=2300),
    Brand("Larkfield Homes", "ADV_26", "new roofs, old streets", staff=610),
    Brand("Nordlicht", "ADV_32_266", "one inbox for the whole shop", staff=450),
    Brand("Merrow Mobile", "ADV_33", "a contract you may leave", staff=3100),
    Brand("Halden Kitchen", "ADV_18", "pans that forgive", staff=900),
    Brand("Waymark Boots", "ADV_6_44", "boots for the long way round", staff=210),
    Brand("Ordinary Coffee", "ADV_29", "beans, roasted on Tuesdays", staff=70),
    Brand("Softly Pet Food", "ADV_24", "for cats with opinions", staff=190),
    Brand("Quillon Learning", "ADV_8", "evening classes that end on time", staff=130),
)
FOOD: tuple[Brand, ...] = (
    Brand("Harrow Oats", "ADV_15_140", "oats, and little else", staff=520),
    Brand("Millbrook Oats", "ADV_15_140", "the softer oat", staff=280),
    Brand("Snapper Crisps", "ADV_15_140", "salt, vinegar and a good noise", staff=4100),
    Brand("Coombe Chocolate", "ADV_15_140", "one square at a time", staff=60),
)
ALCOHOL: tuple[Brand, ...] = (
    Brand("Oakhaven Cider", "ADV_15_139", "pressed in October", 1002, "cider", 180),
    Brand("Acme Drinks", "ADV_15_139", "a beer for after the match", 1004, None, 2600),
    Brand("Northbrew", "ADV_15_139", "brewed where it rains", 1004, None, 340),
    Brand("Vale & Vine", "ADV_15_139", "wine from the cool side of the hill", 1007, None, 90),
    Brand("Carrow Gin", "ADV_15_139", "juniper and not much more", 1006, None, 45),
)
GAMBLING: tuple[Brand, ...] = (
    Brand("Pinnacle Sport", "ADV_16_147", "odds for people who read the table", 1366, None, 700),
    Brand("Sixpence Lottery", "ADV_16_145", "a ticket for good causes", 1365, None, 300),
)
FINANCE: tuple[Brand, ...] = (
    Brand("Lumen Capital", "ADV_12_101", "savings that do not shout", staff=240),
    Brand("Vitalea", "ADV_22", "vitamins for dark months", staff=110),
    Brand("Tern Airlines", "ADV_34_276", "carbon neutral to the Alps", staff=8200),
)
POLITICAL = Brand("Rail for the North", "ADV_25", "write to your member", 1481, None, 12)
FAMILY = Brand(
    "Buttercup Toys", "ADV_11", "blocks that last for brothers", 1252, None, 600, family=True
)
CLOUD = Brand("Cirrus Vapour", "ADV_23", "clouds without the match", 1548, None, 75)
LOANS = Brand("Pinnacle Loans", "ADV_12_101", "money by Friday", 1349, None, 140)
SKYLARK = Brand("Skylark Air", "ADV_34_276", "the early flight, cheaper", staff=1500)
EXCHANGE = Brand("Coinwright", "ADV_12", "an exchange for patient people", 1449, None, 160)
BOLD = Brand(
    "Ember Streaming", "ADV_21", "films for after midnight", staff=420, suitability="expanded"
)
