"""A decision service that is to be left is asked beside our rules, and each difference is kept."""

import json
from datetime import timedelta

import pytest

from connectors.errors import DeliveryError
from connectors.models import Comparison, Difference
from connectors.services import comparing, configuration
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision
from decisions.services import executing, intake
from tests.connectors.records import NOW
from tests.rules import FACTS, person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]
TOKEN = (200, {}, json.dumps({"access_token": "t0ken", "expires_in": 3600}).encode())


def rows(*names, name="required_approval"):
    found = [[{"name": name, "type": "string", "value": one}] for one in names]
    return (200, {}, json.dumps({"resultVariables": found}).encode())


@pytest.fixture
def admin():
    return person("Sam", "admin")


@pytest.fixture
def service(receiver, admin):
    return configuration.create(
        key="ods",
        name="Old service",
        kind="opentext",
        settings={
            "region": "na-1",
            "tenant": "acme",
            "client_id": "abc",
            "base_address": receiver.url("").rstrip("/"),
            "token_address": receiver.url("/tenants/{tenant}/oauth2/token"),
        },
        credentials={"client_secret": "s3cret"},
        topics=[],
        author=admin,
        now=NOW,
    )


@pytest.fixture
def approvals():
    model = small_model(
        dmn="required_approvals.dmn",
        key="required_approvals",
        name="Required Approvals",
        decision_name="Required Approvals",
        headline={},
        topics={},
    )
    model.refresh_from_db()
    for value in (500, 6000, 7000):
        facts = {"contract_type": "a", "contract_value": value, "risk_level": 1}
        executing.execute(model, facts, source="t", actor=SYSTEM, now=NOW)
    return model


def start(service, model, admin, **more):
    asked = {"remote_key": "", "most": 100, "author": admin, "now": NOW, **more}
    return comparing.start(service, model, **asked)


def test_same_and_different_answers_are_told_apart(service, approvals, admin, receiver):
    # The newest first: 7000, 6000, 500.
    receiver.answers = [TOKEN, rows("line_managers"), rows("risk_managers"), rows()]
    comparison = start(service, approvals, admin)
    assert comparing.compare_due(now=NOW) == 3
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same, comparison.different) == ("done", 2, 1)
    (difference,) = Difference.objects.all()
    assert (difference.ours, difference.theirs) == (
        [{"required_approval": "line_managers"}],
        [{"required_approval": "risk_managers"}],
    )
    assert difference.execution.inputs["contract_value"] == 6000
    token, asked, *_ = receiver.requests
    assert token["path"] == "/tenants/acme/oauth2/token"
    assert json.loads(token["content"]) == {
        "grant_type": "client_credentials",
        "client_id": "abc",
        "client_secret": "s3cret",
    }
    assert (asked["path"], asked["headers"]["authorization"]) == (
        "/decision/v1/execute",
        "Bearer t0ken",
    )
    sent = json.loads(asked["content"])
    assert sent["decisionKey"] == "required_approvals"
    # PostgreSQL keeps the names of a record in an order of its own.
    assert sorted(sent["inputVariables"], key=lambda one: one["name"]) == [
        {"name": "contract_type", "value": "a", "type": "string"},
        {"name": "contract_value", "value": 7000, "type": "integer"},
        {"name": "risk_level", "value": 1, "type": "integer"},
    ]
    kinds = AuditEvent.objects.filter(subject_id=comparison.pk).values_list("kind", flat=True)
    assert set(kinds) == {"comparison.started", "comparison.finished"}


def test_submissions_are_compared_and_nothing_is_decided(service, admin, receiver):
    model = small_model()
    intake.submit_and_decide(model.key, FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW)
    model.refresh_from_db()
    receiver.answers = [TOKEN, rows("approve", name="outcome")]
    comparison = start(service, model, admin, remote_key="spend")
    comparing.compare_due(now=NOW)
    comparison.refresh_from_db()
    assert (comparison.same, Decision.objects.count()) == (1, 1)
    assert json.loads(receiver.requests[1]["content"])["decisionKey"] == "spend"


def test_one_case_that_is_refused_does_not_end_the_rest(service, approvals, admin, receiver):
    refusal = (404, {}, b'{"statusCode":404,"errorMessage":"No decision"}')
    receiver.answers = [TOKEN, refusal, rows("line_managers"), rows()]
    comparison = start(service, approvals, admin)
    comparing.compare_due(now=NOW)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same, comparison.failed) == ("done", 2, 1)
    assert "404" in Difference.objects.get().problem


