"""Reads of guardrails: what is known of each on the live rules, and what it stopped."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet

from decisions.enums import GuardrailState, VersionState
from decisions.models import (
    DecisionModel,
    Guardrail,
    GuardrailBreach,
    GuardrailCheck,
    ModelVersion,
)

RECENT = timedelta(days=30)
FEW = 25


def guardrails_with_state(*, now: datetime) -> list[Guardrail]:
    """Every guardrail with its check on the live version and its breaches, by model."""
    live = GuardrailCheck.objects.filter(version=F("guardrail__model__live_version"))
    rows = Guardrail.objects.select_related("model").annotate(
        stopped=Count("breaches", filter=Q(breaches__found_at__gte=now - RECENT))
    )
    rows = rows.prefetch_related(Prefetch("checks", queryset=live, to_attr="live_checks"))
    return list(rows.order_by("model__name", "-active", "position", "name"))


def guardrail_whole(key: UUID) -> QuerySet[Guardrail]:
    """One guardrail with its model, to be fetched with `get_object_or_404`."""
    return Guardrail.objects.filter(pk=key).select_related("model")


def checks_of(guardrail: Guardrail) -> list[GuardrailCheck]:
    """What is known of a guardrail on versions, the newest first."""
    rows = guardrail.checks.select_related("version__model").defer("version__dmn")
    return list(rows.order_by("-version__number")[:FEW])


def breaches_of(guardrail: Guardrail) -> list[GuardrailBreach]:
    """The newest decisions that a guardrail stopped."""
    rows = guardrail.breaches.select_related(
        "decision__submission", "decision__ruleset__version"
    ).defer("decision__submission__facts", "decision__ruleset__version__dmn")
    return list(rows.order_by("-pk")[:FEW])


def models_to_guard() -> list[DecisionModel]:
    """The models that decide, by name."""
    rows = DecisionModel.objects.exclude(live_version=None)
    return list(rows.order_by("name"))


def counter_example(model: DecisionModel, key: UUID) -> GuardrailCheck | None:
    """The newest check of a guardrail that found facts which break it."""
    rows = GuardrailCheck.objects.filter(guardrail=key, guardrail__model=model)
    rows = rows.filter(state=GuardrailState.BROKEN).select_related("guardrail")
    return rows.order_by("-version__number").first()


def draft_for_tests(model: DecisionModel) -> ModelVersion | None:
    """The newest draft of a model, where a counter-example can become a test."""
    rows = model.versions.filter(state=VersionState.DRAFT).defer("dmn")
    return rows.order_by("-number").first()
