"""People and roles: who may do what, who was invited, and who changed it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from decisions import filters
from decisions.access import PageRequest, requires
from decisions.enums import Role
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.faults import add_faults
from decisions.forms import InvitationForm, RolesForm
from decisions.models import User
from decisions.queries import people as queries
from decisions.services import people as services


@require_safe
@requires("decisions.manage_people")
def people(request: PageRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    role = filters.chosen(request.GET.get("role", ""), Role.choices)
    found = list(queries.people(text=text, role=role)[: queries.MOST_PEOPLE + 1])
    context = {
        "rows": [
            {"person": person, "roles": queries.roles_of(person)}
            for person in found[: queries.MOST_PEOPLE]
        ],
        "most": queries.MOST_PEOPLE if len(found) > queries.MOST_PEOPLE else 0,
        "filters": [
            filters.search("q", "Name or e-mail address", text),
            filters.choice("role", "Role", role, Role.choices),
        ],
        "clear_url": reverse("decisions:people") if text or role else "",
    }
    part = "_results.html" if request.htmx else "list.html"
    return render(request, f"decisions/people/{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.manage_people")
def invite(request: PageRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.invite(
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                roles=form.cleaned_data["roles"],
                password=form.cleaned_data["password"] or None,
                actor=Actor.person(request.user),
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, f"{person} is invited and may sign in now.")
            return redirect("decisions:person", person.pk)
    code = 422 if form.errors else 200
    return render(request, "decisions/people/invite.html", {"form": form}, status=code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.manage_people")
def person(request: PageRequest, pk: UUID) -> HttpResponse:
    someone = get_object_or_404(User.objects.prefetch_related("groups"), pk=pk)
    held = {"roles": queries.roles_of(someone), "active": someone.is_active}
    form = RolesForm(request.POST if request.method == "POST" else None, initial=held)
    code = 200
    if request.method == "POST":
        code = 422
        if form.is_valid():
            try:
                services.change_person(
                    someone,
                    roles=form.cleaned_data["roles"],
                    active=form.cleaned_data["active"],
                    actor=Actor.person(request.user),
                    now=timezone.now(),
                )
            except Refused as error:
                form.add_error(None, str(error))
                code = 409
            except Invalid as error:
                add_faults(form, error)
            else:
                messages.success(request, f"The roles of {someone} are saved.")
                return redirect("decisions:person", someone.pk)
        someone.refresh_from_db()
    context = {
        "someone": someone,
        "roles": held["roles"],
        "form": form,
        "changes": queries.changes_of(someone),
        "themselves": someone.pk == request.user.pk,
    }
    return render(request, "decisions/people/page.html", context, status=code)
