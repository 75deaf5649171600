"""Rules are executed with their variables: OpenText's call, and the six of Flowable."""

from typing import Any

from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.foreign.base import ForeignView, SeveralResults, absolute, live_model_of
from connectors.api.foreign.variables import read_variables, result_rows
from connectors.api.views.submissions import origin_of
from connectors.enums import Scope
from connectors.services import executing as service
from decisions.errors import Refused
from decisions.models import Decision, DecisionModel, Execution
from decisions.services import executing

MOST_TOLD = 5


class ExecuteView(ForeignView):
    """POST decisionKey and inputVariables; OpenText's answer holds resultVariables alone."""

    scopes = {"POST": (Scope.SUBMISSIONS_WRITE, Scope.DECISIONS_READ)}
    code = 200

    def post(self, request: Request) -> Response:
        asked = request.data if isinstance(request.data, dict) else {}
        model = live_model_of(asked.get("decisionKey"))
        shape = executing.answered_by(model)
        self.check(model, shape, asked)

        def render(record: Decision | Execution) -> dict[str, Any]:
            if isinstance(record, Execution) and record.failed:
                told = " ".join(p["message"] for p in record.problems[:MOST_TOLD])
                return {"statusCode": 500, "errorMessage": told}
            return {"resultVariables": result_rows(executing.answer_of(record), shape)}

        reply = service.execute(
            model,
            read_variables(asked.get("inputVariables"), shape),
            origin=origin_of(request),
            render=render,
            code=self.code,
            now=timezone.now(),
        )
        body = self.shown(request, model, reply.body) if reply.code == self.code else reply.body
        return Response(body, status=reply.code)

    def check(self, model: DecisionModel, shape: executing.Answered, asked: dict[str, Any]) -> None:
        """Refuse a call that names other rules than those in force."""
        pinned = asked.get("parentDeploymentId")
        if pinned and pinned != str(model.live_version_id):
            raise Refused(
                f"The deployment {str(pinned)[:80]} is not in force: only live rules decide. "
                "Leave parentDeploymentId out."
            )

    def shown(self, request: Request, model: DecisionModel, body: Any) -> Any:
        return body


class RuleExecuteView(ExecuteView):
    """Flowable's dmn-rule/execute and execute-decision: any model."""

    code = 201
    path = "dmn-rule/execute"

    def shown(self, request: Request, model: DecisionModel, body: Any) -> Any:
        return {**body, "url": absolute(request, self.path)}


class DecisionExecuteView(RuleExecuteView):
    path = "dmn-rule/execute-decision"


class ServiceExecuteView(RuleExecuteView):
    """Flowable's decision services are decisions that read others."""

    path = "dmn-rule/execute-decision-service"

    def check(self, model: DecisionModel, shape: executing.Answered, asked: dict[str, Any]) -> None:
        if not shape.graph:
            raise NotFound(f"No decision service found for key: {model.key}")
        super().check(model, shape, asked)


class _SingleResult(RuleExecuteView):
    """The one row that answered, as a list of variables; more than one is an error."""

    def shown(self, request: Request, model: DecisionModel, body: Any) -> Any:
        rows = body["resultVariables"]
        if len(rows) > 1:
            raise SeveralResults(f"more than one result in decision: {model.key}")
        variables = rows[0] if rows else []
        return {
            "resultVariables": variables,
            "url": absolute(request, f"{self.path}/single-result"),
        }


class RuleSingleView(_SingleResult, RuleExecuteView):
    pass


class DecisionSingleView(_SingleResult, DecisionExecuteView):
    path = DecisionExecuteView.path


class ServiceSingleView(_SingleResult, ServiceExecuteView):
    path = ServiceExecuteView.path
