"""Every address is walked as every role: who may open it, who may act, and nobody else."""

import io
import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from connectors.enums import Scope
from connectors.models import Delivery, Payload, WatchedFeed
from connectors.services import api_keys, comparing, configuration, dispatch, imports
from decisions import events
from decisions.enums import EventKind, Role
from decisions.events import SYSTEM
from decisions.ids import new_id
from decisions.models import AuditEvent, Proposal
from decisions.services import (
    challenging,
    commenting,
    drafting,
    guarding,
    intake,
    simulation,
    testing,
)
from reviews.services import queues, routing
from tests.rules import FACTS, NOW, person, proposed, small_model

pytestmark = pytest.mark.django_db

READERS = {"rule_author", "approver", "reviewer", "lead", "auditor", "admin"}
WORKERS = {"reviewer", "lead"}
AUDIT = {"auditor", "admin"}
TRAVELLERS = {"rule_author", "approver", "auditor"}
QUEUE_KEEPERS = {"lead", "admin"}
OUTGOING = {"lead", "auditor", "admin"}
ADMIN = {"admin"}
COMPARERS = {"approver", "admin"}
GUARDS = {"rule_author", "approver", "admin"}
LOOSENERS = GUARDS - {"rule_author"}
TABLE_EDITORS = {"rule_author", "admin"}
SIGNED_IN = READERS | {"integration"}

