"""One business calendar: hours, holidays, and which queues count in it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from decisions.access import PageRequest, requires
from decisions.errors import Invalid
from decisions.faults import add_faults
from reviews.forms import CalendarForm
from reviews.models import BusinessCalendar
from reviews.services.queues import change_calendar


@require_http_methods(["GET", "HEAD", "POST"])
@requires("reviews.edit_queues")
def calendar(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(BusinessCalendar, key=key)
    if request.method != "POST":
        return _page(request, found, CalendarForm(initial=CalendarForm.initial_of(found)))
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, code=422)
    try:
        change_calendar(found, by=request.user, now=timezone.now(), **form.arguments())
    except Invalid as refusal:
        add_faults(form, refusal)
        return _page(request, found, form, code=422)
    messages.success(request, f"{form.cleaned_data['name']} was changed.")
    return redirect("reviews:calendar", key=found.key)


def _page(
    request: PageRequest, found: BusinessCalendar, form: CalendarForm, *, code: int = 200
) -> HttpResponse:
    context = {
        "calendar": found,
        "form": form,
        "queues": found.queues.all(),
        "history": found.history.select_related("history_user").order_by("-history_id")[:20],
    }
    return render(request, "reviews/queues/calendar.html", context, status=code)
