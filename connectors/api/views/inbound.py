"""Where outside parties send payloads by themselves; their signature is all that lets them in."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.parsers import BodyRefused
from connectors.api.problems import TYPE, problem
from connectors.api.views.base import ApiView
from connectors.errors import SignatureRefused
from connectors.models import Connector
from connectors.services import inbound

SIGNED = "Sign as the settings of the connector say, with its secret."


class InboundView(ApiView):
    """POST one payload, or a list of them, signed as the connector's settings say."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    http_method_names = ["post"]

    @extend_schema(exclude=True)
    def post(self, request: Request, key: str) -> Response:
        connector = Connector.objects.filter(key=key).first()
        if connector is None:
            raise Http404
        value = request.data
        content = (request.parser_context or {}).get("content", b"")
        if not content:
            raise BodyRefused("empty_body", "The body is empty.", hint="Send one JSON value.")
        try:
            taken = inbound.accept(
                connector,
                content,
                value,
                headers=request.headers,
                address=f"{settings.BASE_URL}{request.path}",
                now=timezone.now(),
            )
        except SignatureRefused as error:
            # The framework would answer 403: it knows no way to ask for a signature.
            refusal = problem(401, str(error), slug="signature-refused", hint=SIGNED)
            return Response(refusal, status=401, content_type=TYPE)
        body: dict[str, Any] = {"taken": len(taken)}
        if isinstance(value, dict) and value.get("type") == "url_verification":
            body["challenge"] = value.get("challenge")  # Slack asks whether we listen.
        return Response(body, status=202)
