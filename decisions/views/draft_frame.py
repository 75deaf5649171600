"""The frame around the pages of a draft: which one it is, who may change it, and how it went."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from decisions.access import PageRequest
from decisions.enums import VersionState
from decisions.errors import Fault, Invalid, Refused
from decisions.models import ModelVersion
from decisions.queries import drafts as queries
from decisions.services import outline
from decisions.services.shaping import Hand


def draft_of(slug: str, number: int) -> ModelVersion:
    rows = ModelVersion.objects.select_related("model__live_version", "based_on", "created_by")
    # Megabytes, and most requests find the rules loaded.
    rows = rows.defer("dmn", "model__live_version__dmn", "based_on__dmn")
    return get_object_or_404(rows, model__key=slug, number=number)


def framed(request: PageRequest, found: ModelVersion, here: str) -> dict[str, Any]:
    """What every page of a draft shows; `here` is the tab it stands under."""
    drafted = found.state == VersionState.DRAFT
    return {
        "model": found.model,
        "version": found,
        "here": here,
        "may_edit": drafted and request.user.has_perm("decisions.author_rules"),
        **headed(found),
    }


def headed(found: ModelVersion) -> dict[str, Any]:
    """What the head says of a draft: who saved it last, and what it lacks to be proposed."""
    if found.state != VersionState.DRAFT:
        return {"not_yet": "", "last": None}
    return {
        "not_yet": outline.not_yet(found, now=timezone.now()),
        "last": queries.last_change(found),
    }


def or_404(read: Callable[..., Any], *args: Any) -> Any:
    try:
        return read(*args)
    except Invalid as error:
        raise Http404(str(error)) from error


def hand_of(request: PageRequest, found: ModelVersion) -> Hand:
    """Who changes the draft, from the revision that the form was made of."""
    seen = request.POST.get("revision", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else found.revision
    return Hand(request.user, known, timezone.now())


def answered(
    request: PageRequest,
    found: ModelVersion,
    act: Callable[[], str],
    *,
    back: str,
    again: Callable[[str, list[Fault]], HttpResponse],
) -> HttpResponse:
    """Do what a form asks and go `back`; what does not fit stands on the form, shown `again`."""
    try:
        words = act()
    except Refused as error:
        return conflict(request, found, error, back)
    except Invalid as error:
        return again(str(error), error.faults)
    messages.success(request, words)
    return redirect(back)


def conflict(request: PageRequest, found: ModelVersion, error: Refused, back: str) -> HttpResponse:
    """Say that others were faster, and who changed what since the form was opened."""
    fresh = draft_of(found.model.key, found.number)
    context = {
        **framed(request, fresh, ""),
        "problem": str(error),
        "since": queries.changes_since(fresh, hand_of(request, fresh).based_on),
        "back": back,
    }
    return render(request, "decisions/drafts/conflict.html", context, status=409)
