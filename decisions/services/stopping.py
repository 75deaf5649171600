"""The emergency stop: while a model is stopped its rules settle nothing, and people decide."""

from datetime import datetime

from django.db import transaction

from decisions import events, history
from decisions.enums import EventKind
from decisions.errors import Refused
from decisions.models import DecisionModel, User
from decisions.services.lifecycle import actor_of, locked_model, reason_given


def stop(model: DecisionModel, *, by: User | None, reason: str, now: datetime) -> DecisionModel:
    """Send every submission of a model to a person from now on; nobody means the timetable."""
    why = reason_given(reason, "stop this model")
    with transaction.atomic():
        locked = locked_model(model)
        if locked.stopped_at is not None:
            raise Refused(f"{model.name} is stopped already. Reload the page.")
        locked.stopped_at = now
        locked.stopped_reason = why
        _save(locked, EventKind.MODEL_STOPPED, by, why, now)
    return locked


def resume(model: DecisionModel, *, by: User, reason: str, now: datetime) -> DecisionModel:
    """Let the rules of a stopped model decide again; what went to people stays with them."""
    why = reason_given(reason, "let this model decide again")
    with transaction.atomic():
        locked = locked_model(model)
        if locked.stopped_at is None:
            raise Refused(f"{model.name} is not stopped. Reload the page.")
        locked.stopped_at = None
        locked.stopped_reason = ""
        _save(locked, EventKind.MODEL_RESUMED, by, why, now)
    return locked


def _save(model: DecisionModel, kind: EventKind, by: User | None, why: str, now: datetime) -> None:
    history.save(model, by=by, reason=why, now=now)
    events.record(kind, model, actor=actor_of(by), now=now, detail={"model": model.key})
