"""Pages of deliveries: the list with its filters, one with its attempts, sending again."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import queries
from connectors.adapters import party_of
from connectors.adapters.base import UNDO
from connectors.enums import DeliveryState
from connectors.models import Connector, Delivery
from connectors.services import sending
from connectors.services.payloads import payload_of
from connectors.views.base import act
from decisions import filters
from decisions.access import PageRequest, requires
from decisions.events import Actor
from decisions.queries.paging import page_of


@require_safe
@requires("connectors.view_deliveries")
def delivery_list(request: PageRequest) -> HttpResponse:
    connectors = list(Connector.objects.order_by("name").values_list("key", "name"))
    state = filters.chosen(request.GET.get("state", ""), DeliveryState.choices)
    key = filters.chosen(request.GET.get("connector", ""), connectors)
    rows = queries.deliveries()
    if state:
        rows = rows.filter(state=state)
    if key:
        rows = rows.filter(connector__key=key)
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "filters": [
            filters.choice("state", "State", state, DeliveryState.choices),
            filters.choice("connector", "Connector", key, connectors),
        ],
        "page": page,
        "clear_url": request.path if state or key else "",
        "may_resend": request.user.has_perm("connectors.resend_deliveries"),
    }
    part = "_results" if request.htmx else "list"
    return render(request, f"connectors/deliveries/{part}.html", context)


@require_safe
@requires("connectors.view_deliveries")
def delivery(request: PageRequest, delivery_id: UUID) -> HttpResponse:
    found = _found(delivery_id)
    attempts = list(found.tries.all())
    context = {
        "delivery": found,
        "attempts": attempts,
        "last": attempts[-1] if attempts else None,
        "payload": payload_of(found.action),
        "may_resend": request.user.has_perm("connectors.resend_deliveries"),
        "can_resend": found.state
        in {DeliveryState.DEAD, DeliveryState.FAILED, DeliveryState.SUCCEEDED},
        "can_roll_back": party_of(found.connector.kind).kind.undoes
        and bool(found.progress)
        and not found.progress.get(UNDO),
        "link": found.progress.get("link", ""),
    }
    return render(request, "connectors/deliveries/page.html", context)


@require_POST
@requires("connectors.resend_deliveries")
def resend(request: PageRequest, delivery_id: UUID) -> HttpResponse:
    found = _found(delivery_id)

    def work() -> str:
        actor = Actor.person(request.user)
        sending.resend(found, actor=actor, now=timezone.now())
        return "It is sent again, under the same id: nothing counts twice."

    return act(request, work, back="connectors:delivery", delivery_id=delivery_id)


@require_POST
@requires("connectors.resend_deliveries")
def roll_back(request: PageRequest, delivery_id: UUID) -> HttpResponse:
    """Take back what one delivery did, as far as its party can."""
    found = _found(delivery_id)

    def work() -> str:
        sending.roll_back(found, actor=Actor.person(request.user), now=timezone.now())
        return f"{found.connector.name} takes it back within seconds."

    return act(request, work, back="connectors:delivery", delivery_id=delivery_id)


@require_POST
@requires("connectors.resend_deliveries")
def resend_dead(request: PageRequest, key: str) -> HttpResponse:
    """Send again all that a connector missed in the last 24 hours."""
    found = get_object_or_404(Connector, key=key)

    def work() -> str:
        actor = Actor.person(request.user)
        count = sending.resend_dead(found, actor=actor, now=timezone.now())
        words = "1 delivery is" if count == 1 else f"{count:,} deliveries are"
        return f"{words} sent again, under the same ids: nothing counts twice."

    return act(request, work, back="connectors:connector", key=key)


def _found(delivery_id: UUID) -> Delivery:
    found = queries.deliveries().filter(pk=delivery_id).first()
    if found is None:
        raise Http404
    return found
