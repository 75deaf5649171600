"""Pages of deliveries: the list with its filters, one with its attempts, sending again."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import queries
from connectors.enums import DeliveryState
from connectors.models import Connector, Delivery
from connectors.services import sending
from connectors.services.payloads import payload_of
from connectors.views.base import act, choice_filter
from decisions.access import PageRequest, requires
from decisions.events import Actor
from decisions.queries.paging import page_of


@require_safe
@requires("connectors.view_deliveries")
def delivery_list(request: PageRequest) -> HttpResponse:
    connectors = list(Connector.objects.order_by("name").values_list("key", "name"))
    filters = [
        choice_filter("state", "State", list(DeliveryState.choices), request),
        choice_filter("connector", "Connector", connectors, request),
    ]
    rows = queries.deliveries()
    if filters[0]["value"]:
        rows = rows.filter(state=filters[0]["value"])
    if filters[1]["value"]:
        rows = rows.filter(connector__key=filters[1]["value"])
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "filters": filters,
        "page": page,
        "clear_url": request.path if any(f["value"] for f in filters) else "",
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
