"""Versions on their way to live: what changed, who approves, when it goes live, and back again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.enums import ProposalState, VersionState
from decisions.errors import Expected, Fault, Invalid
from decisions.forms import ApprovalForm, ApprovalSteps, ProposalForm, ReasonForm
from decisions.models import DecisionModel, ModelVersion, Proposal
from decisions.queries import releases as queries
from decisions.queries import rules
from decisions.services import binding, comparing, drafting, proposing, publishing, stopping
from decisions.views.differences import shown_difference

VIEWS = ("changes", "sides")
REASONED = ("return", "withdraw", "publish", "roll_back", "stop")


@dataclass(frozen=True)
class Answer:
    """What came of an act: the words for the person, or what kept it from happening."""

    problem: str = ""
    faults: tuple[Fault, ...] = ()
    form: forms.Form | None = None
    form_name: str = ""


NOTHING = Answer()


@require_safe
@requires("decisions.view_rules")
def changes(request: PageRequest) -> HttpResponse:
    """List the proposals that wait, and those that came back to their authors."""
    context = {
        "waiting": queries.waiting_proposals(),
        "sent_back": queries.sent_back_proposals()[:50],
    }
    return render(request, "decisions/changes/list.html", context)


@require_safe
@requires("decisions.view_rules")
def version_changes(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Show a version against another one, with its way to approval."""
    return _page(request, _version(slug, number), NOTHING)


@require_POST
@requires("decisions.author_rules")
def propose(request: PageRequest, slug: str, number: int) -> HttpResponse:
    version = _version(slug, number)
    form = ProposalForm(request.POST)

    def act() -> str:
        proposing.propose(version, author=request.user, now=timezone.now(), **form.cleaned_data)
        return f"v{number} is proposed. Somebody else must approve it."

    return _answer(request, version, form, "propose", act)


@require_POST
@requires("decisions.approve_rules")
def approve(request: PageRequest, pk: UUID) -> HttpResponse:
    proposal = _proposal(pk)
    form = ApprovalForm(request.POST)

    def act() -> str:
        now, number = timezone.now(), proposal.version.number
        given = proposing.approve(
            proposal,
            approver=request.user,
            reason=form.cleaned_data["reason"],
            now=now,
            publish_at=form.moment,
        )
        if given.state != ProposalState.APPROVED:
            return f"Your approval of v{number} is recorded. Others must approve it too."
        if form.moment is not None:
            return f"v{number} is approved and goes live at its time."
        publishing.publish(
            given.version, publisher=request.user, reason=form.cleaned_data["reason"], now=now
        )
        return f"v{number} is live."

    return _answer(request, proposal.version, form, "approve", act)


@require_POST
@requires("decisions.approve_rules")
def return_to_author(request: PageRequest, pk: UUID) -> HttpResponse:
    proposal = _proposal(pk)
    form = ReasonForm(request.POST, auto_id="return_%s")

    def act() -> str:
        reason = form.cleaned_data["reason"]
        proposing.return_(proposal, by=request.user, reason=reason, now=timezone.now())
        return f"v{proposal.version.number} is a draft again. {proposal.proposed_by} sees why."

    return _answer(request, proposal.version, form, "return", act)


@require_POST
@requires("decisions.author_rules")
def withdraw(request: PageRequest, pk: UUID) -> HttpResponse:
    proposal = _proposal(pk)
    form = ReasonForm(request.POST, auto_id="withdraw_%s")

    def act() -> str:
        reason = form.cleaned_data["reason"]
        proposing.withdraw(proposal, by=request.user, reason=reason, now=timezone.now())
        return f"v{proposal.version.number} is a draft again."

    return _answer(request, proposal.version, form, "withdraw", act)


@require_POST
@requires("decisions.approve_rules")
def publish(request: PageRequest, slug: str, number: int) -> HttpResponse:
    version = _version(slug, number)
    form = ReasonForm(request.POST, auto_id="publish_%s")

    def act() -> str:
        reason = form.cleaned_data["reason"]
        publishing.publish(version, publisher=request.user, reason=reason, now=timezone.now())
        return f"v{number} is live."

    return _answer(request, version, form, "publish", act)


