"""Requests come in: each is answered once, and a repetition gets the first answer again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from connectors.models import ApiKey, InboundMessage
from connectors.services import enrichment
from decisions.enums import ActorKind
from decisions.errors import Refused
from decisions.events import Actor
from decisions.ids import id_at, new_id
from decisions.models import Decision, Submission
from decisions.services import intake

REMEMBERED = timedelta(days=7)
MOST_FORGOTTEN = 10_000


@dataclass(frozen=True)
class Origin:
    """Who sent a request, and the key and hash by which its repetition is recognised."""

    api_key: ApiKey
    idempotency_key: str = ""
    body_hash: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.API_KEY, self.api_key.pk, self.api_key.name)

    @property
    def source(self) -> str:
        return f"API: {self.api_key.name}"[:120]


@dataclass(frozen=True)
class Reply:
    """What the caller is told: HTTP code, JSON body, address of the new record."""

    code: int
    body: Any
    location: str = ""
    repeated: bool = False


RenderOne = Callable[[Submission, Decision | None], Reply]
RenderMany = Callable[[Sequence[Any]], Reply]


class KeyReused(Refused):
    """An Idempotency-Key that already stands for another request."""


def receive(
    model_key: str,
    facts: Mapping[str, Any],
    *,
    origin: Origin,
    wait: bool,
    render: RenderOne,
    now: datetime,
) -> Reply:
    """Take one submission in. With `wait` it is decided at once if its evidence can be had."""
    if repeated := _first_answer(origin):
        return repeated
    evidence = enrichment.read_evidence(model_key, facts, now=now) if wait else None

    def take() -> Reply:
        if evidence is None:
            submission = intake.submit(
                model_key, facts, source=origin.source, actor=origin.actor, now=now
            )
            return render(submission, None)
        decision = intake.submit_and_decide(
            model_key,
            facts,
            evidence=evidence,
            source=origin.source,
            actor=origin.actor,
            now=now,
        )
        return render(decision.submission, decision)

    return _answer_once(origin, take, now=now)


def receive_many(
    model_key: str,
    batch: Sequence[Mapping[str, Any]],
    *,
    origin: Origin,
    render: RenderMany,
    now: datetime,
) -> Reply:
    """Take a batch in; `render` gets one submission or one Invalid for each that came."""
    if repeated := _first_answer(origin):
        return repeated

    def take() -> Reply:
        return render(
            intake.submit_many(model_key, batch, source=origin.source, actor=origin.actor, now=now)
        )

    return _answer_once(origin, take, now=now)


def answer_once(origin: Origin, take: Callable[[], Reply], *, now: datetime) -> Reply:
    """Answer other work of a request once: a repetition of it gets the first answer again."""
    return _first_answer(origin) or _answer_once(origin, take, now=now)


def forget_answers(*, now: datetime) -> int:
    """Forget answers older than a week: their keys may then be used for something else."""
    old = InboundMessage.objects.filter(pk__lt=id_at(now - REMEMBERED)).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:MOST_FORGOTTEN])
    return InboundMessage.objects.filter(pk__in=ids).delete()[0]


def _answer_once(origin: Origin, take: Callable[[], Reply], *, now: datetime) -> Reply:
    if not origin.idempotency_key:
        return take()
    try:
        with transaction.atomic():
            reply = take()
            InboundMessage.objects.create(
                id=new_id(now),
                api_key=origin.api_key,
                idempotency_key=origin.idempotency_key,
                body_hash=origin.body_hash,
                answer={"code": reply.code, "body": reply.body, "location": reply.location},
                received_at=now,
            )
    except IntegrityError:
        # A request with the same key won; what this one wrote is undone.
        if repeated := _first_answer(origin):
            return repeated
        raise
    return reply


def _first_answer(origin: Origin) -> Reply | None:
    if not origin.idempotency_key:
        return None
    first = InboundMessage.objects.filter(
        api_key=origin.api_key, idempotency_key=origin.idempotency_key
    ).first()
    if first is None:
        return None
    if first.body_hash != origin.body_hash:
        raise KeyReused(
            "This Idempotency-Key was used before for another request. Nothing was stored. "
            "Repeat a request with exactly the same body, or take a new key."
        )
    return Reply(**first.answer, repeated=True)
