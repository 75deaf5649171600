"""Payloads of business tools: proved, kept, mapped by FEEL, and never lost."""

import base64
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.models import Mapping, Payload
from connectors.services import configuration, inbound
from connectors.signing import sign
from decisions.errors import Invalid, Refused
from decisions.models import Submission
from tests.connectors.records import NOW, kinds
from tests.rules import person, small_model

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ENTRIES = {
    "id": '"HD-" + payload.detail.id',
    "amount": "number(payload.detail.cost)",
    "country": "payload.detail.country",
}
CASE = {"type": "created", "detail": {"id": "7", "cost": "100", "country": "GB"}}


@pytest.fixture
def admin():
    return person("Sam Osei", "admin")


@pytest.fixture
def model():
    return small_model()


def desk(scheme="standard", theirs=""):
    return configuration.create(
        key="desk",
        name="Help desk",
        kind="help_desk",
        settings={"url": "https://desk.example.com/in", "scheme": scheme},
        credentials={"inbound_secret": theirs},
        topics=["case.prioritised"],
        author=None,
        now=NOW,
        secret=SECRET,
    )


def mapped(source, model, admin, **changes):
    given = {"entries": ENTRIES, "condition": "", "reason": "First", **changes}
    return inbound.save_mapping(source, model, author=admin, now=NOW, **given)


def accept(source, value=CASE, *, message_id="m1", now=NOW):
    content = json.dumps(value).encode()
    headers = sign(content, message_id=message_id, at=now, keys=[SECRET])
    return inbound.accept(source, content, value, headers=headers, address="", now=now)


def test_payload_becomes_a_submission(model, admin):
    source = desk()
    mapping = mapped(source, model, admin)
    (payload,) = accept(source)
    assert (payload.state, payload.problem, payload.mapping) == ("taken", "", mapping)
    submission = Submission.objects.get()
    assert payload.submission == submission
    assert submission.facts == {"id": "HD-7", "amount": 100, "country": "GB"}
    assert submission.source == "Help desk"


def test_what_comes_again_changes_nothing(model, admin):
    source = desk()
    mapped(source, model, admin)
    accept(source)
    assert accept(source) == []
    assert Submission.objects.count() == 1


def test_list_stands_for_several_payloads(model, admin):
    source = desk()
    mapped(source, model, admin)
    accept(source, [CASE, {**CASE, "detail": {**CASE["detail"], "id": "8"}}])
    found = Submission.objects.values_list("facts", flat=True)
    assert sorted(facts["id"] for facts in found) == ["HD-7", "HD-8"]


def test_payload_without_a_mapping_waits_and_is_mapped_later(model, admin):
    source = desk()
    (payload,) = accept(source)
    assert payload.state == "waiting"
    mapped(source, model, admin)
    assert inbound.again(payload, now=NOW).state == "taken"
    with pytest.raises(Refused, match="became a submission"):
        inbound.again(payload, now=NOW)


def test_payload_that_no_mapping_takes_is_skipped(model, admin):
    source = desk()
    mapped(source, model, admin, condition='payload.type = "closed"')
    assert accept(source)[0].state == "skipped"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"detail": {"id": "7", "cost": "lots", "country": "GB"}}, "amount"),
        ({"detail": {"id": "7", "cost": "100"}}, "country"),
    ],
)
def test_payload_that_the_rules_would_not_take_says_which_input(model, admin, value, words):
    source = desk()
    mapped(source, model, admin)
    (payload,) = accept(source, value)
    assert payload.state == "refused"
    assert words in payload.problem
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"entries": {"amount": "payload.cost +"}}, "amount"),
        ({"entries": {"amount": "cost"}}, "amount"),
        ({"entries": {}}, "entries"),
        ({"condition": "payload ="}, "condition"),
        ({"reason": " "}, "reason"),
    ],
)
def test_mapping_with_a_fault_is_not_saved(model, admin, changes, where):
    source = desk()
    with pytest.raises(Invalid) as caught:
        mapped(source, model, admin, **changes)
    assert [fault["where"] for fault in caught.value.faults] == [where]
    assert Mapping.objects.count() == 0


def test_each_change_is_a_version_with_who_and_why(model, admin):
    source = desk()
    mapped(source, model, admin)
    mapped(source, model, admin, reason="Cost in euros")
    rows = Mapping.objects.order_by("number").values_list("number", "reason", "created_by")
    assert list(rows) == [(1, "First", admin.pk), (2, "Cost in euros", admin.pk)]
    assert [one.number for one in inbound.current_mappings(source)] == [2]
    assert kinds().count("mapping.changed") == 2


