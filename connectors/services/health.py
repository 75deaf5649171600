"""Is everything at work: database, broker, and a worker that was seen a moment ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from connectors.models import Pulse

SEEN_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True)
class Health:
    database: bool
    broker: bool
    worker_seen_at: datetime | None
    worker: bool

    @property
    def ok(self) -> bool:
        return self.database and self.broker and self.worker


def health(*, now: datetime) -> Health:
    """Look at each part; a worker counts while its last sign of life is younger than a minute."""
    seen: datetime | None = None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen = Pulse.objects.filter(part="worker").values_list("seen_at", flat=True).first()
        database = True
    except DatabaseError:
        database = False
    return Health(
        database=database,
        broker=_broker_answers(),
        worker_seen_at=seen,
        worker=seen is not None and now - seen < SEEN_WITHIN,
    )


def _broker_answers() -> bool:
    with current_app.connection_for_write() as broker:
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
        except (OperationalError, OSError):
            return False
    return True
