"""The straight path as its users see it: API, pages, webhooks; then what the rows say."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from config.check.pages import Person
from config.check.report import CheckFailed, Report
from config.check.samples import Samples
from config.check.servers import HookReceiver
from config.demo.people import LEAD, PASSWORD
from config.demo.setup import MODEL
from config.demo.setup import set_up as set_up_demo
from connectors.models import Connector, Delivery
from connectors.services import configuration
from decisions.enums import EventKind, Outcome
from decisions.models import AuditEvent, Decision, DecisionModel, Submission, User
from reviews.models import ReasonCode, ReviewItem

TOPIC = "sponsorship.decided"
BY_BATCH = 12
Wait = Callable[[str, Callable[[], bool], float], None]


@dataclass(frozen=True)
class Setting:
    """What the walk needs to know of the installation it runs in."""

    url: str
    api_key: str
    model: DecisionModel
    hooks: HookReceiver


def set_up(url: str, *, hooks: HookReceiver, now: datetime) -> Setting:
    """Make people, queues and rules as in the demo, and one webhook to the receiver here."""
    office = set_up_demo(now=now - timedelta(days=1))
    admin = User.objects.get(email=LEAD.email)
    for connector in Connector.objects.filter(kind="webhook"):
        configuration.pause(connector, reason="Not part of the check", author=admin, now=now)
    receiver = configuration.create(
        key="check",
        name="Receiver of the check",
        kind="webhook",
        settings={"url": f"http://{hooks.place}/hook"},
        topics=[TOPIC],
        author=admin,
        now=now,
    )
    hooks.secret = configuration.secret_of(receiver)
    return Setting(url, office.api_key, DecisionModel.objects.get(key=MODEL), hooks)


class StraightPath:
    """One walk along the straight path; each step adds its line to the report or raises."""

    def __init__(self, setting: Setting, *, report: Report, wait: Wait) -> None:
        self.setting, self.report, self.wait = setting, report, wait
        self.accepted: list[str] = []

    def run(self, sent: Samples) -> None:
        with httpx.Client(
            base_url=self.setting.url,
            headers={"Authorization": f"Bearer {self.setting.api_key}"},
            timeout=40,
            trust_env=False,
        ) as api:
            self.send(api, sent)
        self.see_decisions()
        self.see_items()
        self.judge()
        self.see_webhooks()
        self.see_log()

    def send(self, api: httpx.Client, sent: Samples) -> None:
        """Send the example and wait for its answer, half of the rest singly, half as a batch."""
        example, *rest = sent.submissions
        answer = self._post(api, example, expected=201, Prefer="wait=10")
        outcome = answer["decision"]["outcome"]
        self.report.add("example decided at once", 1, outcome)
        for facts in rest[BY_BATCH:]:
            self._post(api, facts, expected=202)
        lines = "\n".join(json.dumps(facts) for facts in rest[:BY_BATCH])
        response = api.post(
            f"/api/v1/submissions:batch?model={MODEL}",
            content=lines.encode(),
            headers={"Content-Type": "application/x-ndjson"},
        )
        results = response.json().get("results", [])
        refused = [result for result in results if not result["accepted"]]
        if response.status_code != 202 or refused:
            raise CheckFailed(f"The batch was answered {response.status_code}: {refused[:1]}")
        self.accepted += [result["id"] for result in results]
        count = len(sent.submissions)
        if len(set(self.accepted)) != count or Submission.objects.count() != count:
            raise CheckFailed(f"{count} submissions were sent, {len(self.accepted)} accepted.")
        self.report.add("submissions accepted", count, sent.source)

    def _post(
        self, api: httpx.Client, facts: dict[str, Any], *, expected: int, **headers: str
    ) -> dict[str, Any]:
        body = {"model": MODEL, "facts": facts}
        headers["Idempotency-Key"] = facts["request_id"]
        answer = api.post("/api/v1/submissions", json=body, headers=headers)
        if answer.status_code != expected:
            raise CheckFailed(
                f"{facts['request_id']} was answered {answer.status_code}, not {expected}: "
                f"{answer.text[:500]}"
            )
        taken: dict[str, Any] = answer.json()
        self.accepted.append(taken["id"])
        return taken

    def see_decisions(self) -> None:
        count = len(self.accepted)
        self.wait("decisions", lambda: Decision.objects.count() == count, 60)
        decided = {str(decision.submission_id): decision for decision in Decision.objects.all()}
        if set(decided) != set(self.accepted):
            raise CheckFailed("What was decided is not what was accepted.")
        for decision in decided.values():
            if decision.failed:
                raise CheckFailed(f"An evaluation failed: {decision.problems}")
        self.report.add("decided", count, counted(d.outcome for d in decided.values()))

    def see_items(self) -> None:
        """Every decision due for a person has its item, in the queue that the rules named."""
        due = dict(Decision.objects.filter(outcome=Outcome.REVIEW).values_list("pk", "destination"))
        self.wait("review items", lambda: ReviewItem.objects.count() == len(due), 30)
        found = dict(ReviewItem.objects.values_list("decision_id", "queue__key"))
        if found != due:
            raise CheckFailed(f"Items are in the queues {found}, not in {due}.")
        if not due:
            raise CheckFailed("No submission was due for a person, so nobody could judge one.")
        self.report.add("in the right queue", len(due), counted(due.values()))

    def judge(self) -> None:
        """Dana takes and approves one item after the other, until nothing waits."""
        judged: list[ReviewItem] = []
        with Person(self.setting.url) as dana:
            dana.sign_in(LEAD.email, PASSWORD)
            dana.open("/bench/")
            dana.send("/bench/next/", {})
            # Each verdict opens the next item by itself.
            while dana.path.startswith("/bench/") and dana.has_form("/verdict/"):
                item = self._item_on(dana)
                codes = ReasonCode.objects.filter(queue=item.queue, active=True)
                fitting = [c.code for c in codes if Outcome.APPROVE in c.outcomes]
                dana.send(
                    f"/bench/{item.pk}/verdict/",
                    {
                        "outcome": [Outcome.APPROVE],
                        "reasons": fitting[:1],
                        "note": ["Judged by the check."],
                    },
                )
                judged.append(item)
        open_items = ReviewItem.objects.exclude(state="closed").count()
        if open_items:
            raise CheckFailed(f"{open_items} items are still open after every verdict.")
        self.report.add("approved by a person", len(judged), f"{LEAD.name}, through the pages")

    def _item_on(self, person: Person) -> ReviewItem:
        """The item this page is about, which nobody else may hold."""
        name = person.path.strip("/").split("/")[-1]
        item = ReviewItem.objects.select_related("queue", "claimed_by").filter(pk=name).first()
        if item is None or item.claimed_by is None or item.claimed_by.email != LEAD.email:
            raise CheckFailed(
                f"The page {person.path} shows an item that {LEAD.name} does not hold."
            )
        return item

    def see_webhooks(self) -> None:
        """One message for each decision, with a good signature; the busy first try came again."""
        hooks, count = self.setting.hooks, len(self.accepted)
        self.wait("webhooks", lambda: len(hooks.received.taken()) >= count, 60)
        told = Counter(hook.body["data"]["submission_id"] for hook in hooks.received.taken())
        if told != Counter(self.accepted):
            raise CheckFailed("The webhooks do not name each submission once.")
        if bad := [hook.problem for hook in hooks.received.messages.values() if hook.problem]:
            raise CheckFailed(f"A webhook had no good signature: {bad[0]}")
        self.report.add("webhooks, signature valid", count, "one was tried again after a 503")

    def see_log(self) -> None:
        """Accepted = decided = settled = delivered, on the log and in the tables."""
        count = len(self.accepted)
        mine = Delivery.objects.filter(connector__key="check")
        self.wait(
            "deliveries on the log",
            lambda: mine.filter(state="succeeded").count() == count,
            30,
        )
        kinds = Counter(AuditEvent.objects.values_list("kind", flat=True))
        received = kinds[EventKind.SUBMISSION_AWAITING_EVIDENCE]
        received += kinds[EventKind.SUBMISSION_RECEIVED]
        delivered = AuditEvent.objects.filter(
            kind=EventKind.DELIVERY_SUCCEEDED, subject_id__in=mine.values("pk")
        ).count()
        figures = {
            "accepted": received,
            "decided": kinds[EventKind.DECISION_EVALUATED],
            "settled": kinds[EventKind.DECISION_SETTLED],
            "delivered": delivered,
        }
        if set(figures.values()) != {count}:
            raise CheckFailed(f"The log does not hold {count} of each: {figures}")
        figures_text = " = ".join(f"{name} {number}" for name, number in figures.items())
        self.report.add("events on the log", sum(kinds.values()), figures_text)


def counted(values: Any) -> str:
    """`approve 12, reject 3`."""
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(values).items()))
