"""Where drafts begin and end: the drafts of a model, new ones, discarded ones, and new models."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.draft_forms import NewDraftForm, NewModelForm
from decisions.errors import Expected, Invalid
from decisions.faults import add_faults
from decisions.forms import ReasonForm
from decisions.models import DecisionModel
from decisions.queries import drafts as queries
from decisions.queries import rules
from decisions.services import drafting, starting
from decisions.views.draft_frame import draft_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def drafts(request: PageRequest, slug: str) -> HttpResponse:
    """List the drafts of a model with who works on each; start one from any version."""
    model = get_object_or_404(rules.models(), key=slug)
    if request.method != "POST":
        return _list(request, model)
    refuse_unless_held(request, "decisions.author_rules")
    number = request.POST.get("from", "")
    versions = model.versions.all()
    base = (
        get_object_or_404(versions, number=int(number))
        if number.isascii() and number.isdigit() and len(number) < 9
        else model.live_version or versions.first()
    )
    if base is None:
        raise Http404(f"{model.name} has no version to start from.")
    note = request.POST.get("note", "").replace("\0", "").strip()
    draft = drafting.start_draft(
        model, based_on=base, author=request.user, note=note, now=timezone.now()
    )
    messages.success(request, f"Draft v{draft.number} starts from v{base.number}.")
    return redirect("decisions:draft", model.key, draft.number)


@require_POST
@requires("decisions.author_rules")
def discard(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """End a draft, with the reason."""
    found = draft_of(slug, number)
    form = ReasonForm(request.POST, auto_id=f"discard_{number}_%s")
    if not form.is_valid():
        return _list(request, found.model, discarding=(number, form), code=422)
    try:
        starting.discard_draft(
            found, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now()
        )
    except Expected as error:
        form.add_error(None, str(error))
        return _list(request, found.model, discarding=(number, form), code=409)
    messages.success(request, f"Draft v{number} is discarded. It stays among the versions.")
    return redirect("decisions:draft_start", slug)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def new_model(request: PageRequest) -> HttpResponse:
    """Ask for a new model; it starts with one small table."""
    form = NewModelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = starting.start_model(
                **form.cleaned_data, author=request.user, now=timezone.now()
            )
        except Invalid as error:
            add_faults(form, error)
        except Expected as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{version.model} starts with a draft. Nothing is live yet.")
            return redirect("decisions:draft", version.model.key, version.number)
    context = {"form": form, "queues": rules.fallback_queues()}
    code = 422 if request.method == "POST" else 200
    return render(request, "decisions/models/new.html", context, status=code)


def _list(
    request: PageRequest,
    model: DecisionModel,
    *,
    discarding: tuple[int, Any] | None = None,
    code: int = 200,
) -> HttpResponse:
    versions = list(rules.versions_of(model)[: rules.MOST_VERSIONS])
    refused, form = discarding or (0, None)
    work = [
        {
            "it": one,
            "form": form
            if one.version.number == refused
            else ReasonForm(auto_id=f"discard_{one.version.number}_%s"),
            "refused": one.version.number == refused,
        }
        for one in queries.drafts_of(model)
    ]
    live = model.live_version.number if model.live_version else None
    context = {
        "model": model,
        "work": work,
        "start": NewDraftForm(versions=versions, initial={"from": live}) if versions else None,
    }
    return render(request, "decisions/drafts/list.html", context, status=code)
