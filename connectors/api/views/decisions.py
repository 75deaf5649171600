"""Decisions: listed, and one with its explanation."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import queries
from connectors.api import representations
from connectors.api.schema import describe_list, query, refusals
from connectors.api.serializers import DecisionDetail, DecisionRow
from connectors.api.views.base import ApiView, choice, filtered, page, text
from connectors.enums import Scope
from decisions.enums import Outcome, SettledBy
from decisions.models import Decision
from decisions.services.explanation import explain

SETTLERS = [value for value in SettledBy.values if value]


def _failed(rows: QuerySet[Decision], value: str) -> QuerySet[Decision]:
    if value != "true":
        raise ValueError("Only failed=true can be asked for.")
    return rows.filter(failed=True)


FILTERS = {
    "model": text("model__key"),
    "outcome": choice("outcome", Outcome.values),
    "settled_by": choice("settled_by", SETTLERS),
    "failed": _failed,
}


class DecisionListView(ApiView):
    scopes = {"GET": Scope.DECISIONS_READ}

    @describe_list(
        DecisionRow,
        query("model", "Key of the decision model."),
        query("outcome", "Where it stands.", choices=Outcome.values),
        query("settled_by", "Who made it final.", choices=SETTLERS),
        query("failed", "true: only those whose rules could not be run.", choices=["true"]),
        query("updated_since", "Only what changed since, earliest change first (ISO 8601)."),
        summary="List decisions",
        name="list_decisions",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(request, queries.decisions(), FILTERS)
        return page(request, rows, representations.decision_row)


class DecisionView(ApiView):
    scopes = {"GET": Scope.DECISIONS_READ}

    @extend_schema(
        summary="Read a decision and why it was made",
        operation_id="read_decision",
        responses={200: DecisionDetail, **refusals(404)},
    )
    def get(self, request: Request, decision_id: UUID) -> Response:
        decision = (
            Decision.objects.select_related("submission", "model", "ruleset__version")
            .defer("ruleset__version__dmn")
            .prefetch_related("submission__evidence")
            .filter(pk=decision_id)
            .first()
        )
        if decision is None:
            raise Http404
        why = explain(decision)
        body = representations.decision_row(decision)
        return Response({**body, "explanation": why.tables, "replayed_same": why.same})
