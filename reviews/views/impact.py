"""What an impact preview means for review queues: hours a week against capacity."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from decisions.access import PageRequest, requires
from decisions.models import ImpactReport
from reviews.queries.hours import FULL_WEEK, QueueHours, queue_hours, relief_for


@require_safe
@requires("reviews.view_queues")
def impact_hours(request: PageRequest, pk: UUID) -> HttpResponse:
    report = get_object_or_404(
        ImpactReport.objects.select_related("model", "version", "baseline"), pk=pk
    )
    lines = queue_hours(report)
    most = max([1.0, *(max(q.before, q.after, q.capacity or 0.0) * 1.05 for q in lines)])
    context = {
        "report": report,
        "lines": [_bars(line, most) for line in lines],
        "troubled": [(line, relief_for(line, lines)) for line in lines if line.troubled],
        "dated": [line for line in lines if line.late is not None],
        "guessed": [line for line in lines if not line.measured],
        "full_week": FULL_WEEK,
        "total": {
            "after": sum(line.after for line in lines),
            "capacity": sum(line.capacity or 0.0 for line in lines),
            "change": sum(line.change for line in lines),
            "fewer": sum(line.fewer for line in lines),
        },
        "leading": request.htmx,
    }
    part = "_impact_hours" if request.htmx else "impact_hours"
    return render(request, f"reviews/queues/{part}.html", context)


def _bars(line: QueueHours, most: float) -> dict[str, Any]:
    """A queue with the lengths of its bars, as SVG takes them."""
    return {
        "queue": line,
        "before": f"{line.before / most * 100:.1f}%",
        "after": f"{line.after / most * 100:.1f}%",
        "capacity": f"{(line.capacity or 0.0) / most * 100:.1f}%",
    }
