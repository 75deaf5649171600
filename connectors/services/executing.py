"""Other systems ask a model for its answer: an outcome goes the straight path, values are kept."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.errors import AnswerLater
from connectors.services import reception
from connectors.services.reception import Origin, Reply
from decisions.models import Decision, DecisionModel, Execution, Submission
from decisions.services import executing

Render = Callable[[Decision | Execution], Any]


def execute(
    model: DecisionModel,
    facts: Mapping[str, Any],
    *,
    origin: Origin,
    render: Render,
    code: int,
    now: datetime,
) -> Reply:
    """Answer one call; `render` makes the body of what was recorded.

    Raises AnswerLater when evidence could not be read in time: the submission then waits for it.
    """

    def values() -> Reply:
        execution = executing.execute(
            model, facts, source=origin.source, actor=origin.actor, now=now
        )
        return Reply(code=500 if execution.failed else code, body=render(execution))

    def outcome(submission: Submission, decision: Decision | None) -> Reply:
        if decision is None:
            return Reply(code=503, body={"submission": str(submission.pk)})
        return Reply(code=code, body=render(decision))

    if not executing.answered_by(model).settles:
        return reception.answer_once(origin, values, now=now)
    reply = reception.receive(model.key, facts, origin=origin, wait=True, render=outcome, now=now)
    if reply.code == 503:
        raise AnswerLater(
            f"The evidence for this could not be read in time. It was taken in as submission "
            f"{reply.body['submission']} and is decided when the evidence is there."
        )
    return reply
