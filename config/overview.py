"""The overview: what needs this person now, and whether anything is about to go wrong."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import Count
from django.db.models.functions import ExtractHour
from django.urls import reverse
from django.utils import timezone

from config import wording
from connectors.enums import DeliveryState
from connectors.models import Connector, Delivery
from decisions.enums import Outcome, ProposalState, SettledBy
from decisions.ids import id_at
from decisions.models import Decision, DecisionModel, User
from decisions.queries import releases
from decisions.queries.days import day_of
from decisions.services.proposing import authors_of
from reviews.models import ReviewQueue
from reviews.queries.board import QueueLine, queue_lines

ORDER = (Outcome.APPROVE, Outcome.REJECT, Outcome.ROUTE, Outcome.REVIEW)
KEEP_SECONDS = 30
WEEK = timedelta(days=7)
FEW = 50

Counts = dict[tuple[Any, ...], int]


@dataclass(frozen=True)
class Attention:
    """One line of trouble with one way out."""

    icon: str
    tone: str
    title: str
    text: str
    url: str
    act: str


@dataclass(frozen=True)
class Stat:
    label: str
    value: str
    foot: str
    bad: bool = False


@dataclass(frozen=True)
class Part:
    """A piece of a bar: where it begins and how long it is, as SVG takes it."""

    kind: str
    at: str
    size: str


@dataclass(frozen=True)
class Hour:
    """One column of the chart."""

    label: str
    total: int
    parts: list[Part]
    words: str
    is_now: bool


@dataclass(frozen=True)
class ModelLine:
    """What one model decided in seven days."""

    model: DecisionModel
    total: int
    parts: list[Part]
    words: str
    by_rules: float


def attention_for(user: User, lines: Iterable[QueueLine], *, now: datetime) -> list[Attention]:
    """What is late, failing or waits for this person, most urgent first."""
    return [
        *(_stopped(user) if user.has_perm("decisions.view_rules") else ()),
        *_late(lines, now=now),
        *(_deliveries(user) if user.has_perm("connectors.view_deliveries") else ()),
        *(_paused(user) if user.has_perm("connectors.view_connectors") else ()),
        *(_proposals(user) if user.has_perm("decisions.approve_rules") else ()),
        *_sent_back(user),
    ]


def open_queues(*, now: datetime) -> list[QueueLine]:
    """Every queue with what is open, late and due today; the busiest trouble first."""
    queues = list(ReviewQueue.objects.select_related("calendar"))
    lines = queue_lines(queues, hours=[], now=now, today_ends=day_of(now)[1])
    return sorted(lines, key=lambda line: (-line.late, line.next_due or now + WEEK * 52))


def stats_of(lines: Iterable[QueueLine], *, now: datetime) -> list[Stat]:
    """Today in four numbers, against the same hours a week ago."""
    today, before = _day(now), _day(now - WEEK)
    decided, earlier = sum(today.values()), sum(before.values())
    by_rules = _share_by_rules(today)
    lines = list(lines)
    late = [line for line in lines if line.late]
    return [
        Stat("Decided", wording.number(decided), _against(decided, earlier)),
        Stat(
            "Settled by rules",
            wording.share(by_rules) if decided else "None yet",
            _points(by_rules, _share_by_rules(before)) if earlier and decided else "",
        ),
        Stat(
            "Waiting for people",
            wording.number(sum(line.open for line in lines)),
            f"{sum(line.today for line in lines)} due later today",
        ),
        Stat(
            "Late",
            wording.number(sum(line.late for line in late)),
            ", ".join(str(line.queue) for line in late) or "nothing",
            bad=bool(late),
        ),
    ]


def hours_of_today(*, now: datetime) -> list[Hour]:
    """Decisions per hour until now, by what the rules said."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for (hour, outcome, _), count in _day(now).items():
        counts[hour][outcome] = counts[hour].get(outcome, 0) + count
    most = max((sum(parts.values()) for parts in counts.values()), default=0) or 1
    current = timezone.localtime(now).hour
    return [
        Hour(
            label=f"{hour:02d}",
            total=sum(counts[hour].values()),
            parts=list(_stack(counts[hour], most, from_bottom=True)),
            words=_words(counts[hour]),
            is_now=hour == current,
        )
        for hour in range(current + 1)
    ]


def models_of_week(*, now: datetime) -> list[ModelLine]:
    """What each live model decided in the last seven days."""
    rows = _kept("overview-week", lambda: _week(now))
    models = DecisionModel.objects.select_related("live_version").defer("live_version__dmn")
    lines = []
    for model in models.filter(live_version__isnull=False):
        mine = {key: count for key, count in rows.items() if key[0] == model.pk}
        counts: dict[str, int] = defaultdict(int)
        for (_, outcome, _), count in mine.items():
            counts[outcome] += count
        total = sum(counts.values())
        ruled = sum(count for (_, _, by), count in mine.items() if by == SettledBy.RULES)
        parts = list(_stack(counts, total or 1))
        lines.append(ModelLine(model, total, parts, _words(counts), ruled / total if total else 0))
    return sorted(lines, key=lambda line: -line.total)


