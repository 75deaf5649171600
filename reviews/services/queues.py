"""Leads change how queues run: promises, members, calendars, reason codes, pauses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from decisions import events, history
from decisions.enums import FINAL_OUTCOMES, EventKind, Role
from decisions.errors import Fault, Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import User
from reviews.calendars import parse_hours
from reviews.models import BusinessCalendar, ReasonCode, ReviewQueue
from reviews.models.queues import UPPER_SNAKE

LONGEST = 60 * 24 * 366  # Minutes in a year: a longer promise is a slip of the keyboard.
WORKERS = (Role.REVIEWER, Role.LEAD)


def create_calendar(
    *,
    key: str,
    name: str,
    time_zone: str,
    weekly_hours: Mapping[str, Any],
    holidays: Sequence[Mapping[str, str]],
    by: User | None,
    actor: Actor,
    now: datetime,
) -> BusinessCalendar:
    """Create a business calendar. Raises Invalid with every fault of its hours."""
    parse_hours(time_zone, weekly_hours, holidays)
    calendar = BusinessCalendar(
        id=new_id(now),
        key=key,
        name=name,
        time_zone=time_zone,
        weekly_hours=dict(weekly_hours),
        holidays=[dict(day) for day in holidays],
    )
    _create(calendar, by=by, actor=actor, now=now)
    return calendar


def change_calendar(
    calendar: BusinessCalendar,
    *,
    name: str,
    time_zone: str,
    weekly_hours: Mapping[str, Any],
    holidays: Sequence[Mapping[str, str]],
    reason: str,
    by: User,
    now: datetime,
) -> BusinessCalendar:
    """Change when a team works, with the reason. Items that wait keep their promise."""
    reason = _reason(reason)
    parse_hours(time_zone, weekly_hours, holidays)
    with transaction.atomic():
        locked = BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
        wanted = {
            "name": name.strip(),
            "time_zone": time_zone,
            "weekly_hours": dict(weekly_hours),
            "holidays": [dict(day) for day in holidays],
        }
        changed = [field for field, value in wanted.items() if getattr(locked, field) != value]
        for field, value in wanted.items():
            setattr(locked, field, value)
        history.save(locked, by=by, reason=reason, now=now)
        _record(locked, {"changed": changed, "key": locked.key}, actor=Actor.person(by), now=now)
    return locked


def create_queue(
    *,
    key: str,
    name: str,
    first_response_minutes: int,
    decision_minutes: int,
    by: User | None,
    actor: Actor,
    now: datetime,
    calendar: BusinessCalendar | None = None,
    members: Collection[User] = (),
    description: str = "",
    position: int = 0,
) -> ReviewQueue:
    """Create a queue; without a calendar it runs around the clock."""
    queue = ReviewQueue(
        id=new_id(now),
        key=key,
        name=name.strip(),
        description=description,
        calendar=calendar,
        first_response_minutes=first_response_minutes,
        decision_minutes=decision_minutes,
        position=position,
    )
    if faults := _queue_faults(queue, members):
        raise Invalid("The queue was not created.", faults)
    with transaction.atomic():
        _create(queue, by=by, actor=actor, now=now)
        queue.members.set(members)
    return queue


def change_queue(
    queue: ReviewQueue,
    *,
    changes: Mapping[str, Any],
    reason: str,
    by: User,
    now: datetime,
    members: Collection[User] | None = None,
    based_on: int | None = None,
) -> ReviewQueue:
    """Change fields and members of a queue, with the reason. Items in it keep their promise.

    `based_on` is the history number the editor saw; Refused when somebody changed it since.
    """
    reason = _reason(reason)
    with transaction.atomic():
        locked = ReviewQueue.objects.select_for_update(of=("self",)).get(pk=queue.pk)
        if based_on is not None and based_on != revision_of(locked):
            raise Refused(
                f"{locked.name} was changed while you were editing. Load the page and try again."
            )
        before = {name: getattr(locked, name) for name in changes}
        for name, value in changes.items():
            setattr(locked, name, value)
        if faults := _queue_faults(locked, members or ()):
            raise Invalid("The queue was not changed.", faults)
        changed = [name for name, value in changes.items() if before[name] != value]
        if members is not None and set(members) != set(locked.members.all()):
            # The library would write a row of history for the members alone.
            locked.skip_history_when_saving = True  # type: ignore[attr-defined]
            locked.members.set(members)
            del locked.skip_history_when_saving  # type: ignore[attr-defined]
            changed.append("members")
        history.save(locked, by=by, reason=reason, now=now)
        _record(locked, {"changed": changed}, actor=Actor.person(by), now=now)
    return locked


def pause(queue: ReviewQueue, *, reason: str, by: User, now: datetime) -> ReviewQueue:
    """Let nobody take items from a queue; the promises run on, because submitters wait."""
    if not reason.strip():
        raise Invalid("Say why you pause this queue. People who wait will ask.")
    changes = {"paused_at": now, "paused_reason": reason.strip()[:300]}
    return change_queue(queue, changes=changes, reason=reason, by=by, now=now)


def resume(queue: ReviewQueue, *, by: User, now: datetime) -> ReviewQueue:
    """Let people take items again."""
    changes = {"paused_at": None, "paused_reason": ""}
    return change_queue(queue, changes=changes, reason="Resumed", by=by, now=now)


def set_reason_codes(
    queue: ReviewQueue,
    codes: Sequence[Mapping[str, Any]],
    *,
    reason: str,
    by: User | None,
    actor: Actor,
    now: datetime,
) -> list[ReasonCode]:
    """Set the reason codes of a queue in order: {"code", "sentence", "outcomes"}.

    A code that is no longer listed is kept and switched off, because verdicts name it.
    """
    reason = _reason(reason)
    if faults := _code_faults(codes):
        raise Invalid("The reason codes were not changed.", faults)
    with transaction.atomic():
        ReviewQueue.objects.select_for_update(of=("self",)).get(pk=queue.pk)
        known = {code.code: code for code in queue.reason_codes.all()}
        kept = []
        for position, row in enumerate(codes):
            code = known.pop(row["code"], None) or ReasonCode(
                id=new_id(now), queue=queue, code=row["code"]
            )
            wanted = {
                "sentence": row["sentence"].strip(),
                "outcomes": sorted(row["outcomes"]),
                "active": True,
                "position": position,
            }
            _save_if_changed(code, wanted, by=by, reason=reason, now=now)
            kept.append(code)
        for code in known.values():
            _save_if_changed(code, {"active": False}, by=by, reason=reason, now=now)
        detail = {"changed": ["reason_codes"], "codes": [code.code for code in kept]}
        _record(queue, detail, actor=actor, now=now)
    return kept


def revision_of(queue: ReviewQueue) -> int:
    """Return the number of the newest entry in a queue's history."""
    return int(queue.history.values_list("history_id", flat=True).order_by("-history_id")[0])


