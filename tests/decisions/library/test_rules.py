"""Every rule of podcast sponsorship on both sides of each boundary, and every row at least once."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from decisions import engine
from tests.decisions.library.cases import CASES, Case
from tests.decisions.library.conftest import NOW, Sponsorship
from tests.decisions.library.ordinary import FEED, ORDINARY, changed

RULES = [f"1.{number}" for number in range(1, 17)]
SHARED = Path(os.environ.get("CLEARANCE_SHARED") or Path(__file__).resolve().parents[4] / "shared")
EXAMPLE = SHARED / "spotify" / "use_cases" / "1_podcast_sponsorship.example.json"


def facts_of(case: Case) -> dict[str, Any]:
    return changed(ORDINARY, case.changes)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case_is_decided_as_the_rules_say(case: Case, sponsorship: Sponsorship) -> None:
    facts = facts_of(case)
    assert sponsorship.model.check(facts) == []
    answer = sponsorship.decide(facts, feed=case.feed)
    codes = [reason["code"] for reason in answer["reasons"]]
    assert (answer["outcome"], codes) == (case.outcome, list(case.codes))
    assert answer["queue"] == case.queue
    if case.tier is not None:
        assert answer["suitability_tier"] == case.tier
    if case.conditions is not None:
        assert [c["code"] for c in answer["conditions"]] == list(case.conditions)
    if case.actions is not None:
        assert answer["actions"] == list(case.actions)


def test_model_that_was_written_and_read_decides_alike(sponsorship: Sponsorship) -> None:
    again = replace(sponsorship, model=engine.load_model(sponsorship.model.to_xml()))
    for case in CASES:
        facts = facts_of(case)
        decided = again.decide(facts, feed=case.feed)
        assert decided == sponsorship.decide(facts, feed=case.feed)


def test_cases_have_both_outcomes_of_each_rule() -> None:
    for rule in RULES:
        outcomes = {case.outcome for case in CASES if case.rule == rule}
        assert len(outcomes) > 1 or rule in ("1.2", "1.13", "1.14", "1.15"), rule


def test_every_row_of_every_table_is_hit(sponsorship: Sponsorship) -> None:
    hit = set()
    for case in CASES:
        hit |= set(map(tuple, sponsorship.evaluate(facts_of(case), feed=case.feed).rows))
    rows = {
        (decision["table"]["id"], number)
        for decision in sponsorship.model.describe()["decisions"]
        if decision.get("table")
        for number in range(1, len(decision["table"]["rules"]) + 1)
    }
    assert rows - hit == set()


def test_every_reason_is_a_sentence_with_a_rule(sponsorship: Sponsorship) -> None:
    for case in CASES:
        answer = sponsorship.decide(facts_of(case), feed=case.feed)
        for said in answer["reasons"] + answer["conditions"]:
            assert isinstance(said["text"], str), (case.name, said)
            assert said["text"].endswith("."), (case.name, said)
            assert said["rule"] == "all" or said["rule"].startswith("1."), (case.name, said)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {
                "advertiser_category": "ADV_15_139",
                "drink_kind": "cider",
                "markets": ["GB", "US"],
                "age21plus_share": 0.721,
            },
            "Rejected because 72.1\u00a0% of listeners are 21 or older, and cider in the United "
            "States needs at least 73.6\u00a0%.",
        ),
        (
            {"downloads_30d_median": 4999},
            "Rejected because an episode has 4,999 downloads, and a direct deal needs 5,000. "
            "Programmatic buying is open to you.",
        ),
        (
            {
                "garm": [
                    {
                        "category": "terrorism",
                        "level": "floor",
                        "confidence": 0.62,
                        "episode_share": 0.02,
                        "episodes": ["episode 112", "episode 118"],
                    }
                ]
            },
            "Floor-level content (terrorism) was found in episode 112 and episode 118 with "
            "confidence 0.62; from 0.5 a person decides, from 0.8 the rules reject.",
        ),
        (
            {"budget_micro": 1_250_000_000_000},
            "The budget is €1,250,000; above €50,000 Commercial decides.",
        ),
        (
            {"advertiser_category": "ADV_25", "markets": ["DE", "FR", "ES"]},
            "Rejected because Spotify sells no political or issue advertising in DE, FR and ES.",
        ),
    ],
)
def test_reason_names_the_value_and_the_limit(
    changes: dict[str, Any], text: str, sponsorship: Sponsorship
) -> None:
    assert sponsorship.change(changes)["reasons"][0]["text"] == text


def test_limits_come_from_the_reference_table(sponsorship: Sponsorship) -> None:
    limits = {**sponsorship.tables["sponsorship_limits"], "least_downloads": 20_000}
    tables = {**sponsorship.tables, "sponsorship_limits": limits}
    answer = sponsorship.change({}, tables=tables)
    assert answer["reasons"][0]["code"] == "TOO_FEW_DOWNLOADS"


def test_tier_c_gives_exclusions_for_the_ads_api(sponsorship: Sponsorship) -> None:
    signals = [
        {"category": c, "level": level, "confidence": 0.9, "episode_share": share}
        for c, level, share in (
            ("hate", "high", 0.2),
            ("drugs_tobacco_alcohol", "medium", 0.3),
            ("hate", "medium", 0.3),
            ("obscenity", "high", 0.02),
        )
    ]
    answer = sponsorship.change({"garm": signals, "suitability_setting": "expanded"})
    assert answer["sensitive_topic_exclusions"] == {
        "topics": [
            {"id": "hate-speech", "filter_option": "RESTRICTED"},
            {"id": "drugs", "filter_option": "LIMITED"},
            {"id": "tobacco", "filter_option": "LIMITED"},
            {"id": "alcohol", "filter_option": "LIMITED"},
        ]
    }


def test_minimum_age_is_that_of_each_market(sponsorship: Sponsorship) -> None:
    answer = sponsorship.change(
        {"advertiser_category": "ADV_15_139", "markets": ["GB", "US", "JP", "FR"]}
    )
    (condition,) = [c for c in answer["conditions"] if c["code"] == "MINIMUM_AGE"]
    assert answer["minimum_age"] == 21
    assert condition["text"] == (
        "Place it only before listeners of at least 18 in GB, 21 in US, 20 in JP and 18 in FR."
    )


def test_answer_has_its_whole_shape(sponsorship: Sponsorship) -> None:
    assert sponsorship.decide(ORDINARY) == {
        "outcome": "approve",
        "suitability_tier": "A",
        "conditions": [],
        "reasons": [{"code": "NOTHING_OBJECTS", "rule": "all", "text": "No rule objects."}],
        "queue": None,
        "valid_days": 90,
        "actions": ["sponsorship.decided", "crm.note", "ads.draft_ad_set"],
        "sensitive_topic_exclusions": None,
        "minimum_age": None,
        "approved_markets": ["GB", "IE"],
    }


@pytest.mark.skipif(not EXAMPLE.exists(), reason=f"the use-case document is not at {EXAMPLE}")
@pytest.mark.parametrize("feed", [None, FEED, {**FEED, "explicit": True}])
def test_example_of_the_document_is_approved(
    feed: dict[str, Any] | None, sponsorship: Sponsorship
) -> None:
    facts = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert sponsorship.model.check(facts) == []
    answer = sponsorship.decide(facts, feed=feed)
    assert answer["outcome"] == "approve"
    assert answer["suitability_tier"] == "B"
    assert [c["code"] for c in answer["conditions"]] == ["ALCOHOL_SCRIPT", "MINIMUM_AGE"]
    assert [r["code"] for r in answer["reasons"]] == ["AUDIENCE_OLD_ENOUGH"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("request_id", ""),
        ("request_id", 4217),
        ("show_uri", "spotify:episode:4rOoJ6Egrf8K2IrywzwOMk"),
        ("show_uri", "https://open.spotify.com/show/4rOoJ6Egrf8K2IrywzwOMk"),
        ("rss_url", "ftp://feeds.example.com/x.xml"),
        ("advertiser_category", "15_139"),
        ("markets", ["UK"]),
        ("markets", ["gb"]),
        ("markets", "GB"),
        ("show.explicit", "true"),
        ("show.media_type", "AUDIO"),
        ("show.languages", ["english language"]),
        ("under18_share", 6),
        ("under18_share", -0.01),
        ("age21plus_share", "0.91"),
        ("downloads_30d_median", 42800.5),
        ("downloads_30d_median", -1),
        ("last_release_date", "18.11.2026"),
        ("last_release_date", "2026-02-30"),
        ("claims", ["beauty"]),
        ("currency", "euro"),
        ("flight", {"start": "2026-12-01"}),
        (
            "garm",
            [{"category": "obscenity", "level": "extreme", "confidence": 1, "episode_share": 0}],
        ),
        ("budget_micro", 0.5),
        ("host_read", None),
        ("open_incidents_12m", None),
        ("hostread", True),
    ],
)
def test_invalid_fact_is_refused_by_name(path: str, value: Any, sponsorship: Sponsorship) -> None:
    problems = sponsorship.model.check(changed(ORDINARY, {path: value}))
    assert problems != []
    assert {p.where.strip("/").split("/")[0] for p in problems} == {path.split(".")[0]}


@pytest.mark.parametrize("name", sorted(ORDINARY))
def test_missing_fact_is_refused_or_decided(name: str, sponsorship: Sponsorship) -> None:
    """What the booking knows is required; what is measured may be unknown, never an approval."""
    facts = {key: value for key, value in ORDINARY.items() if key != name}
    harmless = {
        "brand",
        "suitability_setting",
        "under18_share",
        "age21plus_share",
        "transcript_coverage",
        "disclosure_script",
        "episodes_last_90d",
        "last_release_date",
    }
    problems = sponsorship.model.check(facts)
    if problems:
        assert [p.where for p in problems] == [f"/{name}"]
    else:
        assert (sponsorship.decide(facts)["outcome"] == "approve") == (name in harmless)


def test_model_has_no_problems_of_any_kind(sponsorship: Sponsorship) -> None:
    assert sponsorship.model.problems == []


def test_headline_reads_show_and_brand() -> None:
    title = 'show.name + " × " + brand'
    assert engine.evaluate_expression(title, ORDINARY, now=NOW).value == (
        "Salt & Signal × Tern Airlines"
    )
