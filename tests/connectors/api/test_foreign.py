"""Clients of OpenText's Decision Service and of Flowable DMN change their base address alone."""

import base64
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from decisions.models import AuditEvent, Decision, Execution, ModelVersion
from decisions.services import stopping
from tests.connectors.api.conftest import key_for
from tests.connectors.prism import SHARED
from tests.connectors.records import NOW
from tests.rules import HERE, person, small_model

pytestmark = pytest.mark.django_db
SCOPES = ("submissions:write", "decisions:read", "drafts:write")
# As the collection of OpenText's own sample sends it.
ASKED = {
    "decisionKey": "required_approvals",
    "inputVariables": [
        {"name": "contract_type", "value": "ca_loan_contract", "type": "string"},
        {"name": "contract_value", "value": 6000, "type": "integer"},
        {"name": "risk_level", "value": 4, "type": "integer"},
    ],
}
ANSWERED = (
    b'{"resultVariables":[[{"name":"required_approval","type":"string","value":"solvency_check"}],'
    b'[{"name":"required_approval","type":"string","value":"line_managers"}]]}'
)


class Foreign:
    """A client with HTTP Basic, as Flowable's are."""

    def __init__(self, *scopes: str, root: str = "/dmn-api") -> None:
        key = key_for(*(scopes or SCOPES), name="BPM")
        pair = f"{key[:14]}:{key[15:]}"
        self.pair, self.root, self.client = pair.split(":"), root, Client()
        self.headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def get(self, path, **query):
        return self.client.get(self._at(path), query, headers=self.headers)

    def post(self, path, body, **headers):
        return self.client.post(
            self._at(path),
            json.dumps(body),
            content_type="application/json",
            headers=self.headers | {k.replace("_", "-"): v for k, v in headers.items()},
        )

    def upload(self, name, content):
        return self.client.post(
            self._at("dmn-repository/deployments"),
            {"file": SimpleUploadedFile(name, content)},
            headers=self.headers,
        )

    def _at(self, path):
        return path if path.startswith("/") else f"{self.root}/{path}"


@pytest.fixture
def approvals():
    return small_model(
        dmn="required_approvals.dmn",
        key="required_approvals",
        name="Required Approvals",
        decision_name="Required Approvals",
        headline={},
        topics={},
    )


@pytest.fixture
def spending():
    return small_model()


@pytest.fixture
def flowable(db):
    return Foreign()


def spend(amount, **more):
    facts = {"id": "REQ-1", "amount": amount, "country": "GB", **more}
    named = [{"name": name, "value": value} for name, value in facts.items()]
    return {"decisionKey": "spending", "inputVariables": named}


def error(answer):
    assert set(answer.json()) == {"statusCode", "errorMessage"}
    assert answer.json()["statusCode"] == answer.status_code
    return answer.status_code, answer.json()["errorMessage"]


def test_the_sample_of_opentext_is_answered_byte_for_byte(approvals, flowable):
    token = flowable.client.post(
        "/tenants/acme/oauth2/token",
        json.dumps(
            {
                "client_id": flowable.pair[0],
                "client_secret": flowable.pair[1],
                "grant_type": "client_credentials",
            }
        ),
        content_type="application/json",
    ).json()["access_token"]
    flowable.headers = {"Authorization": f"Bearer {token}"}
    answer = flowable.post("/decision/v1/execute", ASKED)
    assert (answer.status_code, answer.content) == (200, ANSWERED)
    models = flowable.get(
        "/decision/v1/runtime/decision-models",
        namespace="contract_approval",
        key="required_approvals",
    ).json()
    assert [m["key"] for m in models["data"]] == ["required_approvals"]
    assert models["data"][0]["namespace"] == "contract_approval"


def test_request_and_answer_of_the_documents_are_replayed(approvals, flowable):
    page = SHARED / "opentext.md"
    if not page.is_file():
        pytest.skip("The notes on OpenText's API are kept outside the repository.")
    blocks = re.findall(r"```json\n(.*?)```", page.read_text(), re.DOTALL)
    asked = json.loads(blocks[0].partition("\n")[2])
    answer = flowable.post("/decision/v1/execute", asked)
    assert json.dumps(answer.json()) == json.dumps(json.loads(blocks[1]))


