"""Every model with cases beside it: each case decided as it says, each row hit, each example kept.

A new model needs its three files in decisions/library, a line in RULES of test_content.py, and a
line in EXAMPLES and REQUIRED here.
"""

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.demo import library
from config.demo.library import LibraryCase, changed
from decisions import engine
from decisions.services.testing import output_at
from tests.decisions.library.conftest import LibraryRules, rules_of
from tests.decisions.library.test_content import RULES, rules_of_use

SHARED = Path(os.environ.get("CLEARANCE_SHARED") or Path(__file__).resolve().parents[4] / "shared")
EXAMPLES_AT = SHARED / "spotify" / "use_cases"
KEYS = [key for key in library.every_key() if library.read(key).cases]
CASES = [(key, case) for key in KEYS for case in library.read(key).cases]
# What the rules say of the document's example, which they take as it is.
EXAMPLES: dict[str, dict[str, Any]] = {
    "content_distribution": {
        "outcome": "review",
        "queue": "content_standards",
        "reasons.0.code": "SPOTIFY_SAYS_EXPLICIT",
        "reasons.1": "(nothing)",
        "conditions.0.code": "READ_FEED",
        "conditions.1.code": "LABEL_AI",
        "labels": ["ai_generated"],
        "publish.1.platform": "apple",
        "fix_list": [],
    },
    "consent_compliance": {
        "outcome": "reject",
        "answer": "deny",
        "reasons.0.code": "CALIFORNIA_TEENAGER",
        "reasons.1.code": "BROWSER_SIGNAL",
        "reasons.2": "(nothing)",
        "alternative_campaign": None,
        "applied_regime": "CCPA",
        "actions": ["person.block"],
        "capi.opt_out_targeting": True,
    },
    "audience_segmentation": {
        "outcome": "approve",
        "answer": "push",
        "eligible_count": 13820,
        "excluded": {"NO_CONSENT": 3130, "OPTED_OUT": 1290},
        "actions": ["audience.replace", "ads.exclude"],
        "conditions.0.code": "LEAVE_OUT_NO_CONSENT",
        "conditions.1.code": "LEAVE_OUT_OPTED_OUT",
        "conditions.2": "(nothing)",
        "audience.subtype": "CUSTOMER_LIST",
        "targets.2.region": "US-CA",
    },
    "subject_assignment": {
        "outcome": "route",
        "segment": "loyal",
        "journey": "thank-you",
        "frequency_cap_per_week": 4,
        "reasons.0.code": "LOYAL",
    },
    "branded_playlist": {
        "outcome": "route",
        "destination": "submitter",
        "answer": "return_to_submitter",
        "reasons.0.code": "TOO_FEW_TRACKS",
        "reasons.1.code": "TOO_MANY_MISSING",
        "reasons.2": "(nothing)",
        "fixes.0.do": "replace",
        "playlist": None,
    },
    "support_prioritisation": {
        "outcome": "route",
        "priority": "P2",
        "destination": "ad_ops",
        "spend_at_risk": 16848,
        "reasons.0.code": "RISK_CONSIDERABLE",
        "reasons.1.code": "IMPRESSIONS_DROP",
        "reasons.2": "(nothing)",
        "conditions.0.code": "CHANGED_BY_ADVERTISER",
        "conditions.1": "(nothing)",
        "compensation.state": "none",
        "actions": ["support.macro"],
    },
    "lead_escalation": {
        "outcome": "route",
        "destination": "sales",
        "tier": "A",
        "score.total": 96,
        "score.engagement": 36,
        "score.fit": 40,
        "score.intent": 20,
        "owner": "Anneke Brandt",
        "reasons.0.code": "TIER_A",
        "reasons.1": "(nothing)",
        "due_business_minutes": 60,
        "actions": ["lead.sales_task"],
    },
    "commercial_music": {
        "outcome": "review",
        "queue": "licensing",
        "reasons.0.code": "SPECIAL_USE",
        "reasons.1.code": "MORE_SITES_PLAY",
        "reasons.2": "(nothing)",
        "conditions.0.code": "CHECK_FILTER",
        "conditions.1.code": "ASK_GROUP_TARIFF",
        "conditions.2": "(nothing)",
        "risk": 60,
        "rank": 1,
        "missing": [],
        "exposure.annual_tariff_eur": 576,
    },
}
INVALID: dict[str, list[tuple[str, Any]]] = {
    "content_distribution": [
        ("show_uri", "https://open.spotify.com/show/5Ksa0aQw1ZbXrJf0mE2yT7"),
        ("rss_url", "ftp://feeds.halden.example/salt.xml"),
        ("podcast_guid", "salt"),
        ("owner_verified", None),
        ("locked", "maybe"),
        ("blocks", "spotify"),
        ("episodes", {"guid": "ordinary-041"}),
        ("episodes.0.enclosure", None),
        ("episodes.0.enclosure.length", -1),
        ("episodes.0.published_at", "tomorrow"),
        ("rights", {"music": "licensed"}),
        ("rights.music", "perhaps"),
        ("territories", ["Europe"]),
        ("language", "English language"),
        ("artwork_px", 1400.5),
        ("audience", "everybody"),
        ("platforms", ["Spotify!"]),
        ("takedown_notice", True),
    ],
    "consent_compliance": [
        ("subject_id", ""),
        ("action", "sell"),
        ("country", "UK"),
        ("age", -1),
        ("age", "thirty"),
        ("age_method", None),
        ("purposes", ["fun"]),
        ("purposes", "marketing"),
        ("consent", "granted"),
        ("consent.status", "yes"),
        ("consent.ts", "in spring"),
        ("consent.version", "four"),
        ("data_categories", ["name"]),
        ("recipient", ""),
        ("transfer", {"mechanism": "SCC"}),
        ("retention_days", None),
        ("dsar", {"type": "delete", "received_at": "2026-11-20T08:00:00Z"}),
        ("ad_category", "boots"),
    ],
    "audience_segmentation": [
        ("segment_request_id", ""),
        ("request", "delete"),
        ("ad_account_id", "4217"),
        ("audience_state", "bookable"),
        ("seed_source", "web_api"),
        ("contacts", -1),
        ("identifiers", ["email"]),
        ("hash", ""),
        ("countries", ["England"]),
        ("countries", "GB"),
        ("attributes_used", ["Last Purchase"]),
        ("web_api_data_used", None),
        ("consent_ok", "10500"),
        ("min_age", 17.5),
        ("ad_category", "boots"),
        ("estimate", {"estimated_cpm_min": 6}),
        ("suppression_lists", None),
        ("web_api_data", False),
    ],
    "subject_assignment": [
        ("subject_id", ""),
        ("kind", "household"),
        ("country", "UK"),
        ("age_band", "30"),
        ("consent", "yes"),
        ("engagement_source", "spotify"),
        ("listens_30d", 1.5),
        ("skip_rate", 40),
        ("previous_segment", "new"),
        ("customer_value_eur", -1),
        ("products_owned", "starter"),
        ("open_complaint", None),
        ("suppressed", "no"),
    ],
    "branded_playlist": [
        ("request_id", ""),
        ("name", "x" * 101),
        ("name", " "),
        ("description", "x" * 301),
        ("public", "yes"),
        ("cover", {"mime": "image/jpeg"}),
        ("cover.shows", ["kitten"]),
        ("cover.bytes", 1.5),
        ("item_uris", "spotify:track:4iV5W9uYEdYUVa79Axb7Rh"),
        ("items.0.artists", None),
        ("items.0.explicit", "no"),
        ("markets", ["UK"]),
        ("product_category", "coffee"),
        ("audience", "everybody"),
        ("intended_use", "in store"),
        ("refresh_token_issued_at", "in August"),
        ("go_live", "soon"),
        ("paid_placement", None),
        ("artist_consent", []),
    ],
    "support_prioritisation": [
        ("case_id", ""),
        ("opened_at", None),
        ("category", "complaint"),
        ("ad_account_id", "ce4ff15e"),
        ("campaign_id", "spring campaign"),
        ("contract_tier", "gold"),
        ("daily_spend_7d", -1),
        ("days_to_end", 1.5),
        ("impressions_delta", -1.2),
        ("completion_delta_pts", -101),
        ("entity_status", "RUNNING"),
        ("last_change", {"actor": "ADVERTISER_USER"}),
        ("reopened", None),
        ("sentiment", -40),
        ("fault", "theirs"),
        ("data_problems", "ads_api_error"),
    ],
    "lead_escalation": [
        ("lead_id", ""),
        ("show_uri", "spotify:episode:512ojhOuo1ktJprKbVcKyQ"),
        ("episode_uri", "https://open.spotify.com/episode/512ojhOuo1ktJprKbVcKyQ"),
        ("signal", [{"type": "hum", "at": "2026-11-20T07:41:00Z", "seconds": 1}]),
        ("signal.0.at", "yesterday"),
        ("listened_share", 92),
        ("click_throughs_30d", 0.5),
        ("form_completed", None),
        ("email_domain_kind", "gmail"),
        ("industry", "62"),
        ("country", "Germany"),
        ("job_level", "boss"),
        ("budget_eur", -1),
        ("contact_consent", None),
        ("do_not_contact", "no"),
        ("last_signal_days", None),
        ("task_used_share", 50),
    ],
    "commercial_music": [
        ("site_id", ""),
        ("country", "UK"),
        ("venue_type", "castle"),
        ("audible_area", -5),
        ("speakers", 1.5),
        ("source", "spotify"),
        ("provider_countries", "GB"),
        ("licences", [{"body": "GEMA", "number": "1", "scope": "background"}]),
        ("licences.0.valid_to", "31.03.2027"),
        ("extra_uses", ["choir"]),
        ("family_venue", None),
        ("opening_hours", {"from": "9 am", "until": "18:00"}),
        ("opening_hours", {"from": "09:00", "until": "24:30"}),
        ("sites_in_contract", None),
        ("annual_fee", "512.40"),
        ("chain_risks", [{"site_id": "STR-GB-0001", "risk": 101}]),
    ],
}


