"""Submissions to the podcast sponsorship rules, and what must come of each; extend freely.

A case changes the ordinary submission of `ordinary.py`. `codes` are the reason codes in the
order of the rules; tier, queue, conditions and actions are compared where given.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.decisions.library.ordinary import ABSENT, FEED

Changes = dict[str, Any]
DECIDED = ("sponsorship.decided", "crm.note")
DRAFTED = (*DECIDED, "ads.draft_ad_set")
CLEAR = "NOTHING_OBJECTS"
SAFETY, LEGAL, MEASURE, TRADE = "brand_safety", "legal_ads", "measurement", "commercial"


@dataclass(frozen=True)
class Case:
    """One submission and its answer; `feed` None means that the feed was silent."""

    rule: str
    name: str
    changes: Changes
    outcome: str
    codes: tuple[str, ...]
    tier: str | None = None
    queue: str | None = None
    conditions: tuple[str, ...] | None = None
    actions: tuple[str, ...] | None = None
    feed: Changes | None = field(default_factory=lambda: FEED)

    def __str__(self) -> str:
        return f"{self.rule} {self.name}"


def ok(rule: str, name: str, changes: Changes, *codes: str, **more: Any) -> Case:
    return Case(rule, name, changes, "approve", codes or (CLEAR,), **more)


def no(rule: str, name: str, changes: Changes, *codes: str, **more: Any) -> Case:
    return Case(rule, name, changes, "reject", codes, **more)


def ask(rule: str, name: str, changes: Changes, queue: str, *codes: str, **more: Any) -> Case:
    return Case(rule, name, changes, "review", codes, queue=queue, **more)


def garm(*signals: tuple[Any, ...], **more: Any) -> Changes:
    """Signals as (level, confidence, episode share[, category[, last found]])."""
    names = ("level", "confidence", "episode_share", "category", "last_found")
    found = [{"category": "obscenity", **dict(zip(names, s, strict=False))} for s in signals]
    return {"garm": found, **more}


def said(**facts: Any) -> Changes:
    return {**FEED, **facts}


EXPANDED = {"suitability_setting": "expanded"}
ALCOHOL = {"advertiser_category": "ADV_15_139", "brand": "Vale & Vine"}
BEER = {**ALCOHOL, "iab_ad_product_id": 1004}
IN_US = {"markets": ["US"]}
DRINK_CONDITIONS = ("ALCOHOL_SCRIPT", "MINIMUM_AGE")
GB_LICENCE = {"market": "GB", "number": "39483-R-319374"}
GAMBLING = {
    "advertiser_category": "ADV_16_147",
    "brand": "Pinnacle Sport",
    "markets": ["GB"],
    "licences": [GB_LICENCE],
    "under18_appeal": ["none"],
}
POLITICAL = {
    "advertiser_category": "ADV_25_1",
    "brand": "Rail for the North",
    "markets": ["GB", "US"],
    "identity_verified": True,
    "synthetic_media_disclosed": True,
}
CRISPS = {
    "advertiser_category": "ADV_15_140",
    "brand": "Snapper Crisps",
    "markets": ["GB"],
    "less_healthy_food": True,
    "business_staff": 250,
    "product_visuals": [],
    "under16_share": 0.05,
}
UNPAID = {"budget_micro": 0, "cpm_micro": 0}
EXPLICIT = {"show.explicit": True}

CASES: tuple[Case, ...] = (
    ok("all", "ordinary", {}, tier="A", conditions=(), actions=DRAFTED),
    # 1.1 and 1.2: floor-level content, its confidence and its age.
    no("1.1", "floor at 0.80", garm(("floor", 0.8, 0.02)), "FLOOR_CONTENT", tier="floor"),
    no("1.1", "floor at 1", garm(("floor", 1, 0.01)), "FLOOR_CONTENT", conditions=()),
    no(
        "1.1",
        "floor found a year ago to the day",
        garm(("floor", 0.9, 0.02, "hate", "2025-11-23")),
        "FLOOR_CONTENT",
    ),
    ok("1.1", "floor older than a year", garm(("floor", 0.9, 0.02, "hate", "2025-11-22"))),
    ask("1.1", "not scanned", {"garm": ABSENT}, SAFETY, "NOT_SCANNED"),
    ask("1.1", "scan null", {"garm": None}, SAFETY, "NOT_SCANNED"),
    ask("1.2", "floor at 0.79", garm(("floor", 0.79, 0.02)), SAFETY, "FLOOR_DOUBT", tier="A"),
    ask("1.2", "floor at 0.7999", garm(("floor", 0.7999, 0.02)), SAFETY, "FLOOR_DOUBT"),
    ask("1.2", "floor at 0.50", garm(("floor", 0.5, 0.02)), SAFETY, "FLOOR_DOUBT"),
    ok("1.2", "floor at 0.49", garm(("floor", 0.49, 0.02))),
    ask("1.2", "one incident", {"open_incidents_12m": 1}, SAFETY, "OPEN_INCIDENT"),
    ask(
        "1.2",
        "doubt and incidents",
        garm(("floor", 0.6, 0.1), open_incidents_12m=3),
        SAFETY,
        "FLOOR_DOUBT",
        "OPEN_INCIDENT",
    ),
    # 1.3: tier C is for brands with the setting expanded.
    ok("1.3", "high risk at 10 %", garm(("high", 0.9, 0.1)), tier="A"),
    ok(
        "1.3",
        "high risk above 10 %, expanded",
        garm(("high", 0.9, 0.101, "hate"), **EXPANDED),
        tier="C",
        conditions=("EXCLUDE_TOPICS",),
    ),
    no(
        "1.3",
        "high risk above 10 %, standard",
        garm(("high", 0.9, 0.101)),
        "NOT_SUITABLE",
        tier="C",
    ),
    no(
        "1.3",
        "high risk above 10 %, limited",
        garm(("high", 0.2, 0.5), suitability_setting="limited"),
        "NOT_SUITABLE",
    ),
    ask(
        "1.3",
        "high risk above 10 %, setting unknown",
        garm(("high", 0.9, 0.2), suitability_setting=ABSENT),
        SAFETY,
        "SUITABILITY_UNKNOWN",
        conditions=("EXCLUDE_TOPICS",),
    ),
    ok("1.3", "medium risk at 40 %", garm(("medium", 0.9, 0.4)), tier="A"),
    no("1.3", "medium risk above 40 %", garm(("medium", 0.9, 0.41)), "NOT_SUITABLE", tier="C"),
    ok("1.3", "low risk everywhere", garm(("low", 0.9, 1)), tier="A"),
    # 1.4: prohibited products, by each witness.
    no("1.4", "vape by IAB", {"iab_ad_product_id": 1548}, "PROHIBITED_PRODUCT"),
    no("1.4", "guns by IAB", {"iab_ad_product_id": 1578}, "PROHIBITED_PRODUCT"),
    *(
        no("1.4", f"{product} by the booker", {"products": [product]}, "PROHIBITED_PRODUCT")
        for product in (
            "tobacco",
            "vape",
            "firearms",
            "weapons",
            "explosives",
            "recreational_drugs",
            "adult",
            "payday_loan",
            "ico_binary_options",
            "defi",
            "bail_bonds",
        )
    ),
    ok("1.4", "cars", {"advertiser_category": "ADV_1_6"}),
    ask("1.4", "no such category", {"advertiser_category": "ADV_99"}, LEGAL, "CATEGORY_UNCLEAR"),
    ask("1.4", "crypto exchange", {"iab_ad_product_id": 1449}, LEGAL, "CATEGORY_UNCLEAR"),
    ask("1.4", "category other", {"advertiser_category": "ADV_23"}, LEGAL, "CATEGORY_UNCLEAR"),
    # 1.5: alcohol, its audience and its markets.
    ok(
        "1.5",
        "beer in GB at 0.249",
        {**BEER, "under18_share": 0.249},
        "AUDIENCE_OLD_ENOUGH",
        conditions=DRINK_CONDITIONS,
        actions=DRAFTED,
    ),
    no("1.5", "beer in GB at 0.25", {**BEER, "under18_share": 0.25}, "AUDIENCE_UNDER18"),
    ok(
        "1.5",
        "beer in DE at 0.25",
        {**BEER, "under18_share": 0.25, "markets": ["DE"]},
        "AUDIENCE_OLD_ENOUGH",
    ),
    ok(
        "1.5",
        "beer in US at 0.736",
        {**BEER, **IN_US, "age21plus_share": 0.736},
        "AUDIENCE_OLD_ENOUGH",
    ),
    no(
        "1.5", "beer in US at 0.735", {**BEER, **IN_US, "age21plus_share": 0.735}, "AUDIENCE_21PLUS"
    ),
    ok("1.5", "beer in GB, US share low", {**BEER, "age21plus_share": 0.5}, "AUDIENCE_OLD_ENOUGH"),
    no(
        "1.5",
        "cider in US at 0.7359",
        {**ALCOHOL, **IN_US, "drink_kind": "cider", "age21plus_share": 0.7359},
        "AUDIENCE_21PLUS",
    ),
    ok(
        "1.5",
        "spirits in US at 0.738",
        {**ALCOHOL, **IN_US, "drink_kind": "spirits", "age21plus_share": 0.738},
        "AUDIENCE_OLD_ENOUGH",
    ),
    no(
        "1.5",
        "spirits in US at 0.737",
        {**ALCOHOL, **IN_US, "drink_kind": "spirits", "age21plus_share": 0.737},
        "AUDIENCE_21PLUS",
    ),
    ok(
        "1.5",
        "wine in US at 0.737",
        {**ALCOHOL, **IN_US, "iab_ad_product_id": 1007, "age21plus_share": 0.737},
        "AUDIENCE_OLD_ENOUGH",
    ),
    no(
        "1.5",
        "wine in US at 0.7369",
        {**ALCOHOL, **IN_US, "drink_kind": "wine", "age21plus_share": 0.7369},
        "AUDIENCE_21PLUS",
    ),
    no(
        "1.5",
        "unknown drink in US below all",
        {**ALCOHOL, **IN_US, "age21plus_share": 0.7359},
        "AUDIENCE_21PLUS",
    ),
    ask(
        "1.5",
        "unknown drink in US between",
        {**ALCOHOL, **IN_US, "age21plus_share": 0.737},
        LEGAL,
        "DRINK_UNKNOWN",
    ),
    ok(
        "1.5",
        "unknown drink in US above all",
        {**ALCOHOL, **IN_US, "age21plus_share": 0.738},
        "AUDIENCE_OLD_ENOUGH",
    ),
    ask(
        "1.5",
        "under-18 share unknown",
        {**BEER, "under18_share": ABSENT},
        LEGAL,
        "SHARE_UNKNOWN",
        conditions=DRINK_CONDITIONS,
    ),
    ask(
        "1.5",
        "21+ share unknown in US",
        {**BEER, **IN_US, "age21plus_share": None},
        LEGAL,
        "SHARE_UNKNOWN",
    ),
    ok("1.5", "21+ share unknown in GB", {**BEER, "age21plus_share": None}, "AUDIENCE_OLD_ENOUGH"),
    no(
        "1.5",
        "one share unknown, the other too low",
        {**BEER, "markets": ["GB", "US"], "under18_share": None, "age21plus_share": 0.7},
        "AUDIENCE_21PLUS",
    ),
    ask(
        "1.5",
        "a footballer in a beer ad",
        {**BEER, "under18_appeal": ["top_flight_footballer"]},
        LEGAL,
        "ALCOHOL_APPEAL",
    ),
    # 1.6: gambling, its licences, its audience and its faces.
    ask("1.6", "licensed", GAMBLING, LEGAL, "GAMBLING_CHECK", conditions=("MINIMUM_AGE",)),
    no("1.6", "no licences", {**GAMBLING, "licences": ABSENT}, "LICENCE_MISSING"),
    no("1.6", "licence for one of two", {**GAMBLING, "markets": ["GB", "IE"]}, "LICENCE_MISSING"),
    no(
        "1.6",
        "licence without a number",
        {**GAMBLING, "licences": [{"market": "GB", "number": "  "}]},
        "LICENCE_MISSING",
    ),
    no("1.6", "GB at 0.25", {**GAMBLING, "under18_share": 0.25}, "AUDIENCE_UNDER18"),
    ask("1.6", "GB at 0.2499", {**GAMBLING, "under18_share": 0.2499}, LEGAL, "GAMBLING_CHECK"),
    ask(
        "1.6",
        "US at 0.25",
        {
            **GAMBLING,
            "markets": ["US"],
            "licences": [{"market": "US", "number": "NJ-7"}],
            "under18_share": 0.25,
        },
        LEGAL,
        "GAMBLING_CHECK",
    ),
    *(
        no("1.6", appeal, {**GAMBLING, "under18_appeal": [appeal]}, "UNDER18_APPEAL")
        for appeal in ("top_flight_footballer", "reality_star", "other_strong_appeal")
    ),
    ask("1.6", "GB share unknown", {**GAMBLING, "under18_share": None}, LEGAL, "SHARE_UNKNOWN"),
    ask("1.6", "appeal unknown", {**GAMBLING, "under18_appeal": None}, LEGAL, "APPEAL_UNKNOWN"),
    ask("1.6", "appeal not stated", {**GAMBLING, "under18_appeal": []}, LEGAL, "APPEAL_UNKNOWN"),
    # 1.7: political and issue advertising.
    ask(
        "1.7",
        "verified and disclosed",
        POLITICAL,
        LEGAL,
        "POLITICAL_CHECK",
        conditions=("LABEL_SYNTHETIC",),
    ),
    no("1.7", "only closed markets", {**POLITICAL, "markets": ["DE", "FR"]}, "MARKET_CLOSED"),
    ask(
        "1.7",
        "some closed markets",
        {**POLITICAL, "markets": ["DE", "GB"]},
        LEGAL,
        "MARKETS_DROPPED",
        "POLITICAL_CHECK",
        conditions=("DROP_MARKETS", "LABEL_SYNTHETIC"),
    ),
    ask(
        "1.7",
        "all five markets",
        {**POLITICAL, "markets": ["US", "GB", "AU", "IN", "JP"]},
        LEGAL,
        "POLITICAL_CHECK",
    ),
    ask(
        "1.7",
        "not verified, not disclosed",
        {**POLITICAL, "identity_verified": False, "synthetic_media_disclosed": ABSENT},
        LEGAL,
        "IDENTITY_NOT_VERIFIED",
        "SYNTHETIC_MEDIA",
        "POLITICAL_CHECK",
    ),
    ask(
        "1.7",
        "an issue sold as a charity",
        {
            "advertiser_category": "ADV_17",
            "issue_advertising": True,
            "identity_verified": True,
            "synthetic_media_disclosed": False,
            "markets": ["GB"],
        },
        LEGAL,
        "SYNTHETIC_MEDIA",
        "POLITICAL_CHECK",
    ),
    # 1.8: less healthy food and drink in Great Britain.
    ok("1.8", "sound only", CRISPS, "AUDIO_ONLY"),
    no(
        "1.8",
        "companion image",
        {**CRISPS, "product_visuals": ["companion_image"]},
        "LESS_HEALTHY_PICTURED",
    ),
    no(
        "1.8",
        "clickable display",
        {**CRISPS, "product_visuals": ["clickable_display"]},
        "LESS_HEALTHY_PICTURED",
    ),
    ok(
        "1.8",
        "image, 249 staff",
        {**CRISPS, "product_visuals": ["companion_image"], "business_staff": 249},
        "SMALL_BUSINESS",
    ),
    ok(
        "1.8",
        "image, outside GB",
        {**CRISPS, "product_visuals": ["companion_image"], "markets": ["IE"]},
    ),
    no("1.8", "video podcast", {**CRISPS, "show.media_type": "video"}, "LESS_HEALTHY_VIDEO"),
    ask(
        "1.8",
        "mixed podcast",
        {**CRISPS, "show.media_type": "mixed"},
        LEGAL,
        "LESS_HEALTHY_UNCLEAR",
    ),
    no("1.8", "under-16 share 0.25", {**CRISPS, "under16_share": 0.25}, "AUDIENCE_UNDER16"),
    ok("1.8", "under-16 share 0.249", {**CRISPS, "under16_share": 0.249}, "AUDIO_ONLY"),
    ask(
        "1.8",
        "under-16 share unknown",
        {**CRISPS, "under16_share": ABSENT},
        LEGAL,
        "LESS_HEALTHY_UNCLEAR",
    ),
    ask(
        "1.8",
        "small business, young audience",
        {**CRISPS, "business_staff": 12, "under16_share": 0.3},
        LEGAL,
        "LESS_HEALTHY_UNCLEAR",
    ),
    ask(
        "1.8",
        "image, staff unknown",
        {**CRISPS, "product_visuals": ["companion_image"], "business_staff": ABSENT},
        LEGAL,
        "LESS_HEALTHY_UNCLEAR",
    ),
    ok("1.8", "sound only, staff unknown", {**CRISPS, "business_staff": ABSENT}, "AUDIO_ONLY"),
    ask(
        "1.8",
        "pictures unknown",
        {**CRISPS, "product_visuals": ABSENT},
        LEGAL,
        "LESS_HEALTHY_UNCLEAR",
    ),
    ask(
        "1.8",
        "food in GB, nobody says",
        {**CRISPS, "less_healthy_food": ABSENT},
        LEGAL,
        "LESS_HEALTHY_UNKNOWN",
    ),
    ok("1.8", "food in GB, healthy", {**CRISPS, "less_healthy_food": False}),
    # 1.9: shows for kids.
    no("1.9", "paid", {"made_for_kids": True}, "MADE_FOR_KIDS"),
    no(
        "1.9",
        "unpaid but monetised",
        {"made_for_kids": True, **UNPAID, "monetised": True},
        "MADE_FOR_KIDS",
    ),
    no(
        "1.9",
        "unpaid and personalised",
        {"made_for_kids": True, **UNPAID, "personalised_targeting": True},
        "KIDS_TARGETED",
    ),
    ask(
        "1.9",
        "unpaid, targeting unknown",
        {"made_for_kids": True, **UNPAID},
        LEGAL,
        "KIDS_TARGETING_UNKNOWN",
    ),
    ok(
        "1.9",
        "unpaid and not personalised",
        {"made_for_kids": True, **UNPAID, "personalised_targeting": False},
    ),
    ok("1.9", "personalised for adults", {"personalised_targeting": True, "monetised": True}),
    # 1.10: explicit, by any witness.
    ok("1.10", "explicit by Web API", EXPLICIT, tier="B"),
    ok("1.10", "explicit by feed", {}, tier="B", feed=said(explicit=True)),
    ok("1.10", "explicit episodes in the feed", {}, tier="B", feed=said(explicit_episodes=1)),
    ok("1.10", "explicit by Web API, feed silent", EXPLICIT, tier="B", feed=None),
    no("1.10", "family brand", {**EXPLICIT, "family_brand": True}, "EXPLICIT_FAMILY"),
    no(
        "1.10",
        "family category, explicit by feed",
        {"advertiser_category": "ADV_11_98", "brand": "Buttercup Toys"},
        "EXPLICIT_FAMILY",
        feed=said(explicit=True),
    ),
    ok(
        "1.10",
        "family category, not a family brand",
        {**EXPLICIT, "advertiser_category": "ADV_11_98", "family_brand": False},
        tier="B",
    ),
    ok("1.10", "family brand, not explicit", {"family_brand": True}, tier="A"),
    ask(
        "1.10",
        "Web API says no or unknown, feed silent",
        {},
        SAFETY,
        "EXPLICIT_UNKNOWN",
        tier="B",
        feed=None,
    ),
    ask(
        "1.10",
        "Web API null, feed does not say",
        {"show.explicit": None},
        SAFETY,
        "EXPLICIT_UNKNOWN",
        feed=said(explicit=None),
    ),
    ok("1.10", "Web API null, feed says no", {"show.explicit": None}, tier="A"),
    # 1.11: activity, by two witnesses.
    ok(
        "1.11",
        "45 days ago",
        {"last_release_date": "2026-10-09"},
        feed=said(last_release_date=None),
    ),
    no(
        "1.11",
        "46 days ago",
        {"last_release_date": "2026-10-08"},
        "SHOW_INACTIVE",
        feed=said(last_release_date=None, episodes_last_90d=None),
    ),
    ok("1.11", "3 episodes", {"episodes_last_90d": 3}, feed=said(episodes_last_90d=3)),
    no(
        "1.11",
        "2 episodes",
        {"episodes_last_90d": 2},
        "SHOW_INACTIVE",
        feed=said(episodes_last_90d=2),
    ),
    no(
        "1.11",
        "both witnesses say it has stopped",
        {"last_release_date": "2026-03-01"},
        "SHOW_INACTIVE",
        feed=said(last_release_date="2026-03-01"),
    ),
    ask(
        "1.11",
        "only Spotify says it has stopped",
        {"last_release_date": "2026-03-01"},
        MEASURE,
        "ACTIVITY_DIFFERS",
    ),
    ask(
        "1.11",
        "only the feed says it has stopped",
        {},
        MEASURE,
        "ACTIVITY_DIFFERS",
        feed=said(episodes_last_90d=0),
    ),
    ok(
        "1.11",
        "only the feed knows, active",
        {"last_release_date": ABSENT, "episodes_last_90d": ABSENT},
    ),
    no(
        "1.11",
        "only the feed knows, stopped",
        {"last_release_date": ABSENT, "episodes_last_90d": ABSENT},
        "SHOW_INACTIVE",
        feed=said(last_release_date="2026-03-01", episodes_last_90d=0),
    ),
    ask(
        "1.11",
        "nobody knows",
        {**EXPLICIT, "last_release_date": ABSENT, "episodes_last_90d": ABSENT},
        MEASURE,
        "ACTIVITY_UNKNOWN",
        feed=None,
    ),
    # 1.12: downloads.
    no(
        "1.12",
        "4,999",
        {"downloads_30d_median": 4999},
        "TOO_FEW_DOWNLOADS",
        actions=(*DECIDED, "sponsorship.offer_programmatic"),
    ),
    ask("1.12", "5,000", {"downloads_30d_median": 5000}, TRADE, "SMALL_SHOW", actions=()),
    ask("1.12", "9,999", {"downloads_30d_median": 9999}, TRADE, "SMALL_SHOW"),
    ok("1.12", "10,000", {"downloads_30d_median": 10000}),
    ask("1.12", "unknown", {"downloads_30d_median": ABSENT}, MEASURE, "DOWNLOADS_UNKNOWN"),
    # 1.13: certified measurement.
    ask("1.13", "not certified", {"iab_certified": False}, MEASURE, "NOT_CERTIFIED", tier="B"),
    ask(
        "1.13", "certificate unknown", {"iab_certified": ABSENT}, MEASURE, "NOT_CERTIFIED", tier="B"
    ),
    # 1.14: disclosure by the host.
    ok("1.14", "no script", {"disclosure_script": ABSENT}, conditions=("DISCLOSE",)),
    ok("1.14", "blank script", {"disclosure_script": " \n "}, conditions=("DISCLOSE",)),
    ok(
        "1.14",
        "not read by the host",
        {"host_read": False, "disclosure_script": ABSENT},
        conditions=(),
    ),
    ok("1.14", "spoken after 5 s", {"disclosure_at_s": 5}, conditions=()),
    ok("1.14", "spoken after 5.1 s", {"disclosure_at_s": 5.1}, conditions=("DISCLOSE_EARLIER",)),
    ok(
        "1.14",
        "twelfth word",
        {"disclosure_script": "  One two three four five six seven eight nine ten 11 sponsored"},
        conditions=(),
    ),
    ok(
        "1.14",
        "thirteenth word",
        {"disclosure_script": "One two three four five six seven eight nine ten 11 12 sponsored"},
        conditions=("DISCLOSE_EARLIER",),
    ),
    ok("1.14", "in German", {"disclosure_script": "Anzeige. Heute hören wir"}, conditions=()),
    # 1.15: claims.
    ask("1.15", "health", {"claims": ["health"]}, LEGAL, "HEALTH_CLAIM"),
    ask("1.15", "finance", {"claims": ["finance"]}, LEGAL, "FINANCE_CLAIM"),
    ask("1.15", "environment", {"claims": ["environment"]}, LEGAL, "ENVIRONMENT_CLAIM"),
    ask(
        "1.15",
        "two beside none",
        {"claims": ["none", "health", "environment"]},
        LEGAL,
        "HEALTH_CLAIM",
        "ENVIRONMENT_CLAIM",
    ),
    ask("1.15", "not stated", {"claims": []}, LEGAL, "CLAIMS_NOT_STATED"),
    # 1.16: ad load and budget.
    ok("1.16", "240 s", {"ad_load_s_per_h": 240}, conditions=()),
    ok("1.16", "241 s", {"ad_load_s_per_h": 241}, conditions=("AD_LOAD",)),
    ok("1.16", "360 s", {"ad_load_s_per_h": 360}, conditions=("AD_LOAD",)),
    no("1.16", "361 s", {"ad_load_s_per_h": 361}, "AD_LOAD_TOO_HIGH", actions=DECIDED),
    ask("1.16", "ad load unknown", {"ad_load_s_per_h": ABSENT}, MEASURE, "AD_LOAD_UNKNOWN"),
    ok("1.16", "€50,000", {"budget_micro": 50_000_000_000}),
    ask("1.16", "€50,000 and a millionth", {"budget_micro": 50_000_000_001}, TRADE, "LARGE_BUDGET"),
    ok("1.16", "$57,500", {"budget_micro": 57_500_000_000, "currency": "USD"}),
    ask(
        "1.16",
        "$57,501",
        {"budget_micro": 57_501_000_000, "currency": "USD"},
        TRADE,
        "LARGE_BUDGET",
    ),
    ask("1.16", "a currency without a rate", {"currency": "ISK"}, TRADE, "RATE_UNKNOWN"),
    # 1.17: promises to competitors.
    no(
        "1.17",
        "signed promise to a rival",
        {"brand": "millbrook oats", "advertiser_category": "ADV_29"},
        "COMPETITOR_CONFLICT",
    ),
    ok(
        "1.17",
        "signed promise, other market",
        {"brand": "Millbrook Oats", "advertiser_category": "ADV_29", "markets": ["US"]},
    ),
    ok(
        "1.17",
        "signed promise, after its end",
        {"brand": "Millbrook Oats", "flight.start": "2030-07-01", "flight.end": "2030-07-31"},
    ),
    ask(
        "1.17",
        "promise in talks",
        {"brand": "Skylark Air", "markets": ["DE"]},
        TRADE,
        "COMPETITOR_TALKS",
    ),
    ask(
        "1.17",
        "brand unknown in a promised group",
        {"brand": ABSENT, "advertiser_category": "ADV_15_140", "less_healthy_food": False},
        TRADE,
        "BRAND_UNKNOWN",
    ),
    # 1.18: sanity of the booking.
    ask(
        "1.18", "flight ends before it starts", {"flight.end": "2026-11-30"}, TRADE, "FLIGHT_DATES"
    ),
    ask(
        "1.18",
        "flight is over",
        {"flight.start": "2026-11-01", "flight.end": "2026-11-22"},
        TRADE,
        "FLIGHT_DATES",
    ),
    ok("1.18", "flight ends today", {"flight.start": "2026-11-01", "flight.end": "2026-11-23"}),
    ask(
        "1.18",
        "feed blocks Spotify",
        {},
        SAFETY,
        "FEED_BLOCKS_SPOTIFY",
        feed=said(blocks_spotify=True),
    ),
    ask("1.18", "no market", {"markets": []}, TRADE, "NO_MARKETS"),
    # How several findings come together.
    no(
        "all",
        "first match is the first reason",
        {**BEER, "under18_share": 0.4, "downloads_30d_median": 100, "ad_load_s_per_h": 999},
        "AUDIENCE_UNDER18",
        "TOO_FEW_DOWNLOADS",
        actions=DECIDED,
    ),
    no(
        "all",
        "a reject beats a review",
        {"claims": ["health"], "ad_load_s_per_h": 361},
        "AD_LOAD_TOO_HIGH",
    ),
    ask(
        "all",
        "the most urgent queue wins",
        {
            "claims": ["finance"],
            "open_incidents_12m": 1,
            "iab_certified": False,
            "downloads_30d_median": 6000,
        },
        SAFETY,
        "OPEN_INCIDENT",
        "SMALL_SHOW",
        "NOT_CERTIFIED",
        "FINANCE_CLAIM",
    ),
    ask(
        "all",
        "law before price",
        {"claims": ["finance"], "downloads_30d_median": 6000},
        LEGAL,
        "SMALL_SHOW",
        "FINANCE_CLAIM",
    ),
    ask(
        "all",
        "price before proof",
        {"iab_certified": False, "downloads_30d_median": 6000},
        TRADE,
        "SMALL_SHOW",
        "NOT_CERTIFIED",
    ),
    ok(
        "all",
        "conditions add up",
        {**BEER, "disclosure_script": "", "ad_load_s_per_h": 300},
        "AUDIENCE_OLD_ENOUGH",
        conditions=("ALCOHOL_SCRIPT", "MINIMUM_AGE", "DISCLOSE", "AD_LOAD"),
    ),
)