def test_paused_source_keeps_what_comes(model, admin):
    source = desk()
    mapped(source, model, admin)
    configuration.pause(source, reason="Moving", author=admin, now=NOW)
    (payload,) = accept(source)
    assert payload.state == "waiting"


def test_contents_are_dropped_after_a_month(model, admin):
    source = desk()
    accept(source)
    assert inbound.forget_contents(now=NOW + timedelta(days=29)) == 0
    assert inbound.forget_contents(now=NOW + timedelta(days=31)) == 1
    assert Payload.objects.get().content is None


def hook(client, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/in/desk", body, content_type="application/json", headers=named)


def digest(key, signed):
    return hmac.digest(key, signed, "sha256")


def signed_by(scheme, body, at):
    """Headers as each tool documents them."""
    if scheme == "hubspot":
        stamp = str(int(at.timestamp() * 1000))
        signed = b"POST" + b"http://127.0.0.1:8000/in/desk" + body + stamp.encode()
        signature = base64.b64encode(digest(b"theirs", signed)).decode()
        return {"X_HubSpot_Signature_v3": signature, "X_HubSpot_Request_Timestamp": stamp}
    if scheme == "zendesk":
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        signature = base64.b64encode(digest(b"theirs", stamp.encode() + body)).decode()
        return {
            "X_Zendesk_Webhook_Signature": signature,
            "X_Zendesk_Webhook_Signature_Timestamp": stamp,
        }
    if scheme == "slack":
        stamp = str(int(at.timestamp()))
        signature = digest(b"theirs", b"v0:" + stamp.encode() + b":" + body).hex()
        return {"X_Slack_Signature": f"v0={signature}", "X_Slack_Request_Timestamp": stamp}
    return {"Authorization": "Bearer theirs"}


@pytest.mark.parametrize("scheme", ["hubspot", "zendesk", "slack", "bearer"])
def test_each_tool_proves_itself_in_its_own_way(client, settings, scheme):
    settings.BASE_URL = "http://127.0.0.1:8000"
    desk(scheme, "theirs")
    body = json.dumps(CASE).encode()
    now = timezone.now()
    assert hook(client, body, **signed_by(scheme, body, now)).status_code == 202
    assert Payload.objects.count() == 1
    changed = body.replace(b"100", b"900")
    if scheme != "bearer":
        assert hook(client, changed, **signed_by(scheme, body, now)).status_code == 401
        late = now - timedelta(minutes=6)
        assert hook(client, changed, **signed_by(scheme, changed, late)).status_code == 401
    assert hook(client, changed).status_code == 401
    assert Payload.objects.count() == 1


def test_slack_is_told_that_we_listen(client):
    desk("slack", "theirs")
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    answer = hook(client, body, **signed_by("slack", body, timezone.now()))
    assert answer.json()["challenge"] == "abc"


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b"[" * 200])
def test_body_that_is_no_json_is_refused_in_words(client, body):
    desk("bearer", "theirs")
    answer = hook(client, body, Authorization="Bearer theirs")
    assert answer.status_code == 400
    assert Payload.objects.count() == 0


def test_connector_that_does_not_listen_and_one_that_is_not_there(client):
    assert hook(client, b"{}").status_code == 404
    configuration.create(
        key="desk", name="Box", kind="sandbox", settings={}, topics=["*"], author=None, now=NOW
    )
    assert hook(client, b"{}").status_code == 409


def test_page_shows_what_each_line_gives(client, model, admin):
    source = desk()
    accept(source)
    client.force_login(admin)
    page = client.get(f"/connectors/desk/mappings/{model.key}/").content.decode()
    assert "needed" in page
    form = {f"feel:{path}": text for path, text in ENTRIES.items()}
    shown = client.post(
        f"/connectors/desk/mappings/{model.key}/",
        {**form, "preview": "1"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "HD-7" in shown
    assert "<html" not in shown
    faulty = {**form, "feel:amount": "payload.detail.", "reason": "Try"}
    refused = client.post(f"/connectors/desk/mappings/{model.key}/", faulty)
    assert refused.status_code == 422
    assert Mapping.objects.count() == 0
    saved = client.post(f"/connectors/desk/mappings/{model.key}/", {**form, "reason": "Try"})
    assert saved["Location"] == "/connectors/desk/payloads/"
    payload = Payload.objects.get()
    client.post(f"/payloads/{payload.pk}/again/")
    payload.refresh_from_db()
    assert payload.state == "taken"
    assert "HD-7" in client.get("/connectors/desk/payloads/").content.decode()
    assert "1 taken" in client.get("/mappings/").content.decode()
