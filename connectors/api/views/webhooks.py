"""Webhooks that a key subscribes to, and who a key is."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.representations import moment
from connectors.api.schema import refusals
from connectors.api.serializers import (
    KeyBody,
    WebhookBody,
    WebhookList,
    WebhookRequest,
    WebhookWithSecret,
)
from connectors.api.views.base import ApiView, key_of
from connectors.enums import Scope
from connectors.models import Connector
from connectors.services import subscriptions
from decisions.errors import Fault, Invalid


class KeyView(ApiView):
    scopes = {"GET": ()}

    @extend_schema(
        summary="Check the key or token", operation_id="read_key", responses={200: KeyBody}
    )
    def get(self, request: Request) -> Response:
        key = key_of(request)
        return Response(
            {
                "name": key.name,
                "integration": key.user.name,
                "scopes": list(key.scopes),
                "expires_at": moment(key.expires_at),
            }
        )


class WebhookListView(ApiView):
    scopes = {"GET": Scope.WEBHOOKS_WRITE, "POST": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        summary="List the webhooks of this key",
        operation_id="list_webhooks",
        responses={200: WebhookList, **refusals()},
    )
    def get(self, request: Request) -> Response:
        rows = [_body(one) for one in subscriptions.subscriptions_of(key_of(request))]
        return Response({"results": rows})

    @extend_schema(
        summary="Subscribe to what is settled",
        operation_id="create_webhook",
        description="The secret is in this answer alone; it signs every delivery (Standard "
        "Webhooks). With flat, the payload has one level of names.",
        request=WebhookRequest,
        responses={201: WebhookWithSecret, **refusals(400, 409, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        asked = _asked(request.data)
        made, secret = subscriptions.subscribe(key_of(request), now=timezone.now(), **asked)
        return Response({**_body(made), "secret": secret}, status=201)


class WebhookView(ApiView):
    http_method_names = ["get", "head", "delete"]
    scopes = {"GET": Scope.WEBHOOKS_WRITE, "DELETE": Scope.WEBHOOKS_WRITE}

    @extend_schema(
        summary="Read a webhook",
        operation_id="read_webhook",
        responses={200: WebhookBody, **refusals(404)},
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return Response(_body(_found(request, webhook_id)))

    @extend_schema(
        summary="End a webhook",
        operation_id="delete_webhook",
        responses={204: None, **refusals(404)},
    )
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        key = key_of(request)
        subscriptions.unsubscribe(_found(request, webhook_id), key=key, now=timezone.now())
        return Response(status=204)


def _found(request: Request, webhook_id: UUID) -> Connector:
    """A webhook of this key; those of others are not there."""
    found = Connector.objects.filter(
        pk=webhook_id, subscriber=key_of(request), ended_at=None
    ).first()
    if found is None:
        raise Http404
    return found


def _asked(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Invalid("The body is not an object.", [])
    topics = body.get("topics", ["*"])
    checks = {
        "url": isinstance(body.get("url"), str),
        "topics": isinstance(topics, list) and all(isinstance(one, str) for one in topics),
        "name": isinstance(body.get("name", ""), str),
        "flat": isinstance(body.get("flat", False), bool),
    }
    words = {
        "url": "Give the address as a text.",
        "topics": "Give a list of topics, or leave it out for all.",
        "name": "Give a text.",
        "flat": "Give true or false.",
    }
    faults = [
        Fault(code="form", where=f"/{name}", message=words[name])
        for name, fits in checks.items()
        if not fits
    ]
    faults += [
        Fault(code="unknown_field", where=f"/{name[:60]}", message="This field is not known.")
        for name in body
        if name not in checks
    ]
    if faults:
        raise Invalid("The webhook cannot be made like this.", faults)
    return {
        "url": body["url"],
        "topics": topics,
        "name": body.get("name", "")[:120],
        "flat": body.get("flat", False),
    }


def _body(connector: Connector) -> dict[str, Any]:
    return {
        "id": str(connector.pk),
        "name": connector.name,
        "url": connector.settings.get("url"),
        "topics": connector.topics,
        "flat": bool(connector.settings.get("flat")),
        "paused": connector.paused_at is not None,
        "created_at": moment(connector.created_at),
    }
