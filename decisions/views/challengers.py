"""Challengers: started beside the live version, compared with it, given more traffic, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.enums import ChallengerMode, Outcome
from decisions.errors import Expected, Invalid
from decisions.faults import add_faults
from decisions.forms import ChallengerForm, EndForm, ShareForm
from decisions.models import Challenger, ChallengerAnswer, DecisionModel
from decisions.queries import challengers as queries
from decisions.services import challenging
from decisions.services.causes import Causes
from decisions.services.drafting import loaded_draft
from decisions.services.replaying import Answer
from decisions.services.rulesets import load
from decisions.views.impact_matrix import kinds_in, lines_of

SIZE = queries.ANSWERS_AT_ONCE


@dataclass(frozen=True)
class Share:
    """How often one outcome came out, under the challenger and under the live rules."""

    outcome: str
    challenger: int
    challenger_share: float | None
    live: int
    live_share: float | None


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def challengers(request: PageRequest, slug: str) -> HttpResponse:
    """List the challengers of a model, and start one."""
    model = get_object_or_404(DecisionModel.objects.select_related("live_version"), key=slug)
    versions = queries.versions_to_try(model)
    form = ChallengerForm(versions=versions)
    if request.method == "POST":
        refuse_unless_held(request, "decisions.challenge_rules")
        form = ChallengerForm(request.POST, versions=versions)
        if form.is_valid():
            try:
                return redirect("decisions:challenger_result", _started(request, model, form).pk)
            except Expected as refusal:
                _tell(form, refusal)
    context = {
        "model": model,
        "form": form,
        "versions": versions,
        "challengers": queries.challengers_of(model),
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "decisions/challengers/list.html", context, status=code)


@require_safe
@requires("decisions.view_rules")
def result(request: PageRequest, pk: UUID) -> HttpResponse:
    """Compare a challenger with the rules that decided beside it."""
    return _page(request, get_object_or_404(queries.challenger_whole(pk)), ShareForm())


@require_POST
@requires("decisions.approve_rules")
def share(request: PageRequest, pk: UUID) -> HttpResponse:
    """Give a roll-out another share of the traffic."""
    found = get_object_or_404(queries.challenger_whole(pk))
    form = ShareForm(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data
            challenging.change_share(
                found,
                given["percent"],
                by=request.user,
                reason=given["reason"],
                now=timezone.now(),
            )
        except Expected as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, f"Now {given['percent']} % of the traffic.")
            return redirect("decisions:challenger_result", pk)
    return _page(request, found, form, code=422)


@require_POST
@requires("decisions.challenge_rules")
def end(request: PageRequest, pk: UUID) -> HttpResponse:
    """Take a challenger away."""
    found = get_object_or_404(queries.challenger_whole(pk))
    if found.mode == ChallengerMode.ROLLOUT:
        refuse_unless_held(request, "decisions.approve_rules")
    form = EndForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _page(request, found, ShareForm(), ending=form, code=422)
    reason = form.cleaned_data["reason"]
    challenging.end(found, by=request.user, reason=reason, now=timezone.now())
    messages.success(request, "The live version decides everything again.")
    return redirect("decisions:challenger_result", pk)


def _started(request: PageRequest, model: DecisionModel, form: ChallengerForm) -> Challenger:
    given = form.cleaned_data
    mode = ChallengerMode(given["mode"])
    if mode == ChallengerMode.ROLLOUT:
        refuse_unless_held(request, "decisions.approve_rules")
    return challenging.start(
        model.versions.select_related("model").get(number=given["version"]),
        mode=mode,
        percent=given["percent"] or 0,
        key=given["key"],
        by=request.user,
        reason=given["reason"],
        now=timezone.now(),
    )


def _tell(form: ChallengerForm | ShareForm, refusal: Expected) -> None:
    if isinstance(refusal, Invalid):
        add_faults(form, refusal)
    else:
        form.add_error(None, str(refusal))


def _page(
    request: PageRequest,
    found: Challenger,
    form: ShareForm,
    *,
    ending: EndForm | None = None,
    code: int = 200,
) -> HttpResponse:
    matrix = queries.matrix_of(found)
    kinds = kinds_in(matrix)
    kind = request.GET.get("kind", "")
    if kind not in {one.key for one in kinds}:
        kind = kinds[0].key if kinds else ""
    first = request.GET.get("first", "")
    start = int(first) if first.isascii() and first.isdigit() and len(first) < 8 else 0
    listed = list(queries.differing(found, kind)[start : start + SIZE + 1]) if kind else []
    total = sum(cell["count"] for cell in matrix.values())
    moved = sum(cell["moved"] for cell in matrix.values())
    context = {
        "model": found.model,
        "version": found.version,
        "challenger": found,
        "form": form,
        "ending": ending or EndForm(auto_id="end_%s"),
        "total": total,
        "moved": moved,
        "sentence": _sentence(total, moved),
        "rows": lines_of(matrix, kind),
        "kinds": kinds,
        "kind": next((one for one in kinds if one.key == kind), None),
        "answers": _with_causes(found, listed[:SIZE]),
        "earlier": max(0, start - SIZE) if start else None,
        "later": start + SIZE if len(listed) > SIZE else None,
        "shares": _shares(found) if found.mode == ChallengerMode.ROLLOUT else [],
        "story": _story(found),
    }
    return render(request, "decisions/challengers/page.html", context, status=code)


def _sentence(total: int, moved: int) -> str:
    if not total:
        return "Nothing to compare yet."
    if not moved:
        return f"All {total:,} answers were the same." if total > 1 else "The answer was the same."
    share = f"{moved / total * 100:.1f}\N{NO-BREAK SPACE}%"
    return f"{moved:,} of {total:,} answers were different ({share})."


def _with_causes(
    found: Challenger, answers: Sequence[ChallengerAnswer]
) -> list[tuple[ChallengerAnswer, str]]:
    """Say of each answer which row makes the difference."""
    known: dict[UUID, Causes] = {}
    told = []
    for answer in answers:
        decision = answer.decision
        base = decision.ruleset.version_id
        if base not in known:
            known[base] = Causes(load(base), loaded_draft(found.version))
        before, after = (
            Answer(outcome, place, tuple((str(t), int(n)) for t, n in rows), failed)
            for outcome, place, rows, failed in (
                (decision.rules_outcome, decision.destination, decision.rows, decision.failed),
                (answer.outcome, answer.destination, answer.rows, answer.failed),
            )
        )
        told.append((answer, known[base].why(before, after)))
    return told


def _shares(found: Challenger) -> list[Share]:
    made = queries.decided_by(found)
    sums: dict[str, Any] = {side: sum(counts.values()) for side, counts in made.items()}

    def part(side: str, outcome: str) -> float | None:
        return made[side].get(outcome, 0) / sums[side] if sums[side] else None

    return [
        Share(
            outcome,
            made["challenger"].get(outcome, 0),
            part("challenger", outcome),
            made["live"].get(outcome, 0),
            part("live", outcome),
        )
        for outcome in Outcome.values
        if outcome in made["challenger"]
    ]


def _story(found: Challenger) -> list[dict[str, Any]]:
    """Return who changed the challenger, when and why, for `partials/_timeline.html`."""
    rows = found.history.select_related("history_user").order_by("history_date", "history_id")
    steps = []
    for place, row in enumerate(rows):
        act = "Ended" if row.ended_at else "Changed" if place else "Started"
        share = f", {row.percent} %" if row.percent and not row.ended_at else ""
        steps.append(
            {
                "icon": "octagon-x" if row.ended_at else "git-compare",
                "title": f"{act}{share}",
                "who": row.history_user,
                "at": row.history_date,
                "note": row.history_change_reason,
            }
        )
    return steps
