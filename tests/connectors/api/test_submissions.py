"""Submissions by API: taken, decided, repeated, refused with what is wrong."""

import io
import json
import threading

import pytest
from django.db import connection
from django.test import Client

from connectors.models import InboundMessage
from decisions.models import AuditEvent, Decision, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spending")]

FACTS = {"id": "REQ-1", "amount": 500, "country": "GB"}
BODY = {"model": "spending", "facts": FACTS}


def test_submission_is_taken_and_has_an_address(caller, messages):
    answer = caller.post("submissions", BODY)
    assert answer.status_code == 202
    submission = Submission.objects.get()
    body = answer.json()
    assert answer["Location"] == f"http://127.0.0.1:8000/api/v1/submissions/{submission.pk}"
    assert (body["id"], body["state"], body["decision"]) == (str(submission.pk), "received", None)
    assert submission.facts == FACTS
    event = AuditEvent.objects.get(kind="submission.received")
    assert (event.actor_kind, event.actor_name) == ("api_key", "CRM, live")


def test_caller_who_waits_gets_the_decision(caller):
    answer = caller.post("submissions", BODY, Prefer="wait=5")
    assert answer.status_code == 201
    assert answer["Preference-Applied"] == "wait=5"
    decision = answer.json()["decision"]
    assert (decision["outcome"], decision["reasons"]) == ("approve", ["SMALL"])
    assert decision["settled_by"] == "rules"
    assert Decision.objects.get().outcome == "approve"


@pytest.mark.parametrize(
    ("prefer", "code"),
    [
        ("wait=5", 201),
        ("respond-async, wait=10", 201),
        ('wait="3"', 201),
        ("wait=0", 202),
        ("respond-async", 202),
        ("waits=5", 202),
        ("wait=x", 202),
    ],
)
def test_preference_is_read(caller, prefer, code):
    assert caller.post("submissions", BODY, Prefer=prefer).status_code == code


def test_repetition_gets_the_first_answer_again(caller):
    first = caller.post("submissions", BODY, Idempotency_Key="order-1", Prefer="wait=5")
    again = caller.post("submissions", BODY, Idempotency_Key="order-1", Prefer="wait=5")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert Submission.objects.count() == 1


def test_key_used_for_another_body_is_refused(caller):
    caller.post("submissions", BODY, Idempotency_Key="order-1")
    other = {**BODY, "facts": {**FACTS, "amount": 600}}
    answer = caller.post("submissions", other, Idempotency_Key="order-1")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:clearance:problem:key-reused"
    assert Submission.objects.count() == 1


def test_key_of_one_caller_is_not_the_key_of_another(caller, caller_with):
    other = caller_with("submissions:write")
    caller.post("submissions", BODY, Idempotency_Key="order-1")
    answer = other.post("submissions", {**BODY, "facts": {**FACTS, "amount": 1}},
                        Idempotency_Key="order-1")  # fmt: skip
    assert answer.status_code == 202
    assert Submission.objects.count() == 2


def test_refused_request_leaves_its_key_free(caller):
    bad = {"model": "spending", "facts": {"id": "REQ-1"}}
    assert caller.post("submissions", bad, Idempotency_Key="order-1").status_code == 422
    assert caller.post("submissions", BODY, Idempotency_Key="order-1").status_code == 202


def test_faults_of_facts_name_field_rule_and_hint(caller):
    facts = {"id": "REQ-1", "amount": -5, "country": "XX", "colour": "red"}
    answer = caller.post("submissions", {"model": "spending", "facts": facts})
    assert answer.status_code == 422
    body = answer.json()
    assert body["status"] == 422
    assert {error["field"] for error in body["errors"]} == {"/amount", "/country", "/colour"}
    assert all(error["rule"] and error["message"] and error["hint"] for error in body["errors"])
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, [""]),
        ([], [""]),
        ("text", [""]),
        (None, [""]),
        ({"facts": FACTS}, ["/model"]),
        ({"model": "spending"}, ["/facts"]),
        ({"model": "spending", "facts": []}, ["/facts"]),
        ({"model": 5, "facts": FACTS}, ["/model"]),
        ({**BODY, "extra": 1}, ["/extra"]),
    ],
)
def test_envelope_of_the_wrong_form_is_refused(caller, body, fields):
    answer = caller.post("submissions", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == fields


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"model": "spending", "facts": {"a": 1, "a": 2}}', "duplicate-key"),
        (b'{"model": "spending", "facts": {"a": NaN}}', "not-a-number"),
        (b'{"model": "spending", "facts": {"a": "\\u0000"}}', "nul-character"),
        (b'{"model": "spending", "facts": {"a": "\\ud800"}}', "lone-surrogate"),
        (b'{"model": "spending", "facts": {"a": 1e999}}', "number-out-of-range"),
        (b'{"model": "spending", "facts": ' + b"[" * 60 + b"]" * 60 + b"}", "too-deep"),
        (b'{"model": "spending"', "not-json"),
        (b"\xff\xfe", "not-utf8"),
    ],
)
def test_unreadable_body_is_refused_as_a_problem(caller, content, code):
    answer = caller.post("submissions", content=content)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:clearance:problem:{code}"
    assert body["hint"] != ""


