"""Rolls a challenger out: which submissions meet its rules in place of the live ones."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import structlog

from decisions import engine
from decisions.canonical import canonical
from decisions.enums import ChallengerMode, VersionState
from decisions.errors import Expected
from decisions.models import Challenger, DecisionModel, Submission
from decisions.services.rulesets import Rules, version_rules

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rollout:
    """A challenger that decides a share of the traffic."""

    id: UUID
    percent: int
    key: str
    rules: Rules

    def takes(self, submission: Submission, *, now: datetime) -> bool:
        """Say whether this submission meets the challenger.

        A hash of its key decides, so that the same key always meets the same rules, and whoever
        met the challenger at 10 % still does at 20 %. What has no key goes by the submission.
        """
        told = str(submission.pk)
        if self.key:
            value = engine.evaluate_expression(self.key, submission.facts, now=now).value
            if value is not None:
                told = canonical(engine.to_json(value)).decode()
        first = sha256(f"{self.id}:{told}".encode()).digest()[:8]
        return int.from_bytes(first) % 100 < self.percent


def rollout_of(model: DecisionModel, *, now: datetime) -> Rollout | None:
    """Return the roll-out of a model, if one runs; without a challenger this asks nothing.

    Rules that cannot even be loaded take nothing: the live ones decide.
    """
    if model.challenger_id is None:
        return None
    # A version whose approval became void is a draft again, and drafts decide nothing.
    found = Challenger.objects.filter(
        pk=model.challenger_id,
        mode=ChallengerMode.ROLLOUT,
        ended_at=None,
        version__state=VersionState.APPROVED,
    ).first()
    if found is None:
        return None
    try:
        rules = version_rules(model, found.version_id, now=now)
    except (Expected, engine.Invalid):
        log.exception("challenger_not_loaded", challenger=str(found.pk))
        return None
    return Rollout(found.pk, found.percent, found.key, rules)


def rules_for(
    submission: Submission, live: Rules, rollout: Rollout | None, *, now: datetime
) -> Rules:
    """Return the rules that decide a submission."""
    if rollout is not None and rollout.takes(submission, now=now):
        return rollout.rules
    return live
