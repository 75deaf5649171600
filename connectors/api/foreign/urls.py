"""Addresses of Flowable DMN, below /dmn-api/ and /flowable-rest/dmn-api/."""

from django.urls import path

from connectors.api.foreign import execution, history, repository

app_name = "dmn"
REPOSITORY, RULE, HISTORY = "dmn-repository", "dmn-rule", "dmn-history"
EXECUTIONS = f"{HISTORY}/historic-decision-executions"
DEPLOYMENTS = f"{REPOSITORY}/deployments"

urlpatterns = [
    path(DEPLOYMENTS, repository.DeploymentListView.as_view(), name="deployments"),
    path(f"{DEPLOYMENTS}/<str:key>", repository.DeploymentView.as_view(), name="deployment"),
    path(
        f"{DEPLOYMENTS}/<str:key>/resourcedata/<str:name>",
        repository.DeploymentResourceView.as_view(),
        name="deployment_resource",
    ),
    path(f"{RULE}/execute", execution.RuleExecuteView.as_view(), name="execute"),
    path(
        f"{RULE}/execute/single-result", execution.RuleSingleView.as_view(), name="execute_single"
    ),
    path(
        f"{RULE}/execute-decision",
        execution.DecisionExecuteView.as_view(),
        name="execute_decision",
    ),
    path(
        f"{RULE}/execute-decision/single-result",
        execution.DecisionSingleView.as_view(),
        name="execute_decision_single",
    ),
    path(
        f"{RULE}/execute-decision-service",
        execution.ServiceExecuteView.as_view(),
        name="execute_service",
    ),
    path(
        f"{RULE}/execute-decision-service/single-result",
        execution.ServiceSingleView.as_view(),
        name="execute_service_single",
    ),
    path(EXECUTIONS, history.ExecutionListView.as_view(), name="executions"),
    path(f"{EXECUTIONS}/<str:key>", history.ExecutionView.as_view(), name="execution"),
    path(f"{EXECUTIONS}/<str:key>/auditdata", history.AuditDataView.as_view(), name="auditdata"),
    path("dmn-management/engine", repository.EngineView.as_view(), name="engine"),
]
# Flowable's older name for decisions stands beside the new one.
for old, prefix in (("decisions", ""), ("decision-tables", "table_")):
    base = f"{REPOSITORY}/{old}"
    urlpatterns += [
        path(base, repository.DecisionListView.as_view(), name=f"{prefix}decisions"),
        path(f"{base}/<str:key>", repository.DecisionView.as_view(), name=f"{prefix}decision"),
        path(
            f"{base}/<str:key>/model",
            repository.DecisionModelView.as_view(),
            name=f"{prefix}decision_model",
        ),
        path(
            f"{base}/<str:key>/resourcedata",
            repository.DecisionResourceView.as_view(),
            name=f"{prefix}decision_resource",
        ),
    ]