def _create(record: Any, *, by: User | None, actor: Actor, now: datetime) -> None:
    try:
        with transaction.atomic():
            history.save(record, by=by, reason="Created", now=now)
            _record(record, {"changed": ["created"], "key": record.key}, actor=actor, now=now)
    except IntegrityError as error:
        raise Refused(f"“{record.key}” exists already. Choose another key.") from error


def _save_if_changed(
    code: ReasonCode, wanted: Mapping[str, Any], *, by: User | None, reason: str, now: datetime
) -> None:
    if not code._state.adding and all(getattr(code, n) == v for n, v in wanted.items()):
        return
    for name, value in wanted.items():
        setattr(code, name, value)
    history.save(code, by=by, reason=reason, now=now)


def _queue_faults(queue: ReviewQueue, members: Collection[User]) -> list[Fault]:
    faults: list[Fault] = []
    if not queue.name.strip():
        faults.append(Fault(where="name", message="Give the queue a name."))
    for field in ("first_response_minutes", "decision_minutes"):
        if not 1 <= getattr(queue, field) <= LONGEST:
            message = "Give minutes from 1 to a year, like 240 for 4 hours."
            faults.append(Fault(where=field, message=message))
    if queue.first_response_minutes > queue.decision_minutes:
        message = "The first response cannot be due after the verdict. Give fewer minutes."
        faults.append(Fault(where="first_response_minutes", message=message))
    able = set(
        User.objects.filter(pk__in=[m.pk for m in members], groups__name__in=WORKERS)
        .values_list("pk", flat=True)
        .distinct()
    )
    for member in members:
        if member.pk not in able:
            message = f"{member} is neither reviewer nor lead. Ask an admin for the role first."
            faults.append(Fault(where="members", message=message))
    return faults


def _code_faults(codes: Sequence[Mapping[str, Any]]) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, row in enumerate(codes, start=1):
        code = str(row.get("code") or "")
        try:
            UPPER_SNAKE(code)
        except ValidationError as error:
            faults.append(Fault(where=f"/{number}/code", message=error.messages[0]))
        if code in seen:
            message = f"{code} is listed twice. Remove one."
            faults.append(Fault(where=f"/{number}/code", message=message))
        seen.add(code)
        if not str(row.get("sentence") or "").strip():
            message = "Write the sentence people read."
            faults.append(Fault(where=f"/{number}/sentence", message=message))
        outcomes = row.get("outcomes") or []
        if not outcomes or not set(outcomes) <= FINAL_OUTCOMES:
            message = "Name the verdicts it may serve: approve, reject, route."
            faults.append(Fault(where=f"/{number}/outcomes", message=message))
    return faults


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid("Say why you change this queue. The reason stays with the change.")
    return text.strip()


def _record(record: Any, detail: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    events.record(EventKind.QUEUE_CHANGED, record, actor=actor, now=now, detail=dict(detail))
