"""Pages of file imports: upload, columns, progress, what was rejected, what came of the rest."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors import queries
from connectors.adapters.files.presets import OTHER_NAMES, TABLES
from connectors.enums import ImportState
from connectors.forms import UploadForm
from connectors.models import FileImport
from connectors.services import columns, imports
from connectors.views.base import act
from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.errors import Expected, Invalid
from decisions.models import ModelVersion
from decisions.queries.paging import page_of
from decisions.services import mapping
from decisions.services.sheet_files import CSV, csv_lines

OWN = "feel"
SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.view_imports")
def import_list(request: PageRequest) -> HttpResponse:
    """All imports, newest first, and the form that uploads another file."""
    problem: Expected | None = None
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        refuse_unless_held(request, "connectors.import_files")
        if form.is_valid():
            now = timezone.now()
            given = form.cleaned_data
            try:
                file = imports.take_in(
                    given["source"] or imports.source_for(request.user, now=now),
                    given["model"],
                    name=given["file"].name,
                    content=given["file"],
                    size=given["file"].size,
                    author=request.user,
                    now=now,
                )
                return redirect("connectors:import", file.pk)
            except Expected as error:
                problem = error
    rows = FileImport.objects.select_related("model", "uploaded_by")
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "page": page,
        "form": form,
        "problem": problem,
        "faults": getattr(problem, "faults", []),
        "presets": TABLES,
    }
    part = "_results" if request.htmx else "list"
    code = 422 if request.method == "POST" else 200
    return render(request, f"connectors/imports/{part}.html", context, status=code)


@require_safe
@requires("connectors.view_imports")
def import_page(request: PageRequest, pk: UUID) -> HttpResponse:
    """What a file waits for, how far it is, or what came of it."""
    file = get_object_or_404(queries.imports_whole(), pk=pk)
    if file.state == ImportState.MAPPING:
        return _columns_page(request, file, {})
    if file.unfinished:
        part = "_progress" if request.htmx else "progress"
        return render(request, f"connectors/imports/{part}.html", _progress(file, timezone.now()))
    if request.htmx:
        # The watched part has ended: the whole page takes its place.
        return HttpResponse(headers={"HX-Redirect": request.path})
    return render(request, "connectors/imports/page.html", _result(file))


@require_POST
@requires("connectors.import_files")
def import_start(request: PageRequest, pk: UUID) -> HttpResponse:
    """Start with the columns chosen, or show what they give for the first rows."""
    file = get_object_or_404(queries.imports_whole(), pk=pk)
    entries = _typed(request, file)
    if "preview" in request.POST:
        return _columns_page(request, file, {}, entries)
    try:
        imports.start(file, entries=entries, author=request.user, now=timezone.now())
    except Invalid as error:
        messages.error(request, str(error))
        faults = {f.get("where", ""): f.get("message", "") for f in error.faults}
        return _columns_page(request, file, faults, entries)
    return redirect("connectors:import", file.pk)


@require_POST
@requires("connectors.import_files")
def import_stop(request: PageRequest, pk: UUID) -> HttpResponse:
    file = get_object_or_404(FileImport, pk=pk)

    def work() -> str:
        imports.stop(file, by=request.user, now=timezone.now())
        return "The import was stopped. What was taken stays; you can go on where it stopped."

    return act(request, work, back="connectors:import", pk=pk)


@require_POST
@requires("connectors.import_files")
def import_go_on(request: PageRequest, pk: UUID) -> HttpResponse:
    file = get_object_or_404(queries.imports_whole(), pk=pk)

    def work() -> str:
        imports.go_on(file, by=request.user, now=timezone.now())
        return f"The import goes on after row {file.line:,}."

    return act(request, work, back="connectors:import", pk=pk)


@require_POST
@requires("connectors.import_files")
def import_drop(request: PageRequest, pk: UUID) -> HttpResponse:
    file = get_object_or_404(FileImport, pk=pk)

    def work() -> str:
        imports.drop_upload(file, by=request.user, now=timezone.now())
        return f"“{file.name}” was deleted. Nothing of it was imported."

    return act(request, work, back="connectors:import_list")


@require_safe
@requires("connectors.view_imports")
def import_rejected(request: PageRequest, pk: UUID) -> StreamingHttpResponse:
    """The rejected rows as CSV, to be mended and uploaded again."""
    file = get_object_or_404(queries.imports_whole(), pk=pk)
    return _download(csv_lines(_rejected_lines(file)), f"rejected-{file.pk.hex[:8]}.csv", CSV)


@require_safe
@requires("connectors.view_imports")
def import_results(request: PageRequest, pk: UUID, kind: str) -> StreamingHttpResponse:
    """What was decided for each row, as CSV or NDJSON."""
    file = get_object_or_404(queries.imports_whole(), pk=pk)
    found = queries.results_of(file)
    name = f"results-{file.pk.hex[:8]}.{kind}"
    if kind == "csv":
        return _download(csv_lines(_result_lines(found)), name, CSV)
    if kind == "ndjson":
        lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in found)
        return _download(lines, name, "application/x-ndjson")
    raise Http404


@require_safe
@requires("connectors.view_imports")
def import_table(request: PageRequest, key: str) -> StreamingHttpResponse:
    """An example of a table that is often brought: its head and one row."""
    table = next((one for one in TABLES if one.key == key), None)
    if table is None:
        raise Http404
    lines = csv_lines([list(table.columns), list(table.columns.values())])
    return _download(lines, f"{key}.csv", CSV)


def _download(lines: Iterable[str], name: str, kind: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=kind, headers=headers)


def _rejected_lines(file: FileImport) -> Iterator[list[str]]:
    yield [*file.columns, "Row in the file", "Why it was rejected"]
    for one in queries.rejected_of(file).iterator():
        cells = one.cells or ["(dropped after a month)"]
        cells = [*cells[: len(file.columns)], *[""] * (len(file.columns) - len(cells))]
        yield [*cells, str(one.number), " ".join(one.reasons or [])]


def _result_lines(found: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    yield ["row", "subject", "segment", "outcome", "reasons"]
    for one in found:
        codes = "; ".join(one["reasons"])
        yield [str(one["row"]), one["subject"], one["segment"], one["outcome"], codes]


def _typed(request: PageRequest, file: FileImport) -> dict[str, str]:
    """What the form says of each input: a column with its conversion, or FEEL of one's own."""
    entries = {}
    for place in columns.places_of(_version(file)):
        column = request.POST.get(f"column:{place.path}", "")
        own = request.POST.get(f"feel:{place.path}", "")[:5000]
        if column == OWN:
            entries[place.path] = own
        elif column.startswith("c:") and column[2:] in file.columns:
            conversion = request.POST.get(f"as:{place.path}", columns.AUTOMATIC)
            if conversion == columns.AUTOMATIC:
                cells = [row.get(column[2:]) for row in file.sample]
                conversion = columns.fitting(place, cells)
            entries[place.path] = columns.feel_of(column[2:], conversion)
    return entries


