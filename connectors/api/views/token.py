"""Where programs get tokens: as OAuth2 has it, and under the address OpenText's clients call."""

import contextlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView

MOST_BYTES = 10_000


@method_decorator(csrf_exempt, name="dispatch")
class ClientTokenView(TokenView):
    """POST grant_type=client_credentials with client id and secret; a token for an hour.

    The body may be a form (RFC 6749) or JSON, which OpenText's clients send.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.content_type == "application/json":
            refused = _read_json_as_form(request)
            if refused is not None:
                return refused
        answer: HttpResponse = super().post(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def _read_json_as_form(request: HttpRequest) -> JsonResponse | None:
    """Put the fields of a JSON body where the library looks for them; refuse another body."""
    fields = None
    with contextlib.suppress(ValueError, RecursionError):
        if int(request.headers.get("Content-Length") or 0) <= MOST_BYTES:
            fields = json.loads(request.body)
    if not isinstance(fields, dict):
        words = 'The body is not an object like {"grant_type": "client_credentials", …}.'
        body = {"error": "invalid_request", "error_description": words}
        return JsonResponse(body, status=400)
    form = QueryDict(mutable=True)
    form.update({str(name): str(value) for name, value in fields.items()})
    encoded = form.urlencode().encode("ascii")
    request.META["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    request.POST = form  # type: ignore[assignment]
    request._body = encoded
    return None