def test_body_of_two_mebibytes_is_refused(caller):
    content = b'{"model": "spending", "facts": {"id": "' + b"x" * 2 * 1024 * 1024 + b'"}}'
    answer = caller.post("submissions", content=content)
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:clearance:problem:body-too-large"
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(("size", "code"), [(10, 202), (2 * 1024 * 1024, 413)])
def test_chunked_body_is_read_and_limited_too(caller, size, code):
    body = json.dumps({"model": "spending", "facts": {**FACTS, "id": "x" * size}}).encode()
    answer = Client().generic(
        "POST",
        "/api/v1/submissions",
        headers={"Authorization": f"Bearer {caller.token}", "Transfer-Encoding": "chunked"},
        **{
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "",
        },
    )
    assert answer.status_code == code


class BrokenInput(io.RawIOBase):
    """The input of a server that finds chunks which are none."""

    def read(self, size: int = -1) -> bytes:
        raise RuntimeError("Invalid chunk size")


def test_broken_chunks_are_refused_and_cost_strangers_nothing(caller):
    def send(token):
        return Client().generic(
            "POST",
            "/api/v1/submissions",
            headers={"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"},
            **{
                "CONTENT_TYPE": "application/json",
                "wsgi.input": BrokenInput(),
                "wsgi.input_terminated": True,
                "CONTENT_LENGTH": "",
            },
        )

    answer = send(caller.token)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (400, "broken_chunks")
    assert send("clr_unknown").status_code == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "FOO"])
def test_a_method_that_is_not_offered_is_not_called_a_missing_scope(caller, method):
    answer = Client().generic(
        method, "/api/v1/submissions", headers={"Authorization": f"Bearer {caller.token}"}
    )
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"


def test_answer_to_a_batch_of_faults_stays_small(caller):
    batch = [{f"field{n}": 1 for n in range(60)}] * 1000
    answer = caller.post("submissions:batch", {"model": "spending", "submissions": batch})
    assert answer.status_code == 422
    assert sum(len(result["errors"]) for result in answer.json()["results"]) < 6000
    assert all(result["errors"] for result in answer.json()["results"])


def test_other_content_type_is_refused(caller):
    answer = caller.post("submissions", content=b"a=1", kind="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert "application/json" in answer.json()["hint"]


def test_unknown_model_is_refused_by_name(caller):
    answer = caller.post("submissions", {"model": "nothing" * 1000, "facts": {}})
    assert answer.status_code == 422
    assert "nothing" in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "/model"
    assert len(answer.content) < 1000


def test_answer_to_thousands_of_faults_stays_small(caller):
    facts = FACTS | {f"field{number}": 1 for number in range(5000)}
    answer = caller.post("submissions", {"model": "spending", "facts": facts})
    assert answer.status_code == 422
    assert "5000 faults" in answer.json()["detail"]
    assert len(answer.json()["errors"]) == 100


def test_batch_has_one_answer_for_each(caller):
    batch = [FACTS, {"id": "REQ-2"}, {**FACTS, "id": "REQ-3"}, "text"]
    answer = caller.post("submissions:batch", {"model": "spending", "submissions": batch})
    assert answer.status_code == 202
    body = answer.json()
    assert (body["accepted"], body["refused"]) == (2, 2)
    assert [result["accepted"] for result in body["results"]] == [True, False, True, False]
    assert body["results"][1]["errors"][0]["field"] in {"/amount", "/country"}
    assert Submission.objects.count() == 2


def test_batch_is_one_message_for_workers(caller, messages, django_capture_on_commit_callbacks):
    batch = [{**FACTS, "id": f"REQ-{n}"} for n in range(50)]
    with django_capture_on_commit_callbacks(execute=True):
        caller.post("submissions:batch", {"model": "spending", "submissions": batch})
    assert [(name, len(ids)) for name, ids in messages] == [("decisions.tasks.evaluate", 50)]


def test_lines_are_taken_one_by_one(caller):
    lines = [json.dumps(FACTS), "", '{"id": NaN}', json.dumps({**FACTS, "id": "REQ-2"}), "[1]"]
    answer = caller.post(
        "submissions:batch?model=spending",
        content="\n".join(lines).encode(),
        kind="application/x-ndjson",
    )
    assert answer.status_code == 202
    results = answer.json()["results"]
    assert [result["accepted"] for result in results] == [True, False, True, False]
    assert results[1]["errors"][0]["field"] == "line 3, NaN"


def test_batch_without_anything_valid_is_refused_with_all_answers(caller):
    body = {"model": "spending", "submissions": [{}, {}]}
    answer = caller.post("submissions:batch", body)
    assert answer.status_code == 422
    assert answer.json()["refused"] == 2


@pytest.mark.parametrize("count", [0, 1001])
def test_batch_of_the_wrong_size_is_refused(caller, count):
    batch = [{}] * count
    answer = caller.post("submissions:batch", {"model": "spending", "submissions": batch})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "/submissions"


def test_batch_is_repeated_like_a_single_one(caller):
    body = {"model": "spending", "submissions": [FACTS, {}]}
    first = caller.post("submissions:batch", body, Idempotency_Key="batch-1")
    again = caller.post("submissions:batch", body, Idempotency_Key="batch-1")
    assert again.json() == first.json()
    assert Submission.objects.count() == 1


def test_submission_is_read_with_facts_and_decision(caller):
    sent = caller.post("submissions", BODY, Prefer="wait=5").json()
    body = caller.get(f"submissions/{sent['id']}").json()
    assert body["facts"] == FACTS
    assert body["evidence"] == []
    assert body["decision"]["outcome"] == "approve"


def test_unknown_submission_is_not_found(caller):
    answer = caller.get("submissions/0199e5a0-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_same_key_at_the_same_time_is_taken_once(caller):
    answers = []

    def send():
        answers.append(caller.post("submissions", BODY, Idempotency_Key="race-1"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Submission.objects.count() == 1
    assert InboundMessage.objects.count() == 1
