"""What all views of the API share: chunked bodies, filters, pages."""

import io
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors import queries
from connectors.api.parsers import MOST_BYTES, BodyRefused
from connectors.api.throttles import KeyThrottle
from connectors.flat import flat
from connectors.models import ApiKey
from decisions.errors import Fault, Invalid

QUIET = timedelta(seconds=10)  # Longer than a transaction of a worker is open.
LARGEST_PAGE = 200


class ApiView(APIView):
    # A docstring here would stand in the reference under every call.
    # `scopes` names the scope, or all the scopes, that each method needs.

    http_method_names = ["get", "head", "post"]
    scopes: Mapping[str, str | tuple[str, ...]] = {}
    throttle_classes = [KeyThrottle]

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        if wants_flat(request) and response.status_code < 400:
            response.data = _flattened(response.data)
        finished: Response = super().finalize_response(request, response, *args, **kwargs)
        return finished

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
            _take_chunks(request)
        return super().initialize_request(request, *args, **kwargs)


def wants_flat(request: Any) -> bool:
    """Whether the caller asked for one level of names (`?flat=true`)."""
    return bool(request.GET.get("flat") == "true")


def _flattened(body: Any) -> Any:
    """Records without nesting; a list keeps its rows, each of them flat."""
    if isinstance(body, dict) and isinstance(body.get("results"), list):
        return {**body, "results": [flat(row) for row in body["results"]]}
    return flat(body)


def _take_chunks(request: HttpRequest) -> None:
    """Give Django a body of known length: it reads no chunks by itself, and would see nothing."""
    environ = getattr(request, "environ", {})
    if environ.get("wsgi.input_terminated"):
        request._stream = cast("BinaryIO", _Chunks(environ["wsgi.input"]))
        # Any length but none: nobody knows it yet, and only an empty body is not read.
        request.META["CONTENT_LENGTH"] = str(MOST_BYTES)


class _Chunks(io.RawIOBase):
    """A body in chunks; nothing is read before the caller is known, and faults have words."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        try:
            return cast("bytes", self._source.read(size))
        except Exception as error:  # Each server has its own exception for chunks that are none.
            raise BodyRefused(
                "broken_chunks",
                "The body was announced in chunks, and they cannot be read.",
                hint="Let the HTTP library of your language send the body.",
            ) from error


def key_of(request: Request) -> ApiKey:
    """The API key of a call that was let in."""
    return cast("ApiKey", request.auth)


def filtered(
    request: Request, rows: QuerySet[Any], filters: dict[str, Callable[[QuerySet[Any], str], Any]]
) -> QuerySet[Any]:
    """Apply the filters the caller names; a name or value that is wrong is refused by name."""
    faults: list[Fault] = []
    for name in request.query_params:
        if name in {"cursor", "limit", "updated_since", "flat"}:
            continue
        if name not in filters:
            known = ", ".join([*filters, "updated_since", "cursor", "limit"])
            faults.append(
                Fault(
                    code="unknown_filter",
                    where=name,
                    message=f"“{name[:60]}” is not a filter of this list.",
                    hint=f"Use {known}.",
                )
            )
            continue
        try:
            rows = filters[name](rows, request.query_params[name])
        except ValueError as error:
            faults.append(
                Fault(code="filter_value", where=name, message=str(error), hint="See the docs.")
            )
    if faults:
        raise Invalid("The list cannot be filtered like this.", faults)
    return rows


def choice(field: str, values: Collection[str]) -> Callable[[QuerySet[Any], str], Any]:
    """A filter that takes one of `values`."""

    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value not in values:
            raise ValueError(f"“{value[:60]}” is not one of {', '.join(values)}.")
        return rows.filter(**{field: value})

    return apply


def text(field: str) -> Callable[[QuerySet[Any], str], Any]:
    """A filter that takes a text as it stands."""

    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value or "\x00" in value or len(value) > 200:
            raise ValueError("Give a text of 1 to 200 characters.")
        return rows.filter(**{field: value})

    return apply


def page(request: Request, rows: QuerySet[Any], show: Callable[[Any], dict[str, Any]]) -> Response:
    """Answer one page: newest first, or by change when `updated_since` is given."""
    cursor = request.query_params.get("cursor", "")
    size = _size(request.query_params.get("limit", "50"))
    if "updated_since" in request.query_params:
        found = queries.by_change(
            rows,
            since=_moment(request.query_params["updated_since"]),
            quiet=timezone.now() - QUIET,
            cursor=cursor,
            size=size,
        )
    else:
        found = queries.newest_first(rows, cursor=cursor, size=size)
    return Response(
        {
            "results": [show(row) for row in found.rows],
            "next": found.next or None,
            "more": found.more,
        }
    )


def _size(given: str) -> int:
    if given.isascii() and given.isdigit() and len(given) < 4 and 0 < int(given) <= LARGEST_PAGE:
        return int(given)
    fault = Fault(
        code="limit",
        where="limit",
        message="The limit is not a number from 1 to 200.",
        hint="Leave it out for 50.",
    )
    raise Invalid("The list cannot be read like this.", [fault])


def _moment(given: str) -> datetime:
    try:
        # A plus sign that was not encoded arrives as a space.
        at = datetime.fromisoformat(given.strip().replace(" ", "+"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        fault = Fault(
            code="updated_since",
            where="updated_since",
            message="This is not a time.",
            hint="Write it like 2026-11-23T09:30:00Z.",
        )
        raise Invalid("The list cannot be read like this.", [fault]) from None
