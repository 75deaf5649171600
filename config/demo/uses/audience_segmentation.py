"""Audience requests in the demo: queues, a month of invented requests, how people judge them."""

from datetime import datetime
from random import Random

from config.demo.arrivals import Facts, Story, plain, told
from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Judgement, Queue, Receiver, Use

PRIVACY_OFFICE = Queue(
    "privacy_office",
    "Privacy office",
    "New sources, large audiences, look-alikes, and signals that contradict each other.",
    4 * HOUR,
    DAY,
    (
        ("ASSESSMENT_DONE", "The assessment is done, and the risk is low.", APPROVE),
        ("SOURCE_KNOWN", "The source was assessed under another name.", APPROVE),
        ("SIGNAL_EXPLAINED", "One of the signals is out of date; the others agree.", APPROVE),
        ("TRANSFER_COVERED", "A contract covers the transfer.", APPROVE),
        ("ASSESSMENT_MISSING", "It needs an assessment first.", REJECT),
        ("RISK_TOO_HIGH", "The assessment says no.", REJECT),
        ("STRICTEST_COUNTS", "The signals stay unclear, so the strictest counts.", REJECT),
    ),
)
AD_OPS = Queue(
    "ad_ops",
    "Ad operations",
    "Audiences that are stuck or empty, figures that do not add up.",
    HOUR,
    4 * HOUR,
    (
        ("UPLOADED_AGAIN", "Uploaded again; Spotify works on it.", APPROVE),
        ("FIGURES_MENDED", "The figures were mended at their source.", APPROVE),
        ("LIST_EMPTY", "The list really is empty.", REJECT),
        ("FIGURES_WRONG", "The figures are wrong and stay out.", REJECT),
    ),
)
QUEUES = (
    PRIVACY_OFFICE,
    Queue(
        "legal_us",
        "Legal, United States",
        "Housing, jobs, credit, insurance and health in the US.",
        DAY,
        2 * DAY,
        (
            ("NOT_NARROWED", "Nothing narrows it; the offer is open to all.", APPROVE),
            ("NARROWED", "Age, gender or postcode narrows it.", REJECT),
        ),
    ),
    AD_OPS,
)
NAMES = (
    "Winter boots, last year’s buyers",
    "Newsletter readers",
    "Trial users of spring",
    "Night bus subscribers",
    "Members of the kettle club",
    "Visitors of the Leeds fair",
)
ACCOUNT = "7c0f9a34-51de-4b0e-a8e4-9b1f0cf3d2aa"
COUNTRIES = (["GB"], ["GB", "IE"], ["DE", "AT"], ["GB", "DE", "SE"], ["US-TX"], ["US-NY", "US-NJ"])


def _request(pick: Random, at: datetime, number: int) -> Facts:
    contacts = pick.randrange(6_000, 44_000)
    agreed = int(contacts * pick.uniform(0.72, 0.97))
    return {
        "segment_request_id": f"SEG-{number:04}",
        "audience_name": pick.choice(NAMES),
        "segment": pick.choice(("loyal", "rising", "general")),
        "ad_account_id": ACCOUNT,
        "seed_source": "crm_list",
        "contacts": contacts,
        "identifiers": ["hashed_email"],
        "hash": "sha256(lower(trim(email)))",
        "countries": pick.choice(COUNTRIES),
        "attributes_used": pick.sample(["last_purchase", "ltv_band", "store", "newsletter"], 2),
        "web_api_data_used": False,
        "consent_ok": agreed,
        "consent_age_days_p95": pick.randint(120, 720),
        "gpc_or_opted_out": pick.randrange(0, 400),
        "min_age": 18,
        "ad_category": pick.choice(("ADV_29_244", "ADV_6_44", "ADV_34_276", "ADV_32_266")),
        "lookback_days": pick.choice((30, 60, 90, 180)),
        "retention_days": 180,
        "suppression_lists": pick.choice(([], ["SUP-GLOBAL"])),
    }


def _listening(pick: Random, at: datetime) -> Facts:
    return {"web_api_data_used": True, "attributes_used": ["top_artists", "ltv_band"]}


def _forbidden(pick: Random, at: datetime) -> Facts:
    return {"attributes_used": ["last_purchase", pick.choice(("religion", "pregnancy_week"))]}


