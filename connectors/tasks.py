"""What workers do for connectors: each task makes one service call."""

from celery import shared_task
from django.utils import timezone

from connectors.services import (
    api_keys,
    comparing,
    enrichment,
    feed_watching,
    imports,
    inbound,
    lines,
    polling,
    reception,
    sending,
)
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
def poll_due() -> None:
    polling.poll_due(now=timezone.now())


@shared_task
def forget_fetched() -> None:
    polling.forget_fetched(now=timezone.now())


@shared_task
def read_feeds() -> None:
    feed_watching.read_due(now=timezone.now())


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


# A workbook is turned into text in one go. Its message may come again meanwhile, which finds the
# import taken.
@shared_task(soft_time_limit=900, time_limit=930)
def read_files(event_ids: list[str]) -> None:
    imports.run(event_ids, clock=timezone.now)


@shared_task
def forget_files() -> None:
    imports.forget(now=timezone.now())


@shared_task
def compare_due() -> None:
    comparing.compare_due(now=timezone.now())


@shared_task
def forget_comparisons() -> None:
    comparing.forget(now=timezone.now())
