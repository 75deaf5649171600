"""Reads of challengers: how their answers compare, and what they decided of the traffic."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from decisions.enums import VersionState
from decisions.ids import id_at
from decisions.models import Challenger, ChallengerAnswer, Decision, DecisionModel, ModelVersion

ANSWERS_AT_ONCE = 50


def challenger_whole(key: UUID) -> QuerySet[Challenger]:
    """One challenger with what its page names, to be fetched with `get_object_or_404`."""
    return (
        Challenger.objects.filter(pk=key)
        .select_related("model__live_version", "version", "started_by")
        .defer("version__dmn", "model__live_version__dmn")
    )


def challengers_of(model: DecisionModel, *, most: int = 20) -> list[Challenger]:
    """The newest challengers of a model."""
    rows = model.challengers.select_related("version", "started_by").defer("version__dmn")
    return list(rows.order_by("-started_at")[:most])


def versions_to_try(model: DecisionModel) -> list[ModelVersion]:
    """The versions that may run beside the live one."""
    states = (VersionState.PROPOSED, VersionState.APPROVED)
    return list(model.versions.filter(state__in=states).defer("dmn").order_by("-number"))


def matrix_of(challenger: Challenger) -> dict[str, dict[str, Any]]:
    """Count the answers: {"review>approve": {"count", "moved", "money"}}; moved ones differ."""
    counted = challenger.answers.values("decision__rules_outcome", "outcome").annotate(
        count=Count("pk"), moved=Count("pk", filter=Q(same=False))
    )
    return {
        f"{row['decision__rules_outcome']}>{row['outcome']}": {
            "count": row["count"],
            "moved": row["moved"],
            "money": {},
        }
        for row in counted
    }


def differing(challenger: Challenger, kind: str) -> QuerySet[ChallengerAnswer]:
    """The answers that differ, of one kind such as "review>approve", newest first."""
    before, _, after = kind.partition(">")
    rows = challenger.answers.filter(same=False, decision__rules_outcome=before, outcome=after)
    return (
        rows.select_related("decision__submission", "decision__ruleset__version")
        .defer("decision__submission__facts", "decision__ruleset__version__dmn")
        .order_by("-id")
    )


def decided_by(challenger: Challenger) -> dict[str, dict[str, int]]:
    """Count what was decided while it ran, by outcome: {"challenger": {...}, "live": {...}}."""
    made = Decision.objects.filter(
        model_id=challenger.model_id, pk__gte=id_at(challenger.started_at)
    )
    if challenger.ended_at:
        made = made.filter(pk__lt=id_at(challenger.ended_at))
    own = Q(ruleset__version_id=challenger.version_id)
    rows = made.values("rules_outcome").annotate(
        own=Count("pk", filter=own), others=Count("pk", filter=~own)
    )
    found: dict[str, dict[str, int]] = {"challenger": {}, "live": {}}
    for row in rows:
        found["challenger"][row["rules_outcome"]] = row["own"]
        found["live"][row["rules_outcome"]] = row["others"]
    return found
