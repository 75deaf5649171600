"""Files become submissions, chunk by chunk: what a worker that dies had taken stays taken, once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F

from connectors.enums import IMPORT_TRANSITIONS, FileKind, ImportState
from connectors.models import Connector, FileImport, ImportedRow
from connectors.services import columns, configuration, file_rows, inbound, uploads
from connectors.services.file_rows import Row
from decisions import events
from decisions.enums import EventKind, states_before
from decisions.errors import Expected, Fault, Invalid, Refused
from decisions.events import SYSTEM, Actor
from decisions.ids import new_id
from decisions.models import AuditEvent, DecisionModel, Submission, User
from decisions.services import intake, mapping

log = structlog.get_logger(__name__)

SUBSCRIBER = "connectors.tasks.read_files"
CHUNK = 500  # Rows in one transaction.
SLICE = timedelta(seconds=25)  # One message works for so long, then sends the next.
SILENCE = timedelta(seconds=30)  # A worker that wrote nothing for so long is dead.
MOST_REJECTED = 50_000  # Beyond it the mapping is wrong, or it is another file.
KEPT = timedelta(days=7)
CELLS_KEPT = timedelta(days=30)
MOST_REASONS = 5

BROKE = "The file could not be read to its end. Go on with it; if it stops again, tell an admin."
GONE = "The file is no longer on the server. Upload it again."

Clock = Callable[[], datetime]


def source_for(author: User, *, now: datetime) -> Connector:
    """The place that files come from where nobody set one up; the first upload makes it."""
    found = Connector.objects.filter(kind="files").order_by("created_at").first()
    return found or configuration.create(
        key="file-imports",
        name="File imports",
        kind="files",
        settings={},
        topics=[],
        author=author,
        now=now,
    )


def take_in(
    connector: Connector,
    model: DecisionModel,
    *,
    name: str,
    content: IO[bytes],
    size: int,
    author: User,
    now: datetime,
) -> FileImport:
    """Keep an uploaded file; raises Invalid for what is no table. Nothing is imported yet."""
    key = new_id(now)
    looked = uploads.keep(key, name, content, size=size)
    return FileImport.objects.create(
        id=key,
        connector=connector,
        model=model,
        name=name[:200] or "File",
        kind=looked.kind,
        line=0 if looked.kind == FileKind.NDJSON else 1,
        encoding=looked.encoding,
        delimiter=looked.delimiter,
        columns=looked.columns,
        sample=looked.sample,
        size=looked.size,
        length=looked.length,
        offset=looked.offset,
        content_hash=looked.content_hash,
        uploaded_at=now,
        uploaded_by=author,
    )


def start(file: FileImport, *, entries: Mapping[str, str], author: User, now: datetime) -> None:
    """Save the mapping where it is another one, and ask a worker to read the file."""
    newest = newest_mapping(file)
    kept = {path: text.strip() for path, text in entries.items() if text.strip()}
    with transaction.atomic():
        if newest is None or dict(newest.entries) != kept:
            newest = inbound.save_mapping(
                file.connector,
                file.model,
                entries=kept,
                condition="",
                reason=f"For {file.name}",
                author=author,
                now=now,
            )
        _move(file, ImportState.WAITING, mapping=newest, started_at=now)
        _request(file, author, now)


def go_on(file: FileImport, *, by: User, now: datetime) -> None:
    """Read on where a file was stopped or broke off."""
    if file.forgotten_at is not None:
        raise Refused(GONE)
    with transaction.atomic():
        _move(file, ImportState.WAITING, problem="", finished_at=None, worked_at=None)
        _request(file, by, now)


def stop(file: FileImport, *, by: User, now: datetime) -> None:
    """End an import before its time; what was taken stays."""
    with transaction.atomic():
        _move(file, ImportState.STOPPED, finished_at=now, worked_at=None)
        events.record(EventKind.IMPORT_STOPPED, file, actor=Actor.person(by), now=now)


def drop_upload(file: FileImport, *, by: User, now: datetime) -> None:
    """Delete a file that was never started."""
    with transaction.atomic():
        gone, _ = FileImport.objects.filter(pk=file.pk, state=ImportState.MAPPING).delete()
        if not gone:
            raise Refused("This file is being imported already.")
        file.pk = file.id
        detail = {"name": file.name, "content": file.content_hash}
        events.record(
            EventKind.IMPORT_DROPPED, file, actor=Actor.person(by), now=now, detail=detail
        )
    uploads.drop(file.id)


def newest_mapping(file: FileImport) -> Any:
    return file.connector.mappings.filter(model=file.model).order_by("-number").first()


def run(event_ids: Sequence[str | UUID], *, clock: Clock) -> None:
    """Answer requests for imports for one slice of time; what is left is sent again.

    The receipt is written with the end of an import: the sweep sends again what has none.
    """
    files = FileImport.objects.select_related("connector", "model", "mapping", "uploaded_by")
    for event in AuditEvent.objects.filter(pk__in=list(event_ids)).order_by("pk"):
        file = files.filter(pk=event.subject_id).first()
        if file is None or not file.unfinished:
            with transaction.atomic():
                events.unanswered([event.pk], subscriber=SUBSCRIBER)
        elif not _run(file, event.pk, clock=clock):
            events.send(SUBSCRIBER, [event.pk])


def _run(file: FileImport, event_id: UUID, *, clock: Clock) -> bool:
    """Read on in a file; True when there is nothing left to do for this message."""
    started = clock()
    if not _take_on(file, now=started):
        return True
    try:
        _make_text(file, clock=clock)
        reader = _reader(file)
        while clock() - started < SLICE:
            if not _advance(file, reader, event_id, clock=clock):
                return True
    except Expected as problem:
        _fail(file, str(problem), event_id, now=clock())
        return True
    except FileNotFoundError:
        _fail(file, GONE, event_id, now=clock())
        return True
    except DatabaseError:
        raise  # The sweep sends the event again, and the next worker goes on from here.
    except Exception:
        # Whatever breaks must not leave an import that runs for ever.
        log.exception("import_failed", file=str(file.pk))
        _fail(file, BROKE, event_id, now=clock())
        return True
    # The next message may take the work on at once.
    FileImport.objects.filter(pk=file.pk, rows=file.rows).update(worked_at=None)
    return False


def _take_on(file: FileImport, *, now: datetime) -> bool:
    """Become the one worker of a file, unless another wrote to it a moment ago."""
    if file.worked_at is not None and now - file.worked_at < SILENCE:
        return False
    taken = FileImport.objects.filter(
        pk=file.pk,
        state__in=states_before(IMPORT_TRANSITIONS, ImportState.RUNNING),
        worked_at=file.worked_at,
        offset=file.offset,
    ).update(state=ImportState.RUNNING, worked_at=now)
    return bool(taken)


def _make_text(file: FileImport, *, clock: Clock) -> None:
    """Turn a workbook into text once; a worker that dies over it leaves it to the next."""
    if file.kind != FileKind.XLSX or file.length:
        return
    packed, target = uploads.path_of(file.pk, workbook=True), uploads.path_of(file.pk)

    def beat() -> None:
        if not FileImport.objects.filter(pk=file.pk, state=ImportState.RUNNING).update(
            worked_at=clock()
        ):
            raise Refused("The import was stopped.")

    with uploads.full_disk_told():
        file.columns, file.offset = file_rows.write_text(packed, target, beat=beat)
    file.delimiter, file.length = ",", target.stat().st_size
    file.save(update_fields=["columns", "offset", "delimiter", "length"])


@dataclass(frozen=True)
class Reader:
    """The rows that are left of a file, and how each becomes facts."""

    rows: Iterator[Row]
    entries: Mapping[str, str]
    chosen: Mapping[str, tuple[str, str]]

    def read(self, row: Row, *, now: datetime) -> tuple[dict[str, Any], list[str]]:
        """What a row says as facts, or the reasons why it says nothing."""
        if row.problem:
            return {}, [row.problem]
        mapped = mapping.map_payload(self.entries, row.values, now=now)
        reasons = [_words(fault) for fault in mapped.faults]
        reasons += columns.unread(self.chosen, row.values, mapped.facts)
        return mapped.facts, reasons[:MOST_REASONS]


def _reader(file: FileImport) -> Reader:
    assert file.mapping is not None
    path = uploads.path_of(file.pk)
    return Reader(
        file_rows.rows_of(path, file.kind, file.offset, file.line, file.delimiter, file.columns),
        file.mapping.entries,
        columns.choices_of(file.mapping.entries, file.columns),
    )


def _advance(file: FileImport, reader: Reader, event_id: UUID, *, clock: Clock) -> bool:
    """Take one chunk and remember how far it went; False when the import has ended."""
    now = clock()
    rows = list(islice(reader.rows, CHUNK))
    read = [reader.read(row, now=now) for row in rows]
    with transaction.atomic():
        if not _reach(file, rows, now=now):
            return False
        taken = intake.submit_many(
            file.model.key,
            [facts for facts, reasons in read if not reasons],
            source=f"{file.connector.name}: {file.name}",
            actor=Actor.person(file.uploaded_by),
            now=now,
        )
        outcomes = _outcomes(file, rows, read, taken)
        ImportedRow.objects.bulk_create(outcomes, batch_size=CHUNK)
        rejected = sum(one.submission_id is None for one in outcomes)
        file.rejected += rejected
        FileImport.objects.filter(pk=file.pk).update(rejected=F("rejected") + rejected)
        if file.rejected > MOST_REJECTED:
            raise Refused(
                f"More than {MOST_REJECTED:,} rows were rejected, so the rest was not read. See "
                "why below, and whether the columns are the right ones."
            )
        if len(rows) < CHUNK:
            _end(file, event_id, now=now)
            return False
    return True


def _reach(file: FileImport, rows: list[Row], *, now: datetime) -> bool:
    """Move the cursor, unless the import was stopped or another worker was quicker."""
    end, line = (rows[-1].end, rows[-1].number) if rows else (file.offset, file.line)
    reached = FileImport.objects.filter(
        pk=file.pk, state=ImportState.RUNNING, offset=file.offset, rows=file.rows
    ).update(offset=end, line=line, rows=F("rows") + len(rows), worked_at=now)
    file.offset, file.line, file.rows = end, line, file.rows + len(rows)
    return bool(reached)


def _outcomes(
    file: FileImport,
    rows: list[Row],
    read: list[tuple[dict[str, Any], list[str]]],
    taken: Sequence[Submission | Invalid],
) -> list[ImportedRow]:
    answers = iter(taken)
    found: list[ImportedRow] = []
    for row, (_, reasons) in zip(rows, read, strict=True):
        answer = None if reasons else next(answers)
        if isinstance(answer, Submission):
            found.append(
                ImportedRow(
                    file=file, number=row.number, submission=answer, subject=answer.reference
                )
            )
            continue
        if isinstance(answer, Invalid):
            reasons = [_words(fault) for fault in answer.faults[:MOST_REASONS]] or [str(answer)]
        cells = [cell.replace("\0", "")[:2000] for cell in row.cells]
        found.append(ImportedRow(file=file, number=row.number, cells=cells, reasons=reasons))
    return found


def _words(fault: Fault) -> str:
    where = fault.get("where", "").lstrip("/").replace("/", ".")
    return f"{where}: {fault.get('message', '')}" if where else str(fault.get("message", ""))


def _end(file: FileImport, event_id: UUID, *, now: datetime) -> None:
    _move(file, ImportState.DONE, finished_at=now, worked_at=None, forgotten_at=now, sample=[])
    events.unanswered([event_id], subscriber=SUBSCRIBER)
    detail = {"rows": file.rows, "rejected": file.rejected, "content": file.content_hash}
    events.record(EventKind.IMPORT_FINISHED, file, actor=SYSTEM, now=now, detail=detail)
    transaction.on_commit(lambda: uploads.drop(file.pk))


def _fail(file: FileImport, problem: str, event_id: UUID, *, now: datetime) -> None:
    with transaction.atomic():
        events.unanswered([event_id], subscriber=SUBSCRIBER)
        failed = FileImport.objects.filter(
            pk=file.pk, state__in=states_before(IMPORT_TRANSITIONS, ImportState.FAILED)
        ).update(state=ImportState.FAILED, problem=problem[:500], finished_at=now, worked_at=None)
        if failed:
            detail = {"problem": problem[:500]}
            events.record(EventKind.IMPORT_FAILED, file, actor=SYSTEM, now=now, detail=detail)


def _move(file: FileImport, state: ImportState, **fields: Any) -> None:
    moved = FileImport.objects.filter(
        pk=file.pk, state__in=states_before(IMPORT_TRANSITIONS, state)
    ).update(state=state, **fields)
    if not moved:
        raise Refused("This import has moved on meanwhile. Look at it again.")


def _request(file: FileImport, author: User, now: datetime) -> None:
    detail = {
        "name": file.name,
        "content": file.content_hash,
        "model": file.model.key,
        "connector": file.connector.key,
    }
    events.record(
        EventKind.IMPORT_REQUESTED, file, actor=Actor.person(author), now=now, detail=detail
    )


def forget(*, now: datetime) -> int:
    """Drop files that nobody goes on with after a week, and rejected cells after a month."""
    old = FileImport.objects.filter(uploaded_at__lt=now - KEPT, forgotten_at=None)
    ended = [ImportState.MAPPING, ImportState.STOPPED, ImportState.FAILED]
    keys = list(old.filter(state__in=ended).values_list("pk", flat=True))
    for key in keys:
        uploads.drop(key)
    FileImport.objects.filter(pk__in=keys).update(forgotten_at=now, sample=[])
    rejected = ImportedRow.objects.filter(file__uploaded_at__lt=now - CELLS_KEPT)
    rejected.filter(cells__isnull=False).update(cells=None)
    return len(keys)