# Address name → who may GET it, who may POST to it; nobody (an empty set) means the method is not
# offered. An address that is missing here fails the test.
PAGES: dict[str, tuple[set[str], set[str]]] = {
    "home": (SIGNED_IN, set()),  # Says whom to ask to those without a role.
    "decisions:submission_list": (READERS, set()),
    "decisions:submission": (READERS, set()),
    "decisions:decision_list": (READERS, set()),
    "decisions:decision": (READERS, set()),
    "decisions:decision_again": (TRAVELLERS, set()),
    "decisions:time_machine": (TRAVELLERS, TRAVELLERS),
    "decisions:rule_base": (TRAVELLERS, set()),
    "decisions:rule_base_zip": (TRAVELLERS, set()),
    "decisions:model_list": (READERS, set()),
    "decisions:model": (READERS, set()),
    "decisions:model_version": (READERS, set()),
    "decisions:model_version_dmn": (READERS, set()),
    "decisions:model_version_otdt": (READERS, set()),
    "decisions:model_new": ({"rule_author"}, {"rule_author"}),
    "decisions:draft_start": (READERS, {"rule_author"}),
    "decisions:draft_discard": (set(), {"rule_author"}),
    "decisions:draft_take_back": (set(), {"rule_author"}),
    "decisions:draft_life": (READERS, set()),
    "decisions:challengers": (READERS, {"rule_author", "approver"}),
    "decisions:challenger_result": (READERS, set()),
    "decisions:challenger_share": (set(), {"approver"}),
    "decisions:challenger_end": (set(), {"rule_author", "approver"}),
    "decisions:draft": (READERS, set()),
    "decisions:draft_graph": (READERS, set()),
    "decisions:draft_decision": (READERS, {"rule_author"}),
    "decisions:draft_decision_remove": (set(), {"rule_author"}),
    "decisions:draft_add_table": ({"rule_author"}, {"rule_author"}),
    "decisions:draft_inputs": (READERS, set()),
    "decisions:draft_add_input": ({"rule_author"}, {"rule_author"}),
    "decisions:draft_input": (READERS, {"rule_author"}),
    "decisions:draft_input_remove": (set(), {"rule_author"}),
    "decisions:draft_table_settings": (READERS, {"rule_author"}),
    "decisions:draft_table_rows": (READERS, set()),
    "decisions:draft_row_new": (set(), {"rule_author"}),
    "decisions:draft_row": (READERS, {"rule_author"}),
    "decisions:draft_table": (READERS, set()),
    "decisions:draft_rows": (READERS, set()),
    "decisions:draft_problems": (READERS, set()),
    "decisions:draft_cure": (set(), {"rule_author"}),
    "decisions:draft_reading": (READERS, set()),
    "decisions:draft_operations": (set(), {"rule_author"}),
    "decisions:draft_undo": (set(), {"rule_author"}),
    "decisions:draft_redo": (set(), {"rule_author"}),
    "decisions:version_impact": (READERS, {"rule_author", "approver", "admin"}),
    "decisions:impact": (READERS, set()),
    "decisions:impact_again": (set(), {"rule_author", "approver", "admin"}),
    "decisions:impact_stop": (set(), {"rule_author", "approver", "admin"}),
    "decisions:impact_export": (READERS, set()),
    "reviews:impact_hours": (READERS, set()),
    "decisions:draft_cell": (set(), {"rule_author"}),
    "decisions:draft_look": (set(), READERS),
    "decisions:draft_completions": (READERS, set()),
    "decisions:table_comments": (READERS, set()),
    "decisions:row_comments": (READERS, {"rule_author", "approver"}),
    "decisions:row_comment_resolve": (set(), {"rule_author", "approver"}),
    "decisions:version_tests": (READERS, set()),
    "decisions:version_tests_file": (READERS, set()),
    "decisions:version_tests_import": (set(), {"rule_author"}),
    "decisions:table_coverage": (READERS, set()),
    "decisions:rule_test": (READERS, set()),
    "decisions:rule_test_new": ({"rule_author"}, {"rule_author"}),
    "decisions:rule_test_edit": ({"rule_author"}, {"rule_author"}),
    "decisions:rule_test_remove": (set(), {"rule_author"}),
    "decisions:rule_test_accept": (set(), {"rule_author"}),
    "decisions:decision_test": ({"rule_author"}, set()),
    "decisions:table_csv": (READERS, set()),
    "decisions:model_from_dmn": ({"rule_author"}, {"rule_author"}),
    "decisions:model_import": ({"rule_author"}, {"rule_author"}),
    "decisions:version_problems": (READERS, set()),
    "decisions:table_xlsx": (READERS, set()),
    "decisions:version_xlsx": (READERS, set()),
    "decisions:version_import": ({"rule_author"}, {"rule_author"}),
    "decisions:version_import_apply": (set(), {"rule_author"}),
    "decisions:changes": (READERS, set()),
    "decisions:version_changes": (READERS, set()),
    "decisions:version_propose": (set(), {"rule_author"}),
    "decisions:version_publish": (set(), {"approver"}),
    "decisions:version_roll_back": (set(), {"approver"}),
    "decisions:proposal_approve": (set(), {"approver"}),
    "decisions:proposal_return": (set(), {"approver"}),
    "decisions:proposal_withdraw": (set(), {"rule_author"}),
    "decisions:model_stop": (set(), {"approver", "lead", "admin"}),
    "decisions:model_resume": (set(), {"approver", "lead", "admin"}),
    "decisions:model_approvals": (ADMIN, ADMIN),
    "decisions:guardrail_list": (READERS, set()),
    "decisions:guardrail_new": (GUARDS, GUARDS),
    "decisions:guardrail": (READERS, set()),
    "decisions:guardrail_edit": (LOOSENERS, LOOSENERS),
    "decisions:guardrail_retire": (set(), LOOSENERS),
    "decisions:reference_table_list": (READERS, set()),
    "decisions:reference_table": (READERS, set()),
    "decisions:reference_table_edit": (TABLE_EDITORS, TABLE_EDITORS),
    "decisions:reference_table_rows": (TABLE_EDITORS, TABLE_EDITORS),
    "decisions:reference_table_version": (READERS, set()),
    "decisions:reference_table_csv": (READERS, set()),
    "decisions:reference_table_new": (TABLE_EDITORS, TABLE_EDITORS),
    "decisions:reference_table_import": (TABLE_EDITORS, TABLE_EDITORS),
    "decisions:reference_table_in_force": (set(), TABLE_EDITORS),
    "decisions:reference_table_take_back": (set(), TABLE_EDITORS),
    "decisions:reference_table_impact": (set(), {"rule_author", "approver", "admin"}),
    "decisions:audit": (AUDIT, set()),
    "decisions:audit_check": (set(), AUDIT),
    "decisions:audit_export": (AUDIT, set()),
    "decisions:audit_event": (AUDIT, set()),
    "decisions:people": (ADMIN, set()),
    "decisions:invite": (ADMIN, ADMIN),
    "decisions:person": (ADMIN, ADMIN),
    "reviews:board": (READERS, set()),
    "reviews:queue": (READERS, set()),
    "reviews:queue_settings": (QUEUE_KEEPERS, QUEUE_KEEPERS),
    "reviews:queue_reason_codes": (set(), QUEUE_KEEPERS),
    "reviews:queue_pause": (set(), QUEUE_KEEPERS),
    "reviews:calendar": (QUEUE_KEEPERS, QUEUE_KEEPERS),
    "reviews:my_work": (WORKERS, set()),
    "reviews:take_next": (set(), WORKERS),
    "reviews:item": (READERS, set()),
    "reviews:claim": (set(), WORKERS),
    "reviews:renew": (set(), WORKERS),
    "reviews:release": (set(), WORKERS),
    "reviews:move": (set(), WORKERS),
    "reviews:verdict": (set(), WORKERS),
    "connectors:connector_list": (READERS, set()),
    "connectors:connector": (READERS, set()),
    "connectors:connector_create": (ADMIN, ADMIN),
    "connectors:connector_edit": (ADMIN, ADMIN),
    "connectors:feed_list": (READERS, set()),
    "connectors:feed_change": (set(), ADMIN),
    "connectors:mapping_list": (READERS, set()),
    "connectors:mapping_edit": (ADMIN, ADMIN),
    "connectors:payload_list": (OUTGOING, set()),
    "connectors:import_list": (OUTGOING, QUEUE_KEEPERS),
    "connectors:import": (OUTGOING, set()),
    "connectors:import_table": (OUTGOING, set()),
    "connectors:import_start": (set(), QUEUE_KEEPERS),
    "connectors:import_stop": (set(), QUEUE_KEEPERS),
    "connectors:import_go_on": (set(), QUEUE_KEEPERS),
    "connectors:import_drop": (set(), QUEUE_KEEPERS),
    "connectors:import_rejected": (OUTGOING, set()),
    "connectors:import_results": (OUTGOING, set()),
    "connectors:payload_again": (set(), ADMIN),
    "connectors:connector_sign_in": (ADMIN, set()),
    "connectors:connector_sign_out": (set(), ADMIN),
    "connectors:connector_disconnect": (set(), ADMIN),
    "connectors:signed_in": (ADMIN, set()),
    "connectors:connector_pause": (set(), ADMIN),
    "connectors:connector_resume": (set(), ADMIN),
    "connectors:connector_test": (set(), ADMIN),
    "connectors:connector_secret": (set(), ADMIN),
    "connectors:comparison_list": (COMPARERS, COMPARERS),
    "connectors:comparison": (COMPARERS, set()),
    "connectors:comparison_csv": (COMPARERS, set()),
    "connectors:comparison_act": (set(), COMPARERS),
    "connectors:delivery_list": (OUTGOING, set()),
    "connectors:delivery": (OUTGOING, set()),
    "connectors:roll_back": (set(), ADMIN),
    "connectors:resend": (set(), ADMIN),
    "connectors:resend_dead": (set(), ADMIN),
    "connectors:api_key_list": (ADMIN, ADMIN),
    "connectors:api_key_revoke": (set(), ADMIN),
}

