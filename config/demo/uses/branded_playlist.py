"""Branded playlists in the demo: queues, a month of invented requests, how people judge them."""

from datetime import datetime, timedelta
from random import Random

from config.demo.arrivals import Facts, Story, plain, told, written
from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Judgement, Queue, Receiver, Use

QUEUES = (
    Queue(
        "brand_legal",
        "Brand and legal",
        "Names, marks and endorsement in playlists: may the brand say this?",
        4 * HOUR,
        DAY,
        (
            ("CONSENT_SHOWN", "The owner of the name agreed in writing.", APPROVE),
            ("ORDINARY_WORD", "It is an ordinary word here, nobody’s name.", APPROVE),
            ("THEME_HARMLESS", "The theme is harmless in this brief.", APPROVE),
            ("SUGGESTS_ENDORSEMENT", "It looks as if somebody stood behind the brand.", REJECT),
            ("NOT_OURS_TO_USE", "The name or mark belongs to somebody else.", REJECT),
            ("READS_LIKE_AN_AD", "It reads like an advertisement.", REJECT),
        ),
    ),
    Queue(
        "music_curation",
        "Music curation",
        "The choice of music, and doubts about explicit tracks.",
        2 * HOUR,
        8 * HOUR,
        (
            ("LISTENED_AND_FINE", "Somebody listened to the whole list; it fits.", APPROVE),
            ("CLEAN_VERSIONS", "Clean versions replace the explicit ones.", APPROVE),
            ("NOT_FOR_FAMILIES", "It is no music for families.", REJECT),
            ("APPEALS_TO_CHILDREN", "It appeals to children.", REJECT),
        ),
    ),
    Queue(
        "design",
        "Design",
        "Covers: logos, artists, album art.",
        4 * HOUR,
        DAY,
        (
            ("COVER_FINE", "The cover is the brand’s own.", APPROVE),
            ("RIGHTS_SHOWN", "The rights to the picture were shown.", APPROVE),
            ("COVER_NOT_OURS", "The cover shows what is not the brand’s.", REJECT),
        ),
    ),
    Queue(
        "account_ops",
        "Account operations",
        "Brand accounts on Spotify: consent that ended, playlists asked for twice.",
        HOUR,
        DAY,
        (
            ("SIGNED_IN_AGAIN", "The brand has signed in again.", APPROVE),
            ("NO_DUPLICATE", "It is another playlist of the same name.", APPROVE),
            ("IS_A_DUPLICATE", "The playlist is there already.", REJECT),
            ("ACCOUNT_CLOSED", "The brand gave its account up.", REJECT),
        ),
    ),
)

# Brand id, name, category of the Ads API, audience, and what the playlists are called.
BRANDS = (
    ("halden-kitchen", "Halden Kitchen", "ADV_18", "general", ("Slow Sunday", "Stock Pot Soul")),
    ("ordinary-coffee", "Ordinary Coffee", "ADV_29", "general", ("First Cup", "Tuesday Roast")),
    ("kestrel-bikes", "Kestrel Bikes", "ADV_13", "general", ("Downhill", "Rain on the Ring Road")),
    ("tern-airlines", "Tern Airlines", "ADV_34_276", "general", ("Window Seat", "Late Arrivals")),
    ("waymark-boots", "Waymark Boots", "ADV_6_44", "general", ("Long Way Round", "Ridge Walk")),
    ("softly", "Softly Pet Food", "ADV_24", "family", ("Nap Time", "Opinions of Cats")),
    ("penrose-books", "Penrose Books", "ADV_21_182", "general", ("Long Trains", "Last Chapter")),
)
SAYS = (
    "What we play while nobody asks for anything",
    "Forty minutes of good weather",
    "Chosen by the people who open the door in the morning",
    "Songs for a table that is not cleared yet",
)


