"""What people say about the rows of a table: to read, to add to, to resolve."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.errors import Invalid, Refused
from decisions.models import ModelVersion
from decisions.queries.comments import comments_on, open_comments
from decisions.services import commenting

MAY_WRITE = "decisions.comment_on_rules"


@require_safe
@requires("decisions.view_rules")
def counts(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Count the open comments of a table, by row."""
    return JsonResponse(open_comments(_version(slug, number).model, table_id=table_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def row(request: PageRequest, slug: str, number: int, table_id: str, row_id: str) -> HttpResponse:
    """Show the comments on a row; POST adds one."""
    found = _version(slug, number)
    place = _place(found, table_id, row_id)
    if request.method != "POST":
        return _page(request, found, place)
    refuse_unless_held(request, MAY_WRITE)
    text = request.POST.get("text", "")
    try:
        commenting.comment_on(
            found,
            table_id=table_id,
            row_id=row_id,
            text=text,
            author=request.user,
            now=timezone.now(),
        )
    except Invalid as error:
        return _page(request, found, place, text=text, fault=str(error))
    return _answer(request, found, place)


@require_POST
@requires(MAY_WRITE)
def resolve(
    request: PageRequest, slug: str, number: int, table_id: str, row_id: str, comment_id: str
) -> HttpResponse:
    """Mark a comment as dealt with."""
    found = _version(slug, number)
    place = _place(found, table_id, row_id)
    comments = comments_on(found.model, table_id=table_id, row_id=row_id)
    comment = get_object_or_404(comments, pk=comment_id)
    try:
        commenting.resolve_comment(comment, version=found, by=request.user, now=timezone.now())
    except Refused as error:
        if request.htmx:
            return _page(request, found, place, fault=str(error), code=409)
        messages.error(request, str(error))
    return _answer(request, found, place)


def _answer(request: PageRequest, found: ModelVersion, place: commenting.RowPlace) -> HttpResponse:
    if request.htmx:
        return _page(request, found, place)
    return redirect(
        "decisions:row_comments", found.model.key, found.number, place.table_id, place.row_id
    )


def _page(
    request: PageRequest,
    found: ModelVersion,
    place: commenting.RowPlace,
    *,
    text: str = "",
    fault: str = "",
    code: int = 422,
) -> HttpResponse:
    context = {
        "model": found.model,
        "version": found,
        "place": place,
        "comments": comments_on(found.model, table_id=place.table_id, row_id=place.row_id),
        "may_write": request.user.has_perm(MAY_WRITE),
        "text": text,
        "fault": fault,
    }
    part = "_comments.html" if request.htmx else "page.html"
    return render(request, f"decisions/comments/{part}", context, status=code if fault else 200)


def _place(found: ModelVersion, table_id: str, row_id: str) -> commenting.RowPlace:
    try:
        return commenting.row_place(found, table_id, row_id)
    except Invalid as error:
        raise Http404(str(error)) from error


def _version(slug: str, number: int) -> ModelVersion:
    return get_object_or_404(
        ModelVersion.objects.select_related("model"), model__key=slug, number=number
    )
