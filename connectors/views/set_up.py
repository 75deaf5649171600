"""Pages that set a connector up: what its kind asks for, a person's consent, then a test."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors.adapters import PARTIES, party_of
from connectors.adapters.kinds import Kind
from connectors.adapters.oauth import Asking
from connectors.forms import ConnectorForm
from connectors.models import Connector
from connectors.services import configuration, signing_in
from connectors.views.base import act
from connectors.views.connectors import say_how_it_went
from decisions.access import PageRequest, requires
from decisions.errors import Expected, Invalid
from decisions.faults import add_faults

ASKED = "sign_ins_asked"
MOST_ASKED = 5


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.change_connectors")
def connector_create(request: PageRequest, kind: str) -> HttpResponse:
    if kind not in PARTIES:
        raise Http404(f"{kind} is not a kind of connector.")
    about = party_of(kind).kind
    initial = {
        "name": about.label,
        "key": _free_key(kind.replace("_", "-")),
        "topics": "\n".join(about.topics) or "*",
    }
    form = ConnectorForm(request.POST or None, kind=about, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = configuration.create(
                key=form.cleaned_data["key"],
                name=form.cleaned_data["name"],
                kind=kind,
                settings=form.settings_given,
                credentials=form.credentials_given,
                topics=form.topics_given,
                author=request.user,
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, f"{made.name} is set up.")
            return _go_on(request, made, about)
    return _page(request, form, about, title=f"Set up {about.label}", button="Set up and test")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.change_connectors")
def connector_edit(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)
    about = party_of(found.kind).kind
    form = ConnectorForm(
        request.POST or None,
        kind=about,
        connector=found,
        initial=ConnectorForm.initial_of(found),
    )
    if request.method == "POST" and form.is_valid():
        # What only tests and gateways set stays as it is.
        hidden = {n: v for n, v in found.settings.items() if n not in form.fields}
        try:
            configuration.configure(
                found,
                name=form.cleaned_data["name"],
                settings={**hidden, **form.settings_given},
                credentials=form.credentials_given,
                topics=form.topics_given,
                author=request.user,
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, f"{found.name} is changed.")
            return redirect("connectors:connector", key=found.key)
    return _page(request, form, about, title=f"Change {found}", button="Save", connector=found)


@require_safe
@requires("connectors.change_connectors")
def connector_sign_in(request: PageRequest, key: str) -> HttpResponse:
    """Send the admin to the party; a link, because a form may not lead to another site."""
    found = get_object_or_404(Connector, key=key)
    try:
        asking = signing_in.begin(found, back_to=back_address())
    except Expected as error:
        messages.error(request, str(error))
        return redirect("connectors:connector", key=key)
    earlier = request.session.get(ASKED, {})
    kept = dict(list(earlier.items())[-(MOST_ASKED - 1) :])
    request.session[ASKED] = kept | {asking.state: [found.key, asking.verifier]}
    return redirect(asking.address)


@require_safe
@requires("connectors.change_connectors")
def signed_in(request: PageRequest) -> HttpResponse:
    """Where the party sends the admin back to, with a code or a refusal."""
    state = request.GET.get("state", "")
    asked = request.session.get(ASKED, {})
    key, verifier = asked.pop(state, ("", ""))
    request.session[ASKED] = asked
    if not key:
        messages.error(request, "This sign-in was not asked for here, or twice. Start it again.")
        return redirect("connectors:connector_list")
    found = get_object_or_404(Connector, key=key)
    if "code" not in request.GET:
        said = request.GET.get("error", "no code")[:60]
        messages.error(request, f"Nobody signed in: the other side said “{said}”.")
        return redirect("connectors:connector", key=key)
    try:
        signing_in.finish(
            found,
            code=request.GET["code"],
            asking=Asking("", state, verifier),
            back_to=back_address(),
            author=request.user,
            now=timezone.now(),
        )
    except Expected as error:
        messages.error(request, str(error))
    else:
        say_how_it_went(request, found)
    return redirect("connectors:connector", key=key)


@require_POST
@requires("connectors.change_connectors")
def connector_sign_out(request: PageRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Connector, key=key)

    def work() -> str:
        signing_in.sign_out(found, author=request.user, now=timezone.now())
        return f"{found.name} is signed out, and its tokens are deleted."

    return act(request, work, back="connectors:connector", key=key)


def back_address() -> str:
    """The address a party sends people back to, exactly as it has to be registered there."""
    return f"{settings.BASE_URL.rstrip('/')}{reverse('connectors:signed_in')}"


def values_of(about: Kind) -> list[tuple[str, str]]:
    """What people type on the other side, with our own address in it."""
    base = settings.BASE_URL.rstrip("/")
    found = []
    for label, text in about.values:
        words = text.split(" ")
        words[-1] = f"{base}{words[-1]}" if words[-1].startswith("/") else words[-1]
        found.append((label, " ".join(words)))
    return found


def _go_on(request: PageRequest, made: Connector, about: Kind) -> HttpResponse:
    """The next step after the form: consent where a person has to give it, else the test."""
    if about.oauth is None or not about.oauth.person:
        say_how_it_went(request, made)
    return redirect("connectors:connector", key=made.key)


def _page(
    request: PageRequest,
    form: ConnectorForm,
    about: Kind,
    *,
    title: str,
    button: str,
    connector: Connector | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "kind": about,
        "title": title,
        "button": button,
        "connector": connector,
        "values": values_of(about),
        "back_to": back_address() if about.oauth and about.oauth.person else "",
    }
    code = 422 if form.errors else 200
    return render(request, "connectors/connectors/edit.html", context, status=code)


def _free_key(wanted: str) -> str:
    taken = set(Connector.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    return next(
        key
        for number in range(1, len(taken) + 2)
        if (key := wanted if number == 1 else f"{wanted}-{number}") not in taken
    )
