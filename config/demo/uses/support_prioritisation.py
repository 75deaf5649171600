"""Support priority in the demo: queues, a month of invented cases, how people judge them."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from config.demo.arrivals import Facts, Story, plain, told, written
from config.demo.shape import APPROVE, HOUR, REJECT, Judgement, Queue, Receiver, Use

QUEUES = (
    Queue(
        "support_triage",
        "Support triage",
        "Cases whose figures are missing or differ: how urgent are they really?",
        HOUR // 2,
        2 * HOUR,
        (
            ("FIGURES_FOUND", "The figures were found; the priority stands.", APPROVE),
            ("SOURCES_AGREE_NOW", "The sources agree by now; the priority stands.", APPROVE),
            ("NO_FAULT_FOUND", "The campaign runs as planned; nothing is wrong.", REJECT),
        ),
        round_the_clock=True,
    ),
    Queue(
        "customer_care_lead",
        "Customer care lead",
        "Compensation above the cap of the contract.",
        HOUR,
        4 * HOUR,
        (
            ("FAULT_IS_OURS", "The fault is ours and the amount is fair.", APPROVE),
            ("KEEP_THE_CUSTOMER", "The customer is worth the goodwill.", APPROVE),
            ("AMOUNT_TOO_HIGH", "The amount is higher than the harm.", REJECT),
            ("FAULT_UNPROVED", "Nobody has proved that the fault is ours.", REJECT),
        ),
    ),
)
COUNTRIES = (("GB", "GBP", 0.87), ("DE", "EUR", 1), ("US", "USD", 1.15), ("SE", "SEK", 11))
TIERS = ("managed", "managed", "self_serve", "self_serve", "strategic")


def _case(pick: Random, at: datetime, number: int) -> Facts:
    country, currency, rate = pick.choice(COUNTRIES)
    return {
        "case_id": f"CAS-{77000 + number}",
        "opened_at": written(at - timedelta(minutes=pick.randint(1, 9))),
        "category": "delivery",
        "ad_account_id": str(UUID(int=pick.getrandbits(128))),
        "campaign_id": str(UUID(int=pick.getrandbits(128))),
        "contract_tier": pick.choice(TIERS),
        "country": country,
        "currency": currency,
        "customer_value_eur": pick.randrange(8_000, 180_000, 500),
        "daily_spend_7d": round(pick.choice((140, 260, 480, 900, 1_600, 2_900)) * rate, 2),
        "days_to_end": pick.randint(4, 24),
        "impressions_delta": -round(pick.uniform(0.02, 0.34), 2),
        "completion_delta_pts": -pick.randint(0, 9),
        "pacing": round(pick.uniform(0.88, 1.04), 2),
        "entity_status": "ACTIVE",
        "reject_reasons": [],
        "last_change": None,
        "overspend_ratio": 1,
        "reopened": pick.choice((0, 0, 0, 1)),
        "sentiment": round(pick.uniform(-0.5, 0.4), 1),
        "open_cases_same_cause": pick.randint(0, 3),
    }


def _question(pick: Random, at: datetime) -> Facts:
    gone = ("daily_spend_7d", "days_to_end", "impressions_delta", "entity_status", "pacing")
    return {
        "category": pick.choice(("howto", "access")),
        "campaign_id": None,
        **{name: {"$absent": True} for name in (*gone, "completion_delta_pts")},
    }


def _angry_question(pick: Random, at: datetime) -> Facts:
    return {**_question(pick, at), "sentiment": -0.9}


def _young_report(pick: Random, at: datetime) -> Facts:
    return {
        **_question(pick, at),
        "category": "reporting",
        "insight_error": "INSUFFICIENT_LISTENERS",
    }


def _budget_cut(pick: Random, at: datetime) -> Facts:
    change = {"actor": "ADVERTISER_USER", "minutes": pick.randint(12, 110), "change": "BUDGET"}
    return {"impressions_delta": -0.72, "last_change": change, "daily_spend_7d": 3900}


def _collapse(pick: Random, at: datetime) -> Facts:
    return {"impressions_delta": -0.86, "daily_spend_7d": 6400, "fault": "platform"}


def _silence(pick: Random, at: datetime) -> Facts:
    return {"hours_without_impressions": pick.randint(6, 11), "budget_left": True}


def _garbled(pick: Random, at: datetime) -> Facts:
    return {
        "category": "creative",
        "completion_delta_pts": -pick.randint(31, 58),
        "fault": "ours",
        "affected_spend": pick.randrange(400, 1_800, 50),
    }


def _overspent(pick: Random, at: datetime) -> Facts:
    return {"category": "billing", "overspend_ratio": 1.18, "fault": "platform"}


def _rejected(pick: Random, at: datetime) -> Facts:
    return {
        "entity_status": "REJECTED",
        "flight_start": written(at + timedelta(hours=pick.randint(4, 20))),
        "reject_reasons": ["ARTIST_ENDORSEMENT"],
    }


def _beside_the_wrong(pick: Random, at: datetime) -> Facts:
    return {"category": "brand_safety", "sentiment": -0.7}


def _many(pick: Random, at: datetime) -> Facts:
    return {"open_cases_same_cause": pick.randint(5, 14)}


def _made_good(pick: Random, at: datetime) -> Facts:
    return {"fault": "ours", "contract_tier": "managed", "daily_spend_7d": 900}


def _no_figures(pick: Random, at: datetime) -> Facts:
    return {"daily_spend_7d": None, "impressions_delta": None}


def _api_down(pick: Random, at: datetime) -> Facts:
    return {"data_problems": ["ads_api_error"]}


def _two_truths(pick: Random, at: datetime) -> Facts:
    return {"category": "billing", "data_problems": ["spend_conflict"]}


def _costly(pick: Random, at: datetime) -> Facts:
    return {
        "fault": "ours",
        "stage": "closed",
        "contract_tier": "managed",
        "currency": "EUR",
        "daily_spend_7d": 1_600,
        "affected_spend": pick.randrange(6_000, 14_000, 500),
    }


# How often each story is told in forty-eight.
STORIES: tuple[tuple[int, Story], ...] = (
    (11, plain),
    (7, _question),
    (2, _angry_question),
    (3, _young_report),
    (3, _budget_cut),
    (2, _collapse),
    (2, _silence),
    (2, _garbled),
    (1, _overspent),
    (2, _rejected),
    (1, _beside_the_wrong),
    (1, _many),
    (2, _made_good),
    (3, _no_figures),
    (2, _api_down),
    (1, _two_truths),
    (3, _costly),
)

USE = Use(
    key="support_prioritisation",
    sender="Help desk",
    count=48,
    queues=QUEUES,
    members={
        "support_triage": ("Priya Nair", "Carl Weiss"),
        "customer_care_lead": ("Priya Nair",),
    },
    receivers=(
        Receiver(
            "help-desk",
            "Help desk (sandbox)",
            [
                "support.prioritised",
                "support.page_on_call",
                "support.merge",
                "support.macro",
                "support.retry_report",
                "support.compensate",
            ],
        ),
    ),
    arrivals=told(_case, STORIES, seed=6077, first_number=120),
    by_reason={
        "FIGURES_MISSING": (
            Judgement("approve", ("FIGURES_FOUND",), "Read them off by hand: 420 a day, a dip."),
            Judgement("reject", ("NO_FAULT_FOUND",), "The campaign ended yesterday, as planned."),
        ),
        "SPEND_CONFLICT": (
            Judgement("approve", ("SOURCES_AGREE_NOW",), "The hourly report had one hour twice."),
        ),
        "COMPENSATION_ABOVE_CAP": (
            Judgement(
                "approve",
                ("FAULT_IS_OURS",),
                "Our targeting change of Tuesday. They stayed calm; so should we.",
                "We deliver the missing impressions again.",
            ),
            Judgement(
                "reject",
                ("AMOUNT_TOO_HIGH",),
                "They lost two days, not nine.",
                "We make good the two days that were affected.",
            ),
        ),
    },
    by_queue={
        "support_triage": (
            Judgement("approve", ("SOURCES_AGREE_NOW",), "The Ads API answers again."),
        ),
        "customer_care_lead": (
            Judgement("approve", ("KEEP_THE_CUSTOMER",), "Eight years, never a complaint."),
        ),
    },
)
