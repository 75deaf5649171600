"""A stopped model settles nothing: people decide until somebody lets it decide again."""

import pytest

from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision, DecisionModel, Submission
from decisions.services import evaluation, explanation, intake, stopping
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def ari():
    return person("Ari", "approver")


@pytest.fixture
def model():
    return small_model()


def decide(model, **facts):
    return intake.submit_and_decide(
        model.key, {**FACTS, **facts}, evidence={}, source="t", actor=SYSTEM, now=NOW
    )


def stop(model, ari):
    return stopping.stop(model, by=ari, reason="It approves everything", now=NOW)


@pytest.mark.parametrize("amount", [500, 700, 5000])
def test_every_submission_of_a_stopped_model_goes_to_a_person(model, ari, amount):
    stop(model, ari)
    decision = decide(model, amount=amount)
    assert (decision.outcome, decision.destination, decision.reasons, decision.settled_at) == (
        "review",
        "triage",
        ["MODEL_STOPPED"],
        None,
    )


def test_workers_see_the_stop_too(model, ari):
    taken = intake.submit(model.key, FACTS, source="t", actor=SYSTEM, now=NOW)
    stop(model, ari)
    event = AuditEvent.objects.get(kind="submission.received", submission_id=taken.pk)
    evaluation.evaluate([event.pk], now=NOW)
    assert Decision.objects.get().reasons == ["MODEL_STOPPED"]
    assert Submission.objects.get().state == "in_review"


def test_the_record_of_a_stopped_model_replays_to_the_same(model, ari):
    stop(model, ari)
    assert explanation.explain(decide(model)).same


def test_a_resumed_model_decides_again(model, ari):
    stop(model, ari)
    stopping.resume(model, by=ari, reason="Row 4 is mended", now=NOW)
    assert decide(model).outcome == "approve"
    told = DecisionModel.history.filter(id=model.pk).order_by("-history_id")
    assert list(told.values_list("history_change_reason", flat=True)[:2]) == [
        "Row 4 is mended",
        "It approves everything",
    ]
    kinds = AuditEvent.objects.filter(subject_id=model.pk).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "model.created",
        "model.stopped",
        "model.resumed",
    ]


def test_stopping_twice_and_without_a_reason_is_refused(model, ari):
    with pytest.raises(Invalid, match="Say why you stop"):
        stopping.stop(model, by=ari, reason=" ", now=NOW)
    stop(model, ari)
    with pytest.raises(Refused, match="is stopped already"):
        stop(model, ari)
    stopping.resume(model, by=ari, reason="Mended", now=NOW)
    with pytest.raises(Refused, match="is not stopped"):
        stopping.resume(model, by=ari, reason="Mended", now=NOW)
