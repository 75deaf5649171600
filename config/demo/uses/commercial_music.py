"""Commercial music in the demo: queues, a month of invented sites, how people judge them."""

from datetime import datetime, timedelta
from random import Random

from config.demo.arrivals import Facts, Story, plain, told
from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Judgement, Queue, Receiver, Use

QUEUES = (
    Queue(
        "licensing",
        "Music licensing",
        "Events, tariffs and sites that nobody pays for.",
        DAY,
        5 * DAY,
        (
            ("EVENT_LICENSED", "The event has a licence of its own.", APPROVE),
            ("TARIFF_AGREED", "The tariff was agreed with the body.", APPROVE),
            ("TRUE_UP_PAID", "The difference is settled.", APPROVE),
            ("EVENT_NOT_LICENSED", "The event has no licence.", REJECT),
            ("BODY_REFUSES", "The body refuses this use.", REJECT),
        ),
    ),
    Queue(
        "property_audit",
        "Property audit",
        "Areas that differ from the lease.",
        2 * DAY,
        10 * DAY,
        (
            ("MEASURED", "Measured on site; the area is right.", APPROVE),
            ("LEASE_OUTDATED", "The lease is out of date.", APPROVE),
            ("AREA_WRONG", "The area is wrong; a new declaration is needed.", REJECT),
        ),
    ),
    Queue(
        "licensing_duty",
        "Licensing, duty officer",
        "Sites that appeal against a stop.",
        HOUR,
        4 * HOUR,
        (
            ("STOP_WAS_WRONG", "The stop was wrong; the licence is there.", APPROVE),
            ("STOP_STANDS", "The stop stands.", REJECT),
        ),
        round_the_clock=True,
    ),
)
# Country, bodies whose licences a site holds there, and kinds of places of the chain.
COUNTRIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("GB", ("TheMusicLicence",)),
    ("GB", ("TheMusicLicence",)),
    ("DE", ("GEMA",)),
    ("SE", ("STIM", "SAMI")),
    ("US", ()),
)
VENUES = ("retail", "retail", "restaurant", "hotel", "salon", "bar")
CHAIN = 118


def _site(pick: Random, at: datetime, number: int) -> Facts:
    country, bodies = pick.choice(COUNTRIES)
    ends = at.date() + timedelta(days=pick.randint(90, 420))
    area = pick.randrange(60, 620, 10)
    return {
        "site_id": f"STR-{country}-{number:04}",
        "country": country,
        "venue_type": pick.choice(VENUES),
        "audible_area": area,
        "lease_area": area + pick.randrange(-5, 6),
        "capacity": area // 3,
        "speakers": pick.randint(2, 14),
        "source": "business_service",
        "provider": "Soundtrack",
        "provider_countries": ["GB", "SE", "US", "DE"],
        "blanket_bodies": ["ASCAP", "BMI", "SESAC", "GMR"],
        "explicit_filter": True,
        "licences": [
            {
                "body": body,
                "number": str(pick.randrange(10**6, 10**7)),
                "valid_to": ends.isoformat(),
                "scope": "background",
            }
            for body in bodies
        ],
        "extra_uses": [],
        "family_venue": pick.random() < 0.4,
        "opening_hours": {"from": "09:00", "until": pick.choice(("18:00", "20:00", "22:00"))},
        "playlists_requested": ["all-day-easy", pick.choice(("kitchen-soul", "morning-light"))],
        "sites_in_contract": CHAIN,
        "sites_seen_playing": CHAIN,
        "sites_in_country": 40,
        "group_agreement": True,
        "annual_fee": round(area * pick.uniform(1.9, 2.6), 2),
        "chain_risks": [
            {"site_id": f"STR-GB-{place:04}", "risk": pick.choice((0, 0, 10, 25, 70))}
            for place in range(900, 912)
        ],
    }


def _british(pick: Random, at: datetime, *, days: int = 200) -> Facts:
    ends = (at.date() + timedelta(days=days)).isoformat()
    number = str(pick.randrange(10**6, 10**7))
    licence = {"body": "TheMusicLicence", "number": number, "valid_to": ends, "scope": "background"}
    return {"country": "GB", "licences": [licence], "blanket_bodies": None}


def _ends_soon(pick: Random, at: datetime) -> Facts:
    return _british(pick, at, days=pick.randint(3, 29))


def _ended(pick: Random, at: datetime) -> Facts:
    return _british(pick, at, days=-pick.randint(2, 80))


def _phone(pick: Random, at: datetime) -> Facts:
    return {"source": "consumer_streaming", "provider": None}


def _unlicensed(pick: Random, at: datetime) -> Facts:
    return {"country": pick.choice(("GB", "DE")), "licences": []}


