"""What the foreign calls share: who calls, errors in their shape, lists in their pages."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import APIException, AuthenticationFailed, NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.authentication import ApiKeyAuthentication
from connectors.api.problems import faults_of
from connectors.api.views.base import ApiView
from connectors.errors import AnswerLater, KeyRefused
from connectors.models import ApiKey
from connectors.services import api_keys
from decisions.errors import Expected, Invalid, Refused
from decisions.models import DecisionModel, User
from decisions.services.dmn_files import key_from

MOST_ROWS = 1000
MOST_TOLD = 5
DIGITS = re.compile(r"\d{1,9}\Z", re.ASCII)
Filter = Callable[[QuerySet[Any], str], QuerySet[Any]]


class ClientAuthentication(ApiKeyAuthentication):
    """HTTP Basic with client id and secret, which are an API key taken apart, or Bearer."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return super().authenticate(request)
        try:
            pair = base64.b64decode(presented.strip(), validate=True).decode("utf-8")
            client, _, secret = pair.partition(":")
            key = api_keys.authenticate(f"{client}_{secret}", now=timezone.now())
        except (binascii.Error, ValueError):
            raise AuthenticationFailed("The header Authorization cannot be read.") from None
        except KeyRefused as error:
            raise AuthenticationFailed(str(error), code="key_refused") from None
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="Clearance API"'


class ForeignView(ApiView):
    authentication_classes = [ClientAuthentication]
    schema = None

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return foreign_problem


class SeveralResults(APIException):
    """A single result was asked for, and more than one row answered; Flowable says 500."""

    status_code = 500


def foreign_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an expected failure as Flowable does; a fault of ours rises to the log."""
    code, headers = 400, {}
    match error:
        case Invalid():
            told = [" ".join(filter(None, [f["field"], f["message"]])) for f in faults_of(error)]
            words = " ".join([str(error), *told[:MOST_TOLD]])
        case AnswerLater():
            code, words = 503, str(error)
        case Refused():
            code, words = 409, str(error)
        case Expected():
            words = str(error)
        case Http404():
            code, words = 404, "There is nothing at this address."
        case APIException():
            code, words = error.status_code, str(error.detail)
            if header := getattr(error, "auth_header", None):
                headers["WWW-Authenticate"] = header
            if wait := getattr(error, "wait", None):
                headers["Retry-After"] = str(max(1, round(wait)))
        case _:
            return None
    return Response({"statusCode": code, "errorMessage": words}, status=code, headers=headers)


def live_model_of(key: Any) -> DecisionModel:
    """The model that answers to a decision key; raises ParseError or NotFound as Flowable does."""
    if not isinstance(key, str) or not key:
        raise ParseError("Decision key is required.")
    live = DecisionModel.objects.filter(live_version__isnull=False)
    model: DecisionModel | None = same_key("key")(live, key).first()
    if model is None:
        raise NotFound(f"No decision found for key: {key[:80]}")
    return model


def paged(
    request: Request,
    rows: QuerySet[Any],
    show: Callable[[Any], dict[str, Any]],
    *,
    filters: Mapping[str, Filter],
    sorts: Mapping[str, str],
) -> Response:
    """One page in Flowable's form, after its filters; a name that is none of them is ignored."""
    for name, apply in filters.items():
        if name in request.query_params:
            rows = apply(rows, request.query_params[name][:200])
    sort = request.query_params.get("sort", next(iter(sorts)))
    order = request.query_params.get("order", "asc")
    if sort not in sorts or order not in {"asc", "desc"}:
        raise ParseError(f"Sort by one of {', '.join(sorts)}, in the order asc or desc.")
    start, size = number(request, "start", 0), min(number(request, "size", 10), MOST_ROWS)
    ordered = rows.order_by(f"{'-' if order == 'desc' else ''}{sorts[sort]}", "id")
    shown = [show(row) for row in ordered[start : start + size]]
    return Response(
        {
            "data": shown,
            "total": rows.count(),
            "start": start,
            "sort": sort,
            "order": order,
            "size": len(shown),
        }
    )


def number(request: Request, name: str, otherwise: int) -> int:
    """A parameter that is a whole number."""
    given = request.query_params.get(name, "")
    if not given:
        return otherwise
    if not DIGITS.match(given):
        raise ParseError(f"The parameter {name} is not a whole number.")
    return int(given)


def same(field: str) -> Filter:
    """A filter by a value as it stands; what cannot be one finds nothing."""
    return lambda rows, value: rows.filter(**{field: value}) if "\0" not in value else rows.none()


def like(field: str) -> Filter:
    """A filter by a pattern of SQL, in which % stands for anything."""

    def apply(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        parts = [re.escape(part) for part in value.replace("\0", "").split("%")]
        return rows.filter(**{f"{field}__regex": f"^{'.*'.join(parts)}$"})

    return apply


def same_key(field: str) -> Filter:
    """A filter by a key of theirs: it may hold capitals and dots, and ours hold none."""
    return lambda rows, value: rows.filter(**{f"{field}__in": {value[:200], key_from(value)}})


def key_like(field: str) -> Filter:
    """A filter by a pattern of a key."""
    return lambda rows, value: like(field)(rows, value.lower())


def truth(request: Request, name: str) -> bool:
    """A parameter that is true or false."""
    given = request.query_params.get(name, "false").lower()
    if given not in {"true", "false"}:
        raise ParseError(f"The parameter {name} is neither true nor false.")
    return given == "true"


def moment(at: datetime | None) -> str | None:
    """A time as Flowable writes it: UTC, with milliseconds."""
    return (
        at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
    )


def absolute(request: Request, path: str) -> str:
    """The whole address of a record, below the root that was called."""
    root = "/flowable-rest/dmn-api" if request.path.startswith("/flowable-rest/") else "/dmn-api"
    return f"{settings.BASE_URL.rstrip('/')}{root}/{path}"
