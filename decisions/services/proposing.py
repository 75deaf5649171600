"""A draft is put up for approval, and other people approve exactly what was put up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from decisions import events, history
from decisions.enums import EventKind, ProposalState, VersionState
from decisions.errors import Fault, Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import (
    Approval,
    DecisionModel,
    ImpactReport,
    ModelVersion,
    Proposal,
    RuleTest,
    User,
)
from decisions.services import binding
from decisions.services.lifecycle import (
    close,
    locked_model,
    locked_proposal,
    locked_version,
    move,
    reason_given,
    record,
    void,
)

MOST_APPROVERS = 9
MOST_STEPS = 10
IN_FORCE = (ProposalState.OPEN, ProposalState.APPROVED)


def propose(
    version: ModelVersion,
    *,
    author: User,
    reason: str,
    now: datetime,
    publish_at: datetime | None = None,
    retire_at: datetime | None = None,
) -> Proposal:
    """Ask for approval of a draft; `publish_at` and `retire_at` say when it should be live.

    Raises Invalid with every part that is not in order.
    """
    why = reason_given(reason, "propose this version")
    fresh = ModelVersion.objects.select_related("model").get(pk=version.pk)
    _refuse_times(fresh, publish_at, retire_at, now)
    report = binding.report_for(fresh, now=now)
    parts = binding.checked(binding.content_of(fresh, report, now=now))
    if faults := [fault for part in parts for fault in _faults(part)]:
        first = next(part.trouble for part in parts if not part.ok)
        raise Invalid(f"Version {version.number} cannot be proposed yet. {first}", faults)
    with transaction.atomic():
        draft = locked_version(fresh)
        seen = {part.name: part.hash for part in parts}
        if binding.hashes(binding.content_of(draft, report, now=now)) != seen:
            raise Refused("The draft changed while it was checked. Propose it again.")
        changes = {"proposed_by": author, "publish_at": publish_at, "retire_at": retire_at}
        moved = move(
            draft, VersionState.PROPOSED, person=author, reason=why, now=now, changes=changes
        )
        proposal = Proposal(
            id=new_id(now),
            version=moved,
            reason=why,
            parts={
                part.name: {"hash": part.hash, "words": part.words, "doubt": part.doubt}
                for part in parts
            },
            content_hash=binding.content_hash(seen),
            impact=report,
            approvers_needed=approvers_for(moved.model, report),
            proposed_at=now,
            proposed_by=author,
        )
        history.save(proposal, by=author, reason=why, now=now)
    return proposal


def approve(
    proposal: Proposal,
    *,
    approver: User,
    reason: str,
    now: datetime,
    publish_at: datetime | None = None,
) -> Proposal:
    """Say yes to a proposal; the last yes that is needed approves the version.

    `publish_at` is when it goes live by itself; without it, it waits for `publish`. Raises Refused
    for authors, for a second yes of one person, and where what was proposed has changed: then the
    proposal is void.
    """
    why = reason_given(reason, "approve this version")
    with transaction.atomic():
        locked = _in_state(proposal, (ProposalState.OPEN,))
        _refuse_authors(locked, approver)
        _refuse_times(locked.version, publish_at, locked.version.retire_at, now)
        content = binding.content_of(locked_version(locked.version), locked.impact, now=now)
        changed = binding.changed_parts(locked, content)
        if not changed:
            return _approved(locked, approver, why, publish_at, now)
        sentence = void(locked, changed, person=approver, now=now)
    raise Refused(sentence)


def return_(proposal: Proposal, *, by: User, reason: str, now: datetime) -> ModelVersion:
    """Send a proposal back to its author, also one that is approved and not live yet."""
    why = reason_given(reason, "return this version")
    return _ended(proposal, ProposalState.RETURNED, EventKind.MODEL_RETURNED, by, why, now)


def withdraw(proposal: Proposal, *, by: User, reason: str, now: datetime) -> ModelVersion:
    """Take one's own proposal back."""
    why = reason_given(reason, "withdraw this version")
    if by.pk != proposal.proposed_by_id:
        raise Refused(f"Only {proposal.proposed_by} can withdraw this. Approvers can return it.")
    return _ended(proposal, ProposalState.WITHDRAWN, EventKind.MODEL_WITHDRAWN, by, why, now)


def authors_of(version: ModelVersion) -> set[Any]:
    """Return the keys of the people who wrote, tested, changed or proposed a version.

    What was copied from a version that was never live still has its first authors.
    """
    changers = version.changes.values_list("changed_by_id", flat=True).distinct()
    testers = RuleTest.history.filter(version_id=version.pk).values_list(
        "history_user_id", flat=True
    )
    found = {version.created_by_id, version.proposed_by_id, *changers.order_by(), *testers} - {None}
    before = version.based_on
    if before is not None and before.published_at is None:
        found |= authors_of(before)
    return found


def approvers_for(model: DecisionModel, report: ImpactReport | None) -> int:
    """Return how many must approve, by the share of decisions that would change."""
    return approval_step(model, report)[1]