def _three_of_four(pick: Random, at: datetime) -> Facts:
    return {"country": "US", "licences": [], "blanket_bodies": ["ASCAP", "BMI", "SESAC"]}


def _radio(pick: Random, at: datetime) -> Facts:
    return {
        "country": "US",
        "licences": [],
        "source": "broadcast_radio",
        "venue_type": "retail",
        "audible_area": pick.choice((120, 170, 240)),
        "lease_area": None,
        "speakers": 9,
    }


def _filter_off(pick: Random, at: datetime) -> Facts:
    return {"family_venue": True, "explicit_filter": False}


def _own(pick: Random, at: datetime) -> Facts:
    return {"country": "DE", "source": "own_library", "licences": [], "track_certificates": True}


def _long_open(pick: Random, at: datetime) -> Facts:
    return {
        "opening_hours": {"from": "07:00", "until": "23:00"},
        "licensed_hours": {"from": "08:00", "until": "22:00"},
    }


def _live(pick: Random, at: datetime) -> Facts:
    uses = pick.choice((["live"], ["dj"], ["dj", "cover_charge"], ["karaoke"]))
    return {**_british(pick, at), "venue_type": "bar", "extra_uses": uses}


def _classes(pick: Random, at: datetime) -> Facts:
    return {**_british(pick, at), "venue_type": "gym", "extra_uses": ["fitness"]}


def _more_play(pick: Random, at: datetime) -> Facts:
    return {**_british(pick, at), "sites_seen_playing": pick.randint(124, 131)}


def _larger(pick: Random, at: datetime) -> Facts:
    return {**_british(pick, at), "audible_area": 310, "lease_area": pick.choice((190, 230, 410))}


def _appeals(pick: Random, at: datetime) -> Facts:
    return {**_ended(pick, at), "appeal": True}


def _on_hold(pick: Random, at: datetime) -> Facts:
    return {**_british(pick, at), "extra_uses": ["on_hold"]}


# How often each story is told in forty-four.
STORIES: tuple[tuple[int, Story], ...] = (
    (14, plain),
    (4, _ends_soon),
    (2, _ended),
    (2, _phone),
    (2, _unlicensed),
    (2, _three_of_four),
    (2, _radio),
    (2, _filter_off),
    (1, _own),
    (2, _long_open),
    (3, _live),
    (1, _classes),
    (2, _more_play),
    (2, _larger),
    (2, _appeals),
    (1, _on_hold),
)

USE = Use(
    key="commercial_music",
    sender="Property system",
    count=44,
    queues=QUEUES,
    members={
        "licensing": ("Lucia Ferrer",),
        "property_audit": ("Lucia Ferrer", "Carl Weiss"),
        "licensing_duty": ("Lucia Ferrer", "Oskar Nyberg"),
    },
    receivers=(
        Receiver(
            "stores",
            "Players in stores (sandbox)",
            ["music.decided", "music.allow", "music.stop_playback", "music.refuse_use"],
        ),
        Receiver("purchasing", "Purchasing (sandbox)", ["music.buy_licence", "music.renew"]),
    ),
    arrivals=told(_site, STORIES, seed=5042, first_number=42),
    by_reason={
        "SPECIAL_USE": (
            Judgement("approve", ("EVENT_LICENSED",), "The band brings its own licence: 22 May."),
            Judgement(
                "reject",
                ("EVENT_NOT_LICENSED",),
                "Every Friday, and nobody has ever declared it.",
                "Declare the evenings to the body first.",
            ),
        ),
        "MORE_SITES_PLAY": (
            Judgement("approve", ("TRUE_UP_PAID",), "Seven new sites are on the next invoice."),
        ),
        "AREA_DIFFERS": (
            Judgement("approve", ("LEASE_OUTDATED",), "The terrace was built after the lease."),
            Judgement(
                "reject",
                ("AREA_WRONG",),
                "The kitchen was counted; no guest hears music there.",
                "Declare the area where guests hear the music.",
            ),
        ),
        "LICENCE_LAPSED": (
            Judgement("approve", ("STOP_WAS_WRONG",), "Renewed on the 3rd; the file came late."),
            Judgement("reject", ("STOP_STANDS",), "The invoice of March is still unpaid."),
        ),
    },
    by_queue={
        "licensing": (Judgement("approve", ("TARIFF_AGREED",), "Tariff for classes agreed."),),
        "property_audit": (Judgement("approve", ("MEASURED",), "Measured with the laser: fine."),),
        "licensing_duty": (Judgement("reject", ("STOP_STANDS",), "A private plan on a phone."),),
    },
)
