"""Deliveries of several steps, sign-ins that end, tokens that are refused, quotas that run out."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors import adapters
from connectors.adapters import Party
from connectors.adapters.kinds import TOOLS, Kind, OAuth
from connectors.errors import Answer, DeliveryError, QuotaUsedUp
from connectors.models import Call, Connector, Delivery, DeliveryAttempt, SignIn
from connectors.services import configuration, sending, signing_in
from connectors.services.backoff import ATTEMPTS
from connectors.services.dispatch import dispatch
from connectors.services.signing_in import Consent
from decisions.models import AuditEvent
from tests.connectors.records import NOW, kinds, settled_decision
from tests.rules import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]
LIFE = timedelta(days=180)


class Kitchen(Party):
    """A party that needs three calls for a meal, and the consent of its cook."""

    kind = Kind(
        key="email",
        label="Kitchen",
        group=TOOLS,
        icon="mail",
        does="Cooks.",
        sends=True,
        oauth=OAuth(token="", person=True, scopes=("cook",), life=LIFE),
    )

    def __init__(self):
        self.seen = []

    def account(self, line):
        return line.get("/me")["id"], "The cook"

    def try_out(self, line, settings, *, now):
        return f"Hello {line.get('/me')['id']}."

    def deliver(self, envelope, line):
        done = envelope.progress.get("courses", 0)
        self.seen.append((done, envelope.repeated))
        response = line.send("POST", f"/courses/{done + 1}", {})
        more = done < 2
        return Answer(
            code=response.code, more=more, progress={"courses": done + 1}, step=f"Course {done + 1}"
        )


@pytest.fixture
def kitchen(monkeypatch):
    party = Kitchen()
    monkeypatch.setitem(adapters.PARTIES, "email", party)
    return party


@pytest.fixture
def cook():
    return person("Sam Osei", "admin")


@pytest.fixture
def connector(kitchen, receiver, cook):
    return configuration.create(
        key="kitchen",
        name="Kitchen",
        kind="email",
        settings={
            "base_address": receiver.url(""),
            "token_address": receiver.url("/token"),
            "authorize_address": receiver.url("/authorize"),
        },
        topics=["*"],
        author=cook,
        now=NOW,
    )


def tokens(access="a1", refresh="r1", seconds=3600):
    return json.dumps(
        {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": seconds,
            "scope": "cook",
        }
    ).encode()


def sign_in(connector, receiver, cook, *, now=NOW):
    asking = signing_in.begin(connector, back_to="http://127.0.0.1/back")
    receiver.answers.clear()
    receiver.answer(200, tokens())
    receiver.answer(200, b'{"id": "acc-1"}')
    row = signing_in.finish(
        connector,
        code="c0de",
        asking=asking,
        back_to="http://127.0.0.1/back",
        author=cook,
        now=now,
    )
    receiver.answers.clear()
    receiver.requests.clear()
    return row


def ordered(now=NOW):
    _, event = settled_decision(reference="MEAL-1", now=now)
    dispatch([event.pk], now=now)
    return Delivery.objects.get()


def test_sign_in_asks_with_pkce_and_keeps_tokens_encrypted(connector, receiver, cook):
    asking = signing_in.begin(connector, back_to="http://127.0.0.1/back")
    asked = parse_qs(urlsplit(asking.address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"] == [asking.state]
    row = sign_in(connector, receiver, cook)
    assert (row.account_id, row.account_name, row.authorised_at) == ("acc-1", "The cook", NOW)
    assert "a1" not in str(SignIn.objects.values().get())
    assert kinds() == ["connector.changed", "connector.changed"]


def test_steps_are_stored_one_by_one_and_taken_at_once(connector, receiver, cook, kitchen):
    sign_in(connector, receiver, cook)
    receiver.answer(201, b"{}")
    ordered()
    assert sending.send_due(now=NOW) == 3
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.progress) == ("succeeded", {"courses": 3})
    assert [request["path"] for request in receiver.requests] == [
        "/courses/1",
        "/courses/2",
        "/courses/3",
    ]
    assert list(DeliveryAttempt.objects.values_list("step", flat=True)) == [
        "Course 1",
        "Course 2",
        "Course 3",
    ]
    assert kinds(delivery.action.decision.submission_id)[-3:] == [
        "delivery.advanced",
        "delivery.advanced",
        "delivery.succeeded",
    ]


def test_step_that_failed_goes_on_where_it_was_and_is_told_so(connector, receiver, cook, kitchen):
    sign_in(connector, receiver, cook)
    for code in (201, 503, 201, 201):
        receiver.answer(code, b"{}")
    ordered()
    sending.send_due(now=NOW)
    assert Delivery.objects.get().state == "failed"
    sending.send_due(now=NOW + timedelta(minutes=1))
    assert Delivery.objects.get().state == "succeeded"
    assert kitchen.seen == [(0, False), (1, False), (1, True), (2, False)]


def test_each_step_has_attempts_of_its_own(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    receiver.answer(201, b"{}")
    receiver.answer(503, b"{}")
    ordered()
    sending.send_due(now=NOW)
    assert Delivery.objects.get().attempts_allowed == 1 + ATTEMPTS


def test_refused_token_is_renewed_once(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    receiver.answer(401, b"{}")
    receiver.answer(200, tokens("a2", "r2"))
    receiver.answer(201, b"{}")
    ordered()
    sending.send_due(now=NOW)
    assert Delivery.objects.get().state == "succeeded"
    used = [request["headers"].get("authorization") for request in receiver.requests]
    assert used == ["Bearer a1", None, "Bearer a2", "Bearer a2", "Bearer a2"]
    assert DeliveryAttempt.objects.count() == 3


def test_refresh_token_that_is_replaced_is_stored(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    later = NOW + timedelta(hours=2)
    receiver.answer(200, tokens("a2", "r2"))
    assert signing_in.token_of(connector, now=later) == "a2"
    receiver.answers.clear()
    receiver.answer(200, tokens("a3", "r3"))
    signing_in.token_of(connector, now=later + timedelta(hours=2))
    assert parse_qs(receiver.requests[-1]["content"].decode())["refresh_token"] == ["r2"]


@pytest.mark.parametrize(
    ("days", "consent"),
    [
        (0, Consent.GOOD),
        (149, Consent.GOOD),
        (150, Consent.ENDS_SOON),
        (169, Consent.ENDS_SOON),
        (170, Consent.WAITS),
        (180, Consent.OVER),
    ],
)
def test_end_of_a_consent_is_foreseen(connector, receiver, cook, days, consent):
    sign_in(connector, receiver, cook)
    fresh = Connector.objects.get(pk=connector.pk)
    standing = signing_in.standing_of(fresh, now=NOW + timedelta(days=days))
    assert standing.consent == consent


def test_work_waits_from_day_170_and_goes_on_after_the_next_sign_in(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    late = NOW + timedelta(days=171)
    ordered(now=late)
    sending.send_due(now=late)
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts, receiver.requests) == ("pending", 0, [])
    assert "signs in again" in waiting.last_problem
    sign_in(connector, receiver, cook, now=late)
    receiver.answer(201, b"{}")
    sending.send_due(now=late)
    assert Delivery.objects.get().state == "succeeded"


def test_consent_that_the_other_side_ends_makes_work_wait(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    later = NOW + timedelta(hours=2)
    receiver.answer(400, b'{"error": "invalid_grant"}')
    ordered(now=later)
    sending.send_due(now=later)
    assert Delivery.objects.get().state == "pending"
    assert SignIn.objects.get().refused_at == later
    fresh = Connector.objects.get(pk=connector.pk)
    assert signing_in.standing_of(fresh, now=later).consent == Consent.OVER


def test_wrong_client_secret_is_named_and_given_up(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    later = NOW + timedelta(hours=2)
    receiver.answer(401, b'{"error": "invalid_client"}')
    with pytest.raises(DeliveryError, match="client secret"):
        signing_in.token_of(connector, now=later)


def test_used_up_quota_pauses_the_connector_and_ends_by_itself(
    connector, receiver, cook, kitchen, monkeypatch
):
    sign_in(connector, receiver, cook)
    until = NOW + timedelta(hours=6)

    def refuse(envelope, line):
        raise QuotaUsedUp("The daily quota is used up.", until=until)

    with monkeypatch.context() as patched:
        patched.setattr(kitchen, "deliver", refuse)
        ordered()
        sending.send_due(now=NOW)
    paused = Connector.objects.get(pk=connector.pk)
    assert (paused.paused_until, paused.paused_reason) == (until, "The daily quota is used up.")
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("pending", 0)
    receiver.answer(200, tokens("a2", "r2"))
    receiver.answer(201, b"{}")
    assert sending.send_due(now=until - timedelta(seconds=1)) == 0
    sending.send_due(now=until)
    assert Delivery.objects.get().state == "succeeded"
    assert Connector.objects.get(pk=connector.pk).paused_at is None


def test_calls_are_kept_without_query_and_body(connector, receiver, cook):
    sign_in(connector, receiver, cook)
    receiver.answer(201, b"{}")
    ordered()
    sending.send_due(now=NOW)
    rows = list(Call.objects.order_by("pk").values_list("method", "path", "code"))
    assert rows[:2] == [("POST", "/token", 200), ("GET", "/me", 200)]
    assert rows[2:] == [("POST", f"/courses/{n}", 201) for n in (1, 2, 3)]


def test_pages_lead_through_the_sign_in_and_back(client, connector, receiver, cook):
    client.force_login(cook)
    assert "waits for a sign-in" in client.get("/connectors/").content.decode()
    away = client.get("/connectors/kitchen/sign-in/")["Location"]
    assert away.startswith(receiver.url("/authorize?"))
    state = parse_qs(urlsplit(away).query)["state"][0]
    receiver.answer(200, tokens())
    receiver.answer(200, b'{"id": "acc-1"}')
    back = client.get(f"/connectors/signed-in/?state={state}&code=c0de")
    assert back["Location"] == "/connectors/kitchen/"
    assert SignIn.objects.get().account_id == "acc-1"
    again = client.get(f"/connectors/signed-in/?state={state}&code=c0de", follow=True)
    assert "was not asked for here, or twice" in again.content.decode()
    client.post("/connectors/kitchen/sign-out/")
    assert not SignIn.objects.exists()
    assert AuditEvent.objects.filter(detail__change="signed out").count() == 1
