"""Consent compliance in the demo: queues, a month of invented checks, how people judge them."""

from datetime import datetime, timedelta
from random import Random

from config.demo.arrivals import Facts, Story, plain, told, written
from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Judgement, Queue, Receiver, Use
from config.demo.uses.audience_segmentation import PRIVACY_OFFICE

QUEUES = (
    Queue(
        "privacy_incident",
        "Privacy incidents",
        "Suspected breaches, day and night.",
        15,
        24 * HOUR,
        (
            ("NO_BREACH", "It was no breach.", APPROVE),
            ("BREACH_REPORTED", "It was a breach, and the authority knows.", REJECT),
        ),
        round_the_clock=True,
    ),
    PRIVACY_OFFICE,
    Queue(
        "age_assurance",
        "Age assurance",
        "Ages that nobody proved.",
        DAY,
        2 * DAY,
        (
            ("AGE_PROVED", "The age is proved.", APPROVE),
            ("AGE_NOT_PROVED", "Nobody can prove the age.", REJECT),
        ),
    ),
    Queue(
        "legal_regional",
        "Legal, regions",
        "What holds in a country or a state.",
        DAY,
        3 * DAY,
        (
            ("ALLOWED_THERE", "The law of the place allows it.", APPROVE),
            ("FORBIDDEN_THERE", "The law of the place forbids it.", REJECT),
        ),
    ),
)


def _check(pick: Random, at: datetime, number: int) -> Facts:
    country = pick.choice(("GB", "GB", "DE", "SE", "FR", "NL"))
    return {
        "subject_id": f"sub_{number:05x}{pick.randrange(16**7):07x}",
        "campaign_id": f"CAM-{at.year}-{pick.randint(110, 124)}",
        "action": "push_audience",
        "country": country,
        "age": pick.randint(19, 71),
        "age_method": pick.choice(("self", "verified")),
        "purposes": ["ads_personalisation"],
        "consent": {
            "status": "granted",
            "ts": written(at - timedelta(days=pick.randint(20, 600))),
            "version": pick.choice(("v3", "v4")),
            "proof_id": f"cns_{number:05}",
        },
        "gpc": False,
        "data_categories": ["contact"],
        "recipient": "spotify_ads",
        "transfer": {"country": "SE", "mechanism": "adequacy"},
        "retention_days": 180,
        "ad_category": pick.choice(("ADV_29_244", "ADV_6_44", "ADV_34_276")),
    }


def _denied(pick: Random, at: datetime) -> Facts:
    return {"consent.status": pick.choice(("denied", "unknown"))}


def _withdrawn(pick: Random, at: datetime) -> Facts:
    return {"consent.status": "withdrawn"}


def _young(pick: Random, at: datetime) -> Facts:
    return {"country": pick.choice(("GB", "DE")), "age": 17}


def _browser(pick: Random, at: datetime) -> Facts:
    return {"country": "US", "subdivision": "TX", "gpc": True, "transfer": {"$absent": True}}


def _measured(pick: Random, at: datetime) -> Facts:
    return {
        **_browser(pick, at),
        "action": "capi_event",
        "purposes": ["ads_personalisation", "measurement"],
    }


def _old(pick: Random, at: datetime) -> Facts:
    return {"consent.ts": written(at - timedelta(days=pick.randint(740, 1_200)))}


def _mailed(pick: Random, at: datetime) -> Facts:
    return {"action": "email", "purposes": ["marketing"], "recipient": "crm_mail"}


def _mailed_denied(pick: Random, at: datetime) -> Facts:
    return {**_mailed(pick, at), "consent.status": "denied"}


def _erased(pick: Random, at: datetime) -> Facts:
    return {"dsar": {"type": "erase", "received_at": written(at - timedelta(days=2))}}


def _asked(pick: Random, at: datetime) -> Facts:
    return {"dsar": {"type": "access", "received_at": written(at - timedelta(days=3))}}


def _abroad(pick: Random, at: datetime) -> Facts:
    return {"transfer": {"country": "IN", "mechanism": "none"}}


def _politics(pick: Random, at: datetime) -> Facts:
    return {"country": "DE", "ad_category": "ADV_25_1"}


def _contradiction(pick: Random, at: datetime) -> Facts:
    return {pick.choice(("signal_says", "profile_says")): "denied"}


def _new_receiver(pick: Random, at: datetime) -> Facts:
    return {"new_recipient": True, "recipient": "podtrack_reports"}


def _no_age(pick: Random, at: datetime) -> Facts:
    return {"ad_category": "ADV_15_139", "age": {"$absent": True}, "age_method": "none"}


def _question(pick: Random, at: datetime) -> Facts:
    return {"country": "NL", "regional_question": True}


def _breach(pick: Random, at: datetime) -> Facts:
    return {"breach_suspected": True}


# How often each story is told in twenty-eight.
STORIES: tuple[tuple[int, Story], ...] = (
    (7, plain),
    (2, _denied),
    (2, _withdrawn),
    (1, _young),
    (1, _browser),
    (1, _measured),
    (1, _old),
    (1, _mailed),
    (1, _mailed_denied),
    (1, _erased),
    (1, _asked),
    (1, _abroad),
    (1, _politics),
    (2, _contradiction),
    (1, _new_receiver),
    (2, _no_age),
    (1, _question),
    (1, _breach),
)

USE = Use(
    key="consent_compliance",
    sender="Consent platform",
    count=28,
    queues=QUEUES,
    members={
        "privacy_incident": ("Nadia Rahman", "Ewan Doyle"),
        "privacy_office": ("Nadia Rahman", "Ewan Doyle"),
        "age_assurance": ("Lucia Ferrer",),
        "legal_regional": ("Mateo Ruiz",),
    },
    receivers=(
        Receiver(
            "campaign-gate",
            "Campaign gate (sandbox)",
            [
                "consent.decided",
                "person.block",
                "campaign.block",
                "campaign.alternative",
                "audience.replace",
                "audience.withdraw",
                "person.withdraw",
                "person.delete",
                "consent.ask_again",
            ],
        ),
    ),
    arrivals=told(_check, STORIES, seed=7716, first_number=70010),
    by_reason={
        "SIGNALS_DISAGREE": (
            Judgement("reject", ("STRICTEST_COUNTS",), "Two tools, two answers: we take the no."),
            Judgement("approve", ("SIGNAL_EXPLAINED",), "The string is from before the yes."),
        ),
        "NEW_RECIPIENT": (
            Judgement("approve", ("TRANSFER_COVERED",), "Contract signed on the 4th."),
        ),
    },
    by_queue={
        "privacy_incident": (
            Judgement("approve", ("NO_BREACH",), "A test file with made-up rows."),
        ),
        "privacy_office": (Judgement("reject", ("STRICTEST_COUNTS",), "Unclear, so no."),),
        "age_assurance": (Judgement("reject", ("AGE_NOT_PROVED",), "No proof came in two days."),),
        "legal_regional": (
            Judgement("approve", ("ALLOWED_THERE",), "The Dutch rule is that of the EU here."),
        ),
    },
)
