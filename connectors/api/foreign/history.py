"""Flowable's dmn-history: what was executed, and the trace of one execution."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.foreign.base import (
    MOST_ROWS,
    ForeignView,
    absolute,
    moment,
    number,
    truth,
)
from connectors.enums import Scope
from connectors.services.variables import variable_type
from decisions.models import Decision, Execution
from decisions.queries import executions as queries
from decisions.services import executing

# Ids and lookups of the filters; those that name a case or a workflow find nothing here.
IDS = {
    "id": "id",
    "decisionDefinitionId": "ruleset__version_id",
    "deploymentId": "ruleset__version_id",
}
ELSEWHERE = (
    "activityId",
    "executionId",
    "instanceId",
    "scopeType",
    "processInstanceIdWithChildren",
    "caseInstanceIdWithChildren",
)
SORTS = ("startTime", "endTime", "tenantId")


class ExecutionListView(ForeignView):
    scopes = {"GET": Scope.DECISIONS_READ}

    def get(self, request: Request) -> Response:
        sort = request.query_params.get("sort", "startTime")
        order = request.query_params.get("order", "asc")
        if sort not in SORTS or order not in {"asc", "desc"}:
            raise ParseError(f"Sort by one of {', '.join(SORTS)}, in the order asc or desc.")
        start, size = number(request, "start", 0), min(number(request, "size", 10), MOST_ROWS)
        filters = _filters(request)
        rows: list[Any] = []
        total = 0
        if filters is not None:
            found = queries.executed(**filters)
            total = found.count()
            sign = "-" if order == "desc" else ""
            by = "evaluated_at" if sort == "endTime" else "id"
            rows = list(found.order_by(f"{sign}{by}", f"{sign}id")[start : start + size])
        page = {"total": total, "start": start, "sort": sort, "order": order, "size": len(rows)}
        shown = [_row(request, dict(zip(queries.FIELDS, row, strict=True))) for row in rows]
        return Response({"data": shown, **page})


class ExecutionView(ForeignView):
    scopes = {"GET": Scope.DECISIONS_READ}

    def get(self, request: Request, key: str) -> Response:
        return Response(_row(request, _fields(_found(key))))


class AuditDataView(ForeignView):
    scopes = {"GET": Scope.DECISIONS_READ}

    def get(self, request: Request, key: str) -> Response:
        record = _found(key)
        *children, last = executing.retrace(record)
        body = _audited(record, last)
        if children:
            body["childDecisionExecutions"] = {
                child["id"]: _audited(record, child) for child in children
            }
        return Response(body)


def _filters(request: Request) -> dict[str, Any] | None:
    """Lookups of the filters a caller names, or None when nothing can fit."""
    given = request.query_params
    if any(given.get(name) for name in ELSEWHERE):
        return None
    filters: dict[str, Any] = {}
    for name, lookup in IDS.items():
        if name in given:
            try:
                key = UUID(given[name])
            except ValueError:
                return None
            if filters.setdefault(lookup, key) != key:
                return None
    if "decisionKey" in given:
        filters["model__key"] = given["decisionKey"].replace("\0", "")[:200]
    if "failed" in given:
        filters["failed"] = truth(request, "failed")
    return filters


def _found(key: str) -> Decision | Execution:
    try:
        record = queries.execution_of(UUID(key))
    except ValueError:
        record = None
    if record is None:
        raise NotFound(f"Could not find a decision execution with id '{key[:80]}'")
    return record


def _fields(record: Decision | Execution) -> dict[str, Any]:
    version = record.ruleset.version
    return {
        "id": record.pk,
        "evaluated_at": record.evaluated_at,
        "duration_us": record.duration_us,
        "failed": record.failed,
        "version_id": version.pk,
        "version_number": version.number,
        "model_key": record.model.key,
        "decision_name": record.model.decision_name,
    }


def _row(request: Request, row: dict[str, Any]) -> dict[str, Any]:
    ended = row["evaluated_at"] + timedelta(microseconds=row["duration_us"])
    return {
        "id": str(row["id"]),
        "url": absolute(request, f"dmn-history/historic-decision-executions/{row['id']}"),
        "decisionDefinitionId": str(row["version_id"]),
        "deploymentId": str(row["version_id"]),
        "activityId": None,
        "executionId": None,
        "instanceId": None,
        "scopeType": None,
        "failed": row["failed"],
        "startTime": moment(row["evaluated_at"]),
        "endTime": moment(ended),
        "tenantId": "",
        "decisionKey": row["model_key"],
        "decisionName": row["decision_name"],
        "decisionVersion": str(row["version_number"]),
    }


def _audited(record: Decision | Execution, told: dict[str, Any]) -> dict[str, Any]:
    """The trace of one decision in the form of DecisionExecutionAuditContainer."""
    facts, value = executing.given_to(record), told["value"]
    results = _results(told, value)
    ended = record.evaluated_at + timedelta(microseconds=record.duration_us)
    times = {"startTime": moment(record.evaluated_at), "endTime": moment(ended)}
    return {
        "decisionKey": record.model.key,
        "decisionName": told["name"],
        "decisionVersion": record.ruleset.version.number,
        "hitPolicy": told["hit_policy"] or None,
        "dmnDeploymentId": str(record.ruleset.version_id),
        **times,
        "inputVariables": facts,
        "inputVariableTypes": {name: variable_type(given) for name, given in facts.items()},
        "decisionResult": results,
        "multipleResults": len(results) > 1,
        "decisionResultTypes": {
            name: variable_type(part) for row in results for name, part in row.items()
        },
        "ruleExecutions": {
            str(rule["number"]): {**times, **_rule(rule, told)} for rule in told["rules"]
        },
        "failed": record.failed,
        "exceptionMessage": record.problems[0]["message"] if record.problems else None,
        "validationMessage": None,
        "strictMode": True,
    }


def _results(told: dict[str, Any], value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    name = told["outputs"][0]["name"] if told["outputs"] else ""
    rows = value if isinstance(value, list) and told["outputs"] else [value]
    return [row if isinstance(row, dict) else {name or told["name"]: row} for row in rows]


def _rule(rule: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    return {
        "ruleNumber": rule["number"],
        "valid": rule["matched"],
        "exception": None,
        "validationMessage": None,
        "conditionResults": [
            {"id": column["label"] or column["text"], "result": cell["matched"], "exception": None}
            for column, cell in zip(told["inputs"], rule["cells"], strict=True)
        ],
        "conclusionResults": [
            {"id": column["name"] or column["label"], "result": text, "exception": None}
            for column, text in zip(told["outputs"], rule["outputs"], strict=True)
        ]
        if rule["matched"]
        else [],
    }
