"""What compliance sets from the first day: three guardrails of the sponsorship model."""

from datetime import datetime

from django.conf import settings

from config.demo.people import APPROVER
from config.demo.setup import MODEL, Office
from decisions.models import AuditEvent, DecisionModel
from decisions.services import guarding, proving

GUARDRAILS = (
    {
        "name": "No alcohol beside a young British audience",
        "basis": "CAP Code 18.15: under-18s must be fewer than a quarter of the audience",
        "applies": 'list contains(products, "alcohol") and list contains(markets, "GB") '
        "and under18_share >= 0.25",
        "forbidden": 'outcome = "approve"',
        "reason": "The code binds us whatever a campaign pays",
    },
    {
        "name": "Shows for kids carry no paid sponsorship",
        "basis": "COPPA, 16 CFR 312; Partner Program terms",
        "applies": "made_for_kids and budget_micro > 0",
        "forbidden": 'outcome = "approve"',
        "reason": "Regulators fine each placement",
    },
    {
        "name": "Budgets above €50,000 are seen by a person",
        "basis": "House policy on commitments",
        "applies": 'currency = "EUR" and budget_micro > 50000000000',
        "forbidden": 'outcome = "approve"',
        "reason": "Finance asked for two eyes on every large commitment",
    },
)


def set_guardrails(office: Office, *, now: datetime) -> None:
    """Set them, as the approver who looks after compliance."""
    model = DecisionModel.objects.get(key=MODEL)
    for given in GUARDRAILS:
        guarding.create(model, **given, author=office.named(APPROVER.name), now=now)


def check_guardrails(*, now: datetime) -> None:
    """Answer what happened to rules so far, as a worker would: prove or try the guardrails."""
    kinds = [k for k, names in settings.EVENT_SUBSCRIBERS.items() if proving.SUBSCRIBER in names]
    asked = AuditEvent.objects.filter(kind__in=kinds).order_by("pk")
    proving.check([str(key) for key in asked.values_list("pk", flat=True)], now=now)