def test_values_are_kept_as_an_execution_and_no_submission(approvals, flowable):
    flowable.post("dmn-rule/execute", ASKED)
    kept = Execution.objects.get()
    assert kept.inputs == {
        "contract_type": "ca_loan_contract",
        "contract_value": 6000,
        "risk_level": 4,
    }
    assert (kept.outputs, kept.rows) == (
        ["solvency_check", "line_managers"],
        [["t1", 1], ["t1", 2]],
    )
    assert not Decision.objects.exists()
    event = AuditEvent.objects.get(kind="execution.evaluated", subject_id=kept.pk)
    assert (event.actor_name, event.detail["output"]) == ("BPM", kept.output_hash)


@pytest.mark.parametrize("root", ["/dmn-api", "/flowable-rest/dmn-api"])
def test_flowable_gets_its_address_and_201(approvals, root):
    answer = Foreign(root=root).post("dmn-rule/execute", ASKED)
    assert answer.status_code == 201
    assert answer.json()["url"] == f"http://127.0.0.1:8000{root}/dmn-rule/execute"


def test_single_result_is_500_when_more_than_one_row_answers(approvals, flowable):
    for act in ("execute", "execute-decision"):
        answer = flowable.post(f"dmn-rule/{act}/single-result", ASKED)
        assert error(answer) == (500, "more than one result in decision: required_approvals")


def test_single_result_is_one_list(approvals, flowable):
    one = {**ASKED, "inputVariables": [*ASKED["inputVariables"][:1], *named(contract_value=1)]}
    one["inputVariables"] += named(risk_level=0)
    answer = flowable.post("dmn-rule/execute/single-result", one)
    assert answer.status_code == 201
    assert answer.json() == {
        "resultVariables": [
            {"name": "required_approval", "type": "string", "value": "solvency_check"}
        ],
        "url": "http://127.0.0.1:8000/dmn-api/dmn-rule/execute/single-result",
    }


def test_no_row_is_an_empty_list(approvals, flowable):
    none = {"decisionKey": "required_approvals"}
    none["inputVariables"] = named(contract_type="other", contract_value=1, risk_level=1)
    assert flowable.post("dmn-rule/execute", none).json()["resultVariables"] == []
    single = flowable.post("dmn-rule/execute/single-result", none)
    assert (single.status_code, single.json()["resultVariables"]) == (201, [])


def named(**values):
    return [{"name": name, "value": value} for name, value in values.items()]


def test_an_outcome_takes_the_straight_path(spending, flowable):
    answer = flowable.post("dmn-rule/execute-decision-service", spend(500))
    assert answer.json()["resultVariables"] == [
        [
            {"name": "outcome", "type": "string", "value": "approve"},
            {"name": "queue", "type": None, "value": None},
            {"name": "reasons", "type": "json", "value": [{"code": "SMALL"}]},
        ]
    ]
    decision = Decision.objects.get()
    assert (decision.settled_by, decision.submission.source) == ("rules", "API: BPM")
    assert [a.topic for a in decision.actions.all()] == ["spending.decided"]
    assert not Execution.objects.exists()


def test_a_review_is_answered_as_a_review(spending, flowable):
    (row,) = flowable.post("/decision/v1/execute", spend(700)).json()["resultVariables"]
    values = {variable["name"]: variable["value"] for variable in row}
    assert (values["outcome"], values["queue"]) == ("review", "finance")


def test_a_stopped_model_answers_with_a_review_or_not_at_all(spending, approvals, flowable):
    lead = person("Ari", "approver", email="ari@example.com")
    for model in (spending, approvals):
        model.refresh_from_db()
        stopping.stop(model, by=lead, reason="Wrong list", now=NOW)
    (row,) = flowable.post("/decision/v1/execute", spend(500)).json()["resultVariables"]
    values = {variable["name"]: variable["value"] for variable in row}
    assert (values["outcome"], values["queue"]) == ("review", "triage")
    assert values["reasons"] == [{"code": "MODEL_STOPPED"}]
    assert error(flowable.post("/decision/v1/execute", ASKED))[0] == 409


