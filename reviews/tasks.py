"""What workers do for reviews: each task makes one service call."""

from celery import shared_task
from django.utils import timezone

from reviews.services import claiming, routing


@shared_task
def open_item(event_ids: list[str]) -> None:
    routing.open_item(event_ids, now=timezone.now())


@shared_task
def free_leases() -> None:
    claiming.free_expired(now=timezone.now())