def _columns_page(
    request: PageRequest,
    file: FileImport,
    faults: dict[str, str],
    entries: dict[str, str] | None = None,
) -> HttpResponse:
    places = columns.places_of(_version(file))
    newest = imports.newest_mapping(file)
    if entries is None:
        entries = columns.suggested(places, file.columns, file.sample, OTHER_NAMES)
        if newest is not None:
            entries = dict(newest.entries)
    rows = [_row(place, file, entries, faults) for place in places]
    context = {
        "file": file,
        "newest": newest,
        "rows": rows,
        "faults": faults,
        "filled": sum(bool(row["text"]) for row in rows),
        "missing": [row["place"].label for row in rows if row["missing"]],
        "unused": _unused(file, entries),
        "heads": file.columns[:12],
        "sample": [[row.get(name) for name in file.columns[:12]] for row in file.sample[:5]],
        "again": queries.same_file(file),
        "may_import": request.user.has_perm("connectors.import_files"),
    }
    part = "_columns" if request.htmx and "preview" in request.POST else "columns"
    return render(
        request, f"connectors/imports/{part}.html", context, status=422 if faults else 200
    )


def _row(
    place: columns.Place, file: FileImport, entries: dict[str, str], faults: dict[str, str]
) -> dict[str, Any]:
    """One input: its column, how its cells are read, and what that gives for the first rows."""
    text = entries.get(place.path, "")
    choice = columns.choice_of(text, file.columns) if text else None
    fault, gives = faults.get(place.path, ""), []
    for values in file.sample[:3] if text else []:
        mapped = mapping.map_payload({place.path: text}, values, now=timezone.now())
        unread = columns.unread({place.path: choice} if choice else {}, values, mapped.facts)
        fault = fault or next((f.get("message", "") for f in mapped.faults), "") or "".join(unread)
        gives.append(columns.inner(mapped.facts, place.path))
    return {
        "place": place,
        "text": text,
        "own": bool(text) and choice is None,
        "column": choice[0] if choice else "",
        "conversion": choice[1] if choice else "",
        "gives": gives,
        "fault": fault,
        "missing": not text and not place.optional,
    }


def _unused(file: FileImport, entries: dict[str, str]) -> list[str]:
    used = {column for column, _ in columns.choices_of(entries, file.columns).values()}
    own = " ".join(entries.values())
    return [name for name in file.columns if name not in used and name not in own]


def _version(file: FileImport) -> ModelVersion:
    if file.model.live_version is None:
        raise Invalid(f"{file.model.name} is not live any more. Upload the file for another model.")
    return file.model.live_version


def _progress(file: FileImport, now: datetime) -> dict[str, Any]:
    """How far a file is, how fast it goes, and how long it will take."""
    share = file.offset / file.length if file.length else 0.0
    spent = (now - file.started_at).total_seconds() if file.started_at else 0.0
    going = file.state == ImportState.RUNNING and file.rows and spent > 1
    return {
        "file": file,
        "percent": int(share * 100),
        "rate": int(file.rows / spent) if going else None,
        "left": spent / share - spent if going and share else None,
    }


def _result(file: FileImport) -> dict[str, Any]:
    earlier = queries.run_before(file)
    segments = queries.segments_of(file)
    return {
        "file": file,
        "segments": segments,
        "undecided": file.taken - sum(one["count"] for one in segments),
        "rejected": list(queries.rejected_of(file)[:SHOWN]),
        "earlier": earlier,
        "moves": queries.moves_between(earlier, file) if earlier else [],
        "spent": (file.finished_at - file.started_at).total_seconds()
        if file.finished_at and file.started_at
        else None,
        "can_go_on": file.state in {ImportState.FAILED, ImportState.STOPPED}
        and file.forgotten_at is None,
    }
