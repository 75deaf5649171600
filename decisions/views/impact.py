"""Impact previews: asked for, watched, read, stopped, and taken away as a file."""

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.enums import Outcome
from decisions.errors import Expected, Invalid
from decisions.forms import ImpactForm
from decisions.models import ImpactReport, ModelVersion
from decisions.queries import impact as queries
from decisions.services import simulation
from decisions.services.impact_files import read_file
from decisions.views.impact_matrix import causes_of, kinds_of, matrix_of, sentence_of

COLUMNS = (
    "submission",
    "reference",
    "title",
    "line of the file",
    "amount",
    "currency",
    "before",
    "before, destination",
    "after",
    "after, destination",
    "cause",
    "settled by a person as",
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def version_impact(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Ask for a preview of a version, and list those that were asked for."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("model__live_version"),
        model__key=slug,
        number=number,
    )
    problem: Expected | None = None
    form = ImpactForm(initial=_last_days())
    if request.method == "POST":
        refuse_unless_held(request, "decisions.preview_impact")
        form = ImpactForm(request.POST, request.FILES)
        try:
            if form.is_valid():
                return redirect("decisions:impact", _asked(request, version, form).pk)
        except Expected as refusal:
            problem = refusal
    context = {
        "model": version.model,
        "version": version,
        "form": form,
        "problem": problem,
        "faults": getattr(problem, "faults", []),
        "reports": queries.reports_of(version),
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "decisions/impact/request.html", context, status=code)


def _asked(request: PageRequest, version: ModelVersion, form: ImpactForm) -> ImpactReport:
    now = timezone.now()
    given = form.cleaned_data
    if upload := given.get("file"):
        file = read_file(upload.name, upload.read(), version)
        return simulation.ask(version, file=file, by=request.user, now=now)
    if not given["first"] or not given["last"]:
        raise Invalid("Choose the first and the last day, or a file.")
    since = timezone.make_aware(datetime.combine(given["first"], time()))
    until = timezone.make_aware(datetime.combine(given["last"] + timedelta(days=1), time()))
    return simulation.ask(version, since=since, until=until, by=request.user, now=now)


@require_safe
@requires("decisions.view_rules")
def impact(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show how far a preview is, or what it found."""
    report = get_object_or_404(queries.report_whole(pk))
    if report.unfinished:
        part = "_progress" if request.htmx else "progress"
        answer = render(request, f"decisions/impact/{part}.html", _progress(report))
        return answer
    if request.htmx and request.GET.get("kind") is None:
        # The watched part has ended: the whole page takes its place.
        return HttpResponse(headers={"HX-Redirect": request.path})
    return render(request, "decisions/impact/page.html", _result(request, report))


@require_POST
@requires("decisions.preview_impact")
def impact_stop(request: PageRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(ImpactReport, pk=pk)
    simulation.stop(report, by=request.user, now=timezone.now())
    return redirect("decisions:impact", pk)


@require_safe
@requires("decisions.view_work")
def impact_export(request: PageRequest, pk: UUID) -> StreamingHttpResponse:
    """Stream every submission that would change as CSV."""
    report = get_object_or_404(queries.report_whole(pk))
    name = f"impact-{report.model.key}-v{report.version.number}.csv"
    return StreamingHttpResponse(
        _csv_lines(report),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _last_days() -> dict[str, Any]:
    today = timezone.localdate()
    return {"first": today - timedelta(days=29), "last": today}


def _progress(report: ImpactReport) -> dict[str, Any]:
    left = None
    if report.started_at and report.done:
        spent = (timezone.now() - report.started_at).total_seconds()
        left = spent / report.done * max(0, report.total - report.done)
    return {"model": report.model, "version": report.version, "report": report, "left": left}


def _result(request: PageRequest, report: ImpactReport) -> dict[str, Any]:
    kinds = kinds_of(report)
    kind = request.GET.get("kind", "")
    if kind not in {k.key for k in kinds}:
        kind = kinds[0].key if kinds else ""
    first = request.GET.get("first", "")
    start = int(first) if first.isascii() and first.isdigit() and len(first) < 8 else 0
    flips = list(queries.flips_of(report, kind).order_by("id")[start : start + SIZE + 1])
    return {
        "model": report.model,
        "version": report.version,
        "report": report,
        "sentence": sentence_of(report),
        "rows": matrix_of(report, kind),
        "kinds": kinds,
        "kind": next((k for k in kinds if k.key == kind), None),
        "causes": causes_of(report, kind),
        "flips": flips[:SIZE],
        "start": start,
        "earlier": max(0, start - SIZE) if start else None,
        "later": start + SIZE if len(flips) > SIZE else None,
        "said": queries.people_said(report, kind) if kind else {},
        "spent": (report.finished_at - report.started_at)
        if report.finished_at and report.started_at
        else None,
        "days": (report.until - report.since).days if report.until and report.since else 0,
        "last": report.until - timedelta(seconds=1) if report.until else None,
        "outcomes": list(Outcome),
        "is_current": simulation.is_current(
            report, ModelVersion.objects.get(pk=report.version_id), now=timezone.now()
        ),
        "hours_url": reverse("reviews:impact_hours", args=[report.pk]),
    }


SIZE = queries.FLIPS_AT_ONCE


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv_lines(report: ImpactReport) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    for flip in queries.flips_of(report).order_by("id").iterator(chunk_size=2000):
        found = flip.submission
        settled = found.decision if found and found.decision.settled_by == "person" else None
        cells = (
            found.pk if found else "",
            found.reference if found else "",
            found.title if found else "",
            flip.line or "",
            flip.amount if flip.amount is not None else "",
            flip.currency,
            flip.before,
            flip.before_destination,
            flip.after,
            flip.after_destination,
            flip.cause,
            settled.outcome if settled else "",
        )
        yield writer.writerow([_harmless(str(cell)) for cell in cells])


def _harmless(cell: str) -> str:
    """Keep spreadsheets from running a text as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