def approval_step(model: DecisionModel, report: ImpactReport | None) -> tuple[float, int]:
    """Return from which share of changed decisions on as many must approve as for this report."""
    share = report.changed / report.total if report and report.total else 0
    steps = [(step["from_share"], step["approvers"]) for step in model.approvals]
    return max((step for step in steps if share >= step[0]), default=(0.0, 1), key=lambda s: s[1])


def set_approvals(
    model: DecisionModel,
    steps: Sequence[tuple[float, int]],
    *,
    by: User,
    reason: str,
    now: datetime,
) -> DecisionModel:
    """Set how many approvers a change needs, as (from what share of changed decisions, how many).

    It counts for proposals from now on.
    """
    why = reason_given(reason, "change how many people must approve")
    kept = sorted(steps)
    if faults := _step_faults(kept):
        raise Invalid("These numbers do not fit together. Nothing was changed.", faults)
    with transaction.atomic():
        locked = locked_model(model)
        locked.approvals = [{"from_share": share, "approvers": count} for share, count in kept]
        history.save(locked, by=by, reason=why, now=now)
        events.record(
            EventKind.MODEL_APPROVALS_CHANGED,
            locked,
            actor=Actor.person(by),
            now=now,
            detail={"approvals": locked.approvals},
        )
    return locked


def _step_faults(steps: Sequence[tuple[float, int]]) -> list[Fault]:
    shares, counts = [share for share, _ in steps], [count for _, count in steps]
    problems = [
        (not steps or shares[0] != 0, "The first line starts at a share of 0 %."),
        (len(steps) > MOST_STEPS, f"Give at most {MOST_STEPS} lines."),
        (len(set(shares)) < len(shares), "A share of changed decisions stands there twice."),
        (any(not 0 <= s <= 1 for s in shares), "Give shares from 0 % to 100 %."),
        (
            any(not 1 <= c <= MOST_APPROVERS for c in counts),
            f"Give 1 to {MOST_APPROVERS} approvers.",
        ),
        (counts != sorted(counts), "A larger impact cannot need fewer approvers."),
    ]
    return [Fault(where="", message=words, hint="") for wrong, words in problems if wrong]


def _approved(
    proposal: Proposal, approver: User, why: str, publish_at: datetime | None, now: datetime
) -> Proposal:
    version = proposal.version
    Approval.objects.create(
        id=new_id(now),
        proposal=proposal,
        approver=approver,
        reason=why,
        content_hash=proposal.content_hash,
        approved_at=now,
    )
    given = proposal.approvals.count()
    detail = {"given": given, "needed": proposal.approvers_needed}
    if given < proposal.approvers_needed:
        version.publish_at = publish_at
        history.save(version, by=approver, reason=why, now=now)
        record(EventKind.MODEL_APPROVED, version, person=approver, now=now, detail=detail)
        return proposal
    proposal.state = ProposalState.APPROVED
    history.save(proposal, by=approver, reason=why, now=now)
    proposal.version = move(
        version,
        VersionState.APPROVED,
        person=approver,
        reason=why,
        now=now,
        changes={"approved_by": approver, "publish_at": publish_at},
        detail=detail,
    )
    return proposal


def _ended(
    proposal: Proposal, state: ProposalState, kind: EventKind, by: User, why: str, now: datetime
) -> ModelVersion:
    with transaction.atomic():
        locked = _in_state(proposal, IN_FORCE)
        return close(locked, state, person=by, reason=why, kind=kind, now=now)


def _in_state(proposal: Proposal, states: Sequence[ProposalState]) -> Proposal:
    locked = locked_proposal(proposal)
    was_live = locked.version.state in {VersionState.PUBLISHED, VersionState.RETIRED}
    if locked.state not in states or was_live:
        state = "live" if was_live else locked.get_state_display().lower()
        raise Refused(f"This proposal is {state} already. Reload the page.")
    return locked


def _refuse_authors(proposal: Proposal, approver: User) -> None:
    if approver.pk in authors_of(proposal.version):
        raise Refused("You wrote or proposed this version. Someone else must approve it.")
    if proposal.approvals.filter(approver=approver).exists():
        raise Refused("You have approved this already. Someone else must give the next approval.")


def _refuse_times(
    version: ModelVersion, publish_at: datetime | None, retire_at: datetime | None, now: datetime
) -> None:
    if publish_at is not None and publish_at < now:
        raise Invalid("The time to go live has passed. Choose a later one.")
    if retire_at is None:
        return
    if retire_at <= (publish_at or now):
        raise Invalid("It cannot end before it is live. Choose a later end.")
    if version.model.live_version_id is None:
        raise Invalid("Nothing is live to go back to at the end. Leave the end empty.")


def _faults(part: binding.Part) -> list[Fault]:
    if part.ok:
        return []
    label = binding.NAMES[part.name]
    return list(part.faults) or [Fault(code=part.name, where=label, message=part.trouble, hint="")]
