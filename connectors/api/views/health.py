"""Health: asked by load balancers and people, without a key."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors.api.representations import moment
from connectors.api.serializers import HealthBody
from connectors.services.health import health


class HealthView(APIView):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @extend_schema(
        summary="Ask whether everything is at work",
        operation_id="health",
        auth=[],
        responses={200: HealthBody, 503: HealthBody},
    )
    def get(self, request: Request) -> Response:
        found = health(now=timezone.now())
        body = {
            "status": "ok" if found.ok else "degraded",
            "database": found.database,
            "broker": found.broker,
            "worker": found.worker,
            "worker_seen_at": moment(found.worker_seen_at),
        }
        return Response(body, status=200 if found.ok else 503)
