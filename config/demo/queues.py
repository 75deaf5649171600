"""The four review queues of podcast sponsorship, their promises, their reason codes."""

from typing import Any

from config.demo.shape import APPROVE, DAY, HOUR, REJECT, Queue

CALENDAR: dict[str, Any] = {
    "key": "london-office",
    "name": "London office",
    "time_zone": "Europe/London",
    "weekly_hours": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": [
        {"date": "2026-12-25", "name": "Christmas Day"},
        {"date": "2026-12-28", "name": "Boxing Day (day in lieu)"},
        {"date": "2027-01-01", "name": "New Year’s Day"},
        {"date": "2027-03-26", "name": "Good Friday"},
        {"date": "2027-03-29", "name": "Easter Monday"},
    ],
}

QUEUES: tuple[Queue, ...] = (
    Queue(
        "brand_safety",
        "Brand safety",
        "Doubts about content: is it really as bad as the signal says?",
        HOUR,
        4 * HOUR,
        (
            ("EDITORIAL_CONTEXT", "It is news or documentary.", APPROVE),
            ("SIGNAL_WRONG", "The signal is wrong.", APPROVE),
            ("ONE_EPISODE", "It is limited to one episode, which is left out.", APPROVE),
            ("ADVERTISER_ACCEPTS", "The advertiser knows the content and accepts it.", APPROVE),
            ("INCIDENT_RESOLVED", "The incident is resolved.", APPROVE),
            ("CONTENT_UNSAFE", "The content is unsafe for any brand.", REJECT),
            ("WRONG_FIT", "The show does not fit this brand.", REJECT),
            ("NOT_ENOUGH_KNOWN", "Too little is known about the content.", REJECT),
        ),
    ),
    Queue(
        "legal_ads",
        "Legal ads",
        "Alcohol, gambling, politics, food and claims: may this be advertised?",
        4 * HOUR,
        DAY,
        (
            ("CLAIM_PROVED", "The claim is proved by documents.", APPROVE),
            ("WORDING_CHANGED", "The wording was changed and is fine now.", APPROVE),
            ("AUDIENCE_PROVED", "The audience is old enough, with proof.", APPROVE),
            ("LICENCE_CHECKED", "The licence was checked with the regulator.", APPROVE),
            ("CLAIM_UNPROVED", "The claim is not proved.", REJECT),
            (
                "AUDIENCE_TOO_YOUNG",
                "The audience is too young, or nobody can prove its age.",
                REJECT,
            ),
            ("NOT_LICENSED", "The licence is missing or not valid.", REJECT),
            ("LAW_FORBIDS", "The law of a market forbids it.", REJECT),
        ),
    ),
    Queue(
        "measurement",
        "Measurement",
        "Proof of downloads, audience and activity.",
        DAY,
        2 * DAY,
        (
            ("EXPORT_CERTIFIED", "A certified export proves the numbers.", APPROVE),
            ("STILL_ACTIVE", "The show is active; the catalogue was behind.", APPROVE),
            ("NUMBERS_PLAUSIBLE", "The numbers fit what comparable shows deliver.", APPROVE),
            ("NUMBERS_UNPROVED", "The numbers are not proved.", REJECT),
            ("NUMBERS_INFLATED", "The numbers count bots or repeated downloads.", REJECT),
            ("SHOW_STOPPED", "The show has stopped.", REJECT),
        ),
    ),
    Queue(
        "commercial",
        "Commercial",
        "Price, size, small shows and promises to rivals.",
        4 * HOUR,
        DAY,
        (
            ("PRICE_FAIR", "The price is fair for this audience.", APPROVE),
            ("STRATEGIC_SHOW", "The show matters to the brand beyond its size.", APPROVE),
            ("BUDGET_CONFIRMED", "The brand confirmed the budget.", APPROVE),
            ("NO_RIVALRY", "The two brands are not rivals here.", APPROVE),
            ("PRICE_TOO_HIGH", "The price is too high for this audience.", REJECT),
            ("TOO_SMALL", "The show is too small for a direct deal.", REJECT),
            ("PROMISED_TO_RIVAL", "A rival was promised to be alone.", REJECT),
        ),
    ),
)
