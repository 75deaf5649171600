"""Submissions: sent one by one or as a batch, listed, looked at."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import queries
from connectors.api import representations
from connectors.api.parsers import BodyRefused, StrictJSONParser, StrictLinesParser
from connectors.api.problems import fault_of, faults_of
from connectors.api.schema import describe_list, header, query, refusals
from connectors.api.serializers import (
    BatchBody,
    BatchRequest,
    SubmissionBody,
    SubmissionDetail,
    SubmissionRequest,
)
from connectors.api.views.base import (
    ApiView,
    choice,
    filtered,
    key_of,
    page,
    text,
    wants_flat,
)
from connectors.enums import Scope
from connectors.flat import nested
from connectors.services import reception
from connectors.services.reception import Origin, Reply
from decisions.enums import SubmissionState
from decisions.errors import Fault, Invalid
from decisions.models import Decision, Submission

MOST_AT_ONCE = 1000
MOST_FAULTS_IN_ALL = 5000
LONGEST_WAIT = 30
WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,4})\"?(?=$|[,;\s])")
KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
IDEMPOTENCY = header(
    "Idempotency-Key",
    "Your own id of this request. Repeating it with the same body gives the first answer again; "
    "with another body it is refused with 409. Remembered for a week.",
)
FILTERS = {
    "model": text("model__key"),
    "state": choice("state", SubmissionState.values),
    "reference": text("reference"),
}


class SubmissionListView(ApiView):
    scopes = {"GET": Scope.SUBMISSIONS_READ, "POST": Scope.SUBMISSIONS_WRITE}

    @extend_schema(
        summary="Send a submission",
        operation_id="send_submission",
        description="The page of a model under Models lists its inputs with their forms; the page "
        "of a decision shows the facts of a real submission as JSON. What is missing or wrong is "
        "named in the answer, all at once, and nothing is stored.",
        request=SubmissionRequest,
        parameters=[
            IDEMPOTENCY,
            query("flat", "true: one level of names, in the body and in the answer."),
            header("Prefer", "wait=5: answer with the decision if it is made in five seconds."),
        ],
        responses={
            201: SubmissionBody,
            202: SubmissionBody,
            **refusals(400, 409, 413, 415, 422),
        },
    )
    def post(self, request: Request) -> Response:
        model, facts = _envelope(_unfolded(request), "facts", dict)
        wait = wanted_wait(request)
        reply = reception.receive(
            model,
            facts,
            origin=origin_of(request),
            wait=wait > 0,
            render=_render_one,
            now=timezone.now(),
        )
        response = _response(reply)
        if wait and reply.code == 201:
            response["Preference-Applied"] = f"wait={wait}"
        return response

    @describe_list(
        SubmissionBody,
        query("model", "Key of the decision model."),
        query("state", "Where it stands.", choices=SubmissionState.values),
        query("reference", "Your own reference, exactly."),
        query("updated_since", "Only what changed since, earliest change first (ISO 8601)."),
        summary="List submissions",
        name="list_submissions",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(request, queries.submissions(), FILTERS)
        return page(
            request,
            rows,
            lambda row: representations.submission_body(row, getattr(row, "decision", None)),
        )


class SubmissionBatchView(ApiView):
    scopes = {"POST": Scope.SUBMISSIONS_WRITE}
    parser_classes = [StrictJSONParser, StrictLinesParser]

    @extend_schema(
        summary="Send many submissions",
        operation_id="send_submissions",
        description="As JSON, or as NDJSON with the facts of one submission on each line and the "
        "model in the address (?model=…). What is invalid stays out and says why.",
        request={"application/json": BatchRequest, "application/x-ndjson": {"type": "string"}},
        parameters=[IDEMPOTENCY, query("model", "Key of the decision model, for NDJSON.")],
        responses={202: BatchBody, 422: BatchBody, **refusals(400, 409, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        if request.content_type.startswith(StrictLinesParser.media_type):
            model, batch = request.query_params.get("model", ""), list(request.data)
            if not model:
                raise _misfit("model", "Name the decision model in the address: ?model=….")
        else:
            model, batch = _envelope(request.data, "submissions", list)
        if not 0 < len(batch) <= MOST_AT_ONCE:
            raise _misfit("/submissions", f"Send 1 to {MOST_AT_ONCE:,} submissions at once.")
        readable = [facts for facts in batch if isinstance(facts, dict)]

        def render(taken: Sequence[Submission | Invalid]) -> Reply:
            return _render_many(batch, taken)

        reply = reception.receive_many(
            model, readable, origin=origin_of(request), render=render, now=timezone.now()
        )
        return _response(reply)


class SubmissionView(ApiView):
    scopes = {"GET": Scope.SUBMISSIONS_READ}

    @extend_schema(
        summary="Read a submission",
        operation_id="read_submission",
        responses={200: SubmissionDetail, **refusals(404)},
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        submission = (
            Submission.objects.select_related("model", "decision")
            .prefetch_related("evidence")
            .filter(pk=submission_id)
            .first()
        )
        if submission is None:
            raise Http404
        decision = getattr(submission, "decision", None)
        return Response(representations.submission_body(submission, decision, facts=True))


def wanted_wait(request: Request) -> int:
    """Seconds the caller will wait for the decision (`Prefer: wait=5`), 0 for not at all."""
    found = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), LONGEST_WAIT) if found else 0


def _envelope(body: Any, field: str, kind: type) -> tuple[str, Any]:
    """The model and the content of a request; every fault of the envelope at once."""
    if not isinstance(body, dict) or not body:
        raise _misfit("", f'The body is not an object like {{"model": "…", "{field}": …}}.')
    faults = [
        Fault(code="unknown_field", where=f"/{name[:60]}", message="This field is not known.")
        for name in body
        if name not in {"model", field}
    ]
    if not isinstance(body.get("model"), str) or not body["model"]:
        faults.append(Fault(code="missing", where="/model", message="Name the decision model."))
    if not isinstance(body.get(field), kind):
        what = "an object with the facts" if kind is dict else "a list of objects with facts"
        faults.append(Fault(code="missing", where=f"/{field}", message=f"Give {what}."))
    if faults:
        raise Invalid("The request has the wrong form. Nothing was stored.", faults)
    return body["model"], body[field]


def _unfolded(request: Request) -> Any:
    """The body with its nesting; a flat one has the model and the facts on one level."""
    body = request.data
    if not wants_flat(request) or not isinstance(body, dict):
        return body
    try:
        facts = nested({name: value for name, value in body.items() if name != "model"})
    except ValueError as error:
        raise _misfit("", str(error)) from None
    return {"model": body.get("model"), "facts": facts}


def _misfit(where: str, message: str) -> Invalid:
    return Invalid(message, [Fault(code="form", where=where, message=message)])


def origin_of(request: Request) -> Origin:
    key = request.headers.get("Idempotency-Key", "")
    if key and not KEY.match(key):
        raise _misfit("Idempotency-Key", "An Idempotency-Key is 1 to 255 visible ASCII characters.")
    content = (request.parser_context or {}).get("content", b"")
    signed = request.get_full_path().encode("utf-8") + b"\n" + content
    return Origin(key_of(request), key, hashlib.sha256(signed).hexdigest())


def _render_one(submission: Submission, decision: Decision | None) -> Reply:
    return Reply(
        code=201 if decision else 202,
        body=representations.submission_body(submission, decision),
        location=representations.submission_address(submission),
    )


def _render_many(batch: Sequence[Any], taken: Sequence[Submission | Invalid]) -> Reply:
    """One result for each that came, also for those that were no objects at all."""
    waiting, left = iter(taken), MOST_FAULTS_IN_ALL
    results = []
    for facts in batch:
        if isinstance(facts, dict):
            answer = next(waiting)
            # Each names its first fault; the answer to a batch must not outgrow the batch.
            faults = faults_of(answer)[: max(left, 1)] if isinstance(answer, Invalid) else []
            left -= len(faults)
            results.append(representations.taken_body(answer, faults))
        elif isinstance(facts, BodyRefused):
            results.append(
                {"accepted": False, "detail": str(facts.detail), "errors": [fault_of(facts)]}
            )
        else:
            results.append(
                {"accepted": False, "detail": "This is not an object with facts.", "errors": []}
            )
    accepted = sum(result["accepted"] for result in results)
    body = {"accepted": accepted, "refused": len(results) - accepted, "results": results}
    return Reply(code=202 if accepted else 422, body=body)


def _response(reply: Reply) -> Response:
    response = Response(reply.body, status=reply.code)
    if reply.location:
        response["Location"] = reply.location
    if reply.repeated:
        response["Idempotent-Replayed"] = "true"
    return response
