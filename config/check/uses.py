"""Every use of the demo in its turn: sent, decided, judged by its own people, acted on."""

from collections.abc import Callable
from datetime import datetime

import httpx

from config.check.pages import Person
from config.check.path import counted
from config.check.report import CheckFailed, Report
from config.demo.people import PASSWORD
from config.demo.setup import MODEL
from config.demo.shape import Use
from config.demo.uses import USES
from connectors.models import Delivery
from decisions.enums import Outcome
from decisions.models import Decision, DecisionModel, User
from reviews.models import ReasonCode, ReviewItem

EACH = 6
Wait = Callable[[str, Callable[[], bool], float], None]


def walk_uses(url: str, api_key: str, *, report: Report, wait: Wait, now: datetime) -> None:
    """Walk the other uses; each adds a line that says how its submissions ended, or raises."""
    headers = {"Authorization": f"Bearer {api_key}"}
    others = [use for use in USES.values() if use.key != MODEL]
    with httpx.Client(base_url=url, headers=headers, timeout=40, trust_env=False) as api:
        sent = {use.key: _send(api, use, now) for use in others}
    for use in others:
        ids = sent[use.key]
        _decided(use, ids, wait)
        rules = _outcomes(use, ids)
        judged = _judge(url, ids, wait)
        acted = _acted(use, ids, wait)
        name = DecisionModel.objects.get(key=use.key).name
        report.add(name.lower()[:27], len(ids), f"{rules}; judged {judged}; sent {acted}")


def _send(api: httpx.Client, use: Use, now: datetime) -> list[str]:
    """Send a few submissions as the use's own system would; return their ids."""
    ids = []
    for arrival in use.arrivals(now, EACH):
        answer = api.post("/api/v1/submissions", json={"model": use.key, "facts": arrival.facts})
        if answer.status_code != 202:
            raise CheckFailed(
                f"A submission of {use.key} was answered {answer.status_code}: {answer.text[:500]}"
            )
        ids.append(str(answer.json()["id"]))
    return ids


def _decided(use: Use, ids: list[str], wait: Wait) -> None:
    mine = Decision.objects.filter(submission_id__in=ids)
    wait(f"decisions of {use.key}", lambda: mine.count() == len(ids), 60)


def _outcomes(use: Use, ids: list[str]) -> str:
    found = list(Decision.objects.filter(submission_id__in=ids))
    if failed := [decision for decision in found if decision.failed]:
        raise CheckFailed(f"An evaluation of {use.key} failed: {failed[0].problems}")
    return counted(decision.outcome for decision in found)


def _judge(url: str, ids: list[str], wait: Wait) -> int:
    """Members of the queues approve what was sent to them, through the pages."""
    mine = ReviewItem.objects.filter(decision__submission_id__in=ids)
    # Somebody who sits in several queues may have judged some of these already.
    due = Decision.objects.filter(submission_id__in=ids, outcome=Outcome.REVIEW)
    wait("review items", lambda: not due.exclude(pk__in=mine.values("decision")).exists(), 30)
    waiting = mine.exclude(state="closed").select_related("queue")
    for queue in {item.queue for item in waiting}:
        member = queue.members.order_by("name").first()
        if member is None:
            raise CheckFailed(f"The queue {queue.name} has no members.")
        _empty(url, member)
    if left := list(waiting.all()):  # Asked anew: they were open a moment ago.
        held = ", ".join(f"{one.queue}: {one.state}, {one.claimed_by}" for one in left)
        raise CheckFailed(f"Items are still open after every verdict: {held}.")
    return mine.count()


def _empty(url: str, member: User) -> None:
    """One person takes the next item until there is none."""
    with Person(url) as person:
        person.sign_in(member.email, PASSWORD)
        person.open("/bench/")
        person.send("/bench/next/", {})
        # Each verdict opens the next item by itself.
        while person.has_form("/verdict/"):
            item = ReviewItem.objects.select_related("queue").get(
                pk=person.path.strip("/").split("/")[-1]
            )
            codes = ReasonCode.objects.filter(queue=item.queue, active=True)
            fitting = [code.code for code in codes if Outcome.APPROVE in code.outcomes]
            person.send(
                f"/bench/{item.pk}/verdict/",
                {
                    "outcome": [Outcome.APPROVE],
                    "reasons": fitting[:1],
                    "note": ["Judged by the check."],
                },
            )


def _acted(use: Use, ids: list[str], wait: Wait) -> str:
    """What was settled went out, and arrived at whoever hears of it."""
    mine = Delivery.objects.filter(action__decision__submission_id__in=ids)
    heard = {topic for receiver in use.receivers for topic in receiver.topics}

    def all_arrived() -> bool:
        settled = Decision.objects.filter(submission_id__in=ids, settled_at__isnull=False)
        asked = {
            action.pk
            for decision in settled.prefetch_related("actions")
            for action in decision.actions.all()
            if action.topic in heard
        }
        done = mine.filter(state="succeeded", action__in=asked).values("action").distinct().count()
        return settled.count() == len(ids) and bool(asked) and done == len(asked)

    wait(f"deliveries of {use.key}", all_arrived, 60)
    return counted(mine.values_list("action__topic", flat=True))
