"""A whole reference table as its grid reads and sends it: JSON, cells as text, rows by number."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from decisions.access import PageRequest, requires
from decisions.errors import Fault, Invalid, Refused
from decisions.faults import words_of
from decisions.models import ReferenceTable
from decisions.services.reference_values import text_of
from decisions.table_forms import TableChangeForm
from decisions.views.grid import Row, origin_in, row_of, whole
from decisions.views.references import page_of, table_called, words_of_change, written

SHAPE = "The grid and the server do not understand each other. Reload the page."


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.edit_references")
def rows(request: PageRequest, slug: str) -> HttpResponse:
    """Give the rows of a version, or take those that take their place."""
    found = table_called(slug)
    if request.method == "POST":
        return _answer(request, found)
    content = get_object_or_404(found.versions, number=whole(request.GET.get("version")))
    texts = [[text_of(row.get(c["name"]), c) for c in found.columns] for row in content.rows]
    columns = [_column(column) for column in found.columns]
    return JsonResponse({"columns": columns, "rows": texts}, headers={"Cache-Control": "no-store"})


def _column(column: dict[str, Any]) -> dict[str, Any]:
    kind = column.get("type", "any")
    allowed = column.get("choices") or (["true", "false"] if kind == "boolean" else None)
    return {
        "id": column["name"],
        "label": column.get("label") or column["name"],
        "note": " ".join(filter(None, (column.get("note"), column.get("unit")))),
        "type": kind,
        "allowed": allowed,
    }


def _answer(request: PageRequest, found: ReferenceTable) -> HttpResponse:
    """Save or try what was sent: {"based_on", "newest", "try", "reason", "effective_from", "rows"}.

    A row is its number in the version it was read from, or [that number or 0, text, …].
    """
    try:
        sent = _sent(request)
        content = get_object_or_404(found.versions, number=sent["based_on"])
        wanted = [_row(one, found.columns, content.rows) for one in sent["rows"]]
        form = TableChangeForm(
            {name: str(sent.get(name, "")) for name in TableChangeForm.base_fields}
        )
        trying = sent.get("try") is True
        if not form.is_valid() and not trying:
            return JsonResponse({"fields": form.errors}, status=422)
        saved = written(found, wanted, form, request.user, sent["newest"], trying=trying)
    except Refused as error:
        return JsonResponse({"message": str(error)}, status=409)
    except Invalid as error:
        cells = [_cell(fault) for fault in error.faults]
        return JsonResponse({"message": str(error), "cells": cells}, status=422)
    if not trying:
        messages.success(request, words_of_change(saved))
    return JsonResponse({"address": page_of(saved)})


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Invalid(SHAPE) from error
    if not isinstance(body, dict) or not isinstance(body.get("rows"), list):
        raise Invalid(SHAPE)
    if not all(type(body.get(name)) is int for name in ("based_on", "newest")):
        raise Invalid(SHAPE)
    if not 0 < body["based_on"] < 2**31 or not 0 < body["newest"] < 2**31:
        raise Invalid(SHAPE)
    return body


def _row(sent: Any, columns: list[dict[str, Any]], content: list[Row]) -> Row:
    number, *texts = sent if isinstance(sent, list) and sent else [sent]
    before = origin_in(content, number) if type(number) is int else None
    if before is not None and not texts:
        return before
    if type(number) is not int or len(texts) != len(columns):
        raise Invalid(SHAPE)
    if not all(isinstance(text, str) for text in texts):
        raise Invalid(SHAPE)
    return row_of([text.replace("\0", "") for text in texts], columns, before)


def _cell(fault: Fault) -> tuple[int, str, str]:
    """Tell the row, the column and the words of a fault; row 0 where it is in none."""
    number, _, name = fault.get("where", "").lstrip("/").partition("/")
    return int(number) if number.isdigit() else 0, name, words_of(fault)