@pytest.mark.parametrize(
    "fault",
    [
        (503, {}, b"busy"),
        (429, {"Retry-After": "40"}, b"slow down"),
        (200, {}, b'{"resultVariables": [[{"na'),
        (200, {"Content-Type": "text/html"}, b"<html>"),
    ],
)
def test_what_passes_is_tried_again_where_it_was(service, approvals, admin, receiver, fault):
    receiver.answers = [TOKEN, rows("line_managers"), fault, rows("line_managers"), rows()]
    comparison = start(service, approvals, admin)
    comparing.compare_due(now=NOW)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same, comparison.tries) == ("running", 1, 1)
    assert comparison.problem
    waited = 40 if fault[0] == 429 else 15
    assert comparison.next_at == NOW + timedelta(seconds=waited)
    assert comparing.compare_due(now=NOW) == 0
    comparing.compare_due(now=NOW + timedelta(minutes=1))
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same, comparison.problem) == ("done", 3, "")


def test_a_service_that_stays_away_ends_with_a_person_and_one_click(
    service, approvals, admin, receiver
):
    receiver.answers = [TOKEN, (503, {}, b"")]
    comparison = start(service, approvals, admin)
    for minute in range(comparing.PATIENCE):
        comparing.compare_due(now=NOW + timedelta(minutes=10 * minute))
    comparison.refresh_from_db()
    assert (comparison.state, comparison.compared) == ("stopped", 0)
    assert "503" in comparison.problem
    later = NOW + timedelta(hours=2)
    comparing.go_on(comparison, author=admin, now=later)
    receiver.answers = [TOKEN, rows("line_managers"), rows("line_managers"), rows()]
    comparing.compare_due(now=later)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same) == ("done", 3)


def test_an_old_token_is_renewed_once(service, approvals, admin, receiver):
    receiver.answers = [
        *(TOKEN, (401, {}, b""), TOKEN),
        *(rows("line_managers"), rows("line_managers"), rows()),
    ]
    comparison = start(service, approvals, admin)
    comparing.compare_due(now=NOW)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same) == ("done", 3)


@pytest.mark.parametrize("code", [302, 403])
def test_what_a_person_must_mend_stops_it(service, approvals, admin, receiver, code):
    receiver.answers = [TOKEN, (code, {"Location": "http://10.0.0.1/"}, b"")]
    comparison = start(service, approvals, admin)
    comparing.compare_due(now=NOW)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.compared, len(receiver.requests)) == ("stopped", 0, 2)


def test_a_private_address_is_not_called(service, approvals, admin, receiver, settings):
    settings.OUTBOUND_ALLOW = []
    comparison = start(service, approvals, admin)
    comparing.compare_due(now=NOW)
    comparison.refresh_from_db()
    assert comparison.problem
    assert receiver.requests == []


def test_it_is_bounded_and_runs_once_for_each_model(service, approvals, admin, receiver):
    with pytest.raises(Invalid):
        start(service, approvals, admin, most=comparing.MOST + 1)
    spending = small_model()
    spending.refresh_from_db()
    with pytest.raises(Invalid, match="no case"):
        start(service, spending, admin)
    comparison = start(service, approvals, admin, most=2)
    assert comparison.total == 2
    with pytest.raises(Refused):
        start(service, approvals, admin)
    comparing.stop(comparison, author=admin, now=NOW)
    assert comparing.compare_due(now=NOW) == 0
    with pytest.raises(Refused):
        comparing.stop(comparison, author=admin, now=NOW)


def test_cases_that_come_later_are_left_out(service, approvals, admin, receiver):
    receiver.answers = [TOKEN, rows("line_managers"), rows("line_managers"), rows()]
    comparison = start(service, approvals, admin)
    facts = {"contract_type": "a", "contract_value": 1, "risk_level": 9}
    later = NOW + timedelta(minutes=1)
    executing.execute(approvals, facts, source="t", actor=SYSTEM, now=later)
    comparing.compare_due(now=later)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.same) == ("done", 3)


def test_answers_are_forgotten_after_90_days(service, approvals, admin, receiver):
    receiver.answers = [TOKEN, rows("other")]
    start(service, approvals, admin)
    comparing.compare_due(now=NOW)
    assert comparing.forget(now=NOW + timedelta(days=89)) == 0
    assert comparing.forget(now=NOW + timedelta(days=91)) == 3
    assert Comparison.objects.count() == 1


def test_the_service_is_tried_out(service, receiver):
    receiver.answers = [TOKEN, (200, {}, b"[]")]
    assert "lists its models" in configuration.try_out(service, now=NOW)
    receiver.answers = [(401, {}, b"")]
    with pytest.raises((Refused, Invalid, DeliveryError)):
        configuration.try_out(service, now=NOW + timedelta(hours=2))


def test_region_and_tenant_are_no_addresses(admin):
    settings = {"region": "evil.example/", "tenant": "a/b", "client_id": "x"}
    with pytest.raises(Invalid) as told:
        configuration.create(
            key="ods2", name="X", kind="opentext", settings=settings,
            credentials={"client_secret": "s"}, topics=[], author=admin, now=NOW,
        )  # fmt: skip
    assert {fault["where"] for fault in told.value.faults} >= {"region", "tenant"}