@pytest.fixture(params=KEYS)
def rules(request: pytest.FixtureRequest) -> LibraryRules:
    return rules_of(request.param)


def moment(rules: LibraryRules) -> datetime:
    assert rules.content.cases_at is not None
    return rules.content.cases_at


def differences(answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {
        path: output_at(answer, path)
        for path, wanted in expected.items()
        if output_at(answer, path) != wanted
    }


@pytest.mark.parametrize(("key", "case"), CASES, ids=lambda part: str(part).replace("\u2019", "'"))
def test_case_is_decided_as_it_says(key: str, case: LibraryCase) -> None:
    rules = rules_of(key)
    known = {source["input"] for source in rules.model.sources}
    assert rules.model.check({n: v for n, v in case.facts.items() if n not in known}) == []
    answer = rules.decide(case.facts, now=moment(rules))
    assert differences(answer, case.expected) == {}, [r["code"] for r in answer["reasons"]]


def test_names_of_cases_are_unique(rules: LibraryRules) -> None:
    names = [case.name for case in rules.content.cases]
    assert len(set(names)) == len(names)


def test_every_row_of_every_table_is_hit(rules: LibraryRules) -> None:
    hit: set[tuple[str, int]] = set()
    for case in rules.content.cases:
        hit |= set(map(tuple, rules.evaluate(case.facts, now=moment(rules)).rows))
    rows = {
        (table["id"], number)
        for decision in rules.model.describe()["decisions"]
        for table in decision["tables"]
        for number in range(1, len(table["rules"]) + 1)
    }
    assert rows - hit == set()


def test_every_rule_is_told_from_the_ordinary_case(rules: LibraryRules) -> None:
    ordinary = rules.content.cases[0].expected
    for rule in rules_of_use(rules.content.key):
        told = [case.expected for case in rules.content.cases if case.rule == rule]
        assert any(
            expected[path] != ordinary.get(path) for expected in told for path in expected
        ), rule


def test_every_reason_is_a_sentence_with_a_rule(rules: LibraryRules) -> None:
    use, _ = RULES[rules.content.key]
    for case in rules.content.cases:
        answer = rules.decide(case.facts, now=moment(rules))
        assert answer["reasons"], case
        for said in answer["reasons"] + answer["conditions"]:
            assert isinstance(said["text"], str), (case, said)
            assert said["text"].endswith("."), (case, said)
            assert said["rule"] == "all" or said["rule"].startswith(f"{use}."), (case, said)


def test_every_answer_has_the_shape_that_services_read(rules: LibraryRules) -> None:
    for case in rules.content.cases:
        answer = rules.decide(case.facts, now=moment(rules))
        assert (answer["outcome"] == "review") == (answer["queue"] is not None), case
        assert (answer["outcome"] == "route") == (answer["destination"] is not None), case
        assert all(isinstance(topic, str) for topic in answer["actions"]), case
        if answer["outcome"] == "review":
            assert answer["actions"] == [], case


def test_model_that_was_written_and_read_decides_alike(rules: LibraryRules) -> None:
    again = replace(rules, model=engine.load_model(rules.model.to_xml()))
    for case in rules.content.cases:
        decided = again.decide(case.facts, now=moment(rules))
        assert decided == rules.decide(case.facts, now=moment(rules))


def test_model_has_no_problems_of_any_kind(rules: LibraryRules) -> None:
    assert rules.model.problems == []


def test_headline_is_computed(rules: LibraryRules) -> None:
    for case in rules.content.cases:
        for name in ("title", "reference"):
            text = rules.content.headline[name]
            value = engine.evaluate_expression(text, case.facts, now=moment(rules)).value
            assert isinstance(value, str), (case, name)
            assert value.strip(), (case, name)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.skipif(not EXAMPLES_AT.exists(), reason=f"the documents are not at {EXAMPLES_AT}")
def test_example_of_the_document_is_taken_as_it_is(key: str) -> None:
    (path,) = EXAMPLES_AT.glob(f"?_{key}.example.json")
    facts = json.loads(path.read_text(encoding="utf-8"))
    rules = rules_of(key)
    assert rules.model.check(facts) == []
    answer = rules.decide(facts, now=moment(rules))
    assert differences(answer, EXAMPLES[key]) == {}


@pytest.mark.parametrize(
    ("key", "path", "value"), [(key, *fault) for key in KEYS for fault in INVALID[key]]
)
def test_invalid_fact_is_refused_by_name(key: str, path: str, value: Any) -> None:
    rules = rules_of(key)
    problems = rules.model.check(changed(rules.content.cases[0].facts, {path: value}))
    assert problems != []
    assert {p.where.strip("/").split("/")[0] for p in problems} == {path.split(".")[0]}
