"""What an audit event says, in words; ids, codes and hashes stay in its payload."""

from collections.abc import Callable
from typing import Any

from decisions.enums import EventKind, Outcome, Role
from decisions.models import AuditEvent

Detail = dict[str, Any]


def what_happened(event: AuditEvent) -> str:
    """Return one sentence about an event, from its kind and detail alone."""
    tell = _TELLERS.get(event.kind)
    return tell(event.detail) if tell else _label(event.kind)


def _label(kind: str) -> str:
    return EventKind(kind).label if kind in EventKind.values else kind


def _joined(values: Any, absent: str = "none") -> str:
    return ", ".join(str(value) for value in values or []) or absent


def _outcome(value: Any) -> str:
    return str(Outcome(value).label) if value in Outcome.values else str(value)


def _roles(values: Any) -> str:
    return _joined(
        [Role(v).label.lower() if v in Role.values else v for v in values or []], "no role"
    )


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"


def _enriched(detail: Detail) -> str:
    read = [row for row in detail.get("evidence") or [] if isinstance(row, dict)]
    silent = [row.get("source") for row in read if row.get("failed")]
    heard = [row.get("source") for row in read if not row.get("failed")]
    words = [f"Read: {_joined(heard)}"] if heard else []
    return "; ".join([*words, f"gave nothing: {_joined(silent)}"] if silent else words)


def _evaluated(detail: Detail) -> str:
    if detail.get("failed"):
        return f"Evaluation failed, so a person decides: {_joined(detail.get('problems'))}"
    rows = detail.get("rows") or []
    tables = len({row[0] for row in rows})
    matched = f"{_count(len(rows), 'row', 'rows')} matched in {_count(tables, 'table', 'tables')}"
    return f"{matched}: {_outcome(detail.get('outcome')).lower()}"


def _settled(detail: Detail) -> str:
    words = [_outcome(detail.get("outcome"))]
    if detail.get("outcome") == Outcome.ROUTE and detail.get("destination"):
        words.append(f"to {detail['destination']}")
    if detail.get("reasons"):
        words.append(f"because {_joined(detail['reasons'])}")
    if detail.get("actions"):
        words.append(f"sends {_joined(detail['actions'])}")
    return ", ".join(words)


def _needs_review(detail: Detail) -> str:
    reasons = f" because {_joined(detail['reasons'])}" if detail.get("reasons") else ""
    return f"To the queue {detail.get('queue')}{reasons}"


def _verdict(detail: Detail) -> str:
    words = f"{_outcome(detail.get('outcome'))} in {detail.get('queue')}"
    reasons = f", because {_joined(detail['reasons'])}" if detail.get("reasons") else ""
    bound = f", on condition {_joined(detail['conditions'])}" if detail.get("conditions") else ""
    return words + reasons + bound


def _attempt(words: str) -> Callable[[Detail], str]:
    def tell(detail: Detail) -> str:
        code = f", answer {detail['code']}" if detail.get("code") else ", no answer"
        return f"{words} {detail.get('connector')}, attempt {detail.get('attempt')}{code}"

    return tell


def _version(words: str) -> Callable[[Detail], str]:
    return lambda detail: (
        f"{words} {detail.get('number')}, content {str(detail.get('content'))[:6]}"
    )


def _approved(detail: Detail) -> str:
    told = _version("Approved version")(detail)
    given, needed = detail.get("given"), detail.get("needed")
    return f"{told} ({given} of {needed})" if needed else told


def _voided(detail: Detail) -> str:
    told = _version("Void: version")(detail)
    return f"{told}, changed: {_joined(detail['parts'])}" if detail.get("parts") else told


def _approvals(detail: Detail) -> str:
    steps = [
        f"{_count(step['approvers'], 'approver', 'approvers')} from {step['from_share']:.0%}"
        for step in detail.get("approvals") or []
    ]
    return f"Needed: {_joined(steps)}"


def _challenger(detail: Detail) -> str:
    shadow = detail.get("mode") == "shadow"
    share = "in the shadow" if shadow else f"{detail.get('percent')} % of the traffic"
    return f"Version {detail.get('number')}, {share}"


def _person_changed(detail: Detail) -> str:
    barred = "" if detail.get("active", True) else "; may not sign in"
    return f"Roles now: {_roles(detail.get('roles'))}{barred}"


def _connector(detail: Detail) -> str:
    return f"{detail.get('connector')}: {detail.get('change')}"


def _drifted(detail: Detail) -> str:
    codes = [str(code) for code in detail.get("changes") or []]
    here = [code.replace("_", " ") for code in codes if not code.startswith("spotify_")]
    there = [code[8:].replace("_", " ") for code in codes if code.startswith("spotify_")]
    words = [f"The feed changed: {_joined(here)}"] if here else []
    words += [f"Spotify shows otherwise: {_joined(there)}"] if there else []
    words += ["to be decided again"] if detail.get("again") else []
    words += [f"not decided again: {detail['problem']}"] if detail.get("problem") else []
    return "; ".join(words)


