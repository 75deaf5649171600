"""What workers do for decisions: each task makes one service call."""

from celery import shared_task
from django.utils import timezone

from decisions.services import (
    activity,
    challenging,
    coming,
    drifting,
    evaluation,
    proving,
    publishing,
    sealing,
    simulation,
    sweeping,
)


@shared_task
def evaluate(event_ids: list[str]) -> None:
    evaluation.evaluate(event_ids, now=timezone.now())


@shared_task
def simulate(event_ids: list[str]) -> None:
    simulation.simulate(event_ids, clock=timezone.now)


@shared_task
def challenge(event_ids: list[str]) -> None:
    challenging.answer(event_ids, now=timezone.now())


@shared_task
def sweep() -> None:
    sweeping.sweep(now=timezone.now())


@shared_task
def seal() -> None:
    sealing.seal(now=timezone.now())


@shared_task
def count_activity() -> None:
    activity.count(now=timezone.now())


@shared_task
def find_drift() -> None:
    drifting.find_drift(now=timezone.now())


@shared_task
def publish_due() -> None:
    publishing.publish_due(now=timezone.now())


@shared_task
def tell_tables_in_force() -> None:
    coming.tell_in_force(now=timezone.now())


@shared_task
def check_guardrails(event_ids: list[str]) -> None:
    proving.check(event_ids, now=timezone.now())
