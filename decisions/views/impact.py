"""Impact previews: asked for, watched, read, stopped, and taken away as a file."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.errors import Expected, Invalid
from decisions.forms import ImpactForm
from decisions.models import ImpactReport, ModelVersion
from decisions.queries import impact as queries
from decisions.services import simulation
from decisions.services.impact_files import read_file
from decisions.services.sheet_files import CSV, csv_lines
from decisions.views.impact_page import again_context, last_days, result_of

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
    if request.method != "POST":
        return _request_page(request, version, ImpactForm(initial=last_days()))
    refuse_unless_held(request, "decisions.preview_impact")
    return _asked(request, version, lambda **given: simulation.ask(version, **given))


@require_POST
@requires("decisions.preview_impact")
def impact_again(request: PageRequest, pk: UUID) -> HttpResponse:
    """Ask for the same preview once more, or for other days or another file, where given."""
    report = get_object_or_404(queries.report_whole(pk))
    return _asked(
        request, report.version, lambda **given: simulation.again(report, **given), same=True
    )


def _asked(
    request: PageRequest,
    version: ModelVersion,
    ask: Callable[..., ImpactReport],
    *,
    same: bool = False,
) -> HttpResponse:
    """Ask for what a form says, or show what is wrong with it; `same` allows it to say nothing."""
    form = ImpactForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            span = _span(form, version, same=same)
            return redirect("decisions:impact", ask(**span, by=request.user, now=timezone.now()).pk)
    except Expected as problem:
        return _request_page(request, version, form, problem)
    return _request_page(request, version, form)


def _request_page(
    request: PageRequest, version: ModelVersion, form: ImpactForm, problem: Expected | None = None
) -> HttpResponse:
    context = {
        "model": version.model,
        "version": version,
        "form": form,
        "problem": problem,
        "faults": getattr(problem, "faults", []),
        "reports": queries.reports_of(version),
    }
    code = 422 if form.is_bound else 200
    return render(request, "decisions/impact/request.html", context, status=code)


def _span(form: ImpactForm, version: ModelVersion, *, same: bool) -> dict[str, Any]:
    """Read the days or the file that a form gives."""
    given = form.cleaned_data
    if upload := given.get("file"):
        return {"file": read_file(upload.name, upload.read(), version)}
    if same and not given["first"] and not given["last"]:
        return {}
    if not given["first"] or not given["last"]:
        raise Invalid("Choose the first and the last day, or a file.")
    since = timezone.make_aware(datetime.combine(given["first"], time()))
    until = timezone.make_aware(datetime.combine(given["last"] + timedelta(days=1), time()))
    return {"since": since, "until": until}


@require_safe
@requires("decisions.view_rules")
def impact(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show how far a preview is, or what it found."""
    report = get_object_or_404(queries.report_whole(pk))
    if report.unfinished:
        part = "_progress" if request.htmx else "progress"
        answer = render(request, f"decisions/impact/{part}.html", _progress(report))
        return answer
    if request.htmx:
        # The watched part has ended: the whole page takes its place.
        return HttpResponse(headers={"HX-Redirect": request.path})
    return render(request, "decisions/impact/page.html", result_of(request, report))


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
        csv_lines(_rows(report)),
        content_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _progress(report: ImpactReport) -> dict[str, Any]:
    left = None
    if report.started_at and report.done:
        spent = (timezone.now() - report.started_at).total_seconds()
        left = spent / report.done * max(0, report.total - report.done)
    return {
        "model": report.model,
        "version": report.version,
        "report": report,
        "left": left,
        **again_context(report),
    }


def _rows(report: ImpactReport) -> Iterator[list[str]]:
    yield list(COLUMNS)
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
        yield [str(cell) for cell in cells]