def _row(words: str) -> Callable[[Detail], str]:
    return lambda detail: f"{words} row {detail.get('row')} of {detail.get('table')}"


_TELLERS: dict[str, Callable[[Detail], str]] = {
    EventKind.SUBMISSION_ENRICHED: _enriched,
    EventKind.DECISION_EVALUATED: _evaluated,
    EventKind.DECISION_NEEDS_REVIEW: _needs_review,
    EventKind.DECISION_SETTLED: _settled,
    EventKind.REVIEW_OPENED: lambda d: f"Opened in {d.get('queue')}",
    EventKind.REVIEW_CLAIMED: lambda d: f"Claimed from {d.get('queue')}",
    EventKind.REVIEW_RELEASED: lambda d: f"Handed back to {d.get('queue')}",
    EventKind.REVIEW_LEASE_EXPIRED: lambda d: f"Claim ran out, back in {d.get('queue')}",
    EventKind.REVIEW_MOVED: lambda d: f"Moved from {d.get('from')} to {d.get('to')}",
    EventKind.REVIEW_VERDICT_RECORDED: _verdict,
    EventKind.DELIVERY_REQUESTED: lambda d: f"{d.get('topic')} to {d.get('connector')}",
    EventKind.DELIVERY_RESENT: lambda d: f"{d.get('topic')} to {d.get('connector')}, by hand",
    EventKind.DELIVERY_ROLLED_BACK: lambda d: f"{d.get('topic')} at {d.get('connector')}",
    EventKind.DELIVERY_ADVANCED: lambda d: f"{d.get('connector')}: {d.get('step')}",
    EventKind.DELIVERY_SUCCEEDED: _attempt("Delivered to"),
    EventKind.DELIVERY_FAILED: _attempt("Not delivered to"),
    EventKind.DELIVERY_DEAD: _attempt("Given up:"),
    EventKind.MODEL_DRAFTED: _version("Drafted version"),
    EventKind.MODEL_PROPOSED: _version("Proposed version"),
    EventKind.MODEL_APPROVED: _approved,
    EventKind.MODEL_RETURNED: _version("Returned version"),
    EventKind.MODEL_WITHDRAWN: _version("Withdrew version"),
    EventKind.MODEL_VOIDED: _voided,
    EventKind.MODEL_ROLLED_BACK: lambda d: f"From version {d.get('number')} to {d.get('to')}",
    EventKind.MODEL_STOPPED: lambda d: f"Stopped {d.get('model')}: people decide",
    EventKind.MODEL_RESUMED: lambda d: f"{d.get('model')} decides again",
    EventKind.MODEL_APPROVALS_CHANGED: _approvals,
    EventKind.MODEL_PUBLISHED: _version("Published version"),
    EventKind.MODEL_RETIRED: _version("Retired version"),
    EventKind.IMPACT_REQUESTED: _version("Asked what would change under version"),
    EventKind.IMPACT_FINISHED: lambda d: f"{d.get('changed')} of {d.get('total')} would change",
    EventKind.ROW_COMMENTED: _row("Commented on"),
    EventKind.ROW_COMMENT_RESOLVED: _row("Resolved a comment on"),
    EventKind.CHALLENGER_STARTED: _challenger,
    EventKind.CHALLENGER_CHANGED: _challenger,
    EventKind.CHALLENGER_ENDED: _challenger,
    EventKind.CHALLENGER_ASKED: lambda d: (
        f"About {_count(len(d.get('decisions') or []), 'decision', 'decisions')}"
    ),
    EventKind.RULE_DRIFTED: lambda d: (
        f"Row {d.get('row')} of {d.get('table')} matches {float(d.get('now') or 0):.1%} of the "
        f"decisions, {float(d.get('before') or 0):.1%} before"
    ),
    EventKind.REFERENCE_TABLE_CHANGED: lambda d: (
        f"Saved version {d.get('number')}"
        + (f", in force from {d['effective_from']}" if d.get("effective_from") else "")
    ),
    EventKind.REFERENCE_TABLE_TRIED: _version("Tried, not in force: version"),
    EventKind.REFERENCE_TABLE_IN_FORCE: _version("Its time has come: version"),
    EventKind.REFERENCE_TABLE_TAKEN_BACK: _version("Took back version"),
    EventKind.QUEUE_CHANGED: lambda d: f"Changed: {_joined(d.get('changed'))}",
    EventKind.CONNECTOR_CHANGED: _connector,
    EventKind.FEED_DRIFTED: _drifted,
    EventKind.FEED_FAILED: lambda d: f"Failed {_count(d.get('failures') or 0, 'time', 'times')}",
    EventKind.FEED_CHANGED: lambda d: f"Watch of the feed: {d.get('change')}",
    EventKind.API_KEY_CREATED: lambda d: f"Key {d.get('prefix')}, may: {_joined(d.get('scopes'))}",
    EventKind.API_KEY_REVOKED: lambda d: f"Key {d.get('prefix')}",
    EventKind.PERSON_INVITED: lambda d: f"Invited as {_roles(d.get('roles'))}",
    EventKind.PERSON_CHANGED: _person_changed,
}