@require_POST
@requires("decisions.approve_rules")
def roll_back(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Make this version, which was live before, live again."""
    version = _version(slug, number)
    form = ReasonForm(request.POST, auto_id="roll_back_%s")

    def act() -> str:
        reason, now = form.cleaned_data["reason"], timezone.now()
        publishing.roll_back(version.model, to=version, by=request.user, reason=reason, now=now)
        return f"v{number} is live again."

    return _answer(request, version, form, "roll_back", act)


@require_POST
@requires("decisions.stop_rules")
def stop(request: PageRequest, slug: str) -> HttpResponse:
    """Let people decide everything of a model until somebody resumes it."""
    return _switched(request, slug, stopping.stop, "is stopped: people decide from now on")


@require_POST
@requires("decisions.stop_rules")
def resume(request: PageRequest, slug: str) -> HttpResponse:
    return _switched(request, slug, stopping.resume, "decides again")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.set_approvals")
def approvals(request: PageRequest, slug: str) -> HttpResponse:
    """Set how many people must approve, by how much a change would change."""
    model = get_object_or_404(DecisionModel, key=slug)
    lines = [
        {"percent": round(step["from_share"] * 100, 2), "approvers": step["approvers"]}
        for step in model.approvals or [{"from_share": 0, "approvers": 1}]
    ]
    steps = ApprovalSteps(request.POST or None, initial=[*lines, *[{}] * (5 - len(lines))])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and steps.is_valid() and form.is_valid():
        try:
            _set_approvals(request, model, steps, form)
        except Invalid as error:
            for fault in error.faults:
                form.add_error(None, fault["message"])
        else:
            messages.success(request, "Proposals from now on need these approvals.")
            return redirect("decisions:model", model.key)
    context = {"model": model, "steps": steps, "form": form}
    code = 422 if request.method == "POST" else 200
    return render(request, "decisions/changes/approvals.html", context, status=code)


def _set_approvals(
    request: PageRequest, model: DecisionModel, steps: Any, form: ReasonForm
) -> None:
    given = [line.cleaned_data for line in steps if line.cleaned_data.get("approvers")]
    proposing.set_approvals(
        model,
        [(float(line.get("percent") or 0) / 100, line["approvers"]) for line in given],
        by=request.user,
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )


def _switched(request: PageRequest, slug: str, act: Callable[..., Any], words: str) -> HttpResponse:
    model = get_object_or_404(DecisionModel, key=slug)
    try:
        reason = request.POST.get("reason", "").replace("\0", "")
        act(model, by=request.user, reason=reason, now=timezone.now())
    except Expected as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{model.name} {words}.")
    return redirect("decisions:model", model.key)


def _answer(
    request: PageRequest,
    version: ModelVersion,
    form: forms.Form,
    form_name: str,
    act: Callable[[], str],
) -> HttpResponse:
    """Do what was asked and go back to the page; what keeps it from happening stands there."""
    if not form.is_valid():
        return _page(request, version, Answer(form=form, form_name=form_name), code=422)
    try:
        sentence = act()
    except Expected as error:
        faults = tuple(error.faults) if isinstance(error, Invalid) else ()
        refused = Answer(str(error), faults, form, form_name)
        code = 422 if isinstance(error, Invalid) else 409
        fresh = _version(version.model.key, version.number)
        return _page(request, fresh, refused, code=code)
    messages.success(request, sentence)
    return redirect("decisions:version_changes", version.model.key, version.number)


def _page(
    request: PageRequest, version: ModelVersion, answer: Answer, *, code: int = 200
) -> HttpResponse:
    versions = list(rules.versions_of(version.model)[: rules.MOST_VERSIONS])
    against = _against(request, version)
    view = request.GET.get("view", "")
    context: dict[str, Any] = {
        "model": version.model,
        "version": version,
        "here": "versions",
        "versions": versions,
        "rolled_back": queries.rolled_back(versions),
        "against": against,
        "view": view if view in VIEWS else VIEWS[0],
        "problem": answer.problem,
        "faults": answer.faults,
        "page_url": reverse("decisions:version_changes", args=[version.model.key, version.number]),
        "story": queries.story_of(version),
        **_way(request, version, answer),
    }
    if against is not None:
        everything = request.GET.get("all", "")
        context |= shown_difference(comparing.compare(against, version), everything=everything)
    return render(request, "decisions/changes/page.html", context, status=code)


def _against(request: PageRequest, version: ModelVersion) -> ModelVersion | None:
    number = request.GET.get("against", "")
    if number.isascii() and number.isdigit() and len(number) < 9:
        return get_object_or_404(version.model.versions, number=int(number))
    return queries.version_compared_with(version)


def _way(request: PageRequest, version: ModelVersion, answer: Answer) -> dict[str, Any]:
    """What the panel shows: the five parts, who approved, and the forms for what comes next."""
    proposal = queries.proposal_of(version)
    bound = proposal is not None and proposal.state in proposing.IN_FORCE
    user, state = request.user, version.state
    authors = proposing.authors_of(version)
    approved = [yes.approver_id for yes in proposal.approvals.all()] if proposal else []
    may_approve = user.has_perm("decisions.approve_rules")
    waits = state in {VersionState.PROPOSED, VersionState.APPROVED}
    own = proposal is not None and proposal.proposed_by_id == user.pk
    given = {answer.form_name: answer.form} if answer.form else {}
    earlier = queries.earlier_versions(version.model).first() if may_approve else None
    wanted = {"when": "at" if version.publish_at else "now", "publish_at": version.publish_at}
    return {
        "proposal": proposal,
        "parts": _parts(version, proposal) if bound and proposal else [],
        "draft_report": binding.report_for(version, now=timezone.now())
        if state == VersionState.DRAFT
        else None,
        "is_author": user.pk in authors,
        "has_approved": user.pk in approved,
        "may_approve": may_approve
        and state == VersionState.PROPOSED
        and user.pk not in {*authors, *approved},
        "may_return": may_approve and waits,
        "may_withdraw": own and waits and user.has_perm("decisions.author_rules"),
        "may_publish": may_approve and state == VersionState.APPROVED,
        "may_roll_back": may_approve
        and state == VersionState.RETIRED
        and version.published_at is not None
        and version.model.live_version_id is not None,
        "earlier": earlier if state == VersionState.PUBLISHED else None,
        "back_words": f"Roll back to v{earlier.number}" if earlier else "",
        "forms": {
            "propose": ProposalForm(),
            "approve": ApprovalForm(initial=wanted),
            **{name: ReasonForm(auto_id=f"{name}_%s") for name in REASONED},
            **given,
        },
    }


def _parts(version: ModelVersion, proposal: Proposal) -> list[dict[str, Any]]:
    """The parts as they were proposed, and, until it is live, whether each is the same today."""
    changed: list[str] = []
    if version.state in {VersionState.PROPOSED, VersionState.APPROVED}:
        content = binding.Content(
            version, drafting.loaded_draft(version), proposal.impact, timezone.now()
        )
        changed = binding.changed_parts(proposal, content)
    return [
        {"name": name, "label": binding.NAMES[name], "same": name not in changed, **part}
        for name, part in proposal.parts.items()
    ]


def _version(slug: str, number: int) -> ModelVersion:
    rows = ModelVersion.objects.select_related("model__live_version", "based_on", "created_by")
    found = rows.filter(model__key=slug, number=number).first()
    if found is None:
        raise Http404(f"There is no version {number} of this model.")
    return found


def _proposal(pk: UUID) -> Proposal:
    rows = Proposal.objects.select_related("version__model", "proposed_by")
    return get_object_or_404(rows, pk=pk)