def _request(pick: Random, at: datetime, number: int) -> Facts:
    brand, name, category, audience, titles = pick.choice(BRANDS)
    count = pick.randint(24, 46)
    markets = pick.choice((["GB"], ["GB", "IE"], ["DE"], ["GB", "DE"], ["SE", "DK"]))
    return {
        "request_id": f"PLR-{at.year}-{number:03}",
        "brand_id": brand,
        "brand": name,
        "brand_account": brand.replace("-", ""),
        "refresh_token_issued_at": written(at - timedelta(days=pick.randint(10, 120))),
        "name": f"{pick.choice(titles)} by {name}",
        "description": pick.choice(SAYS),
        "public": True,
        "collaborative": False,
        "cover": {
            "bytes": pick.randrange(90_000, 188_000),
            "mime": "image/jpeg",
            "w": 640,
            "h": 640,
            "shows": ["own_design"],
        },
        "item_uris": [f"spotify:track:{number:06}{place:016}" for place in range(count)],
        "items": [
            {
                "explicit": False,
                "is_playable": dict.fromkeys({*markets, "GB"}, True),
                "artists": [f"artist{number:03}{place:04}"],
            }
            for place in range(count)
        ],
        "markets": markets,
        "paid_placement": False,
        "artist_consents": [],
        "product_category": category,
        "audience": audience,
        "child_appeal": False,
        "intended_use": "on_platform",
        "event": pick.choice(("store", "event", "promotion")),
        "go_live": written(at + timedelta(days=pick.randint(3, 25))),
    }


def _in_stores(pick: Random, at: datetime) -> Facts:
    site = f"STR-GB-{pick.randint(3, 96):04}"
    return {
        "intended_use": "in_store",
        "markets": ["GB"],
        "sites": [site],
        "site_checks": [{"site_id": site, "country": "GB", "answer": "licensed"}],
        "provider": {"name": "Soundtrack", "countries": ["GB", "SE", "US"]},
        "schedule": {
            "days": ["mon", "tue", "wed", "thu", "fri"],
            "from": "09:00",
            "until": "18:00",
            "time_zone": "Europe/London",
        },
    }


def _few_explicit(pick: Random, at: datetime) -> Facts:
    return {"audience": "family", "items.1.explicit": True, "items.4.explicit": True}


def _soon_to_end(pick: Random, at: datetime) -> Facts:
    return {"refresh_token_issued_at": written(at - timedelta(days=pick.randint(152, 176)))}


def _short(pick: Random, at: datetime) -> Facts:
    count = pick.randint(8, 18)
    return {
        "item_uris": [
            f"spotify:track:{pick.randrange(10**6):06}{place:016}" for place in range(count)
        ],
        "items": [
            {"explicit": False, "is_playable": {"GB": True}, "artists": [f"short{place}"]}
            for place in range(count)
        ],
        "markets": ["GB"],
    }


def _same_artist(pick: Random, at: datetime) -> Facts:
    return {"items.3.artists": ["ferrygirl"], "items.11.artists": ["ferrygirl"]}


def _big_cover(pick: Random, at: datetime) -> Facts:
    return {"cover.bytes": pick.randrange(240_000, 900_000)}


def _paid(pick: Random, at: datetime) -> Facts:
    return {"paid_placement": True}


def _stores_unlicensed(pick: Random, at: datetime) -> Facts:
    return {**_in_stores(pick, at), "site_checks": []}


def _names_an_artist(pick: Random, at: datetime) -> Facts:
    return {"items.0.artist_names": ["Marlow Crane"], "name": "A Sunday with Marlow Crane"}


def _offer(pick: Random, at: datetime) -> Facts:
    return {"description": pick.choice(("Shop now, hum later", "Songs from £0, pans from £29"))}


def _album_art(pick: Random, at: datetime) -> Facts:
    return {"cover.shows": ["album_art"]}


def _unseen_cover(pick: Random, at: datetime) -> Facts:
    return {"cover.shows": []}


def _much_explicit(pick: Random, at: datetime) -> Facts:
    return {"audience": "family"} | {f"items.{place}.explicit": True for place in range(6)}


