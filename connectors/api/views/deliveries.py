"""Deliveries: listed, looked at, sent again."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import queries
from connectors.api import representations
from connectors.api.schema import describe_list, query, refusals
from connectors.api.serializers import DeliveryBody
from connectors.api.views.base import ApiView, choice, filtered, key_of, page, text
from connectors.enums import DeliveryState, Scope
from connectors.models import Delivery
from connectors.services import sending
from decisions.enums import ActorKind
from decisions.errors import Fault, Invalid
from decisions.events import Actor

FILTERS = {
    "connector": text("connector__key"),
    "state": choice("state", DeliveryState.values),
}


class DeliveryListView(ApiView):
    scopes = {"GET": Scope.DELIVERIES_WRITE}

    @describe_list(
        DeliveryBody,
        query("connector", "Key of the connector."),
        query("state", "Where it stands.", choices=DeliveryState.values),
        summary="List deliveries",
        name="list_deliveries",
    )
    def get(self, request: Request) -> Response:
        if "updated_since" in request.query_params:
            message = "Deliveries are not listed by change."
            raise Invalid(message, [Fault(where="updated_since", message=message)])
        rows = filtered(request, queries.deliveries(), FILTERS)
        return page(request, rows, representations.delivery_body)


class DeliveryView(ApiView):
    scopes = {"GET": Scope.DELIVERIES_WRITE}

    @extend_schema(
        summary="Read a delivery",
        operation_id="read_delivery",
        responses={200: DeliveryBody, **refusals(404)},
    )
    def get(self, request: Request, delivery_id: UUID) -> Response:
        return Response(representations.delivery_body(_found(delivery_id)))


class DeliveryResendView(ApiView):
    scopes = {"POST": Scope.DELIVERIES_WRITE}

    @extend_schema(
        summary="Send a delivery again",
        operation_id="resend_delivery",
        description="Under the same webhook-id, so that a receiver who has it can tell.",
        request=None,
        responses={202: DeliveryBody, **refusals(404, 409)},
    )
    def post(self, request: Request, delivery_id: UUID) -> Response:
        key = key_of(request)
        actor = Actor(ActorKind.API_KEY, key.pk, key.name)
        delivery = sending.resend(_found(delivery_id), actor=actor, now=timezone.now())
        return Response(representations.delivery_body(delivery), status=202)


def _found(delivery_id: UUID) -> Delivery:
    delivery = queries.deliveries().filter(pk=delivery_id).first()
    if delivery is None:
        raise Http404
    return delivery
