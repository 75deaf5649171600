"""One queue: what waits in it, and how it runs."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import filters
from decisions.access import PageRequest, requires
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.faults import add_faults
from decisions.queries.days import day_of
from reviews.forms import QueueForm, ReasonCodeRows
from reviews.models import ReviewQueue
from reviews.queries.items import open_items, page_by_due, with_meters
from reviews.queries.queues import may_work
from reviews.services import queues as service

WHO = (("free", "Nobody"), ("mine", "Me"), ("taken", "Somebody"))
DUE = (("late", "Late"), ("today", "Later today"))


@require_safe
@requires("reviews.view_queues")
def queue(request: PageRequest, key: str) -> HttpResponse:
    found = _queue(key)
    now = timezone.now()
    who = filters.chosen(request.GET.get("who", ""), WHO)
    due = filters.chosen(request.GET.get("due", ""), DUE)
    rows = open_items(
        now=now, queues=[found], user=request.user, who=who, due=due, today_ends=day_of(now)[1]
    )
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = page_by_due(rows, before=before, after=after)
    context = {
        "now": now,
        "queue": found,
        "promised": timedelta(minutes=found.decision_minutes),
        "page": page,
        "items": with_meters(page.items, now=now),
        "filters": [
            filters.choice("who", "With", who, WHO),
            filters.choice("due", "Due", due, DUE),
        ],
        "clear_url": request.path if who or due else "",
        "may_work": request.user.has_perm("reviews.work_items") and may_work(request.user, found),
    }
    template = "reviews/queues/_items.html" if request.htmx else "reviews/queues/queue.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("reviews.edit_queues")
def settings(request: PageRequest, key: str) -> HttpResponse:
    found = _queue(key)
    if request.method != "POST":
        return _settings_page(request, found)
    form = QueueForm(request.POST, queue=found)
    if not form.is_valid():
        return _settings_page(request, found, form=form, code=422)
    try:
        service.change_queue(
            found,
            changes=form.changes(),
            members=form.cleaned_data["members"],
            reason=form.cleaned_data["reason"],
            based_on=form.cleaned_data["based_on"],
            by=request.user,
            now=timezone.now(),
        )
    except Invalid as refusal:
        add_faults(form, refusal)
        return _settings_page(request, found, form=form, code=422)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _settings_page(request, found, form=form, code=409)
    messages.success(request, f"{form.cleaned_data['name']} was changed.")
    return redirect("reviews:queue_settings", key=found.key)


@require_POST
@requires("reviews.edit_queues")
def reason_codes(request: PageRequest, key: str) -> HttpResponse:
    found = _queue(key)
    rows = ReasonCodeRows(request.POST, prefix="codes")
    reason = request.POST.get("reason", "")
    if not rows.is_valid():
        return _settings_page(request, found, rows=rows, code=422)
    given = [row for row in rows.cleaned_data if row.get("code") or row.get("sentence")]
    try:
        service.set_reason_codes(
            found,
            given,
            reason=reason,
            by=request.user,
            actor=Actor.person(request.user),
            now=timezone.now(),
        )
    except Invalid as refusal:
        return _settings_page(request, found, rows=rows, refusal=refusal, code=422)
    messages.success(request, f"The reason codes of {found.name} were changed.")
    return redirect("reviews:queue_settings", key=found.key)


@require_POST
@requires("reviews.edit_queues")
def pause(request: PageRequest, key: str) -> HttpResponse:
    found = _queue(key)
    now = timezone.now()
    try:
        if found.paused:
            service.resume(found, by=request.user, now=now)
            messages.success(request, f"People can take items from {found.name} again.")
        else:
            service.pause(found, reason=request.POST.get("reason", ""), by=request.user, now=now)
            messages.success(request, f"{found.name} is paused.")
    except (Invalid, Refused) as refusal:
        messages.error(request, str(refusal))
    return redirect("reviews:queue_settings", key=found.key)


def _settings_page(
    request: PageRequest,
    found: ReviewQueue,
    *,
    form: QueueForm | None = None,
    rows: Any = None,
    refusal: Invalid | None = None,
    code: int = 200,
) -> HttpResponse:
    if form is None:
        form = QueueForm(
            queue=found,
            initial={
                "name": found.name,
                "description": found.description,
                "calendar": found.calendar,
                "first_response_minutes": found.first_response_minutes,
                "decision_minutes": found.decision_minutes,
                "members": list(found.members.values_list("pk", flat=True)),
                "based_on": service.revision_of(found),
            },
        )
    if rows is None:
        codes = found.reason_codes.filter(active=True)
        rows = ReasonCodeRows(
            prefix="codes", initial=list(codes.values("code", "sentence", "outcomes"))
        )
    context = {
        "now": timezone.now(),
        "queue": found,
        "form": form,
        "rows": rows,
        "refusal": refusal,
        "history": found.history.select_related("history_user").order_by("-history_id")[:20],
    }
    return render(request, "reviews/queues/settings.html", context, status=code)


def _queue(key: str) -> ReviewQueue:
    return get_object_or_404(ReviewQueue.objects.select_related("calendar"), key=key)
