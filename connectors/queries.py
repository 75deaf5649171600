"""Lists of connectors' own records and of decisions' work for the API: paged by key, no OFFSET."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf, TruncHour

from connectors.enums import DeliveryState, ImportState
from connectors.models import (
    Call,
    Connector,
    Delivery,
    FileImport,
    ImportedRow,
    Payload,
    WatchedFeed,
)
from decisions.enums import Outcome
from decisions.errors import Invalid
from decisions.ids import id_at
from decisions.models import Decision, Submission
from decisions.queries.paging import pack, page_of, read_cursor, unpack


@dataclass(frozen=True)
class Slice:
    """Part of a list; `next` is the cursor of what comes after, `more` says if it is there now."""

    rows: list[Any]
    next: str
    more: bool


def newest_first(rows: QuerySet[Any], *, cursor: str, size: int) -> Slice:
    """Rows by id, newest first; raises Invalid for a cursor that is not one of ours."""
    if cursor and read_cursor(cursor) is None:
        raise _lost()
    page = page_of(rows, before=cursor, size=size)
    return Slice(page.items, page.older, bool(page.older))


def by_change(
    rows: QuerySet[Any], *, since: datetime, quiet: datetime, cursor: str, size: int
) -> Slice:
    """Earliest change first, from `since` on; the last page's cursor is where to go on later.

    That cursor never passes `quiet`: a transaction that is still open may yet commit a change
    before the last one seen, so the changes since `quiet` are shown again next time.
    """
    at = _read(cursor)
    rows = rows.filter(updated_at__gte=since)
    if at:
        moment, key = _moment(at.get("u")), _uuid(at.get("k"))
        rows = rows.filter(updated_at__gte=moment).exclude(updated_at=moment, pk__lte=key)
    found = list(rows.order_by("updated_at", "pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if more or (found and found[-1].updated_at < quiet):
        return Slice(found, _at(found[-1].updated_at, found[-1].pk), more=more)
    if found:
        return Slice(found, _at(max(quiet, since), UUID(int=0)), more=False)
    return Slice([], cursor or _at(since, UUID(int=0)), more=False)


def submissions() -> QuerySet[Submission]:
    """Submissions with what a list says of them."""
    return Submission.objects.select_related("model", "decision").defer("facts")


def decisions() -> QuerySet[Decision]:
    """Decisions with what a list says of them."""
    return Decision.objects.select_related("submission", "model", "ruleset__version").defer(
        "submission__facts", "ruleset__version__dmn"
    )


def deliveries() -> QuerySet[Delivery]:
    """Deliveries with what a list says of them."""
    return Delivery.objects.select_related(
        "connector", "action__decision__submission", "action__decision__model"
    ).defer("action__decision__submission__facts")


def members_of(outputs: Any) -> list[str]:
    """Who belongs to the audience of a decision now, by the ids a model of assignments gave them.

    `audience.members` says which model (`from`) and which request (`audience`); that model answers
    with `membership`. The last answer about somebody counts: who came in again and is not decided
    yet is out, and a rejection takes somebody out of every audience.
    """
    wanted = outputs.get("audience") if isinstance(outputs, dict) else None
    members = wanted.get("members") if isinstance(wanted, dict) else None
    if not isinstance(members, dict) or not (members.get("from") and members.get("audience")):
        return []
    rows = (
        Submission.objects.filter(model__key=members["from"])
        .order_by("pk")
        .values_list(
            "facts__subject_id",
            "facts__audience",
            "decision__outcome",
            "decision__settled_at",
            "decision__outputs__membership",
        )
    )
    found: dict[str, None] = {}
    for subject, request, outcome, settled_at, membership in rows.iterator():
        inside = isinstance(membership, dict) and membership.get("member") is True
        settled = settled_at is not None
        if settled and outcome == Outcome.REJECT:
            found.pop(str(subject), None)
        elif request == members["audience"]:
            found.pop(str(subject), None)
            if settled and inside:
                found[str(subject)] = None
    return list(found)


@dataclass(frozen=True)
class Health:
    """How a connector did in the last 24 hours, and what waits.

    `calls` and `failed` count calls to the party, or deliveries where no network is between.
    """

    calls: int
    failed: int
    by_hour: tuple[int, ...]
    waiting: int
    dead: int
    last_call: datetime | None
    failing_since: datetime | None

    @property
    def failed_share(self) -> float:
        return 100 * self.failed / self.calls if self.calls else 0.0


def health_of(connectors: Sequence[Connector], *, now: datetime) -> dict[UUID, Health]:
    """Figures of each connector from its deliveries of the last 24 hours."""
    recent = Q(pk__gte=id_at(now - timedelta(hours=24)))
    waiting = Q(state__in=[DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED])
    failing = Q(state__in=[DeliveryState.FAILED, DeliveryState.DEAD])
    figures: dict[UUID, dict[str, Any]] = {
        row["connector"]: dict(row)
        for row in Delivery.objects.filter(recent, connector__in=connectors)
        .values("connector")
        .annotate(
            calls=Count("pk", filter=Q(attempts__gt=0)),
            failed=Count("pk", filter=failing),
            waiting=Count("pk", filter=waiting),
            dead=Count("pk", filter=Q(state=DeliveryState.DEAD)),
            last_call=Max("last_attempt_at"),
            failing_since=Min("last_attempt_at", filter=failing),
        )
    }
    called = _calls_by_hour(connectors, now=now)
    found = {}
    for connector in connectors:
        counted = figures.get(connector.pk, {})
        hours = called.get(connector.pk, {})
        calls = sum(total for total, _ in hours.values())
        failed = sum(bad for _, bad in hours.values())
        last = max(filter(None, (counted.get("last_call"), max(hours, default=None))), default=None)
        found[connector.pk] = Health(
            calls=calls or counted.get("calls", 0),
            failed=failed or counted.get("failed", 0),
            by_hour=_spread(hours, now=now),
            waiting=counted.get("waiting", 0),
            dead=counted.get("dead", 0),
            last_call=last,
            failing_since=counted.get("failing_since"),
        )
    return found


def payload_counts(connectors: Sequence[Connector]) -> dict[UUID, dict[str, int]]:
    """How many payloads of each connector stand in each state."""
    found: dict[UUID, dict[str, int]] = {}
    rows = Payload.objects.filter(connector__in=connectors).values("connector", "state")
    for row in rows.annotate(count=Count("pk")).order_by():
        found.setdefault(row["connector"], {})[row["state"]] = row["count"]
    return found


def _calls_by_hour(
    connectors: Sequence[Connector], *, now: datetime
) -> dict[UUID, dict[datetime, tuple[int, int]]]:
    """Calls and failed calls of each connector by the hour they were made in."""
    rows = (
        Call.objects.filter(connector__in=connectors, pk__gte=id_at(now - timedelta(hours=24)))
        .annotate(hour=TruncHour("at"))
        .values("connector", "hour")
        .annotate(total=Count("pk"), bad=Count("pk", filter=~Q(problem="")))
    )
    found: dict[UUID, dict[datetime, tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["connector"], {})[row["hour"]] = (row["total"], row["bad"])
    return found


def _spread(hours: dict[datetime, tuple[int, int]], *, now: datetime) -> tuple[int, ...]:
    newest = now.replace(minute=0, second=0, microsecond=0)
    steps = (newest - timedelta(hours=back) for back in range(23, -1, -1))
    return tuple(hours.get(step, (0, 0))[0] for step in steps)


def _at(moment: datetime, key: UUID) -> str:
    position = {"u": moment.isoformat(), "k": str(key)}
    return pack(json.dumps(position, separators=(",", ":")).encode("ascii"))


def _read(cursor: str) -> dict[str, Any]:
    if not cursor:
        return {}
    try:
        position = json.loads(unpack(cursor))
    except (ValueError, RecursionError):
        position = None
    if not isinstance(position, dict) or not position:
        raise _lost()
    return position


def _uuid(text: Any) -> UUID:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        raise _lost() from None


def _moment(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise _lost() from None


def _lost() -> Invalid:
    return Invalid(
        "The cursor is not one of ours.",
        [
            {
                "code": "cursor",
                "where": "cursor",
                "message": "The cursor is not one of ours.",
                "hint": "Start again without a cursor, and take it from the field next.",
            }
        ],
    )


def imports_whole() -> QuerySet[FileImport]:
    """Imports with all that their pages name."""
    return FileImport.objects.select_related(
        "connector", "model__live_version__model", "mapping", "uploaded_by"
    )


def same_file(file: FileImport) -> FileImport | None:
    """The newest import of the same content for the same model, other than this one."""
    others = FileImport.objects.filter(content_hash=file.content_hash, model=file.model)
    started = others.exclude(pk=file.pk).exclude(state=ImportState.MAPPING)
    return started.select_related("uploaded_by").order_by("-pk").first()


def rejected_of(file: FileImport) -> QuerySet[ImportedRow]:
    return ImportedRow.objects.filter(file=file, reasons__isnull=False).order_by("number")


def run_before(file: FileImport) -> FileImport | None:
    """The import before this one, from the same place for the same model, that was read whole."""
    return (
        FileImport.objects.filter(
            connector=file.connector_id,
            model=file.model_id,
            state=ImportState.DONE,
            pk__lt=file.pk,
        )
        .order_by("-pk")
        .first()
    )


def segments_of(file: FileImport) -> list[dict[str, Any]]:
    """How many rows of a file came to each segment, most first; what waits is not among them."""
    rows = _decided_rows(file).values("segment").annotate(count=Count("pk"))
    return list(rows.order_by("-count", "segment"))


def moves_between(earlier: FileImport, later: FileImport) -> list[dict[str, Any]]:
    """Subjects of two runs by where they were and where they are; "" where they were not."""
    before = _decided_rows(earlier).filter(subject=OuterRef("subject")).values("segment")[:1]
    rows = (
        _decided_rows(later)
        .exclude(subject="")
        .annotate(was=Coalesce(Subquery(before), Value("")))
        .values("was", "segment")
        .annotate(count=Count("pk"))
    )
    found = [row for row in rows.order_by("-count") if row["was"] != row["segment"]]
    here = ImportedRow.objects.filter(file=later, subject=OuterRef("subject"), reasons__isnull=True)
    gone = _decided_rows(earlier).exclude(subject="").filter(~Exists(here))
    left = gone.values("segment").annotate(count=Count("pk")).order_by("-count")
    return found + [{"was": one["segment"], "segment": "", "count": one["count"]} for one in left]


def results_of(file: FileImport) -> Iterator[dict[str, Any]]:
    """What was decided for each row that was taken, in the order of the file."""
    rows = ImportedRow.objects.filter(file=file, reasons__isnull=True).annotate(
        segment=Coalesce(_SEGMENT, Value("")), outcome=F("submission__decision__outcome")
    )
    names = ("number", "subject", "segment", "outcome", "submission__decision__reasons")
    for number, subject, segment, outcome, reasons in (
        rows.order_by("number").values_list(*names).iterator(chunk_size=2000)
    ):
        yield {
            "row": number,
            "subject": subject,
            "segment": segment,
            "outcome": outcome or "",
            "reasons": [str(one) for one in reasons or []],
        }


# What a model calls a segment, else where it sent a row, else its outcome.
_SEGMENT = Coalesce(
    NullIf(KeyTextTransform("segment", "submission__decision__outputs"), Value("")),
    NullIf(F("submission__decision__destination"), Value("")),
    F("submission__decision__outcome"),
    output_field=CharField(),
)


def _decided_rows(file: FileImport) -> QuerySet[Any]:
    rows = ImportedRow.objects.filter(file=file, submission__decision__isnull=False)
    return rows.annotate(segment=_SEGMENT)


def feed_counts() -> dict[str, int]:
    """How many feeds are watched, drifted, failing and paused."""
    drifted = ~Q(drift=[]) | ~Q(spotify_drift=[])
    return WatchedFeed.objects.aggregate(
        watched=Count("pk", filter=Q(next_read_at__isnull=False)),
        drifted=Count("pk", filter=drifted),
        failing=Count("pk", filter=Q(failures__gt=0)),
        paused=Count("pk", filter=Q(paused_at__isnull=False)),
    )
