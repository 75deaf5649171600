"""Lead escalation in the demo: queues, a month of invented listeners, how people judge them."""

from datetime import datetime, timedelta
from random import Random

from config.demo.arrivals import Facts, Story, plain, told, written
from config.demo.shape import APPROVE, HOUR, REJECT, Judgement, Queue, Receiver, Use

QUEUES = (
    Queue(
        "compliance",
        "Compliance",
        "Possible hits on sanctions lists: nothing is sent before somebody has looked.",
        HOUR,
        2 * HOUR,
        (
            ("NAMESAKE", "It is somebody else of the same name.", APPROVE),
            ("LISTED", "The company or the person is on the list.", REJECT),
            ("CANNOT_RULE_OUT", "It cannot be ruled out.", REJECT),
        ),
    ),
    Queue(
        "sales_lead",
        "Sales lead",
        "Large deals, and good leads where nobody heads sales.",
        HOUR // 2,
        HOUR,
        (
            ("OWNER_NAMED", "A colleague takes it.", APPROVE),
            ("PLANNED", "The deal is planned; sales may call.", APPROVE),
            ("NOT_NOW", "Not this quarter.", REJECT),
        ),
    ),
    Queue(
        "identity_check",
        "Identity check",
        "Addresses that do not fit the company they name.",
        HOUR,
        4 * HOUR,
        (
            ("IDENTITY_CONFIRMED", "The company confirmed the person.", APPROVE),
            ("GROUP_ADDRESS", "The address is that of the group.", APPROVE),
            ("IMPERSONATION", "Somebody pretends.", REJECT),
        ),
    ),
)
SHOW = "spotify:show:2iTtbN5nmPbBQR2QpBcUvV"
EPISODE = "spotify:episode:512ojhOuo1ktJprKbVcKyQ"
# Company, employees, industry, country.
COMPANIES = (
    ("Nordlicht", 450, "J62", "DE"),
    ("Brightline Insurance", 1900, "K65", "GB"),
    ("Larkfield Homes", 610, "F41", "GB"),
    ("Falkner & Söhne", 85, "G47", "AT"),
    ("Atelier Brun", 34, "M74", "FR"),
    ("Casa Olivo", 120, "I55", "IT"),
    ("Prairie Freight", 2400, "H49", "US"),
    ("Tidewater Studios", 64, "R90", "US"),
    ("Quillon Learning", 130, "P85", "IE"),
    ("Van Daalen Optiek", 260, "G47", "NL"),
)
JOBS = ("manager", "manager", "director", "staff", "c_level", "unknown")
INTERESTS: tuple[list[str], ...] = (["enterprise"], ["team"], ["team"], ["studio"], ["starter"], [])


def _lead(pick: Random, at: datetime, number: int) -> Facts:
    company, size, industry, country = pick.choice(COMPANIES)
    heard = at - timedelta(days=pick.randint(0, 5), hours=pick.randint(1, 9))
    share = round(pick.uniform(0.2, 1), 2)
    return {
        "lead_id": f"LEAD-{55000 + number}",
        "campaign_id": pick.choice(("CAM-17", "CAM-18", "CAM-22")),
        "show_uri": SHOW,
        "episode_uri": EPISODE,
        "signal": [{"type": "listen", "at": written(heard), "seconds": int(1_900 * share)}],
        "listened_share": share,
        "click_throughs_30d": pick.randint(0, 3),
        "cta_clicks_30d": pick.randint(0, 1),
        "form_completed": pick.random() < 0.4,
        "email_domain_kind": "business",
        "domain_matches_company": True,
        "company": company,
        "company_size": size,
        "industry": industry,
        "country": country,
        "job_level": pick.choice(JOBS),
        "product_interest": pick.choice(INTERESTS),
        "budget_eur": pick.choice((None, None, 4_000, 18_000, 26_000, 40_000)),
        "timeline_months": pick.choice((None, 2, 3, 6, 12)),
        "existing_customer": False,
        "open_opportunity": False,
        "account_owner": None,
        "contact_consent": True,
        "do_not_contact": False,
        "competitor": False,
        "sanctions_hit": False,
        "last_signal_days": (at - heard).days,
    }


def _keen(pick: Random, at: datetime) -> Facts:
    return {
        "listened_share": 0.94,
        "click_throughs_30d": 3,
        "cta_clicks_30d": 1,
        "form_completed": True,
        "job_level": "director",
        "product_interest": ["enterprise"],
        "budget_eur": 40_000,
        "timeline_months": 3,
    }


def _keen_nordic(pick: Random, at: datetime) -> Facts:
    return {**_keen(pick, at), "company": "Fjellheim", "country": "NO", "industry": "J63"}


