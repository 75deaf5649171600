"""Pages of connectors: all of them, one, and what an admin may do with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors import queries
from connectors.enums import SENDING_KINDS, ConnectorKind
from connectors.errors import DeliveryError
from connectors.forms import ConnectorForm, PauseForm, TestFeedForm
from connectors.models import Connector
from connectors.services import configuration
from connectors.views.base import act
from decisions.access import PageRequest, requires
from decisions.errors import Expected, Invalid
from decisions.faults import add_faults

RECENT = 20
ABOUT = {
    ConnectorKind.WEBHOOK: ("webhook", "Any receiver of Standard Webhooks"),
    ConnectorKind.SANDBOX: ("test-tube", "Takes everything, sends nothing, shows what it was"),
    ConnectorKind.RSS: ("rss", "Reads what a show says about itself"),
}


@require_safe
@requires("connectors.view_connectors")
def connector_list(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    connectors = list(Connector.objects.order_by("kind", "name"))
    health = queries.health_of(connectors, now=now)
    rows: list[dict[str, Any]] = [
        {
            "connector": connector,
            "health": health[connector.pk],
            "icon": ABOUT[ConnectorKind(connector.kind)][0],
            "about": about(connector),
            "sends": connector.kind in SENDING_KINDS,
        }
        for connector in connectors
    ]
    context = {
        "rows": rows,
        "paused": [row for row in rows if row["connector"].paused_at],
        "kinds": [(kind, *ABOUT[kind]) for kind in ConnectorKind],
        "may_change": request.user.has_perm("connectors.change_connectors"),
    }
    return render(request, "connectors/connectors/list.html", context)


@require_safe
@requires("connectors.view_connectors")
def connector(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)
    may_change = request.user.has_perm("connectors.change_connectors")
    may_see = request.user.has_perm("connectors.view_deliveries")
    context = {
        "connector": found,
        "about": about(found),
        "sends": found.kind in SENDING_KINDS,
        "health": queries.health_of([found], now=timezone.now())[found.pk],
        "deliveries": (
            list(queries.deliveries().filter(connector=found).order_by("-pk")[:RECENT])
            if may_see
            else []
        ),
        "changes": list(found.history.select_related("history_user")[:10]),
        "may_change": may_change,
        "may_see": may_see,
        "pause_form": PauseForm(),
        "feed_form": TestFeedForm(),
    }
    return render(request, "connectors/connectors/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.change_connectors")
def connector_create(request: PageRequest, kind: str) -> HttpResponse:
    label = dict(ConnectorKind.choices).get(kind)
    if label is None:
        return redirect("connectors:connector_list")
    form = ConnectorForm(request.POST or None, kind=kind, initial={"topics": "*"})
    if request.method == "POST" and form.is_valid():
        try:
            made = configuration.create(
                key=form.cleaned_data["key"],
                name=form.cleaned_data["name"],
                kind=kind,
                settings=form.settings_given,
                topics=form.topics_given,
                author=request.user,
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, f"{made.name} is set up.")
            return redirect("connectors:connector", key=made.key)
    context = {"form": form, "title": f"New connector: {label}", "button": "Set up"}
    code = 422 if form.errors else 200
    return render(request, "connectors/connectors/edit.html", context, status=code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.change_connectors")
def connector_edit(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)
    form = ConnectorForm(
        request.POST or None,
        kind=found.kind,
        connector=found,
        initial=ConnectorForm.initial_of(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            configuration.configure(
                found,
                name=form.cleaned_data["name"],
                settings=form.settings_given,
                topics=form.topics_given,
                author=request.user,
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, f"{found.name} is changed.")
            return redirect("connectors:connector", key=found.key)
    context = {"form": form, "connector": found, "title": f"Change {found}", "button": "Save"}
    code = 422 if form.errors else 200
    return render(request, "connectors/connectors/edit.html", context, status=code)


@require_POST
@requires("connectors.change_connectors")
def connector_pause(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)

    def work() -> str:
        reason = request.POST.get("reason", "")
        configuration.pause(found, reason=reason, author=request.user, now=timezone.now())
        return f"{found.name} is paused. Deliveries wait until it is resumed."

    return act(request, work, back="connectors:connector", key=key)


@require_POST
@requires("connectors.change_connectors")
def connector_resume(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)

    def work() -> str:
        configuration.resume(found, author=request.user, now=timezone.now())
        return f"{found.name} is resumed. What waited goes out within seconds."

    return act(request, work, back="connectors:connector", key=key)


@require_POST
@requires("connectors.change_connectors")
def connector_test(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)
    address = request.POST.get("address", "").strip()
    try:
        said = configuration.try_out(found, address=address, now=timezone.now())
        messages.success(request, said)
    except (DeliveryError, Expected) as error:
        messages.error(request, f"The test did not work. {error}")
    return redirect("connectors:connector", key=key)


@require_POST
@requires("connectors.change_connectors")
def connector_secret(request: PageRequest, key: str) -> HttpResponse:
    """Show the signing secret, or make a new one first; it is never in the page by itself."""
    found = get_object_or_404(Connector, key=key)
    changed = request.POST.get("new") == "yes"
    try:
        if changed:
            secret = configuration.change_secret(found, author=request.user, now=timezone.now())
        else:
            secret = configuration.secret_of(found)
    except Expected as error:
        messages.error(request, str(error))
        return redirect("connectors:connector", key=key)
    context = {"connector": found, "secret": secret, "changed": changed}
    response = render(request, "connectors/connectors/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


def about(connector: Connector) -> str:
    """One line under the name of a connector."""
    if connector.kind == ConnectorKind.WEBHOOK:
        return str(connector.settings.get("url", "")).removeprefix("https://")
    return ABOUT[ConnectorKind(connector.kind)][1]