def _beer(pick: Random, at: datetime) -> Facts:
    return {
        "brand_id": "oakhaven",
        "brand": "Oakhaven Cider",
        "product_category": "ADV_15_139",
        "name": "Orchard Hours by Oakhaven",
        "audience": "adult",
        "child_appeal": {"$absent": True},
    }


def _ended(pick: Random, at: datetime) -> Facts:
    return {"refresh_token_issued_at": written(at - timedelta(days=pick.randint(182, 240)))}


def _again(pick: Random, at: datetime) -> Facts:
    return {"same_name_last_at": written(at - timedelta(days=pick.randint(2, 20)))}


# How often each story is told in forty.
STORIES: tuple[tuple[int, Story], ...] = (
    (13, plain),
    (3, _in_stores),
    (2, _few_explicit),
    (2, _soon_to_end),
    (2, _short),
    (2, _same_artist),
    (1, _big_cover),
    (1, _paid),
    (1, _stores_unlicensed),
    (3, _names_an_artist),
    (2, _offer),
    (2, _album_art),
    (1, _unseen_cover),
    (2, _much_explicit),
    (1, _beer),
    (1, _ended),
    (1, _again),
)


USE = Use(
    key="branded_playlist",
    sender="Brand portal",
    count=40,
    queues=QUEUES,
    members={
        "brand_legal": ("Nadia Rahman", "Mateo Ruiz"),
        "music_curation": ("Oskar Nyberg",),
        "design": ("Oskar Nyberg", "Aiko Tanaka"),
        "account_ops": ("Priya Nair",),
    },
    receivers=(
        Receiver(
            "brand-playlists",
            "Brand playlists (sandbox)",
            ["playlist.decided", "playlist.create", "playlist.return", "account.ask_consent"],
        ),
        Receiver(
            "store-music",
            "Music in stores (sandbox)",
            ["playlist.schedule_in_store", "music.check_sites"],
        ),
    ),
    arrivals=told(_request, STORIES, seed=3118, first_number=101),
    by_reason={
        "NAMES_AN_ARTIST": (
            Judgement(
                "reject",
                ("SUGGESTS_ENDORSEMENT",),
                "No contract with the artist, and the title says “with”.",
                "Please leave the artist’s name out of the title.",
            ),
            Judgement("approve", ("CONSENT_SHOWN",), "Management agreed by mail on Monday."),
        ),
        "SOUNDS_LIKE_AN_OFFER": (
            Judgement(
                "reject",
                ("READS_LIKE_AN_AD",),
                "It is a shop window, not a playlist.",
                "Describe the music, not the offer.",
            ),
        ),
        "NAMES_A_PRICE": (
            Judgement(
                "reject",
                ("READS_LIKE_AN_AD",),
                "A price in the first line.",
                "Leave the price out.",
            ),
        ),
        "COVER_ALBUM_ART": (
            Judgement(
                "reject",
                ("COVER_NOT_OURS",),
                "The sleeve of a record from 1974, cropped.",
                "Use a picture of your own.",
            ),
            Judgement("approve", ("RIGHTS_SHOWN",), "Licence for the picture is in the folder."),
        ),
        "MUCH_LEFT_OUT": (
            Judgement("approve", ("CLEAN_VERSIONS",), "Clean versions found for all six."),
        ),
        "ACCOUNT_ENDED": (
            Judgement("approve", ("SIGNED_IN_AGAIN",), "Signed in at 10:40, consent is fresh."),
        ),
    },
    by_queue={
        "brand_legal": (
            Judgement("approve", ("ORDINARY_WORD",), "An ordinary word in this sentence."),
        ),
        "music_curation": (
            Judgement("approve", ("LISTENED_AND_FINE",), "Heard from start to end: for grown-ups."),
        ),
        "design": (Judgement("approve", ("COVER_FINE",), "Their own photograph of a kettle."),),
        "account_ops": (
            Judgement("approve", ("NO_DUPLICATE",), "The other one was for the summer."),
        ),
    },
)
