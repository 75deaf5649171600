"""The editor of a draft: its page, and the cells and operations that it exchanges as JSON."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.errors import Invalid, Refused
from decisions.models import ModelVersion
from decisions.services import drafting, sheets
from decisions.views.draft_frame import draft_of, framed, or_404
from decisions.views.tables import HIT_POLICIES

MOST_BYTES = 8 * 1024 * 1024
COMPARED = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")


@require_safe
@requires("decisions.view_rules")
def draft(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Open the first table of a draft."""
    found = draft_of(slug, number)
    tables = sheets.tables_of(found)
    if not tables:
        return redirect("decisions:draft_graph", slug, number)
    return redirect("decisions:draft_table", slug, number, tables[0].id)


@require_safe
@requires("decisions.view_rules")
def table(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """The grid of one table; without script, the table to read."""
    found = draft_of(slug, number)
    tables = sheets.tables_of(found)
    shown = next((one for one in tables if one.id == table_id), None)
    if shown is None:
        raise Http404(f"The draft has no table {table_id}.")
    return render(
        request,
        "decisions/drafts/table.html",
        {
            **framed(request, found, "tables"),
            "tables": tables,
            "table": shown,
            "name": shown.name,
            "policies": [(policy, HIT_POLICIES[policy]) for policy in COMPARED],
        },
    )


@require_safe
@requires("decisions.view_rules")
def rows(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Give the table as the grid shows it."""
    found = draft_of(slug, number)
    table = or_404(sheets.table_json, found, table_id)
    body = b'{"revision":%d,"table":%s}' % (found.revision, table)
    return HttpResponse(body, content_type="application/json", headers=_tag_of(found))


@require_safe
@requires("decisions.view_rules")
def reading(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Say one row as a sentence."""
    found, row = draft_of(slug, number), request.GET.get("row", "")
    return JsonResponse({"sentence": or_404(sheets.sentence_of, found, table_id, row)})


@require_POST
@requires("decisions.author_rules")
def operations(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Carry out operations on the revision that `If-Match` names."""

    def carry_out(found: ModelVersion, body: Any, seen: int) -> drafting.Saved:
        return drafting.edit(
            found,
            body.get("operations"),
            based_on=seen,
            author=request.user,
            now=timezone.now(),
        )

    return _answer(request, slug, number, carry_out)


@require_POST
@requires("decisions.author_rules")
def undo(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Take back one's own newest change."""
    return _answer(
        request,
        slug,
        number,
        lambda found, _, seen: drafting.undo(
            found, based_on=seen, author=request.user, now=timezone.now()
        ),
    )


@require_POST
@requires("decisions.author_rules")
def redo(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Do again what one took back."""
    return _answer(
        request,
        slug,
        number,
        lambda found, _, seen: drafting.redo(
            found, based_on=seen, author=request.user, now=timezone.now()
        ),
    )


Act = Callable[[ModelVersion, dict[str, Any], int], drafting.Saved]


def _answer(request: HttpRequest, slug: str, number: int, act: Act) -> HttpResponse:
    """Do what was asked on the revision seen; answer with every row that changed since."""
    found = draft_of(slug, number)
    tag = request.headers.get("If-Match", "").strip().strip('"')
    if not (tag.isascii() and tag.isdigit() and len(tag) < 10):
        message = "Say which revision you saw: send its ETag as If-Match."
        return JsonResponse({"message": message}, status=428)
    try:
        body = _body(request)
        saved = act(found, body, int(tag))
    except drafting.Conflict as error:
        answer = {"message": str(error), "revision": error.revision, "touched": error.rows}
        return JsonResponse(answer, status=409)
    except Refused as error:
        return JsonResponse({"message": str(error)}, status=409)
    except Invalid as error:
        return JsonResponse({"message": str(error), "faults": error.faults}, status=422)
    return _tagged(sheets.changes_of(saved, str(body.get("table", ""))), saved.version)


def _tagged(answer: dict[str, Any], version: ModelVersion) -> JsonResponse:
    # Compact: a table of ten thousand rows is sent whole.
    return JsonResponse(
        answer,
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
        headers=_tag_of(version),
    )


def _tag_of(version: ModelVersion) -> dict[str, str]:
    return {"ETag": f'"{version.revision}"', "Cache-Control": "no-store"}


def _body(request: HttpRequest) -> dict[str, Any]:
    content = request.read(MOST_BYTES + 1)  # A paste may be larger than the body of a form.
    if len(content) > MOST_BYTES:
        raise Invalid("Too much at once. Paste at most 8 MB.")
    try:
        body = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Invalid("The body is not a JSON object.")
    return body
