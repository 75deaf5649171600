"""A table of a draft row by row, as forms: what the grid does, without script and on a phone."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.errors import Fault
from decisions.faults import words_of
from decisions.models import ModelVersion
from decisions.services import rows, sheets
from decisions.views.draft_frame import answered, draft_of, framed, hand_of, or_404

ROWS_AT_ONCE = 100


@require_safe
@requires("decisions.view_rules")
def table_rows(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """The rows of a table to read, each leading to its form."""
    found = draft_of(slug, number)
    asked = request.GET.get("first", "")
    first = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1

    def read() -> rows.Rows:
        return rows.rows_of(found, table_id, start=first - 1, size=ROWS_AT_ONCE)

    shown = or_404(read)
    lines = [
        {
            "id": row,
            "number": shown.start + at,
            "sentence": sentence,
            "cells": list(zip(shown.columns, texts, strict=True)),
        }
        for at, (row, sentence, texts) in enumerate(shown.rows, 1)
    ]
    context = {
        **framed(request, found, "tables"),
        "table_id": table_id,
        "tables": sheets.tables_of(found),
        "shown": shown,
        "lines": lines,
        "earlier": shown.start - ROWS_AT_ONCE + 1 if shown.start else 0,
        "later": shown.start + ROWS_AT_ONCE + 1 if shown.start + ROWS_AT_ONCE < shown.total else 0,
    }
    return render(request, "decisions/drafts/rows.html", context)


@require_POST
@requires("decisions.author_rules")
def new_row(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Add a row at the end."""
    found = draft_of(slug, number)
    return _added(request, found, table_id, None, _list_url(found, table_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def row(request: PageRequest, slug: str, number: int, table_id: str, row_id: str) -> HttpResponse:
    """One row in words and as a form; its buttons move it, remove it, or add another beside it."""
    found = draft_of(slug, number)
    one = or_404(rows.row_of, found, table_id, row_id)
    if request.method != "POST":
        return _page(request, found, table_id, one, one.texts, [])
    refuse_unless_held(request, "decisions.author_rules")
    act = request.POST.get("act", "")
    if act in {"above", "below"}:
        before = one.id if act == "above" else one.after
        return _added(request, found, table_id, before, _row_url(found, table_id, row_id))
    texts = [
        request.POST.get(f"c-{at}", text).replace("\r\n", "\n").replace("\0", "")
        for at, text in enumerate(one.texts)
    ]

    def carry_out() -> str:
        return _carried_out(request, found, table_id, one, texts, act)

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        return _page(request, found, table_id, one, texts, faults, problem=words)

    back = _list_url(found, table_id) if act == "remove" else _row_url(found, table_id, row_id)
    return answered(request, found, carry_out, back=back, again=again)


def _carried_out(
    request: PageRequest,
    found: ModelVersion,
    table_id: str,
    one: rows.Row,
    texts: list[str],
    act: str,
) -> str:
    hand = hand_of(request, found)
    if act == "remove":
        rows.remove_row(found, table_id, one.id, hand=hand)
        return f"Row {one.number} is removed. Undo brings it back."
    if act in {"up", "down"}:
        rows.move_row(found, table_id, one.id, up=act == "up", hand=hand)
        return f"Row {one.number} is moved {act}."
    saved = rows.change_row(found, table_id, one.id, texts, hand=hand)
    return f"Row {one.number} is saved." if saved else "Nothing was different."


def _added(
    request: PageRequest, found: ModelVersion, table_id: str, before: str | None, back: str
) -> HttpResponse:
    made: list[str] = []

    def act() -> str:
        made.append(rows.add_row(found, table_id, before=before, hand=hand_of(request, found)))
        return "An empty row is added. Fill it in."

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        context = {**framed(request, found, "tables"), "problem": words, "since": [], "back": back}
        return render(request, "decisions/drafts/conflict.html", context, status=422)

    answer = answered(request, found, act, back=back, again=again)
    if made:
        answer["Location"] = _row_url(found, table_id, made[0])
    return answer


def _page(
    request: PageRequest,
    found: ModelVersion,
    table_id: str,
    one: rows.Row,
    texts: list[str],
    faults: list[Fault],
    *,
    problem: str = "",
) -> HttpResponse:
    at_columns: dict[str, str] = {}
    for fault in faults:
        at_columns.setdefault(fault.get("where", ""), words_of(fault))
    cells: list[dict[str, Any]] = [
        {
            "at": at,
            "column": column,
            "text": text,
            "long": len(text) > 60 or "\n" in text,
            "fault": at_columns.get(column.id, ""),
        }
        for at, (column, text) in enumerate(zip(one.columns, texts, strict=True))
    ]
    parts = [
        ("If", [cell for cell in cells if cell["column"].part == "inputs"]),
        ("Then", [cell for cell in cells if cell["column"].part == "outputs"]),
        ("Notes", [cell for cell in cells if cell["column"].part == "annotations"]),
    ]
    context = {
        **framed(request, found, "tables"),
        "table_id": table_id,
        "row": one,
        "undo_to": _list_url(found, table_id),
        "parts": [part for part in parts if part[1]],
        "problem": problem,
    }
    return render(request, "decisions/drafts/row.html", context, status=422 if problem else 200)


def _list_url(found: ModelVersion, table_id: str) -> str:
    return reverse("decisions:draft_table_rows", args=[found.model.key, found.number, table_id])


def _row_url(found: ModelVersion, table_id: str, row_id: str) -> str:
    place = [found.model.key, found.number, table_id, row_id]
    return reverse("decisions:draft_row", args=place)
