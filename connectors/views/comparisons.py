"""Migration reports: what a decision service answers beside what the rules here answer."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors.forms import ComparisonForm
from connectors.models import Comparison, Connector, Difference
from connectors.services import comparing
from connectors.views.base import act
from decisions.access import PageRequest, requires
from decisions.errors import Expected
from decisions.queries.paging import page_of
from decisions.services.sheet_files import csv_lines

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.compare")
def comparison_list(request: PageRequest, key: str) -> HttpResponse:
    """The comparisons of a connector, and the form that starts one."""
    connector = get_object_or_404(Connector, key=key, kind="opentext")
    form = ComparisonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = comparing.start(
                connector, **form.cleaned_data, author=request.user, now=timezone.now()
            )
        except Expected as error:
            messages.error(request, str(error))
        else:
            return redirect("connectors:comparison", comparison_id=made.pk)
    rows = (
        Comparison.objects.filter(connector=connector)
        .select_related("model", "requested_by")
        .order_by("-pk")[:SHOWN]
    )
    context = {"connector": connector, "form": form, "rows": list(rows)}
    code = 422 if request.method == "POST" else 200
    return render(request, "connectors/comparisons/list.html", context, status=code)


@require_safe
@requires("connectors.compare")
def comparison(request: PageRequest, comparison_id: UUID) -> HttpResponse:
    """One report: how many answer alike, and each that does not."""
    found = _found(comparison_id)
    page = page_of(
        _differences(found),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "comparison": found,
        "page": page,
        "rows": [_shown(row) for row in page.items],
        "share": 100 * found.compared // found.total if found.total else 100,
    }
    template = "_report.html" if request.htmx else "page.html"
    return render(request, f"connectors/comparisons/{template}", context)


@require_safe
@requires("connectors.compare")
def comparison_csv(request: PageRequest, comparison_id: UUID) -> StreamingHttpResponse:
    """All differences as CSV, whose cells no spreadsheet runs."""
    found = _found(comparison_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.model.key}-differences.csv"'}
    return StreamingHttpResponse(
        csv_lines(_lines(found)), content_type="text/csv; charset=utf-8", headers=headers
    )


@require_POST
@requires("connectors.compare")
def comparison_act(request: PageRequest, comparison_id: UUID) -> HttpResponse:
    """Stop a comparison, or let a stopped one go on."""
    found = _found(comparison_id)

    def work() -> str:
        if request.POST.get("act") == "stop":
            comparing.stop(found, author=request.user, now=timezone.now())
            return "Nothing more is asked."
        comparing.go_on(found, author=request.user, now=timezone.now())
        return "It goes on where it was."

    return act(request, work, back="connectors:comparison", comparison_id=found.pk)


def _found(key: UUID) -> Comparison:
    joined = ("connector", "model", "requested_by")
    return get_object_or_404(Comparison.objects.select_related(*joined), pk=key)


def _differences(found: Comparison) -> Any:
    return Difference.objects.filter(comparison=found).select_related("submission", "execution")


def _shown(row: Difference) -> dict[str, Any]:
    return {
        "at": row.submission.received_at if row.submission else _at(row),
        "submission": row.submission,
        "facts": _facts(row),
        "ours": [_said(one) for one in row.ours],
        "theirs": [_said(one) for one in row.theirs or []],
        "answered": row.theirs is not None,
        "problem": row.problem,
    }


def _at(row: Difference) -> datetime | None:
    return row.execution.evaluated_at if row.execution else None


def _facts(row: Difference) -> dict[str, Any]:
    case = row.submission or row.execution
    facts = getattr(case, "facts", None) or getattr(case, "inputs", None) or {}
    return {name: _text(value) for name, value in facts.items()}


def _said(row: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in row.items() if value is not None}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(found: Comparison) -> Iterator[list[str]]:
    yield ["Case", "Inputs", "Clearance", "Decision service", "Problem"]
    for row in _differences(found).iterator(chunk_size=200):
        facts = _facts(row)
        texts = [json.dumps(part, ensure_ascii=False) for part in (facts, row.ours)]
        theirs = "" if row.theirs is None else json.dumps(row.theirs, ensure_ascii=False)
        yield [str(row.submission_id or row.execution_id), *texts, theirs, row.problem]