def _plain_file(pick: Random, at: datetime) -> Facts:
    return {"plain_addresses": pick.randint(1, 40)}


def _small(pick: Random, at: datetime) -> Facts:
    return {"contacts": 1_100, "consent_ok": pick.randint(380, 990), "gpc_or_opted_out": 12}


def _old(pick: Random, at: datetime) -> Facts:
    return {"consent_age_days_p95": pick.randint(740, 1_100)}


def _old_counted(pick: Random, at: datetime) -> Facts:
    return {**_old(pick, at), "stale_consents": pick.randint(200, 900)}


def _withdrawals(pick: Random, at: datetime) -> Facts:
    return {"request": "refresh", "withdrawals": pick.randint(1, 60)}


def _taken_away(pick: Random, at: datetime) -> Facts:
    audience = "51e5f2c8-3a77-4d7c-b7be-6d1e84b8a0d4"
    return {"request": "withdraw", "audience_id": audience, "audience_state": "LIVE"}


def _beer(pick: Random, at: datetime) -> Facts:
    return {"ad_category": "ADV_15_139", "countries": ["US-TX"], "without_birth_year": 310}


def _flats(pick: Random, at: datetime) -> Facts:
    return {"ad_category": "ADV_26_3", "countries": ["US-NY"], "audience_name": "Flat hunters"}


def _new_source(pick: Random, at: datetime) -> Facts:
    return {"new_source": True, "audience_name": "Guests of the hotel wifi"}


def _many(pick: Random, at: datetime) -> Facts:
    return {"contacts": 81_000, "consent_ok": pick.randrange(62_000, 79_000)}


def _alike(pick: Random, at: datetime) -> Facts:
    return {
        "seed_source": "lookalike",
        "seed_audience_id": "1f6f3c1d-8f1c-4f0e-8f38-2f2a3a9f7c55",
        "countries": ["DE"],
        "estimate": {"raw_unique_users": pick.randrange(21_000, 48_000)},
    }


def _stuck(pick: Random, at: datetime) -> Facts:
    hours = pick.randint(74, 110)
    return {"request": "refresh", "audience_state": "PROCESSING", "processing_hours": hours}


# How often each story is told in twenty-four.
STORIES: tuple[tuple[int, Story], ...] = (
    (7, plain),
    (1, _listening),
    (1, _forbidden),
    (1, _plain_file),
    (1, _small),
    (1, _old),
    (1, _old_counted),
    (2, _withdrawals),
    (1, _taken_away),
    (1, _beer),
    (1, _flats),
    (2, _new_source),
    (1, _many),
    (1, _alike),
    (2, _stuck),
)

USE = Use(
    key="audience_segmentation",
    sender="Customer platform",
    count=24,
    queues=QUEUES,
    members={
        "privacy_office": ("Nadia Rahman", "Ewan Doyle"),
        "legal_us": ("Hana Vogel",),
        "ad_ops": ("Priya Nair", "Carl Weiss"),
    },
    receivers=(
        Receiver(
            "audiences",
            "Audiences (sandbox)",
            [
                "audience.decided",
                "audience.replace",
                "audience.withdraw",
                "audience.return",
                "audience.delete_file",
                "ads.exclude",
            ],
        ),
        Receiver("consent-mail", "Consent mails (sandbox)", ["consent.ask_again"]),
    ),
    arrivals=told(_request, STORIES, seed=2093, first_number=931),
    by_reason={
        "NEW_SOURCE": (
            Judgement("approve", ("ASSESSMENT_DONE",), "Assessment 41 is signed; the risk is low."),
            Judgement(
                "reject",
                ("ASSESSMENT_MISSING",),
                "The wifi page says nothing of advertising.",
                "Ask for an assessment of this source first.",
            ),
        ),
        "AUDIENCE_STUCK": (
            Judgement("approve", ("UPLOADED_AGAIN",), "The upload broke at 62 %; sent again."),
        ),
    },
    by_queue={
        "privacy_office": (
            Judgement("approve", ("ASSESSMENT_DONE",), "Covered by assessment 38."),
        ),
        "legal_us": (Judgement("approve", ("NOT_NARROWED",), "Open to everybody from 18."),),
        "ad_ops": (Judgement("approve", ("UPLOADED_AGAIN",), "Sent again, bookable by noon."),),
    },
)
