"""Reference tables: to read, to change with a reason, and every content they ever had."""

from collections.abc import Sequence
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
from decisions.forms import ReasonForm
from decisions.models import ReferenceTable, ReferenceTableVersion, User
from decisions.queries import rules as queries
from decisions.queries.differences import changes_between
from decisions.services import authoring, readers
from decisions.table_forms import TableChangeForm
from decisions.views.grid import Grid, Row, grid_of, posted_grid, rows_a_page, whole

MOST_SHOWN = 500


@require_safe
@requires("decisions.view_rules")
def table_list(request: PageRequest) -> HttpResponse:
    found, now = readers.readers(), timezone.now()
    rows = [
        {"table": table, "readers": found.get(table.key, [])}
        for table in queries.reference_tables(now)
    ]
    return render(request, "decisions/references/list.html", {"rows": rows})


@require_safe
@requires("decisions.view_rules")
def table(request: PageRequest, slug: str) -> HttpResponse:
    found = table_called(slug)
    return page(request, found, queries.content_in_force(found, timezone.now()))


@require_safe
@requires("decisions.view_rules")
def version(request: PageRequest, slug: str, number: int) -> HttpResponse:
    found = table_called(slug)
    return page(request, found, get_object_or_404(_contents(found), number=number))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.edit_references")
def edit(request: PageRequest, slug: str) -> HttpResponse:
    """Edit what is in force, or start from another content that is named."""
    found = table_called(slug)
    if request.method == "POST":
        return _answer(request, found)
    start = whole(request.GET.get("from"))
    newest = queries.table_versions(found).first()
    number = newest.number if newest else 0
    content = get_object_or_404(_contents(found), number=start or number)
    grid = grid_of(content.rows, found.columns, first=whole(request.GET.get("first")))
    return _editor(request, found, content, grid, newest=number)


def _answer(request: PageRequest, found: ReferenceTable) -> HttpResponse:
    """Add or remove a row, try, or save: four buttons of one form."""
    content = get_object_or_404(_contents(found), number=whole(request.POST.get("based_on")))
    grid = posted_grid(request.POST, found.columns, total=len(content.rows))
    newest = whole(request.POST.get("newest")) or content.number
    form = TableChangeForm(request.POST)
    if not {"save", "try"} & request.POST.keys():
        return _editor(request, found, content, grid, newest=newest, form=_kept(request))
    trying = "try" in request.POST
    if not form.is_valid() and not trying:
        return _editor(request, found, content, grid, newest=newest, form=form)
    try:
        saved = written(
            found, grid.merged_into(content.rows), form, request.user, newest, trying=trying
        )
    except Refused as error:
        return _editor(
            request, found, content, grid, newest=newest, form=_kept(request), conflict=str(error)
        )
    except Invalid as error:
        problems = [str(error), *grid.put_faults(error.faults)]
        return _editor(
            request, found, content, grid, newest=newest, form=_kept(request), problems=problems
        )
    if not trying:
        messages.success(request, words_of_change(saved))
    return _onwards(request, page_of(saved))


def written(
    found: ReferenceTable,
    rows: Sequence[Row],
    form: TableChangeForm,
    author: User,
    newest: int,
    *,
    trying: bool,
) -> ReferenceTableVersion:
    """Keep rows as what the table is from now or a moment on, or as what is only tried."""
    now = timezone.now()
    if trying:
        reason = str(form.data.get("reason", "")).replace("\0", "")
        return authoring.try_table(
            found, rows=rows, author=author, reason=reason, now=now, based_on=newest
        )
    return authoring.change_table(
        found,
        rows=rows,
        author=author,
        actor=Actor.person(author),
        now=now,
        based_on=newest,
        **form.cleaned_data,
    )


def _onwards(request: PageRequest, address: str) -> HttpResponse:
    # An XHR would follow a redirect and put the whole page into the place of the form.
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def words_of_change(saved: ReferenceTableVersion) -> str:
    """Say what a change does from when on."""
    if saved.effective_from is None:
        return f"{saved.table.name} is now version {saved.number}. Decisions from now on read it."
    at = timezone.localtime(saved.effective_from)
    return (
        f"Version {saved.number} of {saved.table.name} takes effect on {at:%-d %B %Y at %H:%M}. "
        "Until then, decisions read what is in force."
    )


def page_of(version: ReferenceTableVersion) -> str:
    """Return the address of a content: the table's own where it is what rules read."""
    if version.trial or version.effective_from is not None:
        return reverse(
            "decisions:reference_table_version", args=[version.table.key, version.number]
        )
    return reverse("decisions:reference_table", args=[version.table.key])


def _kept(request: PageRequest) -> TableChangeForm:
    """The reason and the moment as they were typed, without finding fault yet."""
    given = {
        name: request.POST.get(name, "").replace("\0", "") for name in TableChangeForm.base_fields
    }
    return TableChangeForm(initial=given)


def _editor(
    request: PageRequest,
    found: ReferenceTable,
    content: ReferenceTableVersion,
    grid: Grid,
    *,
    form: TableChangeForm | None = None,
    conflict: str = "",
    problems: Sequence[str] = (),
    newest: int = 0,
) -> HttpResponse:
    step = rows_a_page(found.columns)
    wrong = form is not None and form.is_bound
    context = {
        "table": found,
        "content": content,
        "grid": grid,
        "rows": grid.shown(),
        "form": form or TableChangeForm(),
        "problems": problems,
        "conflict": conflict,
        "waiting": queries.content_to_come(found, timezone.now()),
        "newest": newest or content.number,
        "total": len(content.rows),
        "step": step,
        "earlier": grid.start - step + 1 if grid.start else 0,
        "later": grid.start + grid.size + 1 if grid.start + grid.size < len(content.rows) else 0,
    }
    code = 409 if conflict else 422 if problems or wrong else 200
    part = "_form.html" if request.htmx and request.method == "POST" else "edit.html"
    return render(request, f"decisions/references/{part}", context, status=code)


def page(
    request: PageRequest,
    found: ReferenceTable,
    content: ReferenceTableVersion | None,
    *,
    form: TableChangeForm | None = None,
    code: int = 200,
    **more: Any,
) -> HttpResponse:
    """Show one content of a table: what it changed, whom it touches, and all versions."""
    now = timezone.now()
    in_force = queries.content_in_force(found, now)
    waiting = queries.content_to_come(found, now)
    context: dict[str, Any] = {
        "table": found,
        "content": content,
        "in_force": in_force,
        "waiting": waiting,
        "is_current": content == in_force,
        "is_waiting": content == waiting and waiting is not None,
        "versions": queries.table_versions(found)[: queries.MOST_VERSIONS],
        "trials": queries.trials_of(found)[: queries.MOST_VERSIONS],
        "readers": readers.readers().get(found.key, []),
        "form": form or TableChangeForm(),
        "back_form": ReasonForm(auto_id="back_%s"),
        **more,
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
            "touched": readers.approvals_touched(found) if content.trial else [],
        }
    return render(request, "decisions/references/page.html", context, status=code)


def _changes(
    found: ReferenceTable, before: ReferenceTableVersion, content: ReferenceTableVersion
) -> list[Any]:
    return changes_between(
        before.rows,
        content.rows,
        columns=[column["name"] for column in found.columns],
        kind=found.kind,
    )


def table_called(slug: str) -> ReferenceTable:
    return get_object_or_404(ReferenceTable, key=slug)


def _contents(found: ReferenceTable) -> QuerySet[ReferenceTableVersion]:
    return found.versions.select_related("created_by", "table")