EXECUTING = ("submissions:write", "decisions:read")
FLOWABLE: dict[str, dict[str, str | tuple[str, ...]]] = {
    "deployments": {"GET": "decisions:read", "POST": "drafts:write"},
    **{
        name: {"GET": "decisions:read"}
        for name in (
            *("deployment", "deployment_resource", "engine"),
            *("decisions", "decision", "decision_model", "decision_resource"),
            *("table_decisions", "table_decision", "table_decision_model"),
            *("table_decision_resource", "executions", "execution", "auditdata"),
        )
    },
    **{
        f"execute{kind}": {"POST": EXECUTING}
        for kind in (
            *("", "_single", "_decision", "_decision_single", "_service", "_service_single"),
        )
    },
}
API: dict[str, dict[str, str | tuple[str, ...]]] = {
    "api:submissions": {"GET": "submissions:read", "POST": "submissions:write"},
    "api:submission_batch": {"POST": "submissions:write"},
    "api:submission": {"GET": "submissions:read"},
    "api:decisions": {"GET": "decisions:read"},
    "api:decision": {"GET": "decisions:read"},
    "api:webhooks": {"GET": "webhooks:write", "POST": "webhooks:write"},
    "api:webhook": {"GET": "webhooks:write", "DELETE": "webhooks:write"},
    "api:me": {"GET": ()},
    "api:deliveries": {"GET": "deliveries:write"},
    "api:delivery": {"GET": "deliveries:write"},
    "api:resend": {"POST": "deliveries:write"},
    "opentext_execute": {"POST": EXECUTING},
    "opentext_models": {"GET": "decisions:read"},
    **{f"{root}:{name}": rule for root in ("dmn", "flowable") for name, rule in FLOWABLE.items()},
}

