"""The shapes of the API for its OpenAPI document, and of what it takes in."""

from rest_framework import serializers

from connectors.enums import DeliveryState
from decisions.enums import Outcome, SettledBy, SubmissionState


class KeyBody(serializers.Serializer):
    name = serializers.CharField()
    integration = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)


class WebhookRequest(serializers.Serializer):
    url = serializers.URLField(help_text="Where it listens, with https://.")
    topics = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Left out, all."
    )
    name = serializers.CharField(required=False)
    flat = serializers.BooleanField(required=False, help_text="One level of names and values.")


class WebhookBody(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.URLField()
    topics = serializers.ListField(child=serializers.CharField())
    flat = serializers.BooleanField()
    paused = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class WebhookWithSecret(WebhookBody):
    secret = serializers.CharField(help_text="whsec_…, shown this once.")


class WebhookList(serializers.Serializer):
    results = WebhookBody(many=True)


class SubmissionRequest(serializers.Serializer):
    model = serializers.CharField(help_text="Key of the decision model, like podcast_sponsorship.")
    facts = serializers.DictField(
        help_text="Input values, checked against the types of the model's live version."
    )


class BatchRequest(serializers.Serializer):
    model = serializers.CharField(help_text="Key of the decision model.")
    submissions = serializers.ListField(
        child=serializers.DictField(), help_text="Facts of each submission; at most 1,000."
    )


class DecisionBody(serializers.Serializer):
    id = serializers.UUIDField()
    submission = serializers.UUIDField()
    outcome = serializers.ChoiceField(
        Outcome.choices, help_text="Where it stands; review until a person settles it."
    )
    rules_outcome = serializers.ChoiceField(Outcome.choices, help_text="What the rules said.")
    destination = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Reason codes.")
    conditions = serializers.ListField(
        child=serializers.DictField(), help_text="What an approval depends on: code and text."
    )
    outputs = serializers.DictField(allow_null=True, help_text="Everything the rules answered.")
    failed = serializers.BooleanField(help_text="The rules could not be run; a person decides.")
    problems = serializers.ListField(child=serializers.DictField())
    settled_by = serializers.ChoiceField(SettledBy.choices, allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    evaluated_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    url = serializers.URLField()
    page = serializers.URLField()


class DecisionRow(DecisionBody):
    model = serializers.CharField()
    version = serializers.IntegerField()
    content_hash = serializers.CharField(help_text="SHA-256 of the DMN of that version.")
    reference = serializers.CharField()
    title = serializers.CharField()


class DecisionDetail(DecisionRow):
    explanation = serializers.ListField(
        child=serializers.DictField(),
        help_text="Each table with its rules, the cells that held and those that did not.",
    )
    replayed_same = serializers.BooleanField(
        help_text="The replay for this explanation gave the bytes of the record."
    )


class SubmissionBody(serializers.Serializer):
    id = serializers.UUIDField()
    model = serializers.CharField()
    state = serializers.ChoiceField(SubmissionState.choices)
    reference = serializers.CharField()
    title = serializers.CharField()
    received_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    url = serializers.URLField(help_text="Ask here until decision is no longer null.")
    page = serializers.URLField()
    decision = DecisionBody(allow_null=True)


class EvidenceBody(serializers.Serializer):
    source = serializers.CharField()  # type: ignore[assignment]
    facts = serializers.DictField(allow_null=True)
    problem = serializers.CharField()
    read_at = serializers.DateTimeField()


class SubmissionDetail(SubmissionBody):
    facts = serializers.DictField()
    evidence = EvidenceBody(many=True)


class DeliveryBody(serializers.Serializer):
    id = serializers.UUIDField(help_text="Also the header webhook-id of every attempt.")
    connector = serializers.CharField()
    topic = serializers.CharField()
    decision = serializers.UUIDField()
    submission = serializers.UUIDField()
    reference = serializers.CharField()
    state = serializers.ChoiceField(DeliveryState.choices)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    last_code = serializers.IntegerField(allow_null=True)
    last_problem = serializers.CharField()
    page = serializers.URLField()


class FaultBody(serializers.Serializer):
    field = serializers.CharField(help_text="JSON pointer to what is wrong.")
    rule = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()


class ProblemBody(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    hint = serializers.CharField(required=False)
    errors = FaultBody(many=True, required=False)  # type: ignore[assignment]


class TakenBody(serializers.Serializer):
    accepted = serializers.BooleanField()
    id = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(SubmissionState.choices, required=False)
    url = serializers.URLField(required=False)
    detail = serializers.CharField(required=False)
    errors = FaultBody(many=True, required=False)  # type: ignore[assignment]


class BatchBody(serializers.Serializer):
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = TakenBody(many=True, help_text="One for each submission, in their order.")


class HealthBody(serializers.Serializer):
    status = serializers.ChoiceField(["ok", "degraded"])
    database = serializers.BooleanField()
    broker = serializers.BooleanField()
    worker = serializers.BooleanField()
    worker_seen_at = serializers.DateTimeField(allow_null=True)


def page_of(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The shape of a page of `row`."""
    name = f"{row.__name__.removesuffix('Body').removesuffix('Row')}Page"
    fields = {
        "results": row(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Cursor of what comes after this page."
        ),
        "more": serializers.BooleanField(help_text="There is something after this page now."),
    }
    return type(name, (serializers.Serializer,), fields)
