"""The closed vocabularies of decisions and the transitions that may happen."""

from collections.abc import Mapping

from django.db.models import TextChoices


class Role(TextChoices):
    RULE_AUTHOR = "rule_author", "Rule author"
    APPROVER = "approver", "Approver"
    REVIEWER = "reviewer", "Reviewer"
    LEAD = "lead", "Lead"
    AUDITOR = "auditor", "Auditor"
    ADMIN = "admin", "Admin"
    INTEGRATION = "integration", "Integration"


class Outcome(TextChoices):
    APPROVE = "approve", "Approved"
    REJECT = "reject", "Rejected"
    ROUTE = "route", "Routed"
    REVIEW = "review", "In review"


FINAL_OUTCOMES = frozenset({Outcome.APPROVE, Outcome.REJECT, Outcome.ROUTE})


class SettledBy(TextChoices):
    NOBODY = "", "Not settled"
    RULES = "rules", "Rules"
    PERSON = "person", "A person"


class SubmissionState(TextChoices):
    AWAITING_EVIDENCE = "awaiting_evidence", "Waiting for evidence"
    RECEIVED = "received", "Received"
    IN_REVIEW = "in_review", "In review"
    SETTLED = "settled", "Settled"


SUBMISSION_TRANSITIONS: dict[str, frozenset[str]] = {
    SubmissionState.AWAITING_EVIDENCE: frozenset({SubmissionState.RECEIVED}),
    SubmissionState.RECEIVED: frozenset({SubmissionState.IN_REVIEW, SubmissionState.SETTLED}),
    SubmissionState.IN_REVIEW: frozenset({SubmissionState.SETTLED}),
    SubmissionState.SETTLED: frozenset(),
}


def states_before(transitions: Mapping[str, frozenset[str]], state: str) -> list[str]:
    """Return the states from which a record may come to `state`."""
    return [before for before, after in transitions.items() if state in after]


class VersionState(TextChoices):
    DRAFT = "draft", "Draft"
    PROPOSED = "proposed", "Proposed"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Live"
    RETIRED = "retired", "Retired"
    DISCARDED = "discarded", "Discarded"


VERSION_TRANSITIONS: dict[str, frozenset[str]] = {
    VersionState.DRAFT: frozenset({VersionState.PROPOSED, VersionState.DISCARDED}),
    VersionState.PROPOSED: frozenset({VersionState.APPROVED, VersionState.DRAFT}),
    VersionState.APPROVED: frozenset({VersionState.PUBLISHED, VersionState.DRAFT}),
    VersionState.PUBLISHED: frozenset({VersionState.RETIRED}),
    VersionState.RETIRED: frozenset({VersionState.PUBLISHED}),  # Rolled back to.
    VersionState.DISCARDED: frozenset(),
}


class ProposalState(TextChoices):
    OPEN = "open", "Waiting for approval"
    APPROVED = "approved", "Approved"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"
    VOID = "void", "Void"


