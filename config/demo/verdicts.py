"""How reviewers of the demo judge: outcomes, reason codes and the notes they leave."""

from config.demo.shape import Judgement

APPROVE, REJECT = "approve", "reject"

# By the rules' reason code; the queue's own list serves where a code has none.
BY_REASON: dict[str, tuple[Judgement, ...]] = {
    "FLOOR_DOUBT": (
        Judgement(
            APPROVE,
            ("EDITORIAL_CONTEXT", "ONE_EPISODE"),
            "Episode 118 reads from an inquiry of 1987. Documentary, and the read is elsewhere.",
            "Please keep the read out of episode 118.",
            (("LEAVE_OUT_EPISODE", "Leave out episode 118."),),
        ),
        Judgement(
            REJECT,
            ("CONTENT_UNSAFE",),
            "Listened from 41:10: the scene is staged for effect, not reported.",
            "The content beside the read is not suitable for advertising.",
        ),
        Judgement(
            APPROVE,
            ("SIGNAL_WRONG",),
            "The classifier took a shipping forecast for a casualty list.",
        ),
    ),
    "OPEN_INCIDENT": (
        Judgement(
            APPROVE,
            ("INCIDENT_RESOLVED",),
            "The guest was edited out and the complaint withdrawn.",
        ),
        Judgement(
            REJECT,
            ("NOT_ENOUGH_KNOWN",),
            "Trust and safety is still waiting for the host’s answer.",
            "Ask again once the open complaint is settled.",
        ),
    ),
    "EXPLICIT_UNKNOWN": (
        Judgement(
            APPROVE,
            ("SIGNAL_WRONG",),
            "Listened to three episodes: clean. The feed was down, the host has been told.",
        ),
    ),
    "NOT_SCANNED": (
        Judgement(
            REJECT,
            ("NOT_ENOUGH_KNOWN",),
            "The vendor could not scan a show without transcripts.",
            "Send it again after the scan.",
        ),
    ),
    "SHARE_UNKNOWN": (
        Judgement(
            APPROVE,
            ("AUDIENCE_PROVED",),
            "The host’s survey of October: 4 % under 18, 92 % of 21 or older.",
        ),
        Judgement(
            REJECT,
            ("AUDIENCE_TOO_YOUNG",),
            "No survey, no host export. Alcohol needs one.",
            "Send a survey or a host export that shows the age of listeners.",
        ),
    ),
    "FINANCE_CLAIM": (
        Judgement(
            APPROVE,
            ("WORDING_CHANGED",),
            "“Guaranteed” is out, the risk line is in.",
            "Approved with the wording of 14:20.",
            (("RISK_LINE", "Read the risk line in full: capital is at risk."),),
        ),
    ),
    "HEALTH_CLAIM": (
        Judgement(APPROVE, ("CLAIM_PROVED",), "Claim matches the product file, entry 12."),
        Judgement(
            REJECT,
            ("CLAIM_UNPROVED",),
            "“Cures tiredness” has no authorised claim behind it.",
            "Use an authorised health claim, or make none.",
        ),
    ),
    "ENVIRONMENT_CLAIM": (
        Judgement(
            APPROVE,
            ("WORDING_CHANGED",),
            "“Carbon neutral” became “a third less fuel than in 2019”, measured and published.",
        ),
        Judgement(
            REJECT,
            ("CLAIM_UNPROVED",),
            "“Carbon neutral” rests on offsets nobody has checked.",
            "Say what was measured instead of “carbon neutral”.",
        ),
    ),
    "GAMBLING_CHECK": (
        Judgement(APPROVE, ("LICENCE_CHECKED",), "Number found in the public register, valid."),
    ),
    "MARKETS_DROPPED": (
        Judgement(
            APPROVE,
            ("WORDING_CHANGED",),
            "Runs in Great Britain only; the payer is named in the first line.",
        ),
    ),
    "NOT_CERTIFIED": (
        Judgement(
            APPROVE,
            ("EXPORT_CERTIFIED",),
            "The export of the new host is certified; numbers within 3 %.",
        ),
        Judgement(
            REJECT,
            ("NUMBERS_INFLATED",),
            "A third of the downloads come from two data centres.",
            "Send a certified export.",
        ),
    ),
    "SMALL_SHOW": (
        Judgement(APPROVE, ("STRATEGIC_SHOW",), "Every gardener in the country hears it."),
        Judgement(
            REJECT,
            ("TOO_SMALL",),
            "Twelve of these would not move the number.",
            "Programmatic buying is open to you.",
        ),
    ),
    "LARGE_BUDGET": (
        Judgement(APPROVE, ("BUDGET_CONFIRMED",), "Confirmed by the brand’s finance team by mail."),
        Judgement(
            REJECT,
            ("PRICE_TOO_HIGH",),
            "Twice what the last four bookings paid.",
            "The price is above what comparable shows ask.",
        ),
    ),
    "COMPETITOR_TALKS": (
        Judgement(REJECT, ("PROMISED_TO_RIVAL",), "Tern signs on Thursday.", "Not this winter."),
    ),
}

BY_QUEUE: dict[str, tuple[Judgement, ...]] = {
    "brand_safety": (
        Judgement(APPROVE, ("ADVERTISER_ACCEPTS",), "The brand’s agency listened and accepts it."),
        Judgement(REJECT, ("WRONG_FIT",), "Not what this brand wants to be heard beside."),
    ),
    "legal_ads": (
        Judgement(APPROVE, ("WORDING_CHANGED",), "Second version of the script is fine."),
        Judgement(REJECT, ("LAW_FORBIDS",), "Not possible in one of the markets.", "See the note."),
    ),
    "measurement": (
        Judgement(APPROVE, ("NUMBERS_PLAUSIBLE",), "In line with shows of its size."),
        Judgement(
            APPROVE, ("STILL_ACTIVE",), "Two episodes went out after the catalogue was read."
        ),
    ),
    "commercial": (
        Judgement(APPROVE, ("PRICE_FAIR",), "Within the range of the quarter."),
        Judgement(REJECT, ("PRICE_TOO_HIGH",), "Above the range.", "The price is above our range."),
    ),
}