def _late(lines: Iterable[QueueLine], *, now: datetime) -> Iterator[Attention]:
    for line in lines:
        if line.late and line.next_due:
            noun, verb = ("item", "is") if line.late == 1 else ("items", "are")
            yield Attention(
                icon="alarm-clock",
                tone="bad",
                title=f"{line.late} {noun} in {line.queue} {verb} late",
                text=f"The oldest was due {wording.moment(line.next_due, now=now)}, "
                f"{wording.duration(now - line.next_due)} ago.",
                url=f"{reverse('reviews:queue', args=[line.queue.key])}?due=late",
                act="Open it" if line.late == 1 else f"Open the {line.late}",
            )


def _deliveries(user: User) -> Iterator[Attention]:
    dead = Delivery.objects.filter(state=DeliveryState.DEAD).count()
    if dead:
        yield Attention(
            icon="send",
            tone="bad",
            title=f"{dead} {'delivery was' if dead == 1 else 'deliveries were'} given up",
            text="The other side did not take them, however often they were tried. None is lost.",
            url=f"{reverse('connectors:delivery_list')}?state={DeliveryState.DEAD}",
            act="See them",
        )


def _paused(user: User) -> Iterator[Attention]:
    for connector in Connector.objects.exclude(paused_at=None).order_by("paused_at"):
        yield Attention(
            icon="circle-pause",
            tone="warn",
            title=f"{connector} is paused",
            text=connector.paused_reason or "Deliveries wait until it is resumed.",
            url=reverse("connectors:connector", args=[connector.key]),
            act="Open connector",
        )


def _proposals(user: User) -> Iterator[Attention]:
    for proposal in releases.waiting_proposals().filter(state=ProposalState.OPEN):
        version = proposal.version
        seen = {yes.approver_id for yes in proposal.approvals.all()}
        if user.pk in seen | authors_of(version):
            continue  # Someone else must approve it.
        yield Attention(
            icon="git-pull-request-arrow",
            tone="soft",
            title=f"{version} waits for approval",
            text=f"Proposed by {proposal.proposed_by}. {proposal.reason}",
            url=reverse("decisions:version_changes", args=[version.model.key, version.number]),
            act="See the change",
        )


def _sent_back(user: User) -> Iterator[Attention]:
    for proposal in releases.sent_back_proposals().filter(proposed_by=user):
        version = proposal.version
        came = "is void" if proposal.state == ProposalState.VOID else "came back"
        yield Attention(
            icon="undo-2",
            tone="warn",
            title=f"{version} {came}",
            text=proposal.closed_reason,
            url=reverse("decisions:version_changes", args=[version.model.key, version.number]),
            act="Open the draft",
        )


def _stopped(user: User) -> Iterator[Attention]:
    for model in DecisionModel.objects.exclude(stopped_at=None).order_by("stopped_at"):
        yield Attention(
            icon="octagon-pause",
            tone="bad",
            title=f"{model} is stopped",
            text=f"{model.stopped_reason} Every submission goes to a person.",
            url=reverse("decisions:model", args=[model.key]),
            act="Open the model",
        )


def _day(moment: datetime) -> Counts:
    """Counts by hour, outcome of the rules and settler, from midnight until `moment`."""
    begin, _ = day_of(moment)

    def read() -> Counts:
        rows = (
            Decision.objects.filter(pk__gte=id_at(begin), pk__lt=id_at(moment))
            .annotate(hour=ExtractHour("evaluated_at"))
            .values_list("hour", "rules_outcome", "settled_by")
            .annotate(count=Count("pk"))
            .order_by()
        )
        return {tuple(key): count for *key, count in rows}

    return _kept(f"overview-{begin:%Y-%m-%d}", read)


def _kept(name: str, read: Callable[[], Counts]) -> Counts:
    """Figures over a day or a week may be half a minute old; this process keeps them so long."""
    found: Counts | None = caches["process"].get(name)
    if found is None:
        found = read()
        caches["process"].set(name, found, KEEP_SECONDS)
    return found


def _week(now: datetime) -> Counts:
    rows = (
        Decision.objects.filter(pk__gte=id_at(now - WEEK))
        .values_list("model_id", "rules_outcome", "settled_by")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return {tuple(key): count for *key, count in rows}


def _share_by_rules(counts: Counts) -> float:
    total = sum(counts.values())
    ruled = sum(count for (_, _, by), count in counts.items() if by == SettledBy.RULES)
    return ruled / total if total else 0.0


def _against(count: int, earlier: int) -> str:
    """Changes in words; per cent of a handful would mislead."""
    if count == earlier:
        return "as many as this time last week"
    if earlier < FEW:
        return f"{abs(count - earlier)} {'more' if count > earlier else 'fewer'} than last week"
    change = round((count - earlier) * 100 / earlier)
    return f"{'up' if change > 0 else 'down'} {abs(change)} % on this time last week"


def _points(share: float, earlier: float) -> str:
    change = round((share - earlier) * 100, 1)
    return "as last week" if not change else f"{'up' if change > 0 else 'down'} {abs(change)} pt"


def _stack(counts: dict[str, int], whole: int, *, from_bottom: bool = False) -> Iterator[Part]:
    at = 0.0
    for outcome in ORDER:
        size = counts.get(outcome, 0) * 100 / whole
        if size:
            begin = 100 - at - size if from_bottom else at
            yield Part(str(outcome), f"{begin:.2f}%", f"{max(size - 0.4, 0.3):.2f}%")
            at += size


def _words(counts: dict[str, int]) -> str:
    names = {"approve": "approved", "reject": "rejected", "route": "routed", "review": "to review"}
    return ", ".join(f"{counts[o]} {names[o]}" for o in ORDER if counts.get(o)) or "none"
