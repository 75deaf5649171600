"""Deliveries to the Ads API in steps: nothing twice, nothing half, and the way back."""

from datetime import timedelta

import pytest

from connectors.adapters.spotify_ads import audiences, members, uploads
from connectors.errors import DeliveryError
from tests.connectors.adapters.ads_desk import NOW, Desk, deliver

HASHES = [members.hashed(f"user{number}@example.com") for number in range(500)]
AUDIENCE = {
    "name": "Q4 buyers",
    "description": "Q4",
    "subtype": "CUSTOMER_LIST",
    "members": {"from": "subject_assignment", "audience": "SEG-1", "hash": None},
}
OUTPUTS = {"audience": AUDIENCE}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(uploads, "PART", 4096)


def replaced(desk, **more):
    return deliver(desk, "audience.replace", OUTPUTS, members=HASHES, **more)


def ready(desk, state="BOOKABLE"):
    for one in desk.audiences.values():
        one |= {"status": state, "size": {"min": 300, "max": 400}}


def test_audience_is_uploaded_made_and_waited_for():
    desk = Desk()
    answer, steps = replaced(desk)
    (made,) = desk.audiences.values()
    assert (made["name"], made["subtype"], made["audience_type"]) == (
        "Q4 buyers",
        "CUSTOMER_LIST",
        "CUSTOM",
    )
    assert desk.files[made["id"]] == members.as_csv(HASHES, header="email")
    assert steps == [
        "Asked Spotify for a place for the list",
        "Began to upload 500 members",
        "Uploaded 50 % of the list",
        "Uploaded 500 members",
        "Made it",
        "Spotify prepares it (processing)",
    ]
    assert answer.wait_until == NOW + timedelta(minutes=10)
    ready(desk)
    last, steps = replaced(desk, progress=answer.progress, now=NOW + timedelta(hours=1))
    assert (last.more, steps) == (False, ["Spotify has it ready (bookable)"])
    assert last.progress["size"] == {"min": 300, "max": 400}


@pytest.mark.parametrize(
    "lost", ["POST /audiences/upload_url", "POST /signed", "PUT /session", "POST /audiences"]
)
def test_lost_answer_makes_no_second_audience_and_no_broken_list(lost):
    desk = Desk()
    desk.lose = lost
    replaced(desk)
    (made,) = desk.audiences.values()
    assert desk.files == {made["id"]: members.as_csv(HASHES, header="email")}


def test_upload_that_breaks_off_goes_on_where_it_stopped():
    desk, put, parts = Desk(), Desk.store, []

    def store(method, path, headers, content):
        if method == "PUT" and content:
            parts.append(headers["Content-Range"])
            if len(parts) in {2, 3}:
                # Some of it arrives, then the line breaks, and again when it is tried at once.
                desk.lose = "PUT /session"
                return put(desk, method, path, headers, content[:1000])
        return put(desk, method, path, headers, content)

    desk.store = store
    replaced(desk)
    (made,) = desk.audiences.values()
    assert desk.files[made["id"]] == members.as_csv(HASHES, header="email")
    assert [one.split("-")[0] for one in parts[:4]] == [
        "bytes 0",
        "bytes 4096",
        "bytes 4096",
        "bytes 5096",
    ]


def test_session_that_is_over_is_opened_anew_a_few_times():
    desk = Desk()
    desk.fail = {"PUT /session": (410, b"")}
    _, steps = replaced(desk)
    assert steps.count("The upload has to start again") == 1
    assert len(desk.audiences) == 1
    desk = Desk()
    desk.store = lambda method, *_: (
        (201, {"location": "https://storage.example/session/x"}, None)
        if method == "POST"
        else (410, {}, None)
    )
    with pytest.raises(DeliveryError, match="broke off 5 times"):
        replaced(desk)


def test_member_who_leaves_during_an_upload_is_not_in_the_list():
    desk = Desk()
    half, steps = replaced(desk, most=3)
    assert steps[-1] == "Uploaded 50 % of the list"
    answer, _ = deliver(
        desk, "audience.replace", OUTPUTS, members=HASHES[1:], progress=half.progress
    )
    assert list(desk.files.values()) == [members.as_csv(HASHES[1:], header="email")]
    assert answer.progress["members"] == 499