class RunState(TextChoices):
    """How far something is that a worker computes."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


class ChallengerMode(TextChoices):
    SHADOW = "shadow", "Shadow"
    ROLLOUT = "rollout", "Roll-out"


class GuardrailState(TextChoices):
    """What is known of a guardrail on a version."""

    PROVED = "proved", "Proved"
    TESTED = "tested", "Tested"
    BROKEN = "broken", "Broken"


class ActorKind(TextChoices):
    PERSON = "person", "Person"
    API_KEY = "api_key", "API key"
    RULES = "rules", "Rules"
    CONNECTOR = "connector", "Connector"
    TIMETABLE = "timetable", "Timetable"
    SYSTEM = "system", "Clearance"


class ReferenceKind(TextChoices):
    VALUES = "values", "Named values"
    ROWS = "rows", "Rows"


class EventKind(TextChoices):
    """Everything the audit log can say; the first word names what it is about."""

    SUBMISSION_RECEIVED = "submission.received", "Submission received"
    SUBMISSION_AWAITING_EVIDENCE = (
        "submission.awaiting_evidence",
        "Submission received, evidence to be read",
    )
    SUBMISSION_ENRICHED = "submission.enriched", "Evidence read"
    DECISION_EVALUATED = "decision.evaluated", "Rules evaluated"
    DECISION_NEEDS_REVIEW = "decision.needs_review", "Sent to a person"
    DECISION_SETTLED = "decision.settled", "Decision settled"
    EXECUTION_EVALUATED = "execution.evaluated", "Rules answered with values"
    REVIEW_OPENED = "review.opened", "Review item opened"
    REVIEW_CLAIMED = "review.claimed", "Review item claimed"
    REVIEW_RELEASED = "review.released", "Review item handed back"
    REVIEW_LEASE_EXPIRED = "review.lease_expired", "Claim ran out"
    REVIEW_MOVED = "review.moved", "Review item moved to another queue"
    REVIEW_VERDICT_RECORDED = "review.verdict_recorded", "Verdict recorded"
    DELIVERY_REQUESTED = "delivery.requested", "Delivery requested"
    DELIVERY_ADVANCED = "delivery.advanced", "Delivery took a step"
    DELIVERY_SUCCEEDED = "delivery.succeeded", "Delivery succeeded"
    DELIVERY_FAILED = "delivery.failed", "Delivery attempt failed"
    DELIVERY_DEAD = "delivery.dead", "Delivery given up"
    DELIVERY_RESENT = "delivery.resent", "Delivery sent again by hand"
    DELIVERY_ROLLED_BACK = "delivery.rolled_back", "Delivery to be taken back"
    MODEL_CREATED = "model.created", "Decision model created"
    MODEL_DRAFTED = "model.drafted", "Model version drafted"
    MODEL_PROPOSED = "model.proposed", "Model version proposed"
    MODEL_APPROVED = "model.approved", "Model version approved"
    MODEL_PUBLISHED = "model.published", "Model version published"
    MODEL_RETIRED = "model.retired", "Model version retired"
    MODEL_RETURNED = "model.returned", "Model version returned to its author"
    MODEL_WITHDRAWN = "model.withdrawn", "Proposal of a model version withdrawn"
    MODEL_VOIDED = "model.voided", "Proposal of a model version void"
    MODEL_ROLLED_BACK = "model.rolled_back", "Model version rolled back"
    MODEL_DISCARDED = "model.discarded", "Draft discarded"
    MODEL_STOPPED = "model.stopped", "Model stopped: people decide"
    MODEL_RESUMED = "model.resumed", "Model decides again"
    MODEL_APPROVALS_CHANGED = "model.approvals_changed", "Approvals needed of a model changed"
    IMPACT_REQUESTED = "impact.requested", "Impact preview asked for"
    IMPACT_FINISHED = "impact.finished", "Impact preview done"
    IMPACT_STOPPED = "impact.stopped", "Impact preview stopped"
    ROW_COMMENTED = "row.commented", "Row commented on"
    ROW_COMMENT_RESOLVED = "row.comment_resolved", "Comment on a row resolved"
    CHALLENGER_STARTED = "challenger.started", "Challenger started"
    CHALLENGER_CHANGED = "challenger.changed", "Share of a challenger changed"
    CHALLENGER_ENDED = "challenger.ended", "Challenger ended"
    CHALLENGER_ASKED = "challenger.asked", "Challenger asked for its answers"
    RULE_DRIFTED = "rule.drifted", "A row matches otherwise than before"
    GUARDRAIL_CREATED = "guardrail.created", "Guardrail set"
    GUARDRAIL_CHANGED = "guardrail.changed", "Guardrail worded anew"
    GUARDRAIL_RETIRED = "guardrail.retired", "Guardrail retired"
    GUARDRAIL_RESUMED = "guardrail.resumed", "Guardrail in force again"
    GUARDRAIL_PROVED = "guardrail.proved", "Guardrail proved"
    GUARDRAIL_TESTED = "guardrail.tested", "Guardrail tested, no proof"
    GUARDRAIL_BROKEN = "guardrail.broken", "Guardrail broken by rules"
    GUARDRAIL_BREACHED = "guardrail.breached", "Guardrail stopped a decision"
    REFERENCE_TABLE_CHANGED = "reference_table.changed", "Reference table changed"
    REFERENCE_TABLE_IN_FORCE = "reference_table.in_force", "Reference table change in force"
    REFERENCE_TABLE_TRIED = "reference_table.tried", "Reference table tried"
    REFERENCE_TABLE_TAKEN_BACK = "reference_table.taken_back", "Reference table change taken back"
    QUEUE_CHANGED = "queue.changed", "Review queue changed"
    CONNECTOR_CHANGED = "connector.changed", "Connector changed"
    COMPARISON_STARTED = "comparison.started", "Comparison with a decision service started"
    COMPARISON_STOPPED = "comparison.stopped", "Comparison with a decision service stopped"
    COMPARISON_FINISHED = "comparison.finished", "Comparison with a decision service done"
    FEED_WATCHED = "feed.watched", "Feed is watched"
    FEED_DRIFTED = "feed.drifted", "Watched feed drifted"
    FEED_FAILED = "feed.failed", "Watched feed cannot be read"
    FEED_CHANGED = "feed.changed", "Watch of a feed changed"
    MAPPING_CHANGED = "mapping.changed", "Mapping changed"
    IMPORT_REQUESTED = "import.requested", "Import of a file asked for"
    IMPORT_FINISHED = "import.finished", "Import of a file done"
    IMPORT_STOPPED = "import.stopped", "Import of a file stopped"
    IMPORT_FAILED = "import.failed", "Import of a file broke off"
    IMPORT_DROPPED = "import.dropped", "File dropped before its import"
    API_KEY_CREATED = "api_key.created", "API key created"
    API_KEY_REVOKED = "api_key.revoked", "API key revoked"
    PERSON_INVITED = "person.invited", "Person invited"
    PERSON_CHANGED = "person.changed", "Roles of a person changed"
    PERSON_SIGNED_IN = "person.signed_in", "Person signed in"
    PERSON_SIGN_IN_FAILED = "person.sign_in_failed", "Sign-in failed"


def event_kinds() -> list[tuple[str, str]]:
    """The choices of an event's kind, as a callable: a new kind then needs no migration."""
    return EventKind.choices