# Open to everybody by design, or the library's own pages behind its own sign-in.
ELSEWHERE = ("account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_", "admin:")
# Tokens are given to whoever shows a client id and its secret; tests/connectors/api has both sides.
OPEN = {"theme", "api:health", "api:schema", "api:docs", "oauth_token", "tenant_token", "inbound"}


def addresses(resolver=None, space=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern, inner)
        elif pattern.name:
            yield space + pattern.name


@pytest.fixture
def records(monkeypatch, settings, tmp_path):
    """One of everything, by the name that addresses call it."""
    monkeypatch.setattr(events, "send", lambda *_: None)
    settings.UPLOADS_DIR = tmp_path
    model = small_model()
    model.refresh_from_db()
    calendar = queues.create_calendar(
        key="london",
        name="London",
        time_zone="Europe/London",
        weekly_hours={"mon": [["09:00", "17:00"]]},
        holidays=[],
        by=None,
        actor=SYSTEM,
        now=NOW,
    )
    queue = queues.create_queue(
        key="finance",
        name="Finance",
        first_response_minutes=60,
        decision_minutes=240,
        by=None,
        actor=SYSTEM,
        now=NOW,
    )
    connector = configuration.create(
        key="box", name="Box", kind="sandbox", settings={}, topics=["*"], author=None, now=NOW
    )

    payload = Payload.objects.create(
        id=new_id(NOW), connector=connector, message_id="m1", content={}, received_at=NOW
    )

    upload = imports.take_in(
        imports.source_for(person("Uma", Role.ADMIN), now=NOW),
        model,
        name="people.csv",
        content=io.BytesIO(b"id,amount,country\nREQ-9,5,GB\n"),
        size=30,
        author=person("Ulf", Role.ADMIN),
        now=NOW,
    )

    def decide(**facts):
        return intake.submit_and_decide(
            model.key, {**FACTS, **facts}, evidence={}, source="t", actor=SYSTEM, now=NOW
        )

    waiting, settled = decide(amount=700), decide()
    (item,) = routing.open_item([event_id(EventKind.DECISION_NEEDS_REVIEW, waiting)], now=NOW)
    dispatch.dispatch([event_id(EventKind.DECISION_SETTLED, settled)], now=NOW)
    report = simulation.ask(
        model.live_version,
        since=NOW - timedelta(days=1),
        until=NOW + timedelta(days=1),
        by=person("Ines", Role.RULE_AUTHOR),
        now=NOW,
    )
    comment = commenting.comment_on(
        model.versions.get(),
        table_id="spend_table",
        row_id="rule1",
        text="Why?",
        author=report.requested_by,
        now=NOW,
    )
    first = {"slug": model.key, "number": 1}
    draft = drafting.start_draft(
        model, based_on=model.live_version, author=report.requested_by, note="", now=NOW
    )
    rule_test = testing.create(
        draft,
        name="Small ones",
        facts=FACTS,
        expected={"outcome": "approve"},
        author=report.requested_by,
        reason="",
        now=NOW,
    )
    rail = guarding.create(
        model,
        name="Never route",
        applies="true",
        forbidden='outcome = "route"',
        basis="",
        author=report.requested_by,
        reason="Law",
        now=NOW,
    )
    shadow = challenging.start(
        proposed(model), mode="shadow", by=report.requested_by, reason="Try", now=NOW
    )
    decision_service = configuration.create(
        key="ods",
        name="Decision Service",
        kind="opentext",
        settings={"region": "na-1", "tenant": "acme", "client_id": "a"},
        credentials={"client_secret": "b"},
        topics=[],
        author=None,
        now=NOW,
    )
    comparison = comparing.start(
        decision_service, model, remote_key="", most=2, author=report.requested_by, now=NOW
    )
    robot = person("Robot", Role.INTEGRATION)
    key, _ = api_keys.create(
        name="Robot",
        scopes=["decisions:read"],
        user=robot,
        creator=None,
        actor=SYSTEM,
        expires_at=None,
        now=NOW,
    )
    feed = WatchedFeed.objects.create(
        id=new_id(NOW), address="https://feeds.example/a", address_hash="a", created_at=NOW
    )
    return {
        "decisions:submission": {"submission_id": settled.submission_id},
        "decisions:decision": {"decision_id": settled.pk},
        "decisions:decision_again": {"decision_id": settled.pk},
        "decisions:model": {"slug": model.key},
        "decisions:model_version": {"slug": model.key, "number": 1},
        "decisions:model_version_dmn": {"slug": model.key, "number": 1},
        "decisions:model_version_otdt": {"slug": model.key, "number": 1},
        "decisions:draft_start": {"slug": model.key},
        **{f"decisions:version_{act}": first for act in ("changes", "propose", "publish")},
        "decisions:version_roll_back": first,
        **{
            f"decisions:proposal_{act}": {"pk": Proposal.objects.get(state="open").pk}
            for act in ("approve", "return", "withdraw")
        },
        **{
            f"decisions:model_{act}": {"slug": model.key} for act in ("stop", "resume", "approvals")
        },
        **{
            f"decisions:draft{name}": {"slug": model.key, "number": 1}
            for name in ("", "_life", "_look", "_operations", "_undo", "_redo")
        },
        **{
            f"decisions:draft_{name}": first
            for name in ("graph", "add_table", "inputs", "add_input", "discard", "take_back")
        },
        **{
            f"decisions:draft_input{name}": {**first, "path": "country"} for name in ("", "_remove")
        },
        **{
            f"decisions:draft_decision{name}": {**first, "decision_id": "spend_rules"}
            for name in ("", "_remove")
        },
        **{
            f"decisions:draft_{name}": {"slug": model.key, "number": 1, "table_id": "spend_table"}
            for name in (
                *("table", "rows", "problems", "reading"),
                *("table_settings", "table_rows", "row_new"),
            )
        },
        "decisions:draft_row": {**first, "table_id": "spend_table", "row_id": "rule1"},
        **{
            f"decisions:rule_test{act}": {"pk": rule_test.pk}
            for act in ("", "_edit", "_remove", "_accept")
        },
        "decisions:draft_cure": {**first, "table_id": "spend_table", "key": "none"},
        "decisions:version_tests_file": {**first, "kind": "csv"},
        "decisions:table_coverage": {**first, "table_id": "spend_table"},
        "decisions:challengers": {"slug": model.key},
        **{
            f"decisions:challenger_{name}": {"pk": shadow.pk} for name in ("result", "share", "end")
        },
        "decisions:version_impact": {"slug": model.key, "number": 1},
        "decisions:impact": {"pk": report.pk},
        "decisions:impact_again": {"pk": report.pk},
        "decisions:impact_stop": {"pk": report.pk},
        "decisions:impact_export": {"pk": report.pk},
        "reviews:impact_hours": {"pk": report.pk},
        "decisions:table_comments": {**first, "table_id": "spend_table"},
        "decisions:row_comments": {**first, "table_id": "spend_table", "row_id": "rule1"},
        "decisions:row_comment_resolve": {
            **first,
            "table_id": "spend_table",
            "row_id": "rule1",
            "comment_id": comment.pk,
        },
        **{f"decisions:guardrail{name}": {"pk": rail.pk} for name in ("", "_edit", "_retire")},
        **{
            f"decisions:table_{kind}": {**first, "table_id": "spend_table"}
            for kind in ("csv", "xlsx")
        },
        **{
            f"decisions:version_{name}": first
            for name in ("xlsx", "import", "import_apply", "problems")
        },
        "decisions:model_import": {"slug": model.key},
        "decisions:reference_table": {"slug": "limits"},
        "decisions:reference_table_edit": {"slug": "limits"},
        "decisions:reference_table_rows": {"slug": "limits"},
        **{
            f"decisions:reference_table_{name}": {"slug": "limits", "number": 1}
            for name in ("version", "csv", "in_force", "take_back", "impact")
        },
        "decisions:reference_table_import": {"slug": "limits"},
        "reviews:calendar": {"key": calendar.key},
        "decisions:audit_event": {"pk": AuditEvent.objects.first().pk},
        "decisions:person": {"pk": robot.pk},
        "reviews:queue": {"key": queue.key},
        "reviews:item": {"item_id": item.pk},
        "connectors:connector": {"key": connector.key},
        "connectors:feed_change": {"feed_id": feed.pk},
        "connectors:connector_create": {"kind": "webhook"},
        "connectors:comparison_list": {"key": decision_service.key},
        **{
            f"connectors:comparison{part}": {"comparison_id": comparison.pk}
            for part in ("", "_csv", "_act")
        },
        "connectors:delivery": {"delivery_id": Delivery.objects.get().pk},
        "connectors:mapping_edit": {"key": connector.key, "slug": model.key},
        **{
            f"connectors:import{act}": {"pk": upload.pk}
            for act in ("", "_start", "_stop", "_go_on", "_drop", "_rejected")
        },
        "connectors:import_results": {"pk": upload.pk, "kind": "csv"},
        "connectors:import_table": {"key": "consent"},
        "connectors:payload_again": {"payload_id": payload.pk},
        "connectors:roll_back": {"delivery_id": Delivery.objects.get().pk},
        "connectors:resend_dead": {"key": connector.key},
        "connectors:api_key_revoke": {"key_id": key.pk},
        "api:submission": {"submission_id": settled.submission_id},
        "api:decision": {"decision_id": settled.pk},
        "api:webhook": {"webhook_id": connector.pk},
        "api:delivery": {"delivery_id": Delivery.objects.get().pk},
        **{
            f"{root}:{name}": {"key": str(found)}
            for root in ("dmn", "flowable")
            for name, found in {
                "deployment": model.live_version_id,
                **{
                    f"{old}decision{part}": model.live_version_id
                    for old in ("", "table_")
                    for part in ("", "_model", "_resource")
                },
                "execution": settled.pk,
                "auditdata": settled.pk,
            }.items()
        },
        **{
            f"{root}:deployment_resource": {
                "key": str(model.live_version_id),
                "name": "spending.dmn",
            }
            for root in ("dmn", "flowable")
        },
    }


