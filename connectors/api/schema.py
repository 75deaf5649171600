"""What the OpenAPI document says besides the views: the API key, the lists, the refusals."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from connectors.api.serializers import ProblemBody, page_of

REFUSALS = {
    400: "The request cannot be read.",
    401: "The API key is missing, unknown, expired or taken back.",
    403: "The API key lacks the scope.",
    404: "There is no such record.",
    409: "The world has moved on, or the Idempotency-Key stands for another request.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not JSON.",
    422: "The facts or parameters are wrong; errors says where and what to do.",
    429: "Too many calls; Retry-After says how long to wait.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "connectors.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (clr_…), made by an admin under API keys.",
        }


def query(name: str, description: str, *, kind: Any = str, choices: Any = None) -> OpenApiParameter:
    return OpenApiParameter(
        name, kind, OpenApiParameter.QUERY, description=description, enum=choices
    )


def header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


def refusals(*codes: int) -> dict[Any, OpenApiResponse]:
    return {
        (code, "application/problem+json"): OpenApiResponse(ProblemBody, REFUSALS[code])
        for code in sorted({401, 403, 429, *codes})
    }


def describe_list(row: Any, *filters: OpenApiParameter, summary: str, name: str) -> Callable:
    """Describe a list with its filters and pages."""
    paging = (
        query("cursor", "Where to go on: the field next of the page before."),
        query("limit", "How many at once, 1 to 200; 50 without it.", kind=int),
    )
    return extend_schema(
        summary=summary,
        operation_id=name,
        parameters=[*filters, *paging],
        responses={200: page_of(row), **refusals(422)},
    )