def test_list_of_an_audience_that_is_there_is_replaced_whole():
    desk = Desk()
    desk.audiences["a1"] = {
        "id": "a1",
        "name": "Q4 buyers",
        "subtype": "CUSTOMER_LIST",
        "status": "LIVE",
    }
    desk.audiences["a2"] = {"id": "a2", "name": "Q4 buyers 2", "status": "LIVE"}
    answer, steps = replaced(desk)
    assert sorted(desk.audiences) == ["a1", "a2"]
    assert desk.audiences["a1"]["description"] == "Q4"
    assert desk.files == {"a1": members.as_csv(HASHES, header="email")}
    assert (steps[0], steps[-1]) == (
        "Found the audience “Q4 buyers”",
        "Spotify has it ready (live)",
    )
    with pytest.raises(DeliveryError, match="kept nowhere"):
        replaced(desk, progress={**answer.progress, "undo": True})


def test_signed_addresses_are_not_readable_in_what_is_kept():
    desk, seen = Desk(), []
    keep = audiences.answer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            audiences, "answer", lambda done, *a, **k: seen.append(str(done)) or keep(done, *a, **k)
        )
        replaced(desk)
    assert any("session" in one for one in seen)
    assert not any("storage.example" in one or "@" in one for one in seen)


@pytest.mark.parametrize(
    ("state", "later", "words"),
    [
        ("EMPTY", 1, "knows none of its members"),
        ("ARCHIVED", 1, "has archived it"),
        ("LEARNING", 72, "After 72 hours the audience is still learning"),
    ],
)
def test_audience_that_does_not_get_ready_is_given_up_in_words(state, later, words):
    desk = Desk()
    answer, _ = replaced(desk)
    ready(desk, state)
    with pytest.raises(DeliveryError, match=words) as caught:
        replaced(desk, progress=answer.progress, now=NOW + timedelta(hours=later))
    assert caught.value.permanent


def test_looks_get_rarer_and_end_at_three_days():
    desk, now, looks = Desk(), NOW, 0
    answer, _ = replaced(desk)
    while answer.more and now < NOW + timedelta(hours=72):
        now, looks = answer.wait_until, looks + 1
        if now >= NOW + timedelta(hours=72):
            break
        answer, _ = replaced(desk, progress=answer.progress, now=now)
    assert now == NOW + timedelta(hours=72)
    assert looks < 30


def test_roll_back_deletes_the_audience_that_was_made():
    desk = Desk()
    answer, _ = replaced(desk)
    _, steps = replaced(desk, progress={**answer.progress, "undo": True})
    assert (desk.audiences, steps) == ({}, ["Rolled back: the audience is deleted"])
    replaced(desk, progress={**answer.progress, "undo": True})  # Gone is as good.


def test_empty_list_is_never_sent():
    desk = Desk()
    with pytest.raises(DeliveryError, match="Nobody belongs to this audience"):
        deliver(desk, "audience.replace", OUTPUTS)
    assert (desk.files, desk.audiences) == ({}, {})


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({}, "output “audience”"),
        ({"audience": {"name": "Q4"}}, "Put the source of members"),
        ({"audience": {"name": "Q4", "members": ["a@example.com"]}}, "not SHA-256"),
        ({**OUTPUTS, "ad_account_id": "other"}, "Nothing was sent"),
    ],
)
def test_decision_that_cannot_be_carried_out_is_named(outputs, words):
    with pytest.raises(DeliveryError, match=words) as caught:
        deliver(Desk(), "audience.replace", outputs, members=HASHES)
    assert caught.value.permanent


