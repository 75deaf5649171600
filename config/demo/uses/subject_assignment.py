"""Audience assignment in the demo: a queue, a month of invented records, how people judge them."""

from datetime import datetime
from random import Random

from config.demo.arrivals import Facts, Story, plain, told
from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Judgement, Queue, Receiver, Use
from config.demo.uses.audience_segmentation import AD_OPS

QUEUES = (
    Queue(
        "key_accounts",
        "Key accounts",
        "Strategic accounts with a complaint: do we fall silent?",
        4 * HOUR,
        DAY,
        (
            ("COMPLAINT_SMALL", "The complaint is about something else.", APPROVE),
            ("ACCOUNT_AGREES", "The account wants to hear from us.", APPROVE),
            ("SILENCE", "We fall silent until it is settled.", REJECT),
        ),
    ),
    AD_OPS,
)


def _record(pick: Random, at: datetime, number: int) -> Facts:
    listens, skips = pick.randint(2, 16), pick.randint(1, 9)
    return {
        "subject_id": f"sub_{number:06x}{pick.randrange(16**6):06x}",
        "email_sha256": f"{pick.getrandbits(256):064x}",
        "audience": f"SEG-{pick.randint(931, 954):04}",
        "kind": "person",
        "country": pick.choice(("GB", "GB", "DE", "SE", "FR", "US")),
        "age_band": pick.choice(("18-24", "25-34", "35-44", "45-54", "55+")),
        "consent": "granted",
        "engagement_source": pick.choice(("first_party_player", "ad_engagement")),
        "listens_30d": listens,
        "listens_before_30d": listens + pick.randint(-1, 4),
        "skips_30d": skips,
        "skip_rate": round(skips / (listens + skips), 3),
        "completion_rate": round(pick.uniform(0.3, 0.9), 2),
        "follows_show": pick.random() < 0.4,
        "saved_playlist": pick.random() < 0.2,
        "playlist_adds_90d": pick.randint(0, 5),
        "last_heard_days": pick.randint(1, 20),
        "customer_value_eur": pick.randrange(0, 240),
        "products_owned": pick.choice(([], ["starter"])),
        "open_complaint": False,
        "suppressed": False,
    }


def _loyal(pick: Random, at: datetime) -> Facts:
    return {"listens_30d": 40, "skips_30d": 5, "skip_rate": 0.111, "follows_show": True}


def _rising(pick: Random, at: datetime) -> Facts:
    return {"listens_30d": 12, "skips_30d": 4, "skip_rate": 0.25, "listens_before_30d": 5}


def _lapsing(pick: Random, at: datetime) -> Facts:
    return {"previous_segment": "loyal", "last_heard_days": pick.randint(31, 88)}


def _customer(pick: Random, at: datetime) -> Facts:
    return {"customer_value_eur": pick.randint(260, 900), "products_owned": ["starter"]}


def _account(pick: Random, at: datetime) -> Facts:
    return {"kind": "account", "account_tier": "strategic", "products_owned": ["premium"]}


def _no_consent(pick: Random, at: datetime) -> Facts:
    return {"consent": pick.choice(("denied", "unknown"))}


def _withdrawn(pick: Random, at: datetime) -> Facts:
    return {"consent": "withdrawn", "previous_segment": "loyal"}


def _young(pick: Random, at: datetime) -> Facts:
    return {"age_band": "13-17", "country": "DE"}


def _listening(pick: Random, at: datetime) -> Facts:
    return {"engagement_source": "web_api"}


def _complains(pick: Random, at: datetime) -> Facts:
    return {**_account(pick, at), "open_complaint": True}


def _wrong(pick: Random, at: datetime) -> Facts:
    return {"listens_30d": 8, "skips_30d": 2, "skip_rate": 0.8}


# How often each story is told in twenty.
STORIES: tuple[tuple[int, Story], ...] = (
    (4, plain),
    (3, _loyal),
    (2, _rising),
    (2, _lapsing),
    (1, _customer),
    (1, _account),
    (1, _no_consent),
    (1, _withdrawn),
    (1, _young),
    (1, _listening),
    (2, _complains),
    (1, _wrong),
)

USE = Use(
    key="subject_assignment",
    sender="Customer platform",
    count=20,
    queues=QUEUES,
    members={"key_accounts": ("Ewan Doyle",), "ad_ops": ("Priya Nair", "Carl Weiss")},
    receivers=(
        Receiver(
            "listener-journeys",
            "Listener journeys (sandbox)",
            [
                "subject.assigned",
                "journey.start",
                "journey.stop",
                "ads.exclude",
                "person.withdraw",
            ],
        ),
    ),
    arrivals=told(_record, STORIES, seed=2230, first_number=4096),
    by_reason={},
    by_queue={
        "key_accounts": (
            Judgement("approve", ("COMPLAINT_SMALL",), "It is about an invoice of spring."),
            Judgement("reject", ("SILENCE",), "They asked for a week of quiet."),
        ),
        "ad_ops": (Judgement("approve", ("FIGURES_MENDED",), "The rate was 0.2; mended."),),
    },
)
