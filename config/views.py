"""The overview, and the choice of colours."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from config import overview
from config.context_processors import THEMES
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
    answer = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        answer.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer
