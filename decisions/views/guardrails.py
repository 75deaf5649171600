"""Guardrails: what must never happen, what is proved of it, and what it stopped."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.errors import Expected, Invalid
from decisions.faults import add_faults
from decisions.forms import ReasonForm
from decisions.guardrail_forms import GuardrailForm, initial_of
from decisions.models import DecisionModel, Guardrail
from decisions.queries import guardrails as queries
from decisions.services import guarding

SHOWN_FIRED = 5


@require_safe
@requires("decisions.view_rules")
def guardrail_list(request: PageRequest) -> HttpResponse:
    """List the guardrails with what is known of each on the live rules."""
    rows = queries.guardrails_with_state(now=timezone.now())
    context = {"guardrails": rows, "models": queries.models_to_guard()}
    return render(request, "decisions/guardrails/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.set_guardrails")
def guardrail_new(request: PageRequest) -> HttpResponse:
    """Write a guardrail, look at what it would do, and set it."""
    models = queries.models_to_guard()
    form = GuardrailForm(request.POST or None, models=models)
    return _form(request, form, models, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.change_guardrails")
def guardrail_edit(request: PageRequest, pk: UUID) -> HttpResponse:
    """Word a guardrail anew; it stays with its model."""
    found = get_object_or_404(queries.guardrail_whole(pk))
    form = GuardrailForm(request.POST or None, models=[found.model], initial=initial_of(found))
    return _form(request, form, [found.model], found)


@require_safe
@requires("decisions.view_rules")
def guardrail(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show a guardrail: what is proved on which version, what it stopped, who changed it."""
    return _page(request, get_object_or_404(queries.guardrail_whole(pk)), ReasonForm())


@require_POST
@requires("decisions.change_guardrails")
def guardrail_retire(request: PageRequest, pk: UUID) -> HttpResponse:
    """Put a guardrail out of force, or in force again."""
    found = get_object_or_404(queries.guardrail_whole(pk))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, code=422)
    active = request.POST.get("to") == "active"
    reason = form.cleaned_data["reason"]
    guarding.set_active(found, active, author=request.user, reason=reason, now=timezone.now())
    words = "is in force again" if active else "is retired and watches nothing any more"
    messages.success(request, f"“{found.name}” {words}.")
    return redirect("decisions:guardrail", pk)


def _form(
    request: PageRequest,
    form: GuardrailForm,
    models: list[DecisionModel],
    found: Guardrail | None,
) -> HttpResponse:
    preview = None
    looking = "look" in request.POST
    if looking:  # Looking needs no reason yet.
        form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        model = next(model for model in models if model.key == form.cleaned_data["model"])
        try:
            if looking:
                name = form.cleaned_data["name"]
                preview = guarding.preview(model, name=name, now=timezone.now(), **form.texts())
            else:
                return _saved(request, form, model, found)
        except Invalid as refusal:
            add_faults(form, refusal)
        except Expected as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "guardrail": found,
        "preview": preview,
        "fired": preview.fired[:SHOWN_FIRED] if preview else (),
        "why": why_of(preview.checked.state, preview.checked.found) if preview else "",
    }
    code = 422 if form.errors else 200
    return render(request, "decisions/guardrails/form.html", context, status=code)


def _saved(
    request: PageRequest, form: GuardrailForm, model: DecisionModel, found: Guardrail | None
) -> HttpResponse:
    given = {
        **form.texts(),
        "name": form.cleaned_data["name"],
        "basis": form.cleaned_data["basis"],
        "author": request.user,
        "reason": form.cleaned_data["reason"],
        "now": timezone.now(),
    }
    if found is None:
        made = guarding.create(model, **given)
        messages.success(request, f"“{made.name}” is set. It watches every decision from now on.")
    else:
        made = guarding.change(found, **given)
        messages.success(request, f"“{made.name}” is worded anew, and checked again.")
    return redirect("decisions:guardrail", made.pk)


def _page(
    request: PageRequest, found: Guardrail, form: ReasonForm, *, code: int = 200
) -> HttpResponse:
    checks = queries.checks_of(found)
    live = next((c for c in checks if c.version_id == found.model.live_version_id), None)
    context = {
        "guardrail": found,
        "model": found.model,
        "sentence": _sentence(found),
        "live": live,
        "checks": [(check, why_of(check.state, check.found)) for check in checks],
        "draft": queries.draft_for_tests(found.model),
        "breaches": queries.breaches_of(found),
        "story": _story(found),
        "form": form,
    }
    return render(request, "decisions/guardrails/page.html", context, status=code)


def _sentence(found: Guardrail) -> str:
    try:
        return guarding.sentence_of(found)
    except Expected:
        return f"When {found.applies}, never {found.forbidden}."


def why_of(state: str, found: dict[str, Any]) -> str:
    """Say by which argument a guardrail holds, or what kept it from being proved."""
    parts = found.get("parts", 0)
    if state == "proved":
        concerned = parts - found.get("inapplicable", 0)
        if not concerned:
            return "No submission of the declared types can meet its condition."
        return (
            f"All possible submissions fall into {parts} kinds. The guardrail concerns "
            f"{concerned} of them, and there the rules cannot give what it forbids. "
            "This counts for the reference tables of that moment."
        )
    if state == "tested":
        blind = found.get("blind") or []
        places = "; ".join(places_in_words(place) for place in blind)
        return (
            f"No proof: {places} must be worked out for each submission."
            if places
            else "No proof: its conditions or the rules cannot be read for all submissions at once."
        )
    return f"{found.get('row', '')} answers “{found.get('outcome', '')}” ({found.get('source')})."


def places_in_words(place: str) -> str:
    """Say `decision "Content risk", entry "floors"` as “Content risk”, floors."""
    head, *rest = place.split(", ")
    name = head.split('"')[1] if '"' in head else head
    told = [part.replace("entry ", "").replace("column ", "").replace('"', "") for part in rest]
    return ", ".join([f"“{name}”", *told])


def _story(found: Guardrail) -> list[dict[str, Any]]:
    """Return who changed the guardrail, when and why, for `partials/_timeline.html`."""
    rows = found.history.select_related("history_user").order_by("history_date", "history_id")
    steps: list[dict[str, Any]] = []
    active = True
    for place, row in enumerate(rows):
        act = "Worded anew" if place else "Set"
        if row.active != active:
            act = "In force again" if row.active else "Retired"
        active = row.active
        steps.append(
            {
                "icon": {"Retired": "archive", "Worded anew": "pencil"}.get(act, "shield-check"),
                "title": act,
                "who": row.history_user,
                "at": row.history_date,
                "note": row.history_change_reason,
            }
        )
    return steps
