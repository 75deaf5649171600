"""Every failure of the API as RFC 9457 problem+json: what is wrong, where, what to do."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from connectors.api.parsers import BodyRefused
from decisions.errors import Expected, Invalid, Refused

TYPE = "application/problem+json"
HINTS = {
    401: "Send Authorization: Bearer clr_… with a key that an admin made for you.",
    403: "Ask an admin for a key with the scope that this call needs.",
    404: "Check the id and the address.",
    405: "The header Allow of this answer names the methods.",
    406: "Leave out the header Accept, or accept application/json.",
    415: "Send JSON with Content-Type: application/json.",
    429: "Wait as long as the header Retry-After says.",
}


def problem(
    code: int,
    detail: str,
    *,
    slug: str,
    hint: str = "",
    errors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The body of a refusal. `errors` names field, rule, message and hint of each fault."""
    body: dict[str, Any] = {
        "type": f"urn:clearance:problem:{slug.replace('_', '-')}",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if hint or code in HINTS:
        body["hint"] = hint or HINTS[code]
    if errors:
        body["errors"] = errors
    return body


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an expected failure; None lets a fault of ours rise to the log."""
    body, headers = _body(error)
    if body is None:
        return None
    return Response(body, status=body["status"], headers=headers, content_type=TYPE)


def _body(error: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    match error:
        case Invalid():
            return problem(422, str(error), slug="invalid", errors=faults_of(error)), {}
        case Refused():
            return problem(409, str(error), slug=_slug(error)), {}
        case Expected():
            return problem(400, str(error), slug="refused"), {}
        case BodyRefused():
            fault = fault_of(error)
            body = problem(
                error.status_code,
                str(error.detail),
                slug=fault["rule"],
                hint=error.hint,
                errors=[fault],
            )
            return body, {}
        case Http404():
            return problem(404, "There is nothing at this address.", slug="not-found"), {}
        case PermissionDenied():
            return problem(403, "This key may not do that.", slug="forbidden"), {}
        case exceptions.APIException():
            return _framework_body(error)
    return None, {}


def _framework_body(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    detail = error.detail
    text = str(detail) if isinstance(detail, str) else "The request was refused."
    slug = str(getattr(detail, "code", error.default_code))
    return problem(error.status_code, text, slug=slug), headers


def fault_of(error: BodyRefused) -> dict[str, Any]:
    """The fault of a body that cannot be read."""
    return {
        "field": error.where,
        "rule": str(getattr(error.detail, "code", error.default_code)),
        "message": str(error.detail),
        "hint": error.hint,
    }


def faults_of(error: Invalid) -> list[dict[str, Any]]:
    """The faults of an input in the words of the API."""
    return [
        {
            "field": fault.get("where", ""),
            "rule": fault.get("code", "invalid"),
            "message": fault.get("message", ""),
            "hint": fault.get("hint", ""),
        }
        for fault in error.faults
    ]


def _slug(error: Refused) -> str:
    name = type(error).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def nothing_here(request: HttpRequest, path: str = "") -> JsonResponse:
    """Answer addresses under /api/v1/ that do not exist."""
    body = problem(404, f"There is nothing at {request.path[:200]}.", slug="not-found")
    return JsonResponse(body, status=404, content_type=TYPE)