def test_made_up_ids_are_looked_up_at_the_source_and_nobody_else_is_sent(receiver, outbound):
    desk = Desk()
    receiver.answer(
        200, b"subject_id,email\r\nsub_1,User1@example.com \r\nsub_2,user2@example.com\r\n"
    )
    ask = desk.request

    def request(method, address, **more):
        if address.startswith(receiver.url("")[:-1]):
            return outbound.request(method, address, **more)
        return ask(method, address, **more)

    desk.request = request
    settings = {"members_address": receiver.url("/members")}
    deliver(desk, "audience.replace", OUTPUTS, members=["sub_1"], settings=settings)
    wanted = members.as_csv(["user1@example.com"], header="email")
    assert list(desk.files.values()) == [wanted]
    assert receiver.requests[0]["path"] == "/members?audience=Q4+buyers"
    receiver.answers.clear()
    receiver.answer(200, b"email\r\nuser1@example.com\r\n")
    with pytest.raises(DeliveryError, match="only those whom the rules assigned"):
        deliver(desk, "audience.replace", OUTPUTS, members=["sub_1"], settings=settings)
    receiver.answers.clear()
    receiver.answer(403, b"no entry for user1@example.com")
    with pytest.raises(DeliveryError, match="source of members answered 403") as caught:
        deliver(desk, "audience.replace", OUTPUTS, members=["sub_1"], settings=settings)
    assert caught.value.answer is None


@pytest.mark.parametrize("lost", ["", "POST /audiences"])
def test_audience_that_spotify_fills_is_made_once_and_waited_for(lost):
    desk = Desk()
    desk.lose = lost
    body = {
        "audience_type": "LOOKALIKE",
        "subtype": "LOOKALIKE",
        "name": "Alike",
        "lookback_days": None,
    }
    outputs = {"audience": {"name": "Alike", "subtype": "LOOKALIKE", "body": body}}
    patch = desk.answer

    def typed(method, path, query, content):
        code, named, made = patch(method, path, query, content)
        if method == "POST":
            made["type"] = made["audience_type"]
        return code, named, made

    desk.answer = typed
    answer, _ = deliver(desk, "audience.replace", outputs)
    (made,) = desk.audiences.values()
    assert "subtype" not in made
    assert "lookback_days" not in made
    assert (answer.wait_until is not None, desk.files) == (True, {})


def test_decision_about_one_person_stops_nothing_bigger():
    person = {"membership": {"request": "SEG-1", "member": False, "subject_id": "sub_1"}}
    with pytest.raises(DeliveryError, match="Send audience request SEG-1 as a refresh"):
        deliver(Desk(), "audience.withdraw", person)
    with pytest.raises(DeliveryError, match="stops no campaign"):
        deliver(Desk(), "campaign.block", person)


def test_withdrawn_audience_is_deleted_and_stays_so():
    desk = Desk()
    replaced(desk)
    _, steps = deliver(desk, "audience.withdraw", OUTPUTS)
    assert (desk.audiences, steps) == ({}, ["Found the audience", "Deleted the audience"])
    _, steps = deliver(desk, "audience.withdraw", OUTPUTS)
    assert steps == ["There is no such audience (any more)"]


@pytest.mark.parametrize("lost", ["", "PATCH /ad_sets/s1", "DELETE /audiences"])
def test_audience_in_use_is_taken_out_of_paused_ad_sets_only(lost):
    desk = Desk()
    answer, _ = replaced(desk)
    audience = answer.progress["audience"]
    desk.ad_sets = {
        "s1": {"id": "s1", "targets": {"audience_ids": [audience, "b"], "placements": ["MUSIC"]}},
        "s2": {"id": "s2", "targets": {"audience_ids": ["b"]}},
    }
    changes, patch = [], desk.answer

    def watched(method, path, query, content):
        if method == "PATCH":
            changes.append((path, content))
        return patch(method, path, query, content)

    desk.answer, desk.lose = watched, lost
    _, steps = deliver(desk, "audience.withdraw", OUTPUTS)
    assert desk.audiences == {}
    assert desk.ad_sets["s1"] == {
        "id": "s1",
        "delivery": "OFF",
        "targets": {"audience_ids": ["b"], "placements": ["MUSIC"]},
    }
    assert desk.ad_sets["s2"] == {"id": "s2", "targets": {"audience_ids": ["b"]}}
    assert b"delivery" in changes[0][1]
    assert steps[-1] == "Deleted the audience; 1 ad sets stay paused"


