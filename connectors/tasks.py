"""What workers do for connectors: each task makes one service call."""

from celery import shared_task
from django.utils import timezone

from connectors.services import api_keys, enrichment, inbound, lines, reception, sending
from connectors.services import dispatch as dispatching


@shared_task
def enrich(event_ids: list[str]) -> None:
    enrichment.enrich(event_ids, now=timezone.now())


@shared_task
def enrich_due() -> None:
    enrichment.enrich_due(now=timezone.now())


@shared_task
def dispatch(event_ids: list[str]) -> None:
    dispatching.dispatch(event_ids, now=timezone.now())


@shared_task
def deliver(event_ids: list[str]) -> None:
    sending.send(event_ids, now=timezone.now())


@shared_task
def deliver_due() -> None:
    sending.send_due(now=timezone.now())


@shared_task
def forget_answers() -> None:
    reception.forget_answers(now=timezone.now())


@shared_task
def forget_tokens() -> None:
    api_keys.forget_tokens(now=timezone.now())


@shared_task
def forget_payloads() -> None:
    inbound.forget_contents(now=timezone.now())


@shared_task
def forget_calls() -> None:
    lines.forget_calls(now=timezone.now())
