"""Pages of API keys: the list, making one (shown once), taking one back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from connectors.enums import Scope
from connectors.forms import ApiKeyForm
from connectors.models import ApiKey
from connectors.services import api_keys
from connectors.views.base import act
from decisions.access import PageRequest, requires
from decisions.errors import Invalid
from decisions.events import Actor
from decisions.faults import add_faults


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.make_api_keys")
def api_key_list(request: PageRequest) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key, presented = api_keys.create(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                user=form.cleaned_data["user"],
                creator=request.user,
                actor=Actor.person(request.user),
                expires_at=form.expires_at,
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            # Shown in this answer alone: a redirect would have to keep the key somewhere.
            client_id = f"clr_{key.prefix}"
            context = {
                "key": key,
                "presented": presented,
                "client_id": client_id,
                "client_secret": presented.removeprefix(f"{client_id}_"),
                "token_address": request.build_absolute_uri(reverse("oauth_token")),
            }
            response = render(request, "connectors/api_keys/made.html", context)
            response["Cache-Control"] = "no-store"
            return response
    now = timezone.now()
    keys = ApiKey.objects.select_related("user", "created_by")
    context = {
        "form": form,
        "rows": [{"key": key, "usable": key.is_usable(now)} for key in keys],
        "scopes": Scope.choices,
    }
    code = 422 if form.errors else 200
    return render(request, "connectors/api_keys/list.html", context, status=code)


@require_POST
@requires("connectors.make_api_keys")
def api_key_revoke(request: PageRequest, key_id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=key_id)

    def work() -> str:
        api_keys.revoke(key, actor=Actor.person(request.user), now=timezone.now())
        return f"The key {key.name} is taken back. Calls with it are refused from now on."

    return act(request, work, back="connectors:api_key_list")
