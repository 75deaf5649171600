"""Contents of reference tables that waited for their time: the log hears when they are in force."""

from datetime import datetime

from django.db import transaction

from decisions import events
from decisions.enums import EventKind
from decisions.events import TIMETABLE
from decisions.models import AuditEvent, ReferenceTable, ReferenceTableVersion
from decisions.queries import rules as queries


def tell_in_force(*, now: datetime) -> None:
    """Record each content whose time has come, once. What answers checks the rules that read it."""
    come = queries.contents_in_force(now).exclude(effective_from=None).defer("rows")
    for version in come.select_related("table"):
        with transaction.atomic():
            ReferenceTable.objects.select_for_update().get(pk=version.table_id)
            if not _told(version):
                _tell(version, now)


def _told(version: ReferenceTableVersion) -> bool:
    told = AuditEvent.objects.filter(
        kind=EventKind.REFERENCE_TABLE_IN_FORCE, subject_id=version.table_id
    )
    return told.filter(detail__number=version.number).exists()


def _tell(version: ReferenceTableVersion, now: datetime) -> None:
    detail = {"number": version.number, "content": version.content_hash}
    events.record(
        EventKind.REFERENCE_TABLE_IN_FORCE, version.table, actor=TIMETABLE, now=now, detail=detail
    )
