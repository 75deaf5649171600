"""Where several people edit one draft: what is new since a page looked, and who else is there."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from decisions.access import PageRequest, requires
from decisions.enums import VersionState
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services import together

MOST_BYTES = 4096


@require_POST
@requires("decisions.view_rules")
def look(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Look into a draft: {"table", "row", "seen"}, where `seen` is the revision that is shown."""
    # The rules are read only where something changed.
    versions = ModelVersion.objects.defer("dmn", "note").select_related("model")
    found = get_object_or_404(versions, model__key=slug, number=number)
    try:
        seen, table, row = _asked(request)
        edits = found.state == VersionState.DRAFT and request.user.has_perm(
            "decisions.author_rules"
        )
        news = together.look_in(
            found,
            seen=seen,
            table_id=table,
            row_id=row,
            editor=request.user if edits else None,
            now=timezone.now(),
        )
    except Invalid as error:
        return JsonResponse({"message": str(error)}, status=422)
    return JsonResponse(news, headers={"Cache-Control": "no-store"})


def _asked(request: HttpRequest) -> tuple[int, str, str]:
    if len(request.body) > MOST_BYTES:
        raise Invalid("This is too long.")
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Invalid("The body is not a JSON object.")
    seen, table, row = body.get("seen"), body.get("table"), body.get("row")
    if type(seen) is not int or not isinstance(table, str) or not isinstance(row, str):
        raise Invalid("Send the table, the row and the revision that you saw.")
    return seen, table[:200], row[:200]
