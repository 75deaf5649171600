"""Plays a month of work through the services, each step at its moment and in order of time."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from config.demo import change, guardrails, setup
from config.demo.people import ADMIN
from config.demo.setup import Office
from config.demo.shape import Arrival, Use
from config.demo.submissions import COUNT
from config.demo.uses import USES
from connectors.models import Connector
from connectors.services import configuration, sending
from connectors.services import dispatch as dispatching
from decisions.enums import EventKind
from decisions.events import Actor
from decisions.models import AuditEvent, Decision, User
from decisions.services import intake
from decisions.services.intake import Reading
from reviews.calendars import add_business_minutes
from reviews.models import ReviewItem
from reviews.queries.queues import hours_of
from reviews.services import claiming, routing, verdicts

SECOND = timedelta(seconds=1)
SILENT = "The feed did not answer within 10 s."
FRESH, BUSY = timedelta(hours=30), timedelta(days=5)
TOPICS = ["sponsorship.decided"]

Step = Callable[[datetime], None]


@dataclass
class History:
    """A queue of steps; a step may plan later ones."""

    office: Office
    until: datetime
    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def plan(self, at: datetime, step: Step) -> None:
        """What would happen after now has not happened."""
        if at <= self.until:
            heapq.heappush(self._steps, (at, next(self._count), step))

    def play(self) -> None:
        while self._steps:
            at, _, step = heapq.heappop(self._steps)
            step(at)


@dataclass
class Desk:
    """The people who work on one use; their chances hang on no other use."""

    history: History
    use: Use
    pick: Random = field(default_factory=lambda: Random(88))  # noqa: S311 - a story
    opened: "itertools.count[int]" = field(default_factory=itertools.count)

    def plan(self, at: datetime, step: Step) -> None:
        self.history.plan(at, step)


def play(office: Office, *, count: int, now: datetime) -> None:
    """Write the month before `now`: arrivals, decisions, reviews, deliveries, a few mishaps.

    `count` is for podcast sponsorship; the other uses follow in their proportion.
    """
    history = History(office, until=now)
    for use in USES.values():
        desk = Desk(history, use)
        for arrival in use.arrivals(now, round(use.count * count / COUNT)):
            history.plan(arrival.received_at, _arrive(desk, arrival))
    history.plan(
        now - timedelta(days=20, hours=3),
        lambda at: setup.raise_the_budget_limit(office, now=at),
    )
    history.plan(now - timedelta(days=13), lambda at: _subscribe_warehouse(office, at))
    history.plan(now - timedelta(days=8, hours=2), lambda at: _pause_warehouse(office, at))
    history.plan(now - timedelta(days=29), lambda at: guardrails.set_guardrails(office, now=at))
    history.plan(now - timedelta(minutes=50), lambda at: guardrails.check_guardrails(now=at))
    history.plan(now - timedelta(hours=1), lambda at: change.propose_a_change(office, now=at))
    history.plan(now - timedelta(minutes=4), lambda at: _hold_one(office, at))
    history.play()


def _arrive(desk: Desk, arrival: Arrival) -> Step:
    def step(at: datetime) -> None:
        sender = desk.history.office.named(desk.use.sender)
        reading = Reading(arrival.feed, "" if arrival.feed is not None else SILENT)
        decision = intake.submit_and_decide(
            desk.use.key,
            arrival.facts,
            evidence={"rss": reading},
            source=str(sender),
            actor=Actor.person(sender),
            now=at,
        )
        if decision.settled_at is None:
            desk.plan(at + SECOND, _open(desk, decision))
        else:
            desk.plan(at + SECOND, _send_out(decision))

    return step


def _open(desk: Desk, decision: Decision) -> Step:
    def step(at: datetime) -> None:
        events = _events(decision, EventKind.DECISION_NEEDS_REVIEW)
        for item in routing.open_item(events, now=at):
            if _has_time(desk, item):
                desk.plan(_time_of_claim(desk, item), _claim(desk, item))

    return step


def _has_time(desk: Desk, item: ReviewItem) -> bool:
    """Of late the team has not kept up: most fresh items wait, and a few older ones are late."""
    age, number = desk.history.until - item.opened_at, next(desk.opened)
    if age < FRESH:
        return number % 5 == 0
    return age > BUSY or number % 3 != 0


def _time_of_claim(desk: Desk, item: ReviewItem) -> datetime:
    """Most come in time, some late."""
    minutes = item.queue.decision_minutes * desk.pick.triangular(0.05, 1.15, 0.4)
    return add_business_minutes(item.opened_at, int(minutes), hours_of(item.queue))


def _claim(desk: Desk, item: ReviewItem) -> Step:
    def step(at: datetime) -> None:
        reviewer = desk.pick.choice(_members(item))
        claimed = claiming.claim(item.pk, user=reviewer, now=at)
        minutes = desk.pick.triangular(2, 14, 6)
        desk.plan(at + timedelta(minutes=minutes), _judge(desk, claimed, reviewer))

    return step


def _members(item: ReviewItem) -> list[User]:
    """Leads help out, but the work is the reviewers'."""
    people = list(item.queue.members.order_by("name"))
    return [user for user in people if not user.has_perm("reviews.assign")] or people


def _judge(desk: Desk, item: ReviewItem, reviewer: User) -> Step:
    def step(at: datetime) -> None:
        decision = Decision.objects.get(pk=item.decision_id)
        ways = desk.use.judgements(item.queue.key, _reason_for(decision, item.queue.key))
        way = desk.pick.choices(ways, [3, *[1] * (len(ways) - 1)])[0]
        verdicts.record_verdict(
            item.pk,
            reviewer=reviewer,
            lease_number=item.lease_number,
            outcome=way.outcome,
            reasons=way.reasons,
            conditions=[{"code": code, "text": text} for code, text in way.conditions],
            note=way.note,
            note_to_submitter=way.answer,
            now=at,
        )
        desk.plan(at + SECOND, _send_out(decision))

    return step


def _reason_for(decision: Decision, queue: str) -> str:
    reasons = (decision.outputs or {}).get("reasons") or []
    return next((r["code"] for r in reasons if r.get("queue") == queue), "")


def _send_out(decision: Decision) -> Step:
    def step(at: datetime) -> None:
        made = dispatching.dispatch(_events(decision, EventKind.DECISION_SETTLED), now=at)
        asked = AuditEvent.objects.filter(
            kind=EventKind.DELIVERY_REQUESTED, subject_id__in=[d.pk for d in made]
        )
        sending.send(list(asked.values_list("pk", flat=True)), now=at + SECOND)

    return step


def _events(decision: Decision, kind: EventKind) -> list[str]:
    events = AuditEvent.objects.filter(submission_id=decision.submission_id, kind=kind)
    return [str(key) for key in events.values_list("pk", flat=True)]


def _subscribe_warehouse(office: Office, at: datetime) -> None:
    warehouse = Connector.objects.get(key="warehouse")
    configuration.configure(
        warehouse,
        name=warehouse.name,
        settings=warehouse.settings,
        topics=TOPICS,
        author=office.named(ADMIN.name),
        now=at,
    )


def _pause_warehouse(office: Office, at: datetime) -> None:
    configuration.pause(
        Connector.objects.get(key="warehouse"),
        reason="The address is not reachable from here. The warehouse team gives us a new one.",
        author=office.named(ADMIN.name),
        now=at,
    )


def _hold_one(office: Office, at: datetime) -> None:
    """Somebody is at work right now."""
    for name in ("Jonas Lindqvist", "Mateo Ruiz", "Carl Weiss"):
        if claiming.claim_next(office.named(name), now=at):
            return
