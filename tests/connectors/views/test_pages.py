"""Pages of connectors, deliveries and keys: who may, what they show, what acts do."""

import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from connectors.models import ApiKey, Connector, Delivery
from connectors.services import api_keys, configuration, sending
from connectors.services.dispatch import dispatch
from decisions.enums import Role
from decisions.events import SYSTEM
from decisions.models import AuditEvent
from tests.connectors.records import NOW, sandbox, settled_decision, webhook
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return person("Sam Osei", "admin")


@pytest.fixture
def page(client, admin):
    """The browser of an admin who is signed in."""
    client.force_login(admin)
    return client


def delivered(count=1):
    for number in range(count):
        _, event = settled_decision(reference=f"REQ-{number}")
        dispatch([event.pk], now=NOW)
    events = AuditEvent.objects.filter(kind="delivery.requested")
    sending.send(list(events.values_list("pk", flat=True)), now=NOW)


READING = {"rule_author", "approver", "reviewer", "lead", "auditor", "admin"}
WATCHING = {"lead", "auditor", "admin"}
MAY = [
    ("get", "/connectors/", READING),
    ("get", "/connectors/sandbox/", READING),
    ("get", "/connectors/new/webhook/", {"admin"}),
    ("get", "/connectors/sandbox/edit/", {"admin"}),
    ("post", "/connectors/sandbox/pause/", {"admin"}),
    ("post", "/connectors/sandbox/resume/", {"admin"}),
    ("post", "/connectors/sandbox/test/", {"admin"}),
    ("post", "/connectors/sandbox/secret/", {"admin"}),
    ("post", "/connectors/sandbox/resend/", {"admin"}),
    ("get", "/deliveries/", WATCHING),
    ("get", "/deliveries/{delivery}/", WATCHING),
    ("post", "/deliveries/{delivery}/resend/", {"admin"}),
    ("get", "/api-keys/", {"admin"}),
    ("post", "/api-keys/{key}/revoke/", {"admin"}),
]


@pytest.mark.parametrize("role", [*Role.values, "nobody"])
def test_each_page_lets_in_exactly_its_roles(client, role):
    sandbox()
    delivered()
    crm = person("CRM", "integration")
    key, _ = api_keys.create(
        name="CRM",
        scopes=["decisions:read"],
        user=crm,
        creator=None,
        actor=SYSTEM,
        expires_at=None,
        now=NOW,
    )
    places = {"delivery": Delivery.objects.get().pk, "key": key.pk}
    if role != "nobody":
        client.force_login(person("Somebody", role))
    let_in = set()
    for method, address, _ in MAY:
        answer = getattr(client, method)(address.format(**places))
        if answer.status_code == 302 and "/accounts/login" in answer["Location"]:
            assert role == "nobody"
        elif answer.status_code != 403:
            assert answer.status_code in {200, 302}
            let_in.add((method, address))
    assert let_in == {(method, address) for method, address, roles in MAY if role in roles}


def test_list_says_how_each_connector_does(page, settings):
    sandbox()
    webhook("https://127.0.0.1/hook")
    now = timezone.now()
    _, event = settled_decision(now=now)
    dispatch([event.pk], now=now)
    sending.send_due(now=now)
    text = page.get("/connectors/").content.decode()
    assert re.findall(r"(Healthy|Failing|Paused)</span>", text) == ["Failing", "Healthy"]


@pytest.mark.parametrize("address", ["/connectors/", "/deliveries/", "/connectors/sandbox/"])
def test_page_asks_as_often_for_many_as_for_few(page, django_assert_max_num_queries, address):
    sandbox()
    delivered(12)
    with django_assert_max_num_queries(12):
        page.get(address)


def test_webhook_is_set_up_on_the_page(page, admin):
    answer = page.post(
        "/connectors/new/webhook/",
        {
            "name": "CRM",
            "key": "crm",
            "url": "https://hooks.example.com/in",
            "topics": "sponsorship.decided\ncrm.note",
        },
    )
    assert answer["Location"] == "/connectors/crm/"
    connector = Connector.objects.get()
    assert connector.topics == ["sponsorship.decided", "crm.note"]
    assert connector.settings == {"url": "https://hooks.example.com/in"}
    assert connector.history.get().history_user == admin


def test_fault_stands_beside_its_field(page):
    answer = page.post(
        "/connectors/new/webhook/",
        {"name": "CRM", "key": "crm", "url": "http:/oops", "topics": "Bad Topic"},
    )
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.errors) == {"url", "topics"}
    assert Connector.objects.count() == 0


def test_connector_is_changed_paused_and_resumed_on_the_page(page):
    sandbox()
    page.post("/connectors/sandbox/edit/", {"name": "Box", "topics": "*"})
    page.post("/connectors/sandbox/pause/", {"reason": "Holiday"})
    paused = Connector.objects.get()
    assert (paused.name, paused.paused_reason) == ("Box", "Holiday")
    page.post("/connectors/sandbox/resume/")
    assert Connector.objects.get().paused_at is None


def test_secret_is_shown_only_when_asked_for(page):
    connector = webhook("https://hooks.example.com/in")
    secret = configuration.secret_of(connector)
    assert secret not in page.get("/connectors/crm/").content.decode()
    answer = page.post("/connectors/crm/secret/")
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    page.post("/connectors/crm/secret/", {"new": "yes"})
    connector.refresh_from_db()
    assert configuration.secret_of(connector) != secret


