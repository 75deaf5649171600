"""What may come of a content of a reference table: a preview, its time, or an end before it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.errors import Expected, Invalid, Refused
from decisions.faults import add_faults
from decisions.forms import ReasonForm
from decisions.models import DecisionModel, ReferenceTableVersion
from decisions.queries import rules as queries
from decisions.services import authoring, new_tables, readers, reference_sheets
from decisions.services.sheet_files import CSV
from decisions.table_forms import NewTableForm, SheetForm, TableChangeForm
from decisions.views.references import page, page_of, table_called, words_of_change


@require_POST
@requires("decisions.edit_references")
def put_in_force(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Make a change of what was tried, at once or from a moment on."""
    trial = _version(slug, number)
    form = TableChangeForm(request.POST)
    if not form.is_valid():
        return page(request, trial.table, trial, form=form, code=422)

    def act() -> ReferenceTableVersion:
        return authoring.put_in_force(
            trial, author=request.user, now=timezone.now(), **form.cleaned_data
        )

    return _answer(request, trial, act, form=form)


@require_POST
@requires("decisions.edit_references")
def take_back(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """End a change before its time has come."""
    version = _version(slug, number)
    form = ReasonForm(request.POST, auto_id="back_%s")
    if not form.is_valid():
        return page(request, version.table, version, back_form=form, code=422)

    def act() -> ReferenceTableVersion:
        reason = form.cleaned_data["reason"]
        return authoring.take_back(version, by=request.user, reason=reason, now=timezone.now())

    return _answer(request, version, act, back_form=form)


@require_POST
@requires("decisions.preview_impact")
def impact(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Start a preview of what this content would change in a model that reads the table."""
    version = _version(slug, number)
    model = get_object_or_404(DecisionModel, key=request.POST.get("model", ""))
    try:
        report = readers.preview(version, model, by=request.user, now=timezone.now())
    except Expected as error:
        code = 409 if isinstance(error, Refused) else 422
        return page(request, version.table, version, problem=error, code=code)
    return redirect("decisions:impact", report.pk)


@require_safe
@requires("decisions.view_rules")
def download(request: PageRequest, slug: str, number: int) -> StreamingHttpResponse:
    """Give a content as CSV."""
    version = _version(slug, number)
    return StreamingHttpResponse(
        reference_sheets.csv_of(version.table, version),
        content_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{slug}-v{number}.csv"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.edit_references")
def upload(request: PageRequest, slug: str) -> HttpResponse:
    """Read a sheet as a content that is tried first."""
    found = table_called(slug)
    form = SheetForm(request.POST or None, request.FILES or None)
    problem: Expected | None = None
    if request.method == "POST" and form.is_valid():
        file, now = form.cleaned_data["file"], timezone.now()
        newest = queries.table_versions(found).first()
        try:
            rows = reference_sheets.rows_of_file(
                found,
                newest.rows if newest else [],
                name=file.name,
                content=file.read(),
                content_type=file.content_type or "",
            )
            trial = authoring.try_table(
                found,
                rows=rows,
                author=request.user,
                reason=f"From {file.name}",
                now=now,
                based_on=newest.number if newest else None,
            )
            return redirect(page_of(trial))
        except Expected as error:
            problem = error
    context: dict[str, Any] = {
        "table": found,
        "form": form,
        "problem": problem,
        "faults": getattr(problem, "faults", []),
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "decisions/references/import.html", context, status=code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.edit_references")
def new(request: PageRequest) -> HttpResponse:
    """Create a table, empty at first."""
    form = NewTableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            table = new_tables.start_table(
                author=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, f"{table.name} is there, without rows yet.")
            return redirect("decisions:reference_table_edit", table.key)
    code = 422 if form.errors else 200
    return render(request, "decisions/references/new.html", {"form": form}, status=code)


def _answer(
    request: PageRequest,
    version: ReferenceTableVersion,
    act: Callable[[], ReferenceTableVersion],
    **forms: Any,
) -> HttpResponse:
    try:
        saved = act()
    except Expected as error:
        code = 409 if isinstance(error, Refused) else 422
        return page(request, version.table, version, problem=error, code=code, **forms)
    words = (
        f"Version {saved.number} will not take effect." if saved.trial else words_of_change(saved)
    )
    messages.success(request, words)
    return redirect(page_of(saved))


def _version(slug: str, number: int) -> ReferenceTableVersion:
    rows = ReferenceTableVersion.objects.select_related("table", "created_by")
    return get_object_or_404(rows, table__key=slug, number=number)