def _large(pick: Random, at: datetime) -> Facts:
    return {**_keen(pick, at), "budget_eur": pick.choice((120_000, 180_000, 260_000))}


def _owned(pick: Random, at: datetime) -> Facts:
    return {"account_owner": "Ewan Doyle", "existing_customer": True, "open_opportunity": True}


def _private(pick: Random, at: datetime) -> Facts:
    gone = ("company", "company_size", "industry")
    return {
        **dict.fromkeys(gone),
        "email_domain_kind": "free",
        "job_level": "unknown",
        "product_interest": [],
        "budget_eur": None,
        "form_completed": False,
    }


def _old(pick: Random, at: datetime) -> Facts:
    return {"last_signal_days": pick.randint(12, 70)}


def _no_consent(pick: Random, at: datetime) -> Facts:
    return {"country": "DE", "contact_consent": False, "form_completed": pick.random() < 0.5}


def _no_contact(pick: Random, at: datetime) -> Facts:
    return {"do_not_contact": True}


def _rival(pick: Random, at: datetime) -> Facts:
    return {"competitor": True, "company": "Underlay Systems"}


def _thrown_away(pick: Random, at: datetime) -> Facts:
    return {"email_domain_kind": "disposable", "company": None}


def _student(pick: Random, at: datetime) -> Facts:
    return {"job_level": "student", "product_interest": ["enterprise"], "company": None}


def _again(pick: Random, at: datetime) -> Facts:
    return {"same_lead_days": pick.randint(1, 25)}


def _pretender(pick: Random, at: datetime) -> Facts:
    return {**_keen(pick, at), "domain_matches_company": False}


def _sanctioned(pick: Random, at: datetime) -> Facts:
    return {"sanctions_hit": True, "company": "Meridian Bulk Trading"}


def _slow(pick: Random, at: datetime) -> Facts:
    return {**_keen(pick, at), "task_used_share": pick.choice((0.5, 0.75, 1)), "same_lead_days": 0}


# How often each story is told in fifty-six.
STORIES: tuple[tuple[int, Story], ...] = (
    (18, plain),
    (6, _keen),
    (3, _keen_nordic),
    (3, _large),
    (2, _owned),
    (5, _private),
    (4, _old),
    (3, _no_consent),
    (1, _no_contact),
    (1, _rival),
    (1, _thrown_away),
    (1, _student),
    (2, _again),
    (3, _pretender),
    (2, _sanctioned),
    (1, _slow),
)

USE = Use(
    key="lead_escalation",
    sender="Sales CRM",
    count=56,
    queues=QUEUES,
    members={
        "compliance": ("Nadia Rahman",),
        "sales_lead": ("Ewan Doyle",),
        "identity_check": ("Nadia Rahman", "Ewan Doyle"),
    },
    receivers=(
        Receiver(
            "sales-crm",
            "Sales CRM (sandbox)",
            [
                "lead.decided",
                "lead.sales_task",
                "lead.partner_task",
                "lead.inside_task",
                "lead.reassign",
                "lead.escalate",
                "lead.merge",
                "lead.answer_only",
            ],
        ),
        Receiver(
            "journeys",
            "Journeys and newsletter (sandbox)",
            ["lead.nurture", "lead.newsletter", "lead.suppress"],
        ),
    ),
    arrivals=told(_lead, STORIES, seed=8055, first_number=12),
    by_reason={
        "NO_OWNER": (
            Judgement("approve", ("OWNER_NAMED",), "Ewan calls them on Thursday, in English."),
        ),
        "LARGE_VALUE": (
            Judgement("approve", ("PLANNED",), "On the board since Monday; call after lunch."),
            Judgement(
                "reject",
                ("NOT_NOW",),
                "They signed with somebody else in spring and say so.",
                "We come back to you in the new year.",
            ),
        ),
        "IDENTITY_DOUBT": (
            Judgement("approve", ("GROUP_ADDRESS",), "The address is that of the holding."),
            Judgement("reject", ("IMPERSONATION",), "The company has never heard of this person."),
        ),
        "SANCTIONS_HIT": (
            Judgement("approve", ("NAMESAKE",), "Another company of that name, other country."),
        ),
    },
    by_queue={
        "compliance": (Judgement("reject", ("CANNOT_RULE_OUT",), "Two of three fields agree."),),
        "sales_lead": (Judgement("approve", ("PLANNED",), "Fine, call them."),),
        "identity_check": (
            Judgement("approve", ("IDENTITY_CONFIRMED",), "Confirmed by the switchboard."),
        ),
    },
)
