"""The board of queues: will we be in time, and who does what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions.access import PageRequest, requires
from decisions.queries.days import day_of
from reviews.models import ReviewQueue
from reviews.queries.board import board_hours, person_lines, queue_lines
from reviews.queries.items import open_items, with_meters

AT_RISK = 10


@require_safe
@requires("reviews.view_queues")
def board(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    began, ends = day_of(now)
    every = list(ReviewQueue.objects.select_related("calendar"))
    mine = set(ReviewQueue.objects.filter(members=request.user).values_list("pk", flat=True))
    whose = request.GET.get("whose") or ("mine" if mine else "all")
    shown = [queue for queue in every if whose != "mine" or queue.pk in mine]
    hours = board_hours(shown, now=now)
    context = {
        "now": now,
        "hours": hours,
        "lines": queue_lines(shown, hours=hours, now=now, today_ends=ends),
        "people": person_lines(shown, today_began=began),
        "first_due": with_meters(open_items(now=now, queues=shown)[:AT_RISK], now=now),
        "whose": whose,
        "count_mine": len(mine),
        "count_all": len(every),
    }
    template = "reviews/queues/_board.html" if request.htmx else "reviews/queues/board.html"
    return render(request, template, context)
