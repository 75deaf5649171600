"""Content distribution in the demo: queues, a month of invented episodes, how people judge them."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from config.demo import shows
from config.demo.arrivals import Facts, Story, plain, told, written
from config.demo.queues import QUEUES as SPONSORSHIP_QUEUES
from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Judgement, Queue, Receiver, Use

(LEGAL_ADS,) = (queue for queue in SPONSORSHIP_QUEUES if queue.key == "legal_ads")
QUEUES = (
    Queue(
        "trust_safety",
        "Trust and safety",
        "Notices that ask for a takedown, day and night.",
        HOUR,
        24 * HOUR,
        (
            ("NOTICE_UNFOUNDED", "The notice is unfounded; it stays.", APPROVE),
            ("NOTICE_FOUNDED", "The notice is right; it is taken down.", REJECT),
        ),
        round_the_clock=True,
    ),
    LEGAL_ADS,
    Queue(
        "kids_content",
        "Children’s content",
        "Episodes for children.",
        4 * HOUR,
        DAY,
        (
            ("FINE_FOR_CHILDREN", "It is fine for children.", APPROVE),
            ("NOT_FOR_CHILDREN", "It is nothing for children.", REJECT),
        ),
    ),
    Queue(
        "content_standards",
        "Content standards",
        "Explicit or clean, cloned voices, feeds that say two things.",
        2 * HOUR,
        DAY,
        (
            ("FLAG_RIGHT", "Listened; the flag of the feed is right.", APPROVE),
            ("VOICE_AGREED", "The person agreed to the use of their voice.", APPROVE),
            ("FLAG_WRONG", "Listened; the flag of the feed is wrong.", REJECT),
            ("VOICE_NOT_AGREED", "Nobody agreed to the use of the voice.", REJECT),
        ),
    ),
    Queue(
        "rights",
        "Rights",
        "Music, licences, guests, archives.",
        4 * HOUR,
        2 * DAY,
        (
            ("RIGHTS_SHOWN", "The licence or the release was shown.", APPROVE),
            ("RIGHTS_MISSING", "A licence or a release is missing.", REJECT),
        ),
    ),
)
TITLES = (
    "What the tide keeps",
    "A kettle for every house",
    "The last night bus",
    "Letters nobody sent",
    "Two cooks, one stove",
    "How bread remembers",
)


def _episode(pick: Random, at: datetime, number: int) -> Facts:
    show = pick.choice(shows.SHOWS)
    return {
        "show_uri": show.uri,
        "show_title": show.name,
        "rss_url": show.feed,
        "podcast_guid": str(UUID(int=pick.getrandbits(128), version=5)),
        "feed_state": "good",
        "owner_verified": True,
        "locked": "yes",
        "blocks": [],
        "channel_explicit": show.explicit,
        "webapi_explicit": show.explicit,
        "episodes": [
            {
                "guid": f"halden-{number:04}",
                "title": pick.choice(TITLES),
                "enclosure": {
                    "url": f"https://media.halden.example/{number:04}.mp3",
                    "length": pick.randrange(21_000_000, 64_000_000),
                    "type": "audio/mpeg",
                },
                "transcripts": [{"type": "text/vtt", "language": show.languages[0]}],
                "ai_content": False,
                "published_at": written(at + timedelta(days=pick.randint(0, 6))),
            }
        ],
        "transcript_coverage_20": round(pick.uniform(0.85, 1), 2),
        "license": "all-rights-reserved",
        "rights": {"music": "licensed", "guests": pick.choice(("released", "none"))},
        "territories": ["WORLD"],
        "language": show.languages[0],
        "artwork_px": pick.choice((1_400, 2_400, 3_000)),
        "audience": "general",
        "political_paid": False,
        "platforms": ["spotify", "apple", "amazon"],
    }


def _no_transcript(pick: Random, at: datetime) -> Facts:
    return {"episodes.0.transcripts": []}


def _few_transcripts(pick: Random, at: datetime) -> Facts:
    coverage = round(pick.uniform(0.2, 0.7), 2)
    return {"episodes.0.transcripts": [], "transcript_coverage_20": coverage}


def _lenient(pick: Random, at: datetime) -> Facts:
    return {"feed_state": "recovered"}


def _unreadable(pick: Random, at: datetime) -> Facts:
    return {"feed_state": "unreadable"}


def _blocked(pick: Random, at: datetime) -> Facts:
    return {"blocks": [["amazon", "yes"]]}


def _only_here(pick: Random, at: datetime) -> Facts:
    return {"territories": ["GB", "IE"]}


def _with_ai(pick: Random, at: datetime) -> Facts:
    return {"episodes.0.ai_content": True}


def _cloned(pick: Random, at: datetime) -> Facts:
    return {"cloned_voice": True, "episodes.0.ai_content": True}


def _flags_differ(pick: Random, at: datetime) -> Facts:
    return {"channel_explicit": False, "webapi_explicit": True}


def _small_cover(pick: Random, at: datetime) -> Facts:
    return {"artwork_px": pick.choice((600, 1_000, 1_200)), "language": {"$absent": True}}


def _guid(pick: Random, at: datetime) -> Facts:
    return {"episodes.0.guid_changed": True}


def _music(pick: Random, at: datetime) -> Facts:
    return {"rights.music": "pending"}


def _guest(pick: Random, at: datetime) -> Facts:
    return {"rights.guests": "pending"}


def _uncleared(pick: Random, at: datetime) -> Facts:
    return {"rights.music": "uncleared"}


def _politics(pick: Random, at: datetime) -> Facts:
    return {"political_paid": True, "sponsored": True, "territories": ["GB"]}


def _children(pick: Random, at: datetime) -> Facts:
    return {"audience": "kids", "channel_explicit": False, "webapi_explicit": False}


def _valid_notice(pick: Random, at: datetime) -> Facts:
    return {"takedown_notice": "valid"}


def _notice(pick: Random, at: datetime) -> Facts:
    return {"takedown_notice": "unclear"}


# How often each story is told in thirty.
STORIES: tuple[tuple[int, Story], ...] = (
    (8, plain),
    (2, _no_transcript),
    (1, _few_transcripts),
    (1, _lenient),
    (1, _unreadable),
    (1, _blocked),
    (2, _only_here),
    (1, _with_ai),
    (1, _cloned),
    (2, _flags_differ),
    (1, _small_cover),
    (1, _guid),
    (1, _music),
    (1, _guest),
    (1, _uncleared),
    (1, _politics),
    (2, _children),
    (1, _valid_notice),
    (1, _notice),
)

USE = Use(
    key="content_distribution",
    sender="Podcast host",
    count=30,
    queues=QUEUES,
    members={
        "trust_safety": ("Oskar Nyberg", "Aiko Tanaka"),
        "legal_ads": ("Mateo Ruiz", "Hana Vogel"),
        "kids_content": ("Priya Nair",),
        "content_standards": ("Jonas Lindqvist", "Aiko Tanaka"),
        "rights": ("Lucia Ferrer",),
    },
    receivers=(
        Receiver(
            "podcast-host",
            "Podcast host (sandbox)",
            ["episode.decided", "episode.publish", "episode.hold", "episode.takedown"],
        ),
        Receiver("feed-watch", "Feed watch (sandbox)", ["feed.watch"]),
    ),
    arrivals=told(_episode, STORIES, seed=4017, first_number=611),
    by_reason={
        "SPOTIFY_SAYS_EXPLICIT": (
            Judgement("approve", ("FLAG_RIGHT",), "One “damn” in forty minutes; clean it is."),
            Judgement(
                "reject",
                ("FLAG_WRONG",),
                "The second half is not for breakfast.",
                "Please set the flag of the show to explicit.",
            ),
        ),
        "CLONED_VOICE": (
            Judgement(
                "approve", ("VOICE_AGREED",), "The host agreed in writing; it is said first."
            ),
        ),
    },
    by_queue={
        "trust_safety": (
            Judgement("approve", ("NOTICE_UNFOUNDED",), "A review, and a fair one; it stays."),
        ),
        "legal_ads": (
            Judgement("approve", ("WORDING_CHANGED",), "The first minute says who pays now."),
        ),
        "kids_content": (
            Judgement("approve", ("FINE_FOR_CHILDREN",), "A hedgehog, a snail, no harm done."),
        ),
        "content_standards": (Judgement("approve", ("FLAG_RIGHT",), "Listened to all of it."),),
        "rights": (Judgement("approve", ("RIGHTS_SHOWN",), "The release came this morning."),),
    },
)
