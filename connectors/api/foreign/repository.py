"""The repository: OpenText's list of models, and Flowable's deployments and decisions."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.foreign.base import (
    Filter,
    ForeignView,
    absolute,
    key_like,
    like,
    moment,
    paged,
    same,
    same_key,
    truth,
)
from connectors.api.parsers import BodyTooLarge, StrictJSONParser
from connectors.api.views.base import key_of
from connectors.enums import Scope
from decisions.enums import ActorKind
from decisions.events import Actor
from decisions.models import DecisionModel, ModelVersion
from decisions.queries import executions as queries
from decisions.services import dmn_files, executing
from decisions.services.authoring import MOST_DMN
from decisions.services.rulesets import load

READING = {"GET": Scope.DECISIONS_READ}
XML = "application/xml"
DEPLOYMENTS: dict[str, Filter] = {
    "name": same("model__name"),
    "nameLike": like("model__name"),
    "category": same("state"),
    "categoryNotEquals": lambda rows, value: rows.exclude(state=value),
    "parentDeploymentId": lambda rows, value: rows.none() if value else rows,
    "parentDeploymentIdLike": lambda rows, value: rows.none() if value else rows,
}
DECISIONS: dict[str, Filter] = {
    "category": DEPLOYMENTS["category"],
    "categoryNotEquals": DEPLOYMENTS["categoryNotEquals"],
    "categoryLike": like("state"),
    "key": same_key("model__key"),
    "keyLike": key_like("model__key"),
    "name": same("model__decision_name"),
    "nameLike": like("model__decision_name"),
    "resourceName": lambda rows, value: same_key("model__key")(rows, value.removesuffix(".dmn")),
    "resourceNameLike": lambda rows, value: key_like("model__key")(
        rows, value.removesuffix(".dmn")
    ),
    "version": lambda rows, value: _numbered(rows, value),
    "deploymentId": lambda rows, value: _of_deployment(rows, value),
}


class ModelListView(ForeignView):
    """OpenText's runtime/decision-models. A key is unique here, so the namespace that is named
    beside one is taken as named."""

    scopes = READING

    def get(self, request: Request) -> Response:
        namespace = request.query_params.get("namespace", "")
        rows = queries.executable_models()
        if namespace and not request.query_params.get("key"):
            fitting = [m.pk for m in rows if namespace in _namespaces(m)]
            rows = rows.filter(pk__in=fitting)

        def show(model: DecisionModel) -> dict[str, Any]:
            return {
                "id": str(model.live_version_id),
                "key": model.key,
                "name": model.name,
                "namespace": namespace or _namespaces(model)[-1],
                "version": model.live_version.number if model.live_version else None,
                "description": model.description or None,
            }

        sorts = {"key": "key", "name": "name"}
        return paged(request, rows, show, filters={"key": same_key("key")}, sorts=sorts)


class DeploymentListView(ForeignView):
    scopes = {**READING, "POST": Scope.DRAFTS_WRITE}
    parser_classes = [MultiPartParser, StrictJSONParser]

    def get(self, request: Request) -> Response:
        sorts = {"id": "id", "name": "model__name", "deployTime": "created_at", "tenantId": "id"}

        def show(version: ModelVersion) -> dict[str, Any]:
            return _deployment(request, version)

        return paged(request, queries.deployable_versions(), show, filters=DEPLOYMENTS, sorts=sorts)

    def post(self, request: Request) -> Response:
        if int(request.headers.get("Content-Length") or 0) > 2 * MOST_DMN:
            raise BodyTooLarge("too_large", "The file is larger than 10 MiB.", hint="Split it.")
        files = list(request.FILES.values())
        if len(files) != 1:
            raise ParseError("Exactly one file is needed, as multipart/form-data.")
        if not str(files[0].name).lower().endswith(".dmn"):
            raise ParseError("File must be of type .dmn")
        key = key_of(request)
        version = dmn_files.hand_in(
            dmn_files.read_dmn(str(files[0].name), files[0].read()),
            name=str(files[0].name),
            author=key.user,
            actor=Actor(ActorKind.API_KEY, key.pk, key.name),
            now=timezone.now(),
        )
        return Response(_deployment(request, version), status=201)


class DeploymentView(ForeignView):
    scopes = READING

    def get(self, request: Request, key: str) -> Response:
        return Response(_deployment(request, _version(key, deployment=True)))


class DeploymentResourceView(ForeignView):
    scopes = READING

    def get(self, request: Request, key: str, name: str) -> HttpResponse:
        version = _version(key, deployment=True)
        if name != _resource(version):
            raise NotFound(f"Could not find a resource with name '{name[:80]}'")
        return HttpResponse(version.dmn, content_type=XML)


class DecisionListView(ForeignView):
    scopes = READING

    def get(self, request: Request) -> Response:
        rows = queries.executable_versions()
        if truth(request, "latest"):
            if not {"key", "keyLike"} & set(request.query_params):
                raise ParseError("latest needs key or keyLike.")
            rows = rows.filter(state="published")
        sorts = {
            "name": "model__decision_name",
            "id": "id",
            "key": "model__key",
            "category": "state",
            "deploymentId": "id",
            "version": "number",
        }

        def show(version: ModelVersion) -> dict[str, Any]:
            return _decision(request, version)

        return paged(request, rows, show, filters=DECISIONS, sorts=sorts)


class DecisionView(ForeignView):
    scopes = READING

    def get(self, request: Request, key: str) -> Response:
        return Response(_decision(request, _version(key)))


class DecisionModelView(ForeignView):
    """The rules as JSON: decisions with their tables, inputs and requirements."""

    scopes = READING

    def get(self, request: Request, key: str) -> Response:
        return Response(load(_version(key).pk).describe())


class DecisionResourceView(ForeignView):
    scopes = READING

    def get(self, request: Request, key: str) -> HttpResponse:
        return HttpResponse(_version(key).dmn, content_type=XML)


class EngineView(ForeignView):
    scopes = READING

    def get(self, request: Request) -> Response:
        version = settings.SPECTACULAR_SETTINGS["VERSION"]
        return Response({"name": "Clearance", "version": version})


def _version(key: str, *, deployment: bool = False) -> ModelVersion:
    rows = queries.deployable_versions() if deployment else queries.executable_versions()
    what = "deployment" if deployment else "decision"
    try:
        return rows.get(pk=UUID(key))
    except (ValueError, ModelVersion.DoesNotExist):
        raise NotFound(f"Could not find a {what} with id '{key[:80]}'") from None


def _deployment(request: Request, version: ModelVersion) -> dict[str, Any]:
    return {
        "id": str(version.pk),
        "name": version.model.name,
        "deploymentTime": moment(version.published_at or version.created_at),
        "category": version.state,
        "url": absolute(request, f"dmn-repository/deployments/{version.pk}"),
        "parentDeploymentId": None,
        "tenantId": "",
    }


def _decision(request: Request, version: ModelVersion) -> dict[str, Any]:
    shape = executing.shape_of(version.pk, version.model.decision_name)
    return {
        "id": str(version.pk),
        "url": absolute(request, f"dmn-repository/decisions/{version.pk}"),
        "category": version.state,
        "name": version.model.decision_name,
        "key": version.model.key,
        "description": version.model.description or None,
        "version": version.number,
        "resourceName": _resource(version),
        "deploymentId": str(version.pk),
        "tenantId": "",
        "decisionType": "decision_service" if shape.graph else "decision_table",
    }


def _resource(version: ModelVersion) -> str:
    return f"{version.model.key}.dmn"


def _namespaces(model: DecisionModel) -> list[str]:
    """The namespace of the live rules, whole and by its last part."""
    loaded = load(model.live_version_id) if model.live_version_id else None
    whole = loaded.definitions.namespace if loaded else ""
    return [whole, whole.replace("/", ":").rpartition(":")[2]]


def _numbered(rows: Any, value: str) -> Any:
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        raise ParseError("The parameter version is not a whole number.")
    return rows.filter(number=int(value))


def _of_deployment(rows: Any, value: str) -> Any:
    try:
        return rows.filter(pk=UUID(value))
    except ValueError:
        return rows.none()
