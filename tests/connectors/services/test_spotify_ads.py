"""The Ads API from a settled decision to Spotify and back: faults, readings, and the way out."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.adapters.spotify_ads import members
from connectors.encryption import encrypt
from connectors.http import Response
from connectors.models import Call, Connector, Delivery, FetchedRecord, Poll, SignIn
from connectors.queries import members_of
from connectors.services import configuration, disconnecting, polling, sending, signing_in
from connectors.services.dispatch import dispatch
from decisions.enums import SubmissionState
from decisions.errors import Refused
from decisions.events import SYSTEM
from decisions.ids import new_id
from decisions.models import AuditEvent, Decision, Submission
from tests.connectors.adapters.ads_desk import ACCOUNT, BASE, Desk
from tests.connectors.records import NOW, settled_decision
from tests.rules import person

pytestmark = pytest.mark.django_db
AUDIENCE = {"name": "Q4 buyers", "members": {"from": "spending", "audience": "SEG-1"}}
QUIET = {"audience.replace": {"audience": AUDIENCE}, "campaign.pause": {"campaign_id": "c1"}}


class Web:
    """All outbound calls: the token endpoint, and the desk of the ad account."""

    def __init__(self):
        self.desk, self.refreshes, self.refuse, self.answers = Desk(), 0, 0, []

    def request(self, method, address, *, headers=None, content=None, limits=None):
        if urlsplit(address).path.endswith("/api/token"):
            self.refreshes += 1
            body = {"access_token": f"t{self.refreshes}", "expires_in": 3600}
            return Response(200, {}, json.dumps(body).encode(), False, 1)
        if self.answers:
            code, named, body = self.answers.pop(0)
            return Response(code, named, body, False, 1)
        if "/aggregate_reports" in address:
            return Response(200, {}, json.dumps(self.report(address)).encode(), False, 1)
        return self.desk.request(method, address, headers=headers, content=content, limits=limits)

    def report(self, address):
        daily = parse_qs(urlsplit(address).query)["granularity"] == ["DAY"]
        stats = [
            {"field_type": "IMPRESSIONS", "field_value": 1000},
            {"field_type": "SPEND", "field_value": 4500000.0 if not daily else 12.5},
        ]
        return {
            "rows": [
                {
                    "entity_id": "c1",
                    "entity_name": "Autumn",
                    "start_time": "2026-11-20T00:00:00Z",
                    "stats": stats,
                }
            ]
        }


@pytest.fixture
def web(monkeypatch):
    found = Web()
    monkeypatch.setattr("connectors.http.client", lambda: found)
    return found


@pytest.fixture
def admin():
    return person("Sam Osei", "admin")


@pytest.fixture
def ads(admin):
    made = configuration.create(
        key="ads",
        name="Spotify Ads API",
        kind="spotify_ads",
        settings={"client_id": "a" * 32, "ad_account_id": ACCOUNT, "list_header": "email"},
        credentials={"client_secret": "s"},
        topics=["audience.replace", "campaign.pause"],
        author=admin,
        now=NOW,
    )
    SignIn.objects.create(
        connector=made,
        encrypted_tokens=encrypt(["t0", "r0"]),
        expires_at=NOW + timedelta(hours=1),
        authorised_at=NOW,
        authorised_by=admin,
        account_name="Halden",
    )
    assert made.settings.get("base_address") is None
    assert BASE.endswith("/ads/v3")
    return made


def settle(topic, outputs, reference="SEG-1"):
    decision, event = settled_decision(reference=reference, topics=(topic,))
    Decision.objects.filter(pk=decision.pk).update(outputs=outputs)
    dispatch([event.pk], now=NOW)
    return Delivery.objects.get(action__decision=decision)


def hash_of(number):
    return members.hashed(f"user{number}@example.com")


def subject(number, *, member=True, outcome="route", request="SEG-1", later=0):
    """Somebody whose id is a hash already, as a CRM may give it."""
    now = NOW + timedelta(seconds=later)
    decision, _ = settled_decision(reference=f"sub-{number}-{later}", topics=(), now=now)
    outputs = {"membership": {"request": request, "member": member}}
    places = {"destination": "loyal"} if outcome == "route" else {}
    Decision.objects.filter(pk=decision.pk).update(outputs=outputs, outcome=outcome, **places)
    facts = {"subject_id": hash_of(number), "audience": request}
    Submission.objects.filter(pk=decision.submission_id).update(facts=facts)


def open_again(number):
    """The same subject comes in once more, and nothing is decided yet."""
    again = Submission.objects.get(reference=f"sub-{number}-0")
    again.pk, again.state = new_id(NOW + timedelta(seconds=2)), SubmissionState.RECEIVED
    again.reference = "again"
    again.save(force_insert=True)


def test_members_are_those_whose_last_answer_puts_them_there(web, ads):
    for number in range(1, 7):
        subject(number)
    subject(2, member=False, later=1)
    subject(3, outcome="reject", request="SEG-2", member=False, later=1)
    open_again(4)
    subject(5, request="SEG-2", later=1)
    subject(7, request="SEG-2")
    found = sorted(members_of({"audience": AUDIENCE}))
    assert found == sorted(hash_of(number) for number in (1, 5, 6))
    assert (
        members_of({"audience": {"name": "x", "members": [hash_of(1)]}}) == members_of(None) == []
    )


def test_decision_becomes_an_audience_of_those_assigned_now(web, ads):
    for number in range(3):
        subject(number)
    delivery = settle("audience.replace", QUIET["audience.replace"])
    sending.send_due(now=NOW)
    delivery.refresh_from_db()
    hashes = [members.hashed(f"user{number}@example.com") for number in range(3)]
    assert list(web.desk.files.values()) == [members.as_csv(hashes, header="email")]
    assert (delivery.state, delivery.next_attempt_at) == ("pending", NOW + timedelta(minutes=10))
    web.desk.audiences[delivery.progress["audience"]]["status"] = "BOOKABLE"
    sending.send_due(now=NOW + timedelta(minutes=10))
    delivery.refresh_from_db()
    assert delivery.state == "succeeded"
    assert web.desk.calls.count("POST /audiences") == 1
    kept = json.dumps(list(AuditEvent.objects.values_list("detail", flat=True)))
    kept += str(delivery.progress) + str(list(delivery.tries.values_list("answer", "problem")))
    assert not any(one in kept for one in [*hashes, "@example.com", "storage.example"])


def test_refused_token_is_replaced_once_and_the_members_go_along(web, ads):
    subject(1)
    delivery = settle("audience.replace", QUIET["audience.replace"])
    sending.send_due(now=NOW)  # Spotify has the list; now it is looked at with an old token.
    web.answers = [(401, {}, b'{"error": {"message": "expired", "code": 401}}')]
    web.desk.audiences[Delivery.objects.get().progress["audience"]]["status"] = "LIVE"
    sending.send_due(now=NOW + timedelta(minutes=10))
    delivery.refresh_from_db()
    assert (delivery.state, web.refreshes) == ("succeeded", 1)
    assert SignIn.objects.get().account_name == "Halden"


ERROR = json.dumps({"sp_trace_id": "trace-1", "messages": ["No."]}).encode()
QUOTA = json.dumps({"error": {"message": "Too many", "code": "QUOTA_EXCEEDED"}}).encode()


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((403, {}, ERROR), "dead", "api-terms"),
        ((404, {}, ERROR), "dead", "deleted there"),
        ((409, {}, ERROR), "dead", "still uses it"),
        ((429, {"retry-after": "90"}, ERROR), "failed", "slow down"),
        ((200, {"content-type": "text/html"}, b"<html>Sign in</html>"), "failed", "not JSON"),
        ((200, {"content-type": "application/json"}, b'{"status": "ACT'), "failed", "broke off"),
        ((200, {}, b"[]"), "failed", "something else than an object"),
    ],
)
def test_fault_is_visible_and_the_delivery_can_go_on(web, ads, answer, state, words):
    web.desk.campaigns["c1"] = {"id": "c1", "status": "ACTIVE"}
    delivery = settle("campaign.pause", QUIET["campaign.pause"])
    web.answers = [answer]
    sending.send_due(now=NOW)
    delivery.refresh_from_db()
    assert (delivery.state, words in delivery.last_problem) == (state, True)
    if answer[2] == ERROR:
        assert "trace-1" in delivery.last_problem
    if state == "dead":
        sending.resend(delivery, actor=SYSTEM, now=NOW + timedelta(hours=1))
    sending.send_due(now=NOW + timedelta(hours=2))
    delivery.refresh_from_db()
    assert (delivery.state, web.desk.campaigns["c1"]["status"]) == ("succeeded", "PAUSED")
    assert web.desk.calls.count("PATCH /campaigns/c1") == 1


def test_used_up_quota_pauses_the_connector_and_costs_nothing(web, ads):
    web.desk.campaigns["c1"] = {"id": "c1", "status": "ACTIVE"}
    delivery = settle("campaign.pause", QUIET["campaign.pause"])
    web.answers = [(429, {}, QUOTA)]
    sending.send_due(now=NOW)
    delivery.refresh_from_db()
    ads.refresh_from_db()
    assert (delivery.state, delivery.attempts, ads.paused_until is not None) == ("pending", 0, True)
    sending.send_due(now=ads.paused_until + timedelta(minutes=1))
    delivery.refresh_from_db()
    assert delivery.state == "succeeded"


def test_five_hundred_is_tried_again_and_rolled_back_later(web, ads):
    web.desk.campaigns["c1"] = {"id": "c1", "status": "ACTIVE"}
    delivery = settle("campaign.pause", QUIET["campaign.pause"])
    web.answers = [(503, {}, ERROR), (503, {}, ERROR)]  # The line itself tries a GET twice.
    sending.send_due(now=NOW)
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    sending.send_due(now=NOW + timedelta(minutes=1))
    delivery.refresh_from_db()
    sending.roll_back(delivery, actor=SYSTEM, now=NOW + timedelta(minutes=2))
    sending.send_due(now=NOW + timedelta(minutes=2))
    assert web.desk.campaigns["c1"]["status"] == "ACTIVE"


def read(web, ads, now=NOW):
    web.desk.campaigns["c1"] = {
        "id": "c1",
        "name": "Autumn",
        "status": "ACTIVE",
        "purchase_order": "PO-1",
    }
    web.desk.ad_sets["s1"] = {
        "id": "s1",
        "campaign_id": "c1",
        "name": "GB",
        "budget": {"micro_amount": 10_000_000, "type": "LIFETIME"},
    }
    return polling.poll_due(now=now)


def test_account_is_read_every_hour_and_spending_is_not_believed_blindly(web, ads):
    assert read(web, ads) == 1
    assert polling.poll_due(now=NOW + timedelta(minutes=59)) == 0
    assert polling.poll_due(now=NOW + timedelta(minutes=60)) == 1
    assert sorted(FetchedRecord.objects.values_list("what", "external_id")) == [
        ("Ad set", "s1"),
        ("Campaign", "c1"),
        ("Figures in all", "c1"),
        ("Figures of a day", "c1 2026-11-20"),
    ]
    assert "purchase_order" not in FetchedRecord.objects.get(what="Campaign").content
    (one,) = polling.delivered(ads)
    assert (one.name, one.state, one.impressions, one.budget) == ("Autumn", "active", 1000.0, 10.0)
    assert one.doubt == "far above the budget: perhaps it is in micro units"
    assert Poll.objects.get().cursor == {"day": "2026-11-23"}


def test_reading_that_fails_says_so_and_is_tried_later(web, ads):
    web.answers = [(403, {}, ERROR)]
    assert read(web, ads) == 1
    poll = Poll.objects.get()
    assert ("api-terms" in poll.last_problem, poll.failures, poll.read_at) == (True, 1, None)
    assert poll.next_at > NOW
    read(web, ads, now=NOW + timedelta(minutes=2))
    poll.refresh_from_db()
    assert (poll.last_problem, poll.failures) == ("", 0)


def test_reading_with_an_old_token_fetches_a_fresh_one(web, ads):
    web.answers = [(401, {}, ERROR)]
    read(web, ads)
    assert (web.refreshes, Poll.objects.get().last_problem) == (1, "")


def test_nothing_is_read_while_nobody_is_signed_in_or_it_is_paused(web, ads, admin):
    configuration.pause(ads, reason="Holiday", author=admin, now=NOW)
    assert read(web, ads) == 0
    configuration.resume(ads, author=admin, now=NOW)
    SignIn.objects.all().delete()
    assert read(web, ads) == 0
    assert web.desk.calls == []


def test_what_was_read_is_deleted_after_its_time(web, ads):
    read(web, ads)
    assert polling.forget_fetched(now=NOW + timedelta(days=89)) == 0
    assert polling.forget_fetched(now=NOW + timedelta(days=90)) == 4


def test_disconnecting_deletes_what_was_read_and_proves_it(web, ads, admin):
    read(web, ads)
    counts = disconnecting.disconnect(ads, author=admin, now=NOW)
    assert counts.total() == 4
    left = [model.objects.count() for model in (FetchedRecord, Poll, SignIn, Call)]
    assert left == [0, 0, 0, 0]
    event = AuditEvent.objects.order_by("pk").last()
    assert event.detail["change"] == "disconnected"
    assert {what: event.detail["deleted"][what] for what in ("Campaign", "Ad set", "Sign-in")} == {
        "Campaign": 1,
        "Ad set": 1,
        "Sign-in": 1,
    }
    assert len(event.detail["hash"]) == 64
    assert Connector.objects.get().paused_at == NOW
    with pytest.raises(Refused, match="not connected"):
        disconnecting.disconnect(ads, author=admin, now=NOW)
    assert read(web, ads, now=NOW + timedelta(hours=3)) == 0


def test_reading_under_way_keeps_nothing_of_a_connector_that_was_disconnected(web, ads, admin):
    report = web.report

    def disconnects(address):
        if FetchedRecord.objects.count() == 0 and SignIn.objects.exists():
            disconnecting.disconnect(ads, author=admin, now=NOW)
        return report(address)

    web.report = disconnects
    read(web, ads)
    assert [FetchedRecord.objects.count(), Poll.objects.count()] == [0, 0]


def test_token_that_comes_after_a_sign_out_is_not_kept(web, ads, admin, monkeypatch):
    renewed = signing_in._renewed

    def signs_out(*given):
        tokens = renewed(*given)
        signing_in.sign_out(ads, author=admin, now=NOW)
        return tokens

    monkeypatch.setattr(signing_in, "_renewed", signs_out)
    with pytest.raises(Exception, match="somebody signs in"):
        signing_in.token_of(ads, now=NOW, fresh=True)
    assert SignIn.objects.count() == 0


def test_page_shows_figures_doubts_and_what_is_kept(web, ads, admin, client):
    read(web, ads)
    client.force_login(admin)
    page = client.get("/connectors/ads/").content.decode()
    assert "Not trusted: far above the budget" in page
    assert "Shows what was delivered of a campaign" in page
    answer = client.post("/connectors/ads/disconnect/", follow=True).content.decode()
    assert "is disconnected and paused. 4 records read from it are deleted" in answer


def test_test_names_the_ad_accounts_to_choose_from(web, ads):
    accounts = {"ad_accounts": [{"id": ACCOUNT, "name": "Halden"}]}
    business = {"businesses": [{"id": "b1"}]}
    answers = [(200, {}, json.dumps(one).encode()) for one in (business, accounts)]
    web.answers = list(answers)
    assert "ad account Halden" in configuration.try_out(ads, now=NOW)
    ads.settings = {**ads.settings, "ad_account_id": ""}
    web.answers = list(answers)
    with pytest.raises(Exception, match=rf"Yours are: Halden \({ACCOUNT}\)"):
        configuration.try_out(ads, now=NOW)
