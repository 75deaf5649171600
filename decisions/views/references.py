"""Reference tables: to read, to change with a reason, and every content they ever had."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from decisions.access import PageRequest, requires
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.models import DecisionModel, ReferenceTable, ReferenceTableVersion
from decisions.queries import rules as queries
from decisions.queries.differences import changes_between
from decisions.services import authoring, rulesets
from decisions.views.grid import Grid, grid_of, posted_grid, rows_a_page, whole

MOST_SHOWN = 500


@require_safe
@requires("decisions.view_rules")
def table_list(request: PageRequest) -> HttpResponse:
    readers = _readers()
    rows = [
        {"table": table, "readers": readers.get(table.key, [])}
        for table in queries.reference_tables()
    ]
    return render(request, "decisions/references/list.html", {"rows": rows})


@require_safe
@requires("decisions.view_rules")
def table(request: PageRequest, slug: str) -> HttpResponse:
    found = _table(slug)
    return _page(request, found, found.current)


@require_safe
@requires("decisions.view_rules")
def version(request: PageRequest, slug: str, number: int) -> HttpResponse:
    found = _table(slug)
    return _page(request, found, get_object_or_404(_contents(found), number=number))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.edit_references")
def edit(request: PageRequest, slug: str) -> HttpResponse:
    found = _table(slug)
    if request.method == "POST":
        return _answer(request, found)
    content = get_object_or_404(_contents(found), pk=found.current_id)
    grid = grid_of(content.rows, found.columns, first=whole(request.GET.get("first")))
    return _editor(request, found, content, grid)


def _answer(request: PageRequest, found: ReferenceTable) -> HttpResponse:
    """Add or remove a row, or save: three buttons of one form."""
    based_on = whole(request.POST.get("based_on"))
    content = get_object_or_404(_contents(found), number=based_on)
    grid = posted_grid(request.POST, found.columns, total=len(content.rows))
    reason = request.POST.get("reason", "").replace("\0", "")
    if "save" not in request.POST:
        return _editor(request, found, content, grid, reason=reason)
    try:
        saved = authoring.change_table(
            found,
            rows=grid.merged_into(content.rows),
            author=request.user,
            actor=Actor.person(request.user),
            reason=reason,
            now=timezone.now(),
            based_on=based_on,
        )
    except Refused as error:
        return _editor(request, found, content, grid, reason=reason, conflict=str(error))
    except Invalid as error:
        problems = [str(error), *grid.put_faults(error.faults)]
        return _editor(request, found, content, grid, reason=reason, problems=problems)
    messages.success(
        request, f"{found.name} is now version {saved.number}. Decisions from now on read it."
    )
    page = reverse("decisions:reference_table", args=[found.key])
    # An XHR would follow a redirect and put the whole page into the place of the form.
    return HttpResponseClientRedirect(page) if request.htmx else redirect(page)


def _editor(
    request: PageRequest,
    found: ReferenceTable,
    content: ReferenceTableVersion,
    grid: Grid,
    *,
    reason: str = "",
    conflict: str = "",
    problems: list[str] | None = None,
) -> HttpResponse:
    asked_why = bool(problems) and not reason.strip()
    step = rows_a_page(found.columns)
    context = {
        "table": found,
        "content": content,
        "grid": grid,
        "rows": grid.shown(),
        "reason": reason,
        "reason_fault": problems[0] if problems and asked_why else "",
        "problems": [] if asked_why else problems or [],
        "conflict": conflict,
        "total": len(content.rows),
        "step": step,
        "earlier": grid.start - step + 1 if grid.start else 0,
        "later": grid.start + grid.size + 1 if grid.start + grid.size < len(content.rows) else 0,
    }
    code = 409 if conflict else 422 if problems else 200
    part = "_form.html" if request.htmx and request.method == "POST" else "edit.html"
    return render(request, f"decisions/references/{part}", context, status=code)


def _page(
    request: PageRequest, found: ReferenceTable, content: ReferenceTableVersion | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "table": found,
        "content": content,
        "versions": queries.table_versions(found)[: queries.MOST_VERSIONS],
        "readers": _readers().get(found.key, []),
        "is_current": content is not None and content.pk == found.current_id,
    }
    if content is not None:
        first = whole(request.GET.get("first"))
        start = min(max(0, first - 1), max(0, len(content.rows) - 1)) // MOST_SHOWN * MOST_SHOWN
        before = queries.version_before(content)
        context |= {
            "rows": [
                (number, [(row.get(c["name"]), c.get("type") == "number") for c in found.columns])
                for number, row in enumerate(content.rows[start : start + MOST_SHOWN], start + 1)
            ],
            "total": len(content.rows),
            "earlier": start - MOST_SHOWN + 1 if start else 0,
            "later": start + MOST_SHOWN + 1 if start + MOST_SHOWN < len(content.rows) else 0,
            "before": before,
            "changes": _changes(found, before, content) if before else [],
        }
    return render(request, "decisions/references/page.html", context)


def _changes(
    found: ReferenceTable, before: ReferenceTableVersion, content: ReferenceTableVersion
) -> list[Any]:
    return changes_between(
        before.rows,
        content.rows,
        columns=[column["name"] for column in found.columns],
        kind=found.kind,
    )


def _table(slug: str) -> ReferenceTable:
    return get_object_or_404(ReferenceTable.objects.select_related("current__created_by"), key=slug)


def _contents(found: ReferenceTable) -> QuerySet[ReferenceTableVersion]:
    return found.versions.select_related("created_by")


def _readers() -> dict[str, list[DecisionModel]]:
    """Return the models whose live version reads a reference table, by the table's key."""
    readers: dict[str, list[DecisionModel]] = {}
    for model in queries.models().exclude(live_version=None):
        live = rulesets.load(rulesets.live_version_id(model))
        for source in rulesets.sources_of(live):
            if source.kind == "reference":
                readers.setdefault(source.key, []).append(model)
    return readers
