"""Pages of watched feeds: what was read, what drifted, and pausing one."""

from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import queries
from connectors.models import WatchedFeed
from connectors.services import feed_watches
from connectors.views.base import act
from decisions.access import PageRequest, requires
from decisions.errors import Invalid
from decisions.queries.paging import page_of


@require_safe
@requires("connectors.view_connectors")
def feed_list(request: PageRequest) -> HttpResponse:
    rows = WatchedFeed.objects.annotate(watchers=Count("watches"))
    context = {
        "page": page_of(
            rows, before=request.GET.get("before", ""), after=request.GET.get("after", "")
        ),
        "counts": queries.feed_counts(),
        "may_change": request.user.has_perm("connectors.change_connectors"),
    }
    part = "_list" if request.htmx else "list"
    return render(request, f"connectors/feeds/{part}.html", context)


@require_POST
@requires("connectors.change_connectors")
def feed_change(request: PageRequest, feed_id: UUID) -> HttpResponse:
    found = get_object_or_404(WatchedFeed, pk=feed_id)
    change = CHANGES.get(request.POST.get("change", ""))
    now = timezone.now()

    def work() -> str:
        if change is None:
            raise Invalid("Choose what to do with the feed: pause, resume or mark as seen.")
        make, words = change
        feed = make(found.pk, author=request.user, now=now)
        return f"{feed.title or feed.address}: {words}"

    return act(request, work, back="connectors:feed_list")


CHANGES = {
    "pause": (feed_watches.pause, "paused. It is not read until it is resumed."),
    "resume": (feed_watches.resume, "resumed. It is read within a minute."),
    "seen": (feed_watches.mark_seen, "marked as seen. The audit trail keeps the alert."),
}
