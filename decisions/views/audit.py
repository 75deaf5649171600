"""The audit trail: what happened, by whom, because of what, and proof that none was touched."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from decisions import filters
from decisions.access import PageRequest, requires
from decisions.enums import EventKind
from decisions.forms import TrailForm
from decisions.models import AuditEvent
from decisions.queries import audit as queries
from decisions.queries.audit import Trail
from decisions.queries.paging import cursor_above, page_of
from decisions.services import sealing
from decisions.views.records import address_of, kind_in_words
from decisions.views.sentences import what_happened

MOST_EXPORTED = 50_000
COLUMNS = (
    *("time", "event", "what happened", "who", "kind of actor", "actor id"),
    *("about", "about id", "submission id", "caused by", "id", "detail", "hash"),
)


@require_safe
@requires("decisions.view_audit")
def trail(request: PageRequest) -> HttpResponse:
    return _page(request, None)


@require_safe
@requires("decisions.view_audit")
def event(request: PageRequest, pk: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(AuditEvent, pk=pk))


@require_POST
@requires("decisions.view_audit")
def check(request: PageRequest) -> HttpResponse:
    """Recompute the whole chain, because somebody asked."""
    report = sealing.check_chain()
    if not report.seals:
        messages.info(request, "Nothing is sealed yet, so there is nothing to check.")
    elif report.broken_at is None:
        messages.success(
            request,
            f"The chain is unbroken: seals 1 to {report.seals:,} over {report.events:,} events "
            f"were computed again at {timezone.localtime():%H:%M}.",
        )
    else:
        messages.error(
            request,
            f"The chain is broken at seal {report.broken_at:,}. Events before it "
            f"({report.events:,}) are as they were written; in the stretch of that seal one was "
            "changed, added or removed. Keep a copy of the database and tell whoever runs it.",
        )
    return redirect("decisions:audit")


@require_safe
@requires("decisions.view_audit")
def export(request: PageRequest) -> StreamingHttpResponse:
    """Stream the filtered trail as CSV, newest first."""
    wanted, _ = TrailForm(request.GET).trail()
    name = f"audit-trail-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
    return StreamingHttpResponse(
        _csv_lines(wanted),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(request: PageRequest, chosen: AuditEvent | None) -> HttpResponse:
    wanted, misread = TrailForm(request.GET).trail()
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if chosen and not before and not after:
        before = cursor_above(chosen)  # A link to an event opens the list where it stands.
    page = page_of(queries.events_of(wanted), before=before, after=after)
    names = queries.names_of([*page.items, *([chosen] if chosen else [])])
    seal = queries.last_seal()
    context = {
        "page": page,
        "here": cursor_above(page.items[0]) if page.items else "",
        "rows": [_row(event, names) for event in page.items],
        "trail": wanted,
        "misread": misread,
        "filters": _filters(wanted, names),
        "clear_url": reverse("decisions:audit") if wanted.narrowed else "",
        "chosen": _one(chosen, names) if chosen else None,
        # After a click on a row the focus goes to the event, after a filter it stays.
        "opened": request.headers.get("HX-Source", "").startswith("a#e-"),
        "seal": seal,
        "most_exported": MOST_EXPORTED,
    }
    part = "decisions/audit/_answer.html" if request.htmx else "decisions/audit/trail.html"
    return render(request, part, context)


def _filters(wanted: Trail, names: dict[UUID, str]) -> list[filters.Filter]:
    people = [
        (person.pk, str(person)) for person in queries.people_who_act()[: queries.MOST_PEOPLE]
    ]
    if wanted.actor and wanted.actor not in {key for key, _ in people}:
        newest = queries.events_of(Trail(actor=wanted.actor)).order_by("-pk").first()
        people.append((wanted.actor, newest.actor_name if newest else str(wanted.actor)))
    bar = [
        filters.search("q", "Reference, title or id", wanted.text),
        filters.dates("When", wanted.first, wanted.last),
        filters.choice("kind", "Event", wanted.kind, EventKind.choices),
        filters.choice("actor", "Who", wanted.actor, people),
    ]
    if wanted.about:
        name = names.get(wanted.about, str(wanted.about)[:13])
        bar.append(filters.choice("about", "About", wanted.about, [(wanted.about, name)]))
    return bar


def _row(event: AuditEvent, names: dict[UUID, str]) -> dict[str, object]:
    about = event.submission_id or event.subject_id
    return {"event": event, "sentence": what_happened(event), "about": names.get(about, "")}


def _one(event: AuditEvent, names: dict[UUID, str]) -> dict[str, object]:
    answered = set(event.receipts.values_list("subscriber", flat=True))
    subscribers = settings.EVENT_SUBSCRIBERS.get(event.kind, [])
    return {
        "event": event,
        "sentence": what_happened(event),
        "label": event.get_kind_display(),
        "about": names.get(event.subject_id, kind_in_words(event.subject_kind)),
        "about_url": address_of(event, queries.keys_in_address(event)),
        "submission": names.get(event.submission_id) if event.submission_id else "",
        "cause": queries.cause_of(event),
        "following": queries.following(event),
        "receipts": [(name, name in answered) for name in subscribers],
        "hash": sealing.event_hash(event),
        "seal": queries.seal_over(event),
    }


def _csv_lines(wanted: Trail) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    # Spreadsheets take UTF-8 for what it is by this mark.
    yield "\ufeff" + writer.writerow(COLUMNS)
    newest = queries.events_of(wanted).order_by("-pk")
    for number, event in enumerate(newest[: MOST_EXPORTED + 1].iterator(chunk_size=2000)):
        if number == MOST_EXPORTED:
            yield writer.writerow(
                [
                    f"Cut off here: an export holds at most {MOST_EXPORTED:,} events. "
                    "Narrow the days and export the rest."
                ]
            )
            return
        yield writer.writerow([_harmless(cell) for cell in _cells(event)])


def _cells(event: AuditEvent) -> tuple[object, ...]:
    return (
        event.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        event.kind,
        what_happened(event),
        event.actor_name,
        event.actor_kind,
        event.actor_id,
        event.subject_kind,
        event.subject_id,
        event.submission_id,
        event.caused_by,
        event.pk,
        json.dumps(event.detail, ensure_ascii=False, sort_keys=True),
        sealing.event_hash(event),
    )


def _harmless(cell: object) -> str:
    """Keep a spreadsheet from running a cell as a formula (OWASP, CSV injection)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
