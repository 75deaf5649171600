"""DMN files in the browser: as a new model or a new draft, and what is wrong with a version."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from decisions.access import PageRequest, requires
from decisions.errors import Expected
from decisions.models import DecisionModel, ModelVersion
from decisions.queries import rules as queries
from decisions.services import dmn_files, drafting, otdt_files
from decisions.services.dmn_files import DmnFile
from decisions.table_forms import DmnForm, DmnModelForm
from decisions.views.draft_frame import draft_of, framed

MOST_SHOWN = 200
MOST_TOLD = 10


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def new_model(request: PageRequest) -> HttpResponse:
    """Make a model of a DMN file."""
    queues = queries.fallback_queues()
    initial = {"fallback_queue": queues[0] if queues else ""}
    form = DmnModelForm(request.POST or None, request.FILES or None, initial=initial)

    def keep(file: DmnFile, name: str) -> ModelVersion:
        given = {key: value for key, value in form.cleaned_data.items() if key != "file"}
        return dmn_files.import_model(
            file, name=name, author=request.user, now=timezone.now(), **given
        )

    return _answer(request, form, keep, {"queues": queues})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def new_draft(request: PageRequest, slug: str) -> HttpResponse:
    """Make a draft of a DMN file."""
    model = get_object_or_404(DecisionModel, key=slug)
    form = DmnForm(request.POST or None, request.FILES or None)

    def keep(file: DmnFile, name: str) -> ModelVersion:
        return dmn_files.import_draft(
            model, file, name=name, author=request.user, now=timezone.now()
        )

    return _answer(request, form, keep, {"model": model})


@require_safe
@requires("decisions.view_rules")
def problems(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """List what is wrong with a version, with the name of each element."""
    found = draft_of(slug, number)
    listed = sorted(drafting.loaded_draft(found).problems, key=lambda p: p.severity)
    context = {
        **framed(request, found, "tables"),
        "problems": listed[:MOST_SHOWN],
        "total": len(listed),
        "errors": sum(problem.severity == "error" for problem in listed),
    }
    return render(request, "decisions/sheets/problems.html", context)


@require_safe
@requires("decisions.view_rules")
def otdt(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Give a version as OpenText's .otdt, or say which cells cannot be said there."""
    version = draft_of(slug, number)
    try:
        content = otdt_files.write_otdt(version)
    except Expected as error:
        told = [f"{f['where']}: {f['message']}" for f in getattr(error, "faults", [])[:MOST_TOLD]]
        messages.error(request, " ".join([str(error), *told]))
        return redirect("decisions:model_version", slug, number)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-v{number}.otdt"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


def _answer(
    request: PageRequest,
    form: DmnForm,
    keep: Callable[[DmnFile, str], ModelVersion],
    context: dict[str, Any],
) -> HttpResponse:
    problem: Expected | None = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = dmn_files.read_dmn(upload.name, upload.read())
            version = keep(file, upload.name)
        except Expected as error:
            problem = error
        else:
            for note in file.notes:
                messages.warning(request, note)
            messages.success(request, f"{upload.name} is draft v{version.number}.")
            return redirect("decisions:version_problems", version.model.key, version.number)
    context |= {"form": form, "problem": problem, "faults": getattr(problem, "faults", [])}
    code = 422 if request.method == "POST" else 200
    return render(request, "decisions/sheets/dmn.html", context, status=code)