def sponsorship(**more):
    return {
        "minimum_age": 18,
        "approved_markets": ["GB", "DE"],
        "sensitive_topic_exclusions": {
            "topics": [{"id": "alcohol", "filter_option": "RESTRICTED"}]
        },
        "ad_set": {
            "start_time": "2026-12-01T00:00:00Z",
            "budget": {"micro_amount": 5_000_000, "type": "LIFETIME"},
            "category": "ADV_15_139",
            "asset_format": "AUDIO",
            "secret": "left out",
        },
        **more,
    }


@pytest.mark.parametrize("lost", ["", "POST /drafts/campaigns", "POST /drafts/ad_sets"])
def test_sponsorship_is_drafted_with_its_exclusions_and_only_checked(lost):
    desk = Desk()
    desk.lose, desk.problems = lost, ["Ad is required"]
    answer, steps = deliver(desk, "ads.draft_ad_set", sponsorship(), key="0198-abcdefgh")
    (campaign,) = desk.campaign_drafts.values()
    first, second = desk.ad_set_drafts.values()
    assert campaign["name"] == "Night bus · abcdefgh"
    assert (first["name"], second["name"]) == (
        "Night bus · abcdefgh GB",
        "Night bus · abcdefgh DE",
    )
    assert first["targets"] == {
        "placements": ["PODCAST"],
        "geo_targets": {"country_code": "GB"},
        "age_ranges": [{"min": 18, "max": 99}],
        "sensitive_topic_exclusions": {
            "topics": [{"id": "alcohol", "filter_option": "RESTRICTED"}]
        },
    }
    assert "secret" not in first
    assert steps[-1] == "Checked the drafts: Spotify finds 1 things to add before it can run"
    assert answer.progress["missing"] == ["Ad is required"]
    assert desk.campaigns == {}


def test_drafts_are_deleted_on_roll_back_but_not_a_campaign_that_was_there():
    desk = Desk()
    answer, _ = deliver(desk, "ads.draft_ad_set", sponsorship())
    undo = {**answer.progress, "undo": True}
    deliver(desk, "ads.draft_ad_set", sponsorship(), progress=undo)
    assert (desk.campaign_drafts, desk.ad_set_drafts) == ({}, {})
    desk.campaigns["c1"] = {"id": "c1", "name": "Autumn"}
    plan = sponsorship(ad_set={"campaign_id": "c1"})
    answer, _ = deliver(desk, "ads.draft_ad_set", plan)
    deliver(desk, "ads.draft_ad_set", plan, progress={**answer.progress, "undo": True})
    assert (list(desk.campaign_drafts), desk.ad_set_drafts) == (["c1"], {})


@pytest.mark.parametrize("topic", ["campaign.pause", "campaign.block"])
@pytest.mark.parametrize("lost", ["", "GET /campaigns", "PATCH /campaigns"])
def test_campaign_is_paused_and_goes_on_again(topic, lost):
    desk = Desk()
    desk.campaigns["c1"] = {"id": "c1", "status": "ACTIVE"}
    desk.lose = lost
    answer, _ = deliver(desk, topic, {"campaign_id": "c1"})
    assert desk.campaigns["c1"]["status"] == "PAUSED"
    deliver(desk, topic, {"campaign_id": "c1"}, progress={**answer.progress, "undo": True})
    assert desk.campaigns["c1"]["status"] == "ACTIVE"


def test_campaign_that_somebody_else_paused_stays_so_after_roll_back():
    desk = Desk()
    desk.campaigns["c1"] = {"id": "c1", "status": "PAUSED"}
    answer, steps = deliver(desk, "campaign.block", {"campaign": {"id": "c1"}})
    assert steps == ["It is paused already"]
    deliver(desk, "campaign.block", {}, progress={**answer.progress, "undo": True})
    assert desk.campaigns["c1"]["status"] == "PAUSED"


def test_missing_campaign_and_strange_topic_are_named():
    with pytest.raises(DeliveryError, match="names no campaign"):
        deliver(Desk(), "campaign.pause", {})
    with pytest.raises(DeliveryError, match="has nothing to do for"):
        deliver(Desk(), "crm.note", {})
    with pytest.raises(DeliveryError, match="No ad account is chosen"):
        deliver(Desk(), "campaign.pause", {}, settings={"ad_account_id": ""})
