"""Sets the demo up through the services: people, queues, reference tables, rules, connectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.demo import library
from config.demo.people import ADMIN, APPROVER, AUTHOR, INTEGRATION, LEAD, PASSWORD, PEOPLE, SYSTEMS
from config.demo.queues import CALENDAR
from config.demo.shape import REASON_CODE_FIELDS, Queue, Use
from config.demo.uses import USES
from connectors.enums import Scope
from connectors.services import api_keys, configuration
from decisions.events import SYSTEM, Actor
from decisions.models import DecisionModel, ReferenceTable, User
from decisions.services import authoring, people, proposing, publishing, testing
from reviews.models import BusinessCalendar, ReviewQueue
from reviews.services import queues as queueing

MODEL = "podcast_sponsorship"
KEY_SCOPES = (
    Scope.SUBMISSIONS_WRITE,
    Scope.SUBMISSIONS_READ,
    Scope.DECISIONS_READ,
)


@dataclass(frozen=True)
class Office:
    """What the history of the demo needs to know: who is who."""

    people: dict[str, User]
    api_key: str

    def named(self, name: str) -> User:
        return self.people[name]


def set_up(*, now: datetime) -> Office:
    """Make everything that stands before the first submission; `now` is the moment of that."""
    office = Office(_invite(now), "")
    for use in USES.values():
        make_queues(use, by=office.named(ADMIN.name), people=office.people, now=now)
    for use in USES.values():
        content = library.read(use.key)
        publish(
            content,
            tables=[_as_it_was(table) for table in content.tables],
            author=office.named(AUTHOR.name),
            approver=office.named(APPROVER.name),
            now=now + timedelta(hours=2),
            read_for=timedelta(minutes=40),
        )
    key = _connect(office, now + timedelta(hours=3))
    return Office(office.people, key)


def _invite(now: datetime) -> dict[str, User]:
    return {
        person.name: people.invite(
            email=person.email,
            name=person.name,
            roles=person.roles,
            password=None if person in SYSTEMS else PASSWORD,
            actor=SYSTEM,
            now=now,
        )
        for person in PEOPLE
    }


def make_queues(use: Use, *, by: User, people: Mapping[str, User], now: datetime) -> None:
    """Make the queues of a use with their reason codes; members are those whom `people` names.

    A lead of the demo works in every queue. A queue that is there already stays as it is.
    """
    for queue in use.queues:
        if ReviewQueue.objects.filter(key=queue.key).exists():
            continue
        names = dict.fromkeys((*use.members.get(queue.key, ()), LEAD.name))
        members = [people[name] for name in names if name in people]
        _make_queue(queue, members=members, by=by, now=now)


def _make_queue(queue: Queue, *, members: Sequence[User], by: User, now: datetime) -> None:
    actor = Actor.person(by)
    made = queueing.create_queue(
        key=queue.key,
        name=queue.name,
        description=queue.description,
        first_response_minutes=queue.first_response_minutes,
        decision_minutes=queue.decision_minutes,
        calendar=None if queue.round_the_clock else _calendar(by, now),
        members=members,
        position=ReviewQueue.objects.count(),
        by=by,
        actor=actor,
        now=now,
    )
    codes = [dict(zip(REASON_CODE_FIELDS, code, strict=True)) for code in queue.reason_codes]
    queueing.set_reason_codes(made, codes, reason="Created", by=by, actor=actor, now=now)


def _calendar(by: User, now: datetime) -> BusinessCalendar:
    there = BusinessCalendar.objects.filter(key=CALENDAR["key"]).first()
    if there is not None:
        return there
    return queueing.create_calendar(**CALENDAR, by=by, actor=Actor.person(by), now=now)


def publish(
    content: library.LibraryModel,
    *,
    tables: Sequence[Mapping[str, Any]],
    author: User,
    approver: User,
    now: datetime,
    read_for: timedelta = timedelta(0),
) -> DecisionModel:
    """Write tables, rules and rule tests as `author`; `approver` publishes after `read_for`.

    A table that is there already stays as it is: another model brought it.
    """
    actor = Actor.person(author)
    there = set(ReferenceTable.objects.values_list("key", flat=True))
    for table in tables:
        if table["key"] not in there:
            authoring.create_table(**table, author=author, actor=actor, now=now)
    model = authoring.create_model(
        key=content.key,
        name=content.name,
        description=content.description,
        icon=content.icon,
        decision_name=content.decision_name,
        fallback_queue=content.fallback_queue,
        headline=content.headline,
        topics=content.topics,
        author=author,
        actor=actor,
        now=now,
    )
    version = authoring.draft_version(
        model, dmn=content.dmn, author=author, actor=actor, note="First version", now=now
    )
    cases = [
        testing.Case(str(case), str(case), case.facts, case.expected, content.cases_at)
        for case in content.cases
    ]
    testing.take_in(version, cases, author=author, reason="Comes with the model", now=now)
    reason = "All rules of the use case are in"
    proposal = proposing.propose(version, author=author, reason=reason, now=now)
    later = now + read_for
    proposal = proposing.approve(proposal, approver=approver, reason="Read row by row", now=later)
    publishing.publish(proposal.version, publisher=approver, reason="Goes live", now=later)
    return model


def _as_it_was(table: dict[str, Any]) -> dict[str, Any]:
    """The budget limit stood lower until an author raised it."""
    if table["key"] != "sponsorship_limits":
        return table
    rows = table["rows"]
    lower = [{**row, "value": 40_000} if row["key"] == "most_budget_eur" else row for row in rows]
    return {**table, "rows": lower}


def raise_the_budget_limit(office: Office, *, now: datetime) -> None:
    """Ten days in, an author lifts the limit: decisions before and after differ, and say why."""
    author = office.named(AUTHOR.name)
    (rows,) = [t["rows"] for t in library.read(MODEL).tables if t["key"] == "sponsorship_limits"]
    authoring.change_table(
        ReferenceTable.objects.get(key="sponsorship_limits"),
        rows=rows,
        author=author,
        actor=Actor.person(author),
        reason="Commercial approved every budget up to €50,000 for a year, so rules may.",
        now=now,
    )


def _connect(office: Office, now: datetime) -> str:
    admin = office.named(ADMIN.name)
    outlets = [r for use in USES.values() for r in use.receivers]
    for key, name, kind, settings, topics in (
        ("podcast-feeds", "Podcast feeds", "rss", {}, []),
        *((r.key, r.name, "sandbox", {}, r.topics) for r in outlets),
        # An address that nobody has (RFC 5737): what it is sent ends as given up.
        ("warehouse", "Data warehouse", "webhook", {"url": "https://192.0.2.20/decisions"}, []),
    ):
        configuration.create(
            key=key,
            name=name,
            kind=kind,
            settings=settings,
            topics=topics,
            author=admin,
            now=now,
        )
    _, secret = api_keys.create(
        name="Booking CRM, demo",
        scopes=KEY_SCOPES,
        user=office.named(INTEGRATION.name),
        creator=admin,
        actor=Actor.person(admin),
        expires_at=None,
        now=now,
    )
    return secret
