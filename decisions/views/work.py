"""One decision with its reasons, and one submission with what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from decisions.access import requires
from decisions.enums import EventKind, SettledBy
from decisions.models import AuditEvent, Decision
from decisions.queries import work as queries
from decisions.services.explanation import describe, explain
from decisions.services.rulesets import load, pinned_rules
from decisions.views.answers import answers_of
from decisions.views.records import address_of
from decisions.views.sentences import what_happened
from decisions.views.why import Why, facts_of, why_of

log = structlog.get_logger(__name__)

ICONS = {
    "submission": "file-input",
    "decision": "split",
    "reviewitem": "user-round",
    "delivery": "send",
    "watchedfeed": "rss",
}
DELIVERY_WORDS = {
    EventKind.DELIVERY_REQUESTED: ("waiting", ""),
    EventKind.DELIVERY_RESENT: ("waiting", ""),
    EventKind.DELIVERY_SUCCEEDED: ("delivered", "ok"),
    EventKind.DELIVERY_FAILED: ("will be tried again", "warn"),
    EventKind.DELIVERY_DEAD: ("given up", "bad"),
}


@require_safe
@requires("decisions.view_work")
def decision(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    found = get_object_or_404(queries.decision_whole(decision_id))
    story = queries.story_of(found.submission)
    context = {
        "decision": found,
        "submission": found.submission,
        "version": found.ruleset.version,
        "references": list(found.ruleset.references.select_related("table").defer("rows")),
        "why": _why(found, everything=request.GET.get("graph") == "all"),
        "reasons": _further_reasons(found),
        "answers": answers_of(found.outputs),
        "conditions": [c for c in found.conditions if c.get("text")],
        "settler": _settler(found, story),
        "deliveries": _deliveries(story),
        "story": _told(story),
        "earlier": queries.earlier_for(found.submission),
        **queries.neighbours_of(found),
    }
    return render(request, "decisions/decisions/page.html", context)


@require_safe
@requires("decisions.view_work")
def submission(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    found = get_object_or_404(queries.submission_whole(submission_id))
    decided = Decision.objects.filter(submission=found).select_related("ruleset__version")
    version = found.model.live_version_id
    context = {
        "submission": found,
        "decision": decided.defer("ruleset__version__dmn").first(),
        "facts": list(facts_of(found.facts, load(version).describe())) if version else [],
        "story": _told(queries.story_of(found)),
        "earlier": queries.earlier_for(found),
    }
    return render(request, "decisions/submissions/page.html", context)


def _why(decision: Decision, *, everything: bool) -> Why | None:
    """Replay and arrange; None when the rules that broke the evaluation break the replay too."""
    try:
        told = explain(decision)
        model = describe(pinned_rules(decision.ruleset_id))
    except Exception:
        # The record must be readable even when its rules cannot be run any more.
        log.exception("replay_failed", decision=str(decision.pk))
        return None
    return why_of(decision, told, model, everything=everything)


def _further_reasons(decision: Decision) -> list[Mapping[str, Any]]:
    """What else the rules said, beside the first reason that leads the page."""
    told = (decision.outputs or {}).get("reasons") or []
    reasons = [reason for reason in told if isinstance(reason, Mapping) and reason.get("text")]
    return reasons if decision.settled_by == SettledBy.PERSON else reasons[1:]


def _settler(decision: Decision, story: Sequence[AuditEvent]) -> AuditEvent | None:
    if decision.settled_by != SettledBy.PERSON:
        return None
    return next((e for e in reversed(story) if e.kind == EventKind.DECISION_SETTLED), None)


def _deliveries(story: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """How each delivery of this decision stands, from its newest event."""
    newest = {event.subject_id: event for event in story if event.subject_kind == "delivery"}
    topics = {e.subject_id: e.detail.get("topic") for e in story if e.detail.get("topic")}
    return [
        {
            "topic": topics.get(key, ""),
            "connector": event.detail.get("connector", ""),
            "state": DELIVERY_WORDS.get(EventKind(event.kind), (event.kind, ""))[0],
            "tone": DELIVERY_WORDS.get(EventKind(event.kind), ("", ""))[1],
            "at": event.at,
            "url": address_of(event, [str(key)]),
        }
        for key, event in newest.items()
    ]


def _told(story: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    """Events as `partials/_timeline.html` shows them."""
    return [
        {
            "icon": ICONS.get(event.subject_kind, "circle-dot"),
            "mark": event.detail.get("outcome", "")
            if event.kind == EventKind.DECISION_SETTLED
            else "",
            "title": event.get_kind_display(),
            "who": event.actor_name if event.actor_kind == "person" else "",
            "at": event.at,
            "note": what_happened(event),
        }
        for event in story
    ]
