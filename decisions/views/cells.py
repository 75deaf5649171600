"""Help while a cell of a draft is typed: what it would mean, and what may be typed, as JSON."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services import cells

MOST_BYTES = 256 * 1024


@require_POST
@requires("decisions.author_rules")
def check(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Read one cell without keeping it: {"table", "column", "text"}."""
    found = _version(slug, number)
    try:
        asked = _asked(request)
        return JsonResponse(cells.check_cell(found, **asked))
    except Invalid as error:
        return JsonResponse({"message": str(error)}, status=422)


@require_safe
@requires("decisions.view_rules")
def completions(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """List what may stand in the cells of a column."""
    table, column = request.GET.get("table", ""), request.GET.get("column", "")
    try:
        offers = cells.completions(_version(slug, number), table=table, column=column)
    except Invalid as error:
        raise Http404(str(error)) from error
    return JsonResponse(offers, safe=False)


def _asked(request: HttpRequest) -> dict[str, str]:
    if len(request.body) > MOST_BYTES:
        raise Invalid("This text is too long for a cell.")
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not JSON.") from error
    names = ("table", "column", "text")
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        raise Invalid("Send the table, the column and the text of the cell.")
    return {name: body[name] for name in names}


def _version(slug: str, number: int) -> ModelVersion:
    known = ModelVersion.objects.defer("dmn")  # Megabytes, and hardly ever needed.
    return get_object_or_404(known, model__key=slug, number=number)
