"""The Ads API: calls the description accepts, failures in words, spending that is checked."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.adapters import Line
from connectors.adapters.spotify_ads import api, members, reports, uploads
from connectors.adapters.spotify_ads.failures import problem_of
from connectors.errors import DeliveryError, QuotaUsedUp, TokenRefused
from connectors.http import Response
from tests.connectors.prism import SHARED, prism, spec

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "ce4ff15e-f04d-48b9-9ddf-fb3c85fbd57a"
OTHER = "39ff503e-4baa-4e7a-9dd2-4b3f49653801"


@pytest.fixture(scope="module")
def spotify(tmp_path_factory):
    """Prism without --errors: with it the document's own example of a report breaks its schema.

    The document wants exactly one of two schemas for a change of an audience, and both are the
    same, so no body could ever fit; that one word is mended.
    """
    text = spec("spotify-ads-v3.yaml").read_text()
    one_of = "    EditAudienceRequest:\n      oneOf:\n"
    assert text.count(one_of) == 1
    path = tmp_path_factory.mktemp("ads") / "spotify-ads-v3.yaml"
    path.write_text(text.replace(one_of, one_of.replace("oneOf", "anyOf")))
    with prism(path) as address:
        yield address


def line(address, outbound):
    return Line(
        base=address,
        token="any",
        client=outbound,
        problem_of=lambda response: problem_of(response, now=NOW),
    )


AD_SET = {
    "campaign_id": OTHER,
    "name": "Night bus GB",
    "start_time": "2026-12-15T00:00:00Z",
    "end_time": "2027-01-15T23:59:59Z",
    "budget": {"micro_amount": 50000000, "type": "LIFETIME"},
    "asset_format": "AUDIO",
    "category": "ADV_1_2",
    "bid_strategy": "MAX_BID",
    "bid_micro_amount": 15000000,
    "targets": {
        "age_ranges": [{"min": 18, "max": 99}],
        "geo_targets": {"country_code": "GB"},
        "placements": ["PODCAST"],
        "sensitive_topic_exclusions": {
            "topics": [{"id": "alcohol", "filter_option": "RESTRICTED"}]
        },
    },
}
CALLS = {
    "businesses": api.businesses,
    "ad accounts": lambda at: api.ad_accounts(at, OTHER),
    "campaigns": lambda at: list(api.campaigns(at, ACCOUNT)),
    "campaign": lambda at: api.campaign(at, ACCOUNT, OTHER),
    "pause": lambda at: api.change_campaign(at, ACCOUNT, OTHER, status="PAUSED"),
    "ad sets": lambda at: list(api.ad_sets(at, ACCOUNT)),
    "ad set": lambda at: api.ad_set(at, ACCOUNT, OTHER),
    "pause ad set": lambda at: api.change_ad_set(at, ACCOUNT, OTHER, {"delivery": "OFF"}),
    "targets": lambda at: api.change_ad_set(at, ACCOUNT, OTHER, {"targets": AD_SET["targets"]}),
    "ads": lambda at: list(api.ads(at, ACCOUNT)),
    "audiences": lambda at: list(api.audiences(at, ACCOUNT, named="Q4")),
    "audience": lambda at: api.audience(at, ACCOUNT, OTHER),
    "upload": lambda at: api.upload_place(at, ACCOUNT),
    "upload again": lambda at: api.upload_place(at, ACCOUNT, OTHER),
    "make audience": lambda at: api.create_customer_list(
        at, ACCOUNT, audience_id=OTHER, name="Q4 CRM", description="Consented buyers"
    ),
    "make of visitors": lambda at: api.create_audience(
        at,
        ACCOUNT,
        {
            "audience_type": "CUSTOM",
            "subtype": "WEB_EVENT",
            "name": "Visitors",
            "lookback_days": 30,
        },
    ),
    "change audience": lambda at: api.change_audience(at, ACCOUNT, OTHER, name="Q4 buyers"),
    "delete audience": lambda at: api.delete_audience(at, ACCOUNT, OTHER),
    "draft of campaign": lambda at: api.draft_of_campaign(at, ACCOUNT, OTHER),
    "draft campaign": lambda at: api.create_campaign_draft(
        at, ACCOUNT, {"name": "Night bus", "delivery_goal_group": "AWARENESS"}
    ),
    "campaign drafts": lambda at: list(api.campaign_drafts(at, ACCOUNT)),
    "campaign draft": lambda at: api.campaign_draft(at, ACCOUNT, OTHER),
    "delete campaign draft": lambda at: api.delete_campaign_draft(at, ACCOUNT, OTHER),
    "draft ad set": lambda at: api.create_ad_set_draft(at, ACCOUNT, AD_SET),
    "ad set drafts": lambda at: list(api.ad_set_drafts(at, ACCOUNT, campaign_id=OTHER)),
    "delete ad set draft": lambda at: api.delete_ad_set_draft(at, ACCOUNT, OTHER),
    "validate": lambda at: api.validate_draft(at, ACCOUNT, OTHER, version=1),
    "insight": lambda at: reports.insight(at, ACCOUNT, campaign_id=OTHER, dimension="PLATFORM"),
    "ask for a file": lambda at: reports.ask_for_file(
        at, ACCOUNT, name="Clearance", metrics=["IMPRESSIONS_ON_SPOTIFY", "SPEND"]
    ),
    "file": lambda at: reports.file_address(at, ACCOUNT, OTHER),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_one_that_the_description_accepts(spotify, outbound, name):
    at = line(spotify, outbound)
    CALLS[name](at)
    assert [200 <= note.code < 300 for note in at.notes] == [True]


@pytest.mark.parametrize("kind", ["daily", "lifetime"])
def test_reports_are_read_until_the_token_stops_changing(spotify, outbound, kind):
    at = line(spotify, outbound)
    days = {"first": date(2026, 11, 1), "last": date(2026, 11, 22)} if kind == "daily" else {}
    rows = list(getattr(reports, kind)(at, ACCOUNT, **days))
    assert [note.code for note in at.notes] == [200, 200]  # Prism repeats its token for ever.
    assert {"impressions", "spend"} <= set(reports.figures_of(rows[0]))


def test_token_of_a_report_goes_alone(receiver, outbound):
    receiver.answer(
        200, json.dumps({"rows": [{"entity_id": "a"}], "continuation_token": "T="}).encode()
    )
    receiver.answer(
        200, json.dumps({"rows": [{"entity_id": "b"}], "continuation_token": ""}).encode()
    )
    rows = list(reports.lifetime(line(receiver.url(""), outbound), ACCOUNT, fields=("SPEND",)))
    assert [row["entity_id"] for row in rows] == ["a", "b"]
    assert [request["path"].split("?")[1] for request in receiver.requests] == [
        "entity_type=CAMPAIGN&fields=SPEND&granularity=LIFETIME&limit=50",
        "continuation_token=T%3D",
    ]


def test_figures_of_a_real_shaped_report_are_read():
    path = SHARED / "spotify" / "data" / "synthetic" / "ads_aggregate_report_2026-10.json"
    if not path.exists():
        pytest.skip("the folder of shared sources is absent")
    rows = json.loads(path.read_bytes())["rows"]
    assert reports.figures_of(rows[0]) == {
        "impressions": 224623.0,
        "spend": 2704.29,
        "clicks": 1153.0,
        "completes": 183488.0,
        "reach": 159482.0,
        "frequency": 1.41,
    }


def test_upload_of_a_wrong_audience_is_refused_by_the_description(spotify, outbound):
    with pytest.raises(DeliveryError, match="could not take our call") as caught:
        line(spotify, outbound).send("POST", f"/ad_accounts/{ACCOUNT}/audiences", {"name": "Q4"})
    assert caught.value.permanent


def refusal(code, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return problem_of(Response(code, named, body, False, 5), now=NOW)


def said(message="No such thing", code="", trace="800c5a14-b8fd"):
    listed = [{"code": code, "definition": "Do this."}] if code else []
    return json.dumps({"sp_trace_id": trace, "messages": [message], "error_codes": listed}).encode()


def noted(message="No such thing", code="NOT_FOUND"):
    return json.dumps(
        {"error": {"message": message, "code": code}, "path": "/x", "timestamp": "2026"}
    ).encode()


def test_both_shapes_of_an_error_are_read_and_the_trace_is_kept():
    one = refusal(404, said(code="ILLEGAL.AUDIENCE"))
    assert "No such thing; Do this. Spotify’s trace: 800c5a14-b8fd." in one.message
    assert "No such thing. It was deleted there" in refusal(404, noted()).message


@pytest.mark.parametrize("body", [said(code="QUOTA_EXCEEDED"), noted(code="QUOTA_EXCEEDED")])
def test_used_up_quota_is_told_apart_from_a_rate(body):
    quota = refusal(429, body)
    assert (type(quota), quota.until) == (QuotaUsedUp, datetime(2026, 11, 24, tzinfo=UTC))
    rate = refusal(429, said("Slow down"), retry_after="7")
    assert (type(rate), rate.permanent, rate.retry_after) == (DeliveryError, False, 7)


@pytest.mark.parametrize(
    ("code", "body", "kind", "permanent"),
    [
        (400, said(), DeliveryError, True),
        (401, said(), TokenRefused, False),
        (403, noted(), DeliveryError, True),
        (404, b"<html>", DeliveryError, True),
        (409, said(), DeliveryError, True),
        (422, said(code="ILLEGAL.INSIGHT_REPORT.INSUFFICIENT_REACH"), DeliveryError, False),
        (422, said(code="ILLEGAL.AGE"), DeliveryError, True),
        (500, said(), DeliveryError, False),
        (503, b"[", DeliveryError, False),
        (418, b'{"error": "short"}', DeliveryError, True),
    ],
)
def test_each_refusal_says_whether_it_passes(code, body, kind, permanent):
    failure = refusal(code, body)
    assert (type(failure), failure.permanent) == (kind, permanent)


def test_missing_terms_are_named_where_spotify_forbids():
    assert "adsmanager.spotify.com/api-terms" in refusal(403, said()).message


MAIL = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"  # test@example.com


@pytest.mark.parametrize(
    "written", ["test@example.com", "  Test@Example.COM\n", MAIL, MAIL.upper()]
)
def test_address_is_hashed_as_spotify_wants_it(written):
    assert members.hashed(written) == MAIL


def test_phone_is_the_same_however_it_is_written():
    ways = ["+44 20 7946-0018", "0044 20 7946 0018", "+44(20)79460018"]
    assert len({members.hashed(one) for one in ways}) == 1
    assert [members.hashed(one) for one in ("020 7946 0018", "nobody", "", "a@b")] == [""] * 4


def test_list_is_stable_and_holds_each_member_once():
    file = members.as_csv(
        ["b@example.com", "Test@example.com ", "test@example.com", "x"], header="email"
    )
    again = members.as_csv(["test@example.com", "b@example.com"], header="email")
    assert file == again
    assert (file.splitlines()[0], members.count_of(file, header="email")) == (b"email", 2)
    assert b"@" not in file


def test_members_of_a_file_are_read_by_column_or_line_by_line():
    csv = b"contact_id,email,country\r\nC1,test@example.com,GB\r\nC2,,NL\r\n"
    assert list(members.from_file(csv)) == ["test@example.com"]
    assert list(members.from_file(b"a@example.com\nb@example.com\n")) == [
        "a@example.com",
        "b@example.com",
    ]
    for page in (b"<!doctype html><title>Sign in</title>", b'{"members": []}', b"\xff\xfe"):
        with pytest.raises(DeliveryError) as caught:
            list(members.from_file(page))
        assert caught.value.permanent


def test_plain_addresses_in_a_decision_are_refused():
    assert members.listed([MAIL]) == [MAIL]
    with pytest.raises(DeliveryError, match="Nothing was sent"):
        members.listed([MAIL, "test@example.com"])


def ad_set(amount, kind="LIFETIME", start="2026-11-14T00:00:00Z", end=None):
    return {
        "budget": {"micro_amount": amount, "type": kind},
        "start_time": start,
        "end_time": end,
    }


@pytest.mark.parametrize(
    ("spent", "ad_sets", "doubt"),
    [
        (900.0, [ad_set(1_000_000_000)], ""),
        (990.0, [ad_set(100_000_000, "DAILY")], ""),
        (1300.0, [ad_set(100_000_000, "DAILY")], "above the budget"),
        (550.0, [ad_set(100_000_000, "DAILY", end="2026-11-17T23:59:59Z")], "above the budget"),
        (4500000.0, [ad_set(10_000_000)], "far above the budget: perhaps it is in micro units"),
        (10.0, [], "no budget to hold it against"),
        (10.0, [{"budget": None}], "no budget to hold it against"),
    ],
)
def test_spending_is_held_against_the_budget_before_it_is_believed(spent, ad_sets, doubt):
    found = reports.checked_spend(spent, ad_sets, today=date(2026, 11, 23))
    assert (found.amount, found.doubt) == (Decimal(str(spent)), doubt)


def test_token_stays_with_the_host_of_the_base(outbound, receiver):
    receiver.answer(200, b"{}")
    at = Line(base=receiver.url("/ads")[:-2], token="secret", client=outbound)  # …/a
    at.call("GET", receiver.url("/ads/v3"))
    assert "authorization" not in receiver.requests[0]["headers"]


def test_upload_begins_goes_on_and_ends(receiver, outbound):
    at = line("http://127.0.0.1:1/ads", outbound)
    receiver.answer(201, b"", Location=receiver.url("/place"))
    place = uploads.begin(at, receiver.url("/signed?sig=1"))
    receiver.answers.clear()
    content = b"x" * (uploads.PART + 10)
    receiver.answer(308, b"", Range=f"bytes=0-{uploads.PART - 1}")
    assert uploads.put_part(at, place, content, start=0) == uploads.PART
    receiver.answers.clear()
    receiver.answer(200, b"")
    assert uploads.put_part(at, place, content, start=uploads.PART) == len(content)
    begun, first, last = receiver.requests
    assert (begun["headers"]["x-goog-resumable"], begun["headers"]["content-type"]) == (
        "start",
        "text/csv",
    )
    assert all("authorization" not in request["headers"] for request in receiver.requests)
    assert first["headers"]["content-range"] == f"bytes 0-{uploads.PART - 1}/{len(content)}"
    assert (
        last["headers"]["content-range"]
        == f"bytes {uploads.PART}-{uploads.PART + 9}/{len(content)}"
    )


@pytest.mark.parametrize(
    ("code", "headers", "far"), [(308, {}, 0), (308, {"Range": "bytes=0-41"}, 42), (200, {}, 99)]
)
def test_session_tells_how_far_an_upload_came(receiver, outbound, code, headers, far):
    receiver.answer(code, b"", **headers)
    at = line("http://127.0.0.1:1/ads", outbound)
    assert uploads.reached(at, receiver.url("/place"), size=99) == far
    receiver.answers.clear()
    receiver.answer(410)
    with pytest.raises(uploads.SessionGone):
        uploads.reached(at, receiver.url("/place"), size=99)
