"""Decision tables as sheets: taken away as CSV and XLSX, and brought into a draft after a look."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.enums import VersionState
from decisions.errors import Expected, Invalid, Refused
from decisions.models import ModelVersion
from decisions.services import drafting, exporting, importing, sheets
from decisions.services.importing import Plan
from decisions.services.sheet_files import CSV, XLSX
from decisions.table_forms import SheetForm
from decisions.views.draft_frame import draft_of, framed, or_404

MOST_SHOWN = 100
MOST_SENT = 900_000  # Of one field; a form as a whole may hold a mebibyte.
SALT = "clearance.import"
AN_HOUR = 3600


@require_safe
@requires("decisions.view_rules")
def table_csv(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponseBase:
    found = draft_of(slug, number)
    or_404(sheets.shown_table, found, table_id)
    lines = exporting.table_csv(found, table_id)
    return _attached(StreamingHttpResponse(lines, content_type=CSV), found, table_id, "csv")


@require_safe
@requires("decisions.view_rules")
def table_xlsx(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponseBase:
    found = draft_of(slug, number)
    content = or_404(exporting.table_xlsx, found, table_id)
    return _attached(HttpResponse(content, content_type=XLSX), found, table_id, "xlsx")


@require_safe
@requires("decisions.view_rules")
def version_xlsx(request: PageRequest, slug: str, number: int) -> HttpResponseBase:
    """Give all tables of a version, a sheet each."""
    found = draft_of(slug, number)
    content = or_404(exporting.version_xlsx, found)
    return _attached(HttpResponse(content, content_type=XLSX), found, "tables", "xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def upload(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Read a sheet, and show what it would change in the draft."""
    found = _open_draft(slug, number)
    wanted = request.POST.get("table", request.GET.get("table", ""))
    names = {table.id: table.name for table in sheets.tables_of(found)}
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        **framed(request, found, "tables"),
        "form": form,
        "table_id": wanted if wanted in names else "",
        "name": names.get(wanted, ""),
        "back": _back(found, wanted if wanted in names else ""),
    }
    if request.method != "POST":
        return render(request, "decisions/sheets/import.html", context)
    problem: Expected | None = None
    if form.is_valid():
        try:
            return _shown_plan(request, found, form, context)
        except Expected as error:
            problem = error
    context |= {"problem": problem, "faults": getattr(problem, "faults", [])}
    return render(request, "decisions/sheets/import.html", context, status=422)


@require_POST
@requires("decisions.author_rules")
def apply(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Carry out what was shown; one change of the draft, to be undone as one."""
    found = _open_draft(slug, number)
    try:
        planned = signing.loads(request.POST.get("plan", ""), salt=SALT, max_age=AN_HOUR)
        if planned["version"] != str(found.pk):
            raise signing.BadSignature("It was planned for another draft.")
    except signing.BadSignature:
        messages.error(request, "This preview is too old. Choose the file again.")
        return redirect("decisions:version_import", slug, number)
    try:
        drafting.edit(
            found,
            planned["operations"],
            based_on=planned["revision"],
            author=request.user,
            now=timezone.now(),
            summary=planned["summary"],
        )
    except Expected as error:
        problem = f"{error} Nothing was changed. Choose the file again to see what is different."
        context = {
            **framed(request, found, "tables"),
            "form": SheetForm(),
            "problem": problem,
            "faults": getattr(error, "faults", []),
            "table_id": planned["table"],
            "back": _back(found, planned["table"]),
        }
        code = 409 if isinstance(error, Refused) else 422
        return render(request, "decisions/sheets/import.html", context, status=code)
    messages.success(request, f"{planned['summary']}. Undo takes it back.")
    return redirect(_back(found, planned["table"]))


def _shown_plan(
    request: PageRequest, found: ModelVersion, form: SheetForm, context: dict[str, Any]
) -> HttpResponse:
    file = form.cleaned_data["file"]
    plans = importing.plan_file(
        found,
        name=file.name,
        content=file.read(),
        content_type=file.content_type or "",
        now=timezone.now(),
        table_id=context["table_id"],
    )
    operations = [operation for plan in plans for operation in plan.operations]
    context |= {
        "file": file.name,
        "tables": [(plan, _counts(plan), plan.changes[:MOST_SHOWN]) for plan in plans],
        "plan": _signed(found, file.name, plans, context["table_id"]) if operations else "",
    }
    return render(request, "decisions/sheets/plan.html", context)


def _signed(found: ModelVersion, name: str, plans: list[Plan], table_id: str) -> str:
    planned = {
        "version": str(found.pk),
        "revision": found.revision,
        "table": table_id or (plans[0].table_id if len(plans) == 1 else ""),
        "summary": importing.summary_of(name, plans)[:300],
        "operations": [operation for plan in plans for operation in plan.operations],
    }
    text = signing.dumps(planned, salt=SALT, compress=True)
    if len(text) > MOST_SENT:
        raise Invalid("The sheet changes too many cells at once. Split it into several.")
    return text


def _counts(plan: Plan) -> list[tuple[str, str, int, str]]:
    """The summary of a table: sign, tone, how many, and what became of them."""
    kinds = (
        ("+", "ok", "add", "added"),
        ("~", "warn", "chg", "changed"),
        ("−", "bad", "del", "removed"),
        ("↕", "route", "move", "moved"),
    )
    return [(s, tone, plan.count(k), words) for s, tone, k, words in kinds if plan.count(k)]


def _open_draft(slug: str, number: int) -> ModelVersion:
    found = draft_of(slug, number)
    if found.state != VersionState.DRAFT:
        raise Http404(f"Version {number} is no draft. Start one from it first.")
    return found


def _back(found: ModelVersion, table_id: str) -> str:
    place = ("decisions:draft_table", [found.model.key, found.number, table_id])
    if not table_id:
        place = ("decisions:draft", [found.model.key, found.number])
    return reverse(place[0], args=place[1])


def _attached(
    answer: HttpResponseBase, found: ModelVersion, what: str, kind: str
) -> HttpResponseBase:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in what)
    name = f"{found.model.key}-v{found.number}-{plain[:60]}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