def test_a_repeated_call_is_executed_once(approvals, spending, flowable):
    for body, records in ((ASKED, Execution), (spend(500), Decision)):
        first, second = (
            flowable.post("/decision/v1/execute", body, Idempotency_Key=records.__name__)
            for _ in range(2)
        )
        assert first.content == second.content
        assert records.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("integer", 6000, True),
        ("integer", 2**40, False),
        ("long", 2**40, True),
        ("short", 40000, False),
        ("double", 1.5, True),
        ("bigdecimal", "12.50", True),
        ("integer", "6", False),
        ("boolean", 1, False),
        ("made_up", 1, False),
    ],
)
def test_numbers_are_read_by_their_type(approvals, flowable, kind, value, fits):
    variables = [
        *named(contract_type="a", risk_level=1),
        {"name": "contract_value", "type": kind, "value": value},
    ]
    body = {"decisionKey": "required_approvals", "inputVariables": variables}
    answer = flowable.post("dmn-rule/execute", body)
    assert answer.status_code == (201 if fits else 400)
    if not fits:
        assert "contract_value" in error(answer)[1]


def test_what_the_rules_do_not_read_is_left_out(approvals, flowable):
    more = {**ASKED, "inputVariables": [*ASKED["inputVariables"], *named(caseId="1")]}
    assert flowable.post("dmn-rule/execute", more).status_code == 201
    assert "caseId" not in Execution.objects.get().inputs


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, 400, "Decision key is required."),
        ({"decisionKey": "nothing"}, 404, "No decision found for key: nothing"),
        ({**ASKED, "inputVariables": [{"value": 1}]}, 400, "Variable name is required."),
        ({**ASKED, "inputVariables": {}}, 400, "inputVariables is not a list of variables."),
        ({**ASKED, "inputVariables": []}, 400, "contract_type"),
        ({**ASKED, "parentDeploymentId": "x"}, 409, "only live rules decide"),
    ],
)
def test_errors_have_their_shape(approvals, flowable, body, code, words):
    found = error(flowable.post("dmn-rule/execute", body))
    assert found[0] == code
    assert words in found[1]
    assert not Execution.objects.exists()


def test_a_decision_service_is_a_decision_that_reads_others(approvals, flowable):
    answer = flowable.post("dmn-rule/execute-decision-service", ASKED)
    assert error(answer)[0] == 404


def test_a_wrong_secret_is_refused_in_their_shape(approvals, flowable):
    flowable.headers = {"Authorization": "Basic " + base64.b64encode(b"clr_x:y").decode()}
    answer = flowable.get("dmn-repository/decisions")
    assert error(answer)[0] == 401
    assert answer["WWW-Authenticate"] == 'Basic realm="Clearance API"'


def test_history_lists_both_kinds_and_pages(approvals, spending, flowable):
    flowable.post("dmn-rule/execute", spend(500))
    for _ in range(3):
        flowable.post("dmn-rule/execute", ASKED)
    path = "dmn-history/historic-decision-executions"
    page = flowable.get(path, size=2, sort="startTime", order="desc").json()
    assert {name: page[name] for name in ("total", "start", "sort", "order", "size")} == {
        "total": 4,
        "start": 0,
        "sort": "startTime",
        "order": "desc",
        "size": 2,
    }
    last = flowable.get(path, start=3, order="desc").json()["data"]
    assert [row["decisionKey"] for row in last] == ["spending"]
    assert set(last[0]) == {
        *("id", "url", "decisionDefinitionId", "deploymentId", "activityId", "executionId"),
        *("instanceId", "scopeType", "failed", "startTime", "endTime", "tenantId"),
        *("decisionKey", "decisionName", "decisionVersion"),
    }

    def total(**query):
        return flowable.get(path, **query).json()["total"]

    version = str(approvals.versions.get().pk)
    assert total(decisionKey="required_approvals") == 3
    assert total(deploymentId=version, decisionDefinitionId=version) == 3
    assert total(failed="true") == 0
    assert total(processInstanceIdWithChildren="5") == 0
    assert total(id=last[0]["id"]) == 1
    assert total(id="nonsense") == 0
    assert total(tenantId="acme") == 4
    assert error(flowable.get(path, sort="duration"))[0] == 400
    assert error(flowable.get(f"{path}/{version}"))[0] == 404
    assert flowable.get(f"{path}/{last[0]['id']}").json() == last[0]