def event_id(kind, subject):
    return AuditEvent.objects.get(kind=kind, subject_id=subject.pk).pk


def address(name, records):
    """Find the record an address is about by trying those of its own app."""
    space = name.partition(":")[0]
    for kwargs in [
        records.get(name),
        None,
        *(v for k, v in records.items() if k.startswith(f"{space}:")),
    ]:
        try:
            return reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
    raise AssertionError(f"No record fits the address {name}; add one to `records`.")


def signed_in(role):
    client = Client(raise_request_exception=True)
    client.force_login(person(f"Test {role}", role))
    return client


def test_every_address_has_its_rule():
    ours = {n for n in addresses() if not n.startswith(ELSEWHERE) and n not in OPEN}
    assert ours == PAGES.keys() | API.keys()


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_page_lets_in_exactly_its_roles(role, records):
    client = signed_in(role)
    wrong = []
    for name, (readers, actors) in PAGES.items():
        url = address(name, records)
        for method, allowed in (("get", readers), ("post", actors)):
            with transaction.atomic():  # Acts of one page must not change the next.
                code = getattr(client, method)(url).status_code
                transaction.set_rollback(True)
            let_in = code not in {403, 405}
            if let_in != (role in allowed) or (not allowed and code not in {403, 405}):
                wrong.append(f"{role} {method.upper()} {name}: {code}")
            if code >= 500:
                wrong.append(f"{role} {method.upper()} {name} broke: {code}")
    assert wrong == []


