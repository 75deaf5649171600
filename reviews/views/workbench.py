"""The work bench: take an item, judge it, open the next one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from decisions.access import PageRequest, requires
from decisions.errors import Invalid, Refused
from decisions.faults import add_faults
from reviews.forms import MoveForm, VerdictForm, written
from reviews.models import ReviewItem, ReviewQueue
from reviews.queries.items import item_with_record, open_items, recent_verdicts, with_meters
from reviews.queries.queues import queues_of
from reviews.services import claiming, routing, verdicts
from reviews.services.bench import bench_for


@require_safe
@requires("reviews.work_items")
def my_work(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    held = open_items(now=now, user=request.user, who="mine")
    mine = list(queues_of(request.user))
    # What waits in a paused queue waits for its lead, not for this person.
    queues = [queue for queue in mine if queue.paused_at is None]
    context = {
        "now": now,
        "items": with_meters(held, now=now),
        "queues": queues,
        "paused": [queue for queue in mine if queue.paused_at],
        "waiting": open_items(now=now, queues=queues, who="free").count() if queues else 0,
        "verdicts": recent_verdicts(request.user),
    }
    return render(request, "reviews/items/my_work.html", context)


@require_POST
@requires("reviews.work_items")
def take_next(request: PageRequest) -> HttpResponse:
    key = request.POST.get("queue", "")
    queue = get_object_or_404(ReviewQueue, key=key) if key else None
    try:
        item = claiming.claim_next(request.user, queue=queue, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _to(request, "reviews:my_work")
    if item is None:
        paused = ", ".join(q.name for q in queues_of(request.user) if q.paused_at)
        because = f" Paused by a lead: {paused}." if paused else ""
        messages.info(request, f"Nothing waits for you.{because}")
        return _to(request, "reviews:my_work")
    return _to(request, "reviews:item", item_id=item.pk)


@require_safe
@requires("reviews.view_queues")
def item(request: PageRequest, item_id: UUID) -> HttpResponse:
    return _page(request, _item(item_id))


@require_POST
@requires("reviews.work_items")
def claim(request: PageRequest, item_id: UUID) -> HttpResponse:
    _exists(item_id)
    try:
        claiming.claim(item_id, user=request.user, now=timezone.now())
    except Refused as refusal:
        return _page(request, _item(item_id), problem=str(refusal), code=409)
    if "note" not in request.POST:
        return _to(request, "reviews:item", item_id=item_id)
    # Somebody whose lease ran out while they wrote: what they wrote comes back with the item.
    found = _item(item_id)
    return _page(request, found, form=VerdictForm(item=found, initial=written(request.POST)))


@require_POST
@requires("reviews.work_items")
def renew(request: PageRequest, item_id: UUID) -> HttpResponse:
    """Asked by the page while its reader works; 204, or 409 when the lease is lost."""
    _exists(item_id)
    try:
        claiming.renew(item_id, user=request.user, lease_number=_lease(request), now=timezone.now())
    except Refused as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@require_POST
@requires("reviews.work_items")
def release(request: PageRequest, item_id: UUID) -> HttpResponse:
    _exists(item_id)
    try:
        claiming.release(
            item_id, user=request.user, lease_number=_lease(request), now=timezone.now()
        )
    except Refused as refusal:
        return _page(request, _item(item_id), problem=str(refusal), code=409)
    messages.success(request, "Handed back. Others can take it now.")
    return _to(request, "reviews:my_work")


@require_POST
@requires("reviews.work_items")
def move(request: PageRequest, item_id: UUID) -> HttpResponse:
    found = _item(item_id)
    form = MoveForm(request.POST, item=found)
    if not form.is_valid():
        return _page(request, found, problem="Choose the queue this goes to.", code=422)
    try:
        moved = routing.move(
            item_id,
            queue=form.cleaned_data["queue"],
            lease_number=form.cleaned_data["lease_number"],
            mover=request.user,
            now=timezone.now(),
        )
    except Invalid as refusal:
        return _page(request, found, problem=str(refusal), code=422)
    except Refused as refusal:
        return _page(request, _item(item_id), problem=str(refusal), code=409)
    messages.success(request, f"{found.submission} moved to {moved.queue}.")
    return _to(request, "reviews:my_work")


@require_POST
@requires("reviews.work_items")
def verdict(request: PageRequest, item_id: UUID) -> HttpResponse:
    found = _item(item_id)
    form = VerdictForm(request.POST, item=found)
    if not form.is_valid():
        return _page(request, found, form=form, code=422)
    now = timezone.now()
    try:
        given = verdicts.record_verdict(item_id, reviewer=request.user, now=now, **form.arguments())
    except Invalid as refusal:
        add_faults(form, refusal)
        return _page(request, found, form=form, code=422)
    except Refused as refusal:
        return _page(request, _item(item_id), form=form, problem=str(refusal), code=409)
    done = f"{given.get_outcome_display()}: {found.submission}."
    if not request.POST.get("next"):
        messages.success(request, done)
        return _to(request, "reviews:item", item_id=item_id)
    following = claiming.claim_next(request.user, now=now)
    if following is None:
        messages.success(request, f"{done} Nothing else waits for you.")
        return _to(request, "reviews:my_work")
    messages.success(request, f"{done} Next: {following.submission}.")
    return _to(request, "reviews:item", item_id=following.pk)


def _page(
    request: PageRequest,
    found: ReviewItem,
    *,
    form: VerdictForm | None = None,
    problem: str = "",
    code: int = 200,
) -> HttpResponse:
    """Draw the bench; after a refusal with the form as it was sent."""
    now = timezone.now()
    bench = bench_for(found, request.user, now=now)
    works = request.user.has_perm("reviews.work_items")
    context = {
        "now": now,
        "bench": bench,
        "item": found,
        "submission": found.submission,
        "decision": found.decision,
        "form": form or VerdictForm(item=found),
        "sent": form is not None,
        "problem": problem,
        "others": ReviewQueue.objects.exclude(pk=found.queue_id) if works else [],
        "may_work": works and bench.may_work,
        "leads": request.user.has_perm("reviews.assign"),
    }
    template = "reviews/items/_bench.html" if request.htmx else "reviews/items/bench.html"
    return render(request, template, context, status=code)


def _item(item_id: UUID) -> ReviewItem:
    found = item_with_record(item_id)
    if found is None:
        raise Http404
    return found


def _exists(item_id: UUID) -> None:
    get_object_or_404(ReviewItem.objects.only("pk"), pk=item_id)


def _lease(request: PageRequest) -> int:
    text = request.POST.get("lease_number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _to(request: PageRequest, name: str, item_id: UUID | None = None) -> HttpResponse:
    """Go on with a whole page: its address, title and focus are new."""
    url = reverse(name, kwargs={"item_id": item_id} if item_id else None)
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
