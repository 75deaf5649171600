"""The lists of submissions and decisions: search, filters, pages by key."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from decisions import filters
from decisions.access import PageRequest, requires
from decisions.enums import Outcome, SettledBy, SubmissionState
from decisions.forms import DecisionListForm, SubmissionListForm, model_choices
from decisions.queries import work as queries
from decisions.queries.paging import Page, page_of

SEARCH = "Reference or title"


@require_safe
@requires("decisions.view_work")
def submissions(request: PageRequest) -> HttpResponse:
    wanted, misread = SubmissionListForm(request.GET).read()
    page = _page(queries.submissions_matching(**_spelled(wanted)), request)
    context = {
        **_frame(wanted, misread, page),
        "filters": [
            filters.search("q", SEARCH, wanted.get("q", "")),
            filters.choice("state", "State", wanted.get("state"), SubmissionState.choices),
            filters.choice("model", "Model", wanted.get("model"), model_choices()),
            filters.dates("Received", wanted.get("from"), wanted.get("to")),
        ],
        "clear_url": reverse("decisions:submission_list"),
    }
    return _answer(request, "submissions", context)


@require_safe
@requires("decisions.view_work")
def decisions(request: PageRequest) -> HttpResponse:
    wanted, misread = DecisionListForm(request.GET).read()
    page = _page(queries.decisions_matching(**_spelled(wanted)), request)
    settlers = [choice for choice in SettledBy.choices if choice[0]]
    context = {
        **_frame(wanted, misread, page),
        "people": queries.settlers_of(page.items),
        "filters": [
            filters.search("q", SEARCH, wanted.get("q", "")),
            filters.choice("outcome", "Outcome", wanted.get("outcome"), Outcome.choices),
            filters.dates("Decided", wanted.get("from"), wanted.get("to")),
            filters.choice("model", "Model", wanted.get("model"), model_choices()),
            filters.choice("settled_by", "Settled by", wanted.get("settled_by"), settlers),
        ],
        "tabs": _tabs(request),
        "clear_url": reverse("decisions:decision_list"),
    }
    return _answer(request, "decisions", context)


def _frame(wanted: dict[str, Any], misread: list[str], page: Page[Any]) -> dict[str, Any]:
    return {
        "page": page,
        "misread": misread,
        "narrowed": bool(wanted),
    }


def _answer(request: PageRequest, what: str, context: dict[str, Any]) -> HttpResponse:
    part = "_results" if request.htmx else "list"
    return render(request, f"decisions/{what}/{part}.html", context)


def _spelled(wanted: dict[str, Any]) -> dict[str, Any]:
    """`from` and `to` cannot be names of arguments."""
    names = {"from": "first", "to": "last"}
    return {names.get(name, name): value for name, value in wanted.items()}


def _page(rows: QuerySet[Any], request: PageRequest) -> Page[Any]:
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    return page_of(rows, before=before, after=after)


def _tabs(request: PageRequest) -> list[dict[str, Any]]:
    """Views asked for so often that each is one click away."""
    views = {
        "All": "",
        "Waiting for people": "?outcome=review",
        "Settled by people": "?settled_by=person",
        "Failed evaluations": "?failed=on",
    }
    here = f"?{request.GET.urlencode()}" if request.GET else ""
    base = reverse("decisions:decision_list")
    return [
        {"label": label, "url": base + query, "current": here == query}
        for label, query in views.items()
    ]
