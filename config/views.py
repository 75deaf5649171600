"""The overview, the choice of colours, and what belongs to no page: faults, closed addresses."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.decorators.http import require_POST, require_safe

from config import overview
from config.context_processors import THEMES
from connectors.api.problems import TYPE, problem
from decisions.models import User

YEAR = 365 * 24 * 3600


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    works = request.user.has_perm("decisions.view_work")
    lines = overview.open_queues(now=now) if works else []
    context = {
        "attention": overview.attention_for(cast(User, request.user), lines, now=now),
        "stats": overview.stats_of(lines, now=now) if works else [],
        "hours": overview.hours_of_today(now=now) if works else [],
        "lines": lines,
        "models": overview.models_of_week(now=now) if works else [],
    }
    return render(request, "home.html", context)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or the system's colours in a cookie, and go back."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    answer = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        answer.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


def closed(request: HttpRequest, **_: str) -> HttpResponse:
    """Answer for a page that a library offers and Clearance does not."""
    raise Http404


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when the fault is ours: callers of the API get a problem, people a page."""
    if not _is_call(request):
        return defaults.server_error(request)
    detail = "Something failed on our side; the fault is in the log of the server."
    hint = "Send the same again with its Idempotency-Key; if it fails again, tell the admin."
    return _problem(500, detail, slug="failed", hint=hint)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer when a request cannot be read at all, for example for its host name or its size."""
    if not _is_call(request):
        return defaults.bad_request(request, exception)
    detail = "The request cannot be read, so nothing of it was stored."
    hint = "Check the address, the host name and the headers of the call."
    return _problem(400, detail, slug="unreadable", hint=hint)


def _is_call(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _problem(code: int, detail: str, *, slug: str, hint: str) -> HttpResponse:
    body = problem(code, detail, slug=slug, hint=hint)
    return JsonResponse(body, status=code, content_type=TYPE)
