"""Invented podcasts: what a host would say of each show."""

import hashlib
from dataclasses import dataclass, field

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Show:
    """One show as it stands on an ordinary day."""

    name: str
    downloads: int
    under18: float
    adults: float
    languages: tuple[str, ...] = ("en",)
    explicit: bool = False
    media: str = "audio"
    ad_load: int = 180
    rhythm: int = 13  # Episodes in 90 days.
    signals: tuple[tuple[str, str, float, float], ...] = field(default=())

    @property
    def uri(self) -> str:
        number = int.from_bytes(hashlib.sha256(self.name.encode()).digest(), "big")
        letters = ""
        for _ in range(22):
            number, place = divmod(number, len(LETTERS))
            letters += LETTERS[place]
        return f"spotify:show:{letters}"

    @property
    def feed(self) -> str:
        slug = "-".join("".join(c if c.isalnum() else " " for c in self.name.lower()).split())
        return f"https://feeds.example.com/{slug}.xml"


RUDE = (("obscenity", "medium", 0.9, 0.31),)
CRIME = (("crime", "medium", 0.86, 0.22), ("death_injury_military", "low", 0.74, 0.4))
WAR = (("death_injury_military", "medium", 0.81, 0.18),)

SHOWS: tuple[Show, ...] = (
    Show("The Long Fermata", 42_800, 0.06, 0.91, signals=RUDE, explicit=True),
    Show("Night Bus Stories", 27_300, 0.08, 0.84, explicit=True, signals=RUDE, ad_load=210),
    Show("Cold Harbour", 61_300, 0.04, 0.93, signals=CRIME, ad_load=210),
    Show("Goal Kick Weekly", 88_400, 0.17, 0.76, rhythm=26, ad_load=230),
    Show("The Ferryman Files", 35_900, 0.05, 0.92, signals=CRIME),
    Show("Salt & Signal", 19_700, 0.07, 0.89),
    Show("Second Serve", 23_600, 0.12, 0.8),
    Show("Small Hours FM", 14_200, 0.09, 0.85, explicit=True, signals=RUDE),
    Show("Market Hours", 31_800, 0.02, 0.97, rhythm=62, ad_load=200),
    Show("Kitchen Radio", 26_400, 0.06, 0.9),
    Show("Paper Lantern", 12_900, 0.05, 0.93, media="mixed"),
    Show("Slow Sunday", 17_600, 0.07, 0.9),
    Show("Last Platform", 21_500, 0.08, 0.87, signals=CRIME),
    Show("Tidewater Letters", 11_300, 0.03, 0.95),
    Show("The Allotment Hour", 15_800, 0.02, 0.97),
    Show("Bright Young Atoms", 33_100, 0.14, 0.78, media="mixed"),
    Show("Fieldwork", 10_900, 0.04, 0.94),
    Show("Hinterhofgespräche", 24_700, 0.05, 0.93, languages=("de",), explicit=True),
    Show("Morgen um halb acht", 54_200, 0.03, 0.96, languages=("de",), rhythm=64),
    Show("Café sans sucre", 18_900, 0.06, 0.92, languages=("fr",)),
    Show("Les heures creuses", 13_400, 0.05, 0.93, languages=("fr",), explicit=True),
    Show("Sobremesa", 29_800, 0.07, 0.9, languages=("es",)),
    Show("Halvmörker", 12_100, 0.04, 0.95, languages=("sv",), signals=CRIME),
    Show("Overtime with Bex", 46_700, 0.11, 0.81, explicit=True, ad_load=230),
    Show("The Ledger Room", 38_200, 0.02, 0.98, rhythm=26),
    Show("Good Bones", 16_300, 0.06, 0.91),
    Show("Dispatches from Nowhere", 22_900, 0.06, 0.92, signals=WAR),
    Show("Northern Soil", 10_400, 0.03, 0.96),
    Show("Plain Cooking", 20_100, 0.08, 0.88),
    Show("The Quiet Carriage", 28_600, 0.06, 0.91, rhythm=26),
    Show("Unlikely Gardeners", 11_800, 0.04, 0.95),
    Show("Two Left Feet", 13_900, 0.1, 0.83),
    Show("Signal to Noise", 25_200, 0.09, 0.86, rhythm=26),
    Show("A Short Walk", 14_700, 0.05, 0.94),
    Show("Harbour Lights", 19_200, 0.05, 0.93),
    Show("Weekend Engineers", 17_100, 0.08, 0.89),
)
