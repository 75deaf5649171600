"""What is wrong with a table of a draft, as a page and beside its grid, and the cures for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.errors import Expected
from decisions.services import checking
from decisions.views.draft_frame import draft_of, framed, or_404


@require_safe
@requires("decisions.view_rules")
def problems(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Show what is wrong with a table; beside the grid, which asks first without counts."""
    found = draft_of(slug, number)
    count = not (request.htmx and "quick" in request.GET)
    checked = or_404(checking.problems_of, found, table_id, timezone.now(), count)
    context = {**framed(request, found, "tables"), "checked": checked}
    page = "_problems" if request.htmx else "problems"
    return render(request, f"decisions/drafts/{page}.html", context)


@require_POST
@requires("decisions.author_rules")
def cure(request: PageRequest, slug: str, number: int, table_id: str, key: str) -> HttpResponse:
    """Carry out one cure of a problem, for people without script; the grid sends operations."""
    found = draft_of(slug, number)
    try:
        words = checking.cure(
            found,
            table_id,
            key=key,
            words=request.POST.get("cure", ""),
            author=request.user,
            now=timezone.now(),
        )
    except Expected as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect(reverse("decisions:draft_problems", args=[slug, number, table_id]))
