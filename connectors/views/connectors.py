"""Pages of connectors: the catalogue, one connector, and what an admin may do with it."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import queries
from connectors.adapters import PARTIES, party_of
from connectors.adapters.kinds import GROUPS
from connectors.enums import ConnectorKind
from connectors.errors import DeliveryError
from connectors.forms import PauseForm
from connectors.models import Connector
from connectors.services import configuration, disconnecting, polling, signing_in
from connectors.services.signing_in import Consent
from connectors.views.base import act
from decisions.access import PageRequest, requires
from decisions.errors import Expected

RECENT = 20


@require_safe
@requires("connectors.view_connectors")
def connector_list(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    connectors = list(
        Connector.objects.filter(ended_at=None).select_related("sign_in").order_by("name")
    )
    health = queries.health_of(connectors, now=now)
    rows: list[dict[str, Any]] = [
        {
            "connector": connector,
            "health": health[connector.pk],
            "kind": party_of(connector.kind).kind,
            "about": about(connector),
            "standing": signing_in.standing_of(connector, now=now),
        }
        for connector in connectors
    ]
    rows.sort(key=lambda row: GROUPS.index(row["kind"].group))
    taken = {row["kind"].key for row in rows}
    context = {
        "rows": rows,
        "groups": [(name, list(part)) for name, part in groupby(rows, lambda r: r["kind"].group)],
        "paused": [row for row in rows if row["connector"].paused_at],
        "signing": [row for row in rows if row["standing"].consent in TROUBLED],
        "kinds": [
            party.kind
            for party in PARTIES.values()
            if not (party.kind.only_one and party.kind.key in taken)
        ],
        "may_change": request.user.has_perm("connectors.change_connectors"),
    }
    return render(request, "connectors/connectors/list.html", context)


TROUBLED = {Consent.MISSING, Consent.ENDS_SOON, Consent.WAITS, Consent.OVER}


@require_safe
@requires("connectors.view_connectors")
def connector(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector.objects.select_related("sign_in", "poll"), key=key)
    kind = party_of(found.kind).kind
    now = timezone.now()
    may_see = request.user.has_perm("connectors.view_deliveries")
    context = {
        "connector": found,
        "kind": kind,
        "about": about(found),
        "settings": [
            (one.label, found.settings[one.name])
            for one in kind.fields
            if one.name in found.settings
        ],
        "standing": signing_in.standing_of(found, now=now),
        "health": queries.health_of([found], now=now)[found.pk],
        "deliveries": (
            list(queries.deliveries().filter(connector=found).order_by("-pk")[:RECENT])
            if may_see
            else []
        ),
        "kept": polling.kept_of(found) if kind.polls_every else [],
        "delivered": polling.delivered(found) if kind.polls_every else [],
        "calls": list(found.calls.order_by("-pk")[:RECENT]),
        "changes": list(found.history.select_related("history_user")[:10]),
        "may_change": request.user.has_perm("connectors.change_connectors"),
        "may_see": may_see,
        "pause_form": PauseForm(),
        "feeds": queries.feed_counts() if found.kind == ConnectorKind.RSS else None,
    }
    return render(request, "connectors/connectors/page.html", context)


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
    say_how_it_went(request, found)
    return redirect("connectors:connector", key=key)


@require_POST
@requires("connectors.change_connectors")
def connector_disconnect(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)

    def work() -> str:
        gone = disconnecting.disconnect(found, author=request.user, now=timezone.now())
        count = gone.total()
        return (
            f"{found.name} is disconnected and paused. {count} record{'' if count == 1 else 's'} "
            "read from it are deleted; the audit log holds the proof."
        )

    return act(request, work, back="connectors:connector", key=key)


def say_how_it_went(request: PageRequest, found: Connector) -> None:
    """Try a connector out, and tell the person who asked."""
    try:
        said = configuration.try_out(found, now=timezone.now())
        messages.success(request, f"{found.name} works. {said}")
    except (DeliveryError, Expected) as error:
        messages.error(request, f"The test did not work. {error}")


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
    """One line under the name of a connector: where it leads, or what its kind does."""
    address = str(connector.settings.get("url", "")).removeprefix("https://")
    return address or party_of(connector.kind).kind.does