@pytest.mark.parametrize(
    ("act", "sent"), [("secret", {}), ("secret", {"new": "yes"}), ("test", {})]
)
def test_secret_that_cannot_be_read_is_told_in_words(page, settings, act, sent):
    webhook("https://hooks.example.com/in")
    settings.SECRET_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    answer = page.post(f"/connectors/crm/{act}/", sent, follow=True)
    assert "Put the earlier key back" in answer.content.decode()


def test_new_secret_for_a_sandbox_is_refused_in_words(page):
    sandbox()
    answer = page.post("/connectors/sandbox/secret/", {"new": "yes"}, follow=True)
    assert "Only webhooks are signed." in answer.content.decode()


@pytest.mark.usefixtures("loopback_allowed")
def test_test_of_a_connector_is_answered_in_words(page, receiver):
    webhook(receiver.url())
    receiver.answer(500)
    answer = page.post("/connectors/crm/test/", follow=True)
    assert "The test did not work. The receiver answered 500" in answer.content.decode()


def test_deliveries_are_filtered_and_walked(page):
    sandbox()
    delivered(60)
    answer = page.get("/deliveries/")
    first = answer.context["page"]
    assert first.shown == 50
    second = page.get(f"/deliveries/?before={first.older}").context["page"]
    assert second.shown == 10
    shown = [row.pk for row in (*first.items, *second.items)]
    assert shown == list(Delivery.objects.order_by("-pk").values_list("pk", flat=True))
    empty = page.get("/deliveries/?state=dead")
    assert "No delivery fits these filters" in empty.content.decode()
    assert page.get("/deliveries/?connector=sandbox&state=succeeded").context["page"].shown == 50


def test_filter_gets_the_part_of_the_page(page):
    sandbox()
    delivered()
    answer = page.get("/deliveries/", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="results">')


def test_delivery_shows_what_was_sent_and_answered(page):
    sandbox()
    delivered()
    delivery = Delivery.objects.get()
    text = page.get(f"/deliveries/{delivery.pk}/").content.decode()
    assert "Kept in the sandbox" in text
    assert "WITHIN_LIMIT" in text
    assert delivery.tries.get().content_hash in text


def test_unknown_delivery_is_not_found(page):
    assert page.get("/deliveries/0199e5a0-0000-7000-8000-000000000000/").status_code == 404


def test_delivery_is_sent_again_on_the_page(page, admin):
    sandbox()
    delivered()
    delivery = Delivery.objects.get()
    answer = page.post(f"/deliveries/{delivery.pk}/resend/")
    assert answer["Location"] == f"/deliveries/{delivery.pk}/"
    delivery.refresh_from_db()
    assert delivery.state == "pending"
    assert AuditEvent.objects.get(kind="delivery.resent").actor_id == admin.pk
    again = page.post(f"/deliveries/{delivery.pk}/resend/", follow=True)
    assert "on its way already" in again.content.decode()


def test_all_that_was_given_up_is_sent_again_at_once(page):
    sandbox()
    now = timezone.now()
    for number in range(3):
        _, event = settled_decision(reference=f"REQ-{number}", now=now)
        dispatch([event.pk], now=now)
    Delivery.objects.update(state="dead", next_attempt_at=None)
    answer = page.post("/connectors/sandbox/resend/", follow=True)
    assert "3 deliveries are sent again" in answer.content.decode()
    assert Delivery.objects.filter(state="pending").count() == 3
    again = page.post("/connectors/sandbox/resend/", follow=True)
    assert "Nothing was given up" in again.content.decode()


def test_key_is_made_and_shown_once(page, admin):
    crm = person("CRM", "integration")
    answer = page.post(
        "/api-keys/",
        {
            "name": "CRM, live",
            "user": str(crm.pk),
            "scopes": ["submissions:write"],
            "last_day": (timezone.now() + timedelta(days=30)).date().isoformat(),
        },
    )
    key = ApiKey.objects.get()
    presented = re.search(rf"clr_{key.prefix}_[\w-]{{43}}", answer.content.decode())[0]
    assert api_keys.authenticate(presented, now=timezone.now()) == key
    assert answer["Cache-Control"] == "no-store"
    assert key.created_by == admin
    assert presented not in page.get("/api-keys/").content.decode()


def test_key_without_scope_is_not_made(page):
    crm = person("CRM", "integration")
    answer = page.post("/api-keys/", {"name": "CRM", "user": str(crm.pk)})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"scopes"}


def test_key_is_taken_back_on_the_page(page):
    crm = person("CRM", "integration")
    key, _ = api_keys.create(
        name="CRM",
        scopes=["decisions:read"],
        user=crm,
        creator=None,
        actor=SYSTEM,
        expires_at=None,
        now=NOW,
    )
    page.post(f"/api-keys/{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at is not None


@pytest.mark.parametrize("address", [address for method, address, _ in MAY if method == "post"])
def test_act_is_not_done_by_a_link(page, address):
    sandbox()
    delivered()
    place = address.format(delivery=Delivery.objects.get().pk, key=Delivery.objects.get().pk)
    assert page.get(place).status_code == 405
