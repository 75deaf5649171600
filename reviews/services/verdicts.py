"""A person's verdict: checked against the lease and the queue's reason codes, recorded once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from decisions import events
from decisions.enums import FINAL_OUTCOMES, EventKind, Outcome
from decisions.errors import Fault, Invalid
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import User
from decisions.services import settlement
from reviews.enums import ItemState
from reviews.errors import ItemClosed, LeaseLost
from reviews.models import ReasonCode, ReviewItem, Verdict
from reviews.services import claiming

MOST_NOTE = 4000
MOST_CONDITIONS = 30
MOST_CONDITION = 300


def record_verdict(
    item_id: UUID,
    *,
    reviewer: User,
    lease_number: int,
    outcome: str,
    reasons: Sequence[str],
    now: datetime,
    conditions: Sequence[Mapping[str, str]] = (),
    note: str = "",
    note_to_submitter: str = "",
    destination: str = "",
) -> Verdict:
    """Settle the decision of an item, all in one transaction.

    Raises ItemClosed or LeaseLost when the reviewer does not hold the item under `lease_number`
    (a lease past its time counts until somebody frees or takes the item), and Invalid with the
    fault of each field. Two verdicts at once: the first stands, the second is told so.
    """
    with transaction.atomic():
        item = claiming.lock(item_id)
        _check_lease(item, reviewer, lease_number)
        claiming.check_member(reviewer, item.queue)
        verdict = Verdict(
            id=new_id(now),
            item=item,
            outcome=outcome,
            destination=destination.strip() if outcome == Outcome.ROUTE else "",
            conditions=[_condition(row) for row in conditions],
            reasons=list(dict.fromkeys(reasons)),
            note=note.strip(),
            note_to_submitter=note_to_submitter.strip(),
            reviewer=reviewer,
            recorded_at=now,
            lease_number=lease_number,
        )
        if faults := _faults(verdict, item):
            raise Invalid("The verdict was not recorded.", faults)
        verdict.save(force_insert=True)
        _close(item, now=now)
        _record(verdict, item, reviewer, now=now)
        settlement.settle(
            item.decision,
            outcome=Outcome(verdict.outcome),
            reasons=verdict.reasons,
            destination=verdict.destination,
            conditions=verdict.conditions,
            actor=Actor.person(reviewer),
            detail={"verdict": str(verdict.pk)},
            now=now,
        )
    return verdict


def _check_lease(item: ReviewItem, reviewer: User, lease_number: int) -> None:
    if item.state == ItemState.CLOSED:
        given = Verdict.objects.select_related("reviewer").get(item=item)
        raise ItemClosed(
            f"{given.reviewer} recorded a verdict for this item first: "
            f"{given.get_outcome_display().lower()}. Yours was not recorded."
        )
    if item.claimed_by_id == reviewer.pk and item.lease_number == lease_number:
        return
    if item.claimed_by_id is None:
        raise LeaseLost(
            "Your claim ran out or was handed back, so the verdict was not recorded. "
            "Nobody else has the item: claim it again and record."
        )
    holder = (
        "You claimed it anew elsewhere"
        if item.claimed_by_id == reviewer.pk
        else (f"{item.claimed_by} holds it now")
    )
    raise LeaseLost(f"Your claim on this item has ended. {holder}. The verdict was not recorded.")


def _faults(verdict: Verdict, item: ReviewItem) -> list[Fault]:
    """Name every field that is missing or does not fit."""
    faults: list[Fault] = []
    if verdict.outcome not in FINAL_OUTCOMES:
        return [Fault(where="outcome", message="Choose a verdict: approve, reject or route.")]
    if verdict.outcome == Outcome.ROUTE and not verdict.destination:
        faults.append(Fault(where="destination", message="Say where this goes."))
    if len(verdict.destination) > 80:
        faults.append(Fault(where="destination", message="Use 80 characters or fewer."))
    faults += _reason_faults(verdict, item)
    faults += _condition_faults(verdict)
    for field in ("note", "note_to_submitter"):
        if len(getattr(verdict, field)) > MOST_NOTE:
            message = f"Use {MOST_NOTE:,} characters or fewer."
            faults.append(Fault(where=field, message=message))
        if "\x00" in getattr(verdict, field):
            message = "Remove the character that cannot be kept (NUL)."
            faults.append(Fault(where=field, message=message))
    return faults


def _reason_faults(verdict: Verdict, item: ReviewItem) -> list[Fault]:
    if not verdict.reasons:
        return [Fault(where="reasons", message="Choose one reason or more.")]
    known = {
        code.code: code for code in ReasonCode.objects.filter(queue_id=item.queue_id, active=True)
    }
    wanted = Outcome(verdict.outcome).label.lower()
    faults: list[Fault] = []
    for code in verdict.reasons:
        if code not in known:
            message = f"{code} is not a reason of {item.queue.name}. Choose one from the list."
        elif verdict.outcome not in known[code].outcomes:
            message = f"“{known[code].sentence}” does not go with “{wanted}”. Choose another."
        else:
            continue
        faults.append(Fault(where="reasons", message=message))
    return faults


def _condition_faults(verdict: Verdict) -> list[Fault]:
    if verdict.conditions and verdict.outcome != Outcome.APPROVE:
        message = "Only an approval has conditions. Clear them or approve."
    elif any(not row["text"] or len(row["text"]) > MOST_CONDITION for row in verdict.conditions):
        message = f"Write each condition in 1 to {MOST_CONDITION} characters."
    elif len(verdict.conditions) > MOST_CONDITIONS:
        message = f"Give {MOST_CONDITIONS} conditions or fewer."
    else:
        return []
    return [Fault(where="conditions", message=message)]


def _condition(row: Mapping[str, str]) -> dict[str, str]:
    return {"code": str(row.get("code") or ""), "text": str(row.get("text") or "").strip()}


def _close(item: ReviewItem, *, now: datetime) -> None:
    ReviewItem.objects.filter(pk=item.pk).update(
        **{**claiming.FREE, "state": ItemState.CLOSED}, closed_at=now
    )


def _record(verdict: Verdict, item: ReviewItem, reviewer: User, *, now: datetime) -> None:
    events.record(
        EventKind.REVIEW_VERDICT_RECORDED,
        item,
        actor=Actor.person(reviewer),
        now=now,
        submission_id=item.submission_id,
        detail={
            "verdict": str(verdict.pk),
            "queue": item.queue.key,
            "outcome": verdict.outcome,
            "reasons": verdict.reasons,
            "conditions": [row["code"] for row in verdict.conditions if row["code"]],
            "lease": verdict.lease_number,
            "due": item.due_at.isoformat(),
        },
    )