def test_nobody_without_a_role_sees_a_page(records):
    client = signed_in("nothing")
    for name, (readers, _) in PAGES.items():
        if readers and name != "home":
            assert (name, client.get(address(name, records)).status_code) == (name, 403)


def test_strangers_are_sent_to_sign_in(records):
    client = Client()
    for name, (readers, actors) in PAGES.items():
        answer = (
            client.get(address(name, records)) if readers else client.post(address(name, records))
        )
        assert (name, answer.status_code) == (name, 302)
        assert answer["Location"].startswith(reverse("account_login"))
        assert readers or actors


def test_people_switched_off_are_strangers(records):
    somebody = person("Off Switch", "admin")
    client = Client()
    client.force_login(somebody)
    somebody.is_active = False
    somebody.save()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("scopes", [*((scope.value,) for scope in Scope), EXECUTING])
def test_every_api_call_lets_in_exactly_its_scopes(scopes, records):
    robot = person(f"Robot {scopes[-1]}", Role.INTEGRATION)
    _, secret = api_keys.create(
        name=scopes[0],
        scopes=scopes,
        user=robot,
        creator=None,
        actor=SYSTEM,
        expires_at=None,
        now=NOW,
    )
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    for name, methods in API.items():
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            answer = client.generic(
                method, address(name, records), json.dumps({}), content_type="application/json"
            )
            if method not in methods:
                assert (name, method, answer.status_code) in {
                    (name, method, 403),
                    (name, method, 405),
                }
            else:
                let_in = answer.status_code != 403
                needed = methods[method]
                enough = (
                    {needed} <= {*scopes} if isinstance(needed, str) else {*needed} <= {*scopes}
                )
                assert (name, method, let_in) == (name, method, enough)


def test_api_refuses_strangers_and_sessions(records):
    browser = signed_in("admin")
    for name, methods in API.items():
        for method in methods:
            for client in (Client(), browser):
                answer = client.generic(method, address(name, records))
                assert (name, answer.status_code) == (name, 401)


def test_groups_of_the_migration_are_the_roles():
    assert set(Group.objects.values_list("name", flat=True)) == {role.value for role in Role}