def test_audit_data_tells_each_rule(approvals, spending, flowable):
    flowable.post("dmn-rule/execute", ASKED)
    path = "dmn-history/historic-decision-executions"
    told = flowable.get(f"{path}/{Execution.objects.get().pk}/auditdata").json()
    assert told["decisionResult"] == [
        {"required_approval": "solvency_check"},
        {"required_approval": "line_managers"},
    ]
    assert (told["hitPolicy"], told["multipleResults"], told["strictMode"]) == (
        "RULE ORDER",
        True,
        True,
    )
    assert [told["ruleExecutions"][n]["valid"] for n in "123"] == [True, True, False]
    assert told["ruleExecutions"]["3"]["conditionResults"][2] == {
        "id": "Risk",
        "result": False,
        "exception": None,
    }
    assert told["inputVariableTypes"]["contract_value"] == "integer"
    flowable.post("dmn-rule/execute", spend(500))
    whole = flowable.get(f"{path}/{Decision.objects.get().pk}/auditdata").json()
    assert list(whole["childDecisionExecutions"]) == ["spend_rules"]


def test_repository_names_versions(approvals, spending, flowable):
    path = "dmn-repository/decisions"
    (row,) = flowable.get(path, key="required_approvals", latest="true").json()["data"]
    version = approvals.versions.get()
    assert row == {
        "id": str(version.pk),
        "url": f"http://127.0.0.1:8000/dmn-api/dmn-repository/decisions/{version.pk}",
        "category": "published",
        "name": "Required Approvals",
        "key": "required_approvals",
        "description": None,
        "version": 1,
        "resourceName": "required_approvals.dmn",
        "deploymentId": str(version.pk),
        "tenantId": "",
        "decisionType": "decision_table",
    }
    assert flowable.get(f"{path}/{version.pk}/resourcedata").text == version.dmn
    assert flowable.get(row["url"].partition("8000")[2] + "/model").json()["decisions"]
    assert flowable.get(path, keyLike="%app%").json()["total"] == 1
    assert flowable.get(path, keyLike="app%").json()["total"] == 0
    assert flowable.get(path).json()["total"] == 2
    old = flowable.get("dmn-repository/decision-tables").json()
    assert old["total"] == 2
    assert error(flowable.get(path, latest="true"))[0] == 400
    assert error(flowable.get(f"{path}/nonsense"))[0] == 404
    place = f"dmn-repository/deployments/{version.pk}"
    assert flowable.get(f"{place}/resourcedata/required_approvals.dmn").text == version.dmn
    assert error(flowable.get(f"{place}/resourcedata/other.dmn"))[0] == 404
    assert flowable.get("dmn-management/engine").json()["name"] == "Clearance"


def test_a_deployment_becomes_a_draft_and_is_not_live(approvals, flowable):
    content = (HERE / "required_approvals.dmn").read_bytes()
    answer = flowable.upload("required_approvals.dmn", content)
    assert answer.status_code == 201
    assert set(answer.json()) == {
        *("id", "name", "deploymentTime", "category", "url", "parentDeploymentId", "tenantId")
    }
    version = ModelVersion.objects.get(pk=answer.json()["id"])
    assert (version.model_id, version.number, version.state) == (approvals.pk, 2, "draft")
    assert flowable.get("dmn-repository/decisions").json()["total"] == 1
    assert flowable.get("dmn-repository/deployments", category="draft").json()["total"] == 1


def test_a_deployment_of_something_new_makes_a_model(approvals, flowable):
    content = (
        (HERE / "required_approvals.dmn")
        .read_bytes()
        .replace(b'"required_approvals"', b'"travelApprovals"')
    )
    assert flowable.upload("travel.dmn", content).status_code == 201
    version = ModelVersion.objects.get(model__key="travelapprovals")
    assert (version.state, version.model.fallback_queue) == ("draft", "triage")


@pytest.mark.parametrize("name", ["rules.bar", "rules.zip"])
def test_other_files_are_refused(approvals, flowable, name):
    assert error(flowable.upload(name, b"x")) == (400, "File must be of type .dmn")


def test_what_is_no_dmn_is_refused(approvals, flowable):
    assert error(flowable.upload("a.dmn", b"<html/>"))[0] == 400
    assert ModelVersion.objects.count() == 1
