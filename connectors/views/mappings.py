"""Pages of what comes in: payloads, and the mappings that make submissions of them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors import queries
from connectors.adapters import PARTIES, party_of
from connectors.enums import PayloadState
from connectors.models import Connector, Mapping, Payload
from connectors.services import inbound
from connectors.views.base import act
from decisions import filters
from decisions.access import PageRequest, requires
from decisions.errors import Invalid
from decisions.models import DecisionModel
from decisions.queries.paging import page_of
from decisions.services import mapping, outline

SAMPLES = 20


@require_safe
@requires("connectors.view_connectors")
def mapping_list(request: PageRequest) -> HttpResponse:
    """Every source that sends by itself, with the mappings it has."""
    kinds = [key for key, party in PARTIES.items() if party.kind.listens]
    sources = list(Connector.objects.filter(kind__in=kinds).order_by("name"))
    counts = queries.payload_counts(sources)
    context = {
        "rows": [
            {
                "connector": source,
                "mappings": inbound.current_mappings(source),
                "counts": counts.get(source.pk, {}),
                "address": _address(source),
            }
            for source in sources
        ],
        "models": list(DecisionModel.objects.exclude(live_version=None).order_by("name")),
        "may_change": request.user.has_perm("connectors.change_mappings"),
    }
    return render(request, "connectors/mappings/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("connectors.change_mappings")
def mapping_edit(request: PageRequest, key: str, slug: str) -> HttpResponse:
    """One FEEL expression for each input; a real payload beside it shows what each gives."""
    source = get_object_or_404(Connector, key=key)
    model = get_object_or_404(DecisionModel.objects.exclude(live_version=None), key=slug)
    newest = Mapping.objects.filter(connector=source, model=model).order_by("-number").first()
    entries, condition = _typed(request, newest, source)
    faults: dict[str, str] = {}
    if request.method == "POST" and "preview" not in request.POST:
        try:
            made = inbound.save_mapping(
                source,
                model,
                entries=entries,
                condition=condition,
                reason=request.POST.get("reason", ""),
                author=request.user,
                now=timezone.now(),
            )
        except Invalid as error:
            faults = {f.get("where", ""): f.get("message", "") for f in error.faults}
            messages.error(request, str(error))
        else:
            messages.success(request, f"Version {made.number} of the mapping is in force.")
            return redirect("connectors:payload_list", key=source.key)
    samples = list(
        Payload.objects.filter(connector=source).exclude(content=None).order_by("-pk")[:SAMPLES]
    )
    content = _sample(request, samples, source)
    context = {
        "connector": source,
        "model": model,
        "newest": newest,
        "condition": condition,
        "reason": request.POST.get("reason", ""),
        "rows": _rows(model, entries, content, faults),
        "faults": faults,
        "samples": samples,
        "chosen": request.POST.get("sample", ""),
        "content": content,
        "takes": mapping.holds(condition, content, now=timezone.now()),
    }
    part = "_preview" if request.htmx and "preview" in request.POST else "edit"
    code = 422 if faults else 200
    return render(request, f"connectors/mappings/{part}.html", context, status=code)


@require_safe
@requires("connectors.view_deliveries")
def payload_list(request: PageRequest, key: str) -> HttpResponse:
    source = get_object_or_404(Connector, key=key)
    state = filters.chosen(request.GET.get("state", ""), PayloadState.choices)
    rows = Payload.objects.filter(connector=source).select_related("submission", "mapping__model")
    if state:
        rows = rows.filter(state=state)
    page = page_of(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    context = {
        "connector": source,
        "filters": [filters.choice("state", "State", state, PayloadState.choices)],
        "page": page,
        "clear_url": request.path if state else "",
        "address": _address(source),
        "mappings": inbound.current_mappings(source),
        "models": list(DecisionModel.objects.exclude(live_version=None).order_by("name")),
        "may_change": request.user.has_perm("connectors.change_mappings"),
    }
    part = "_payloads" if request.htmx else "payloads"
    return render(request, f"connectors/mappings/{part}.html", context)


@require_POST
@requires("connectors.change_mappings")
def payload_again(request: PageRequest, payload_id: UUID) -> HttpResponse:
    found = get_object_or_404(Payload.objects.select_related("connector"), pk=payload_id)

    def work() -> str:
        taken = inbound.again(found, now=timezone.now())
        if taken.state == PayloadState.TAKEN:
            return "It became a submission."
        return f"{taken.get_state_display()}. {taken.problem}"

    return act(request, work, back="connectors:payload_list", key=found.connector.key)


def _typed(
    request: PageRequest, newest: Mapping | None, source: Connector
) -> tuple[dict[str, str], str]:
    """What stands in the form: what was typed, else the newest version, else the preset."""
    if request.method == "POST":
        entries = {
            name.removeprefix("feel:"): str(text)[:5000]
            for name, text in request.POST.items()
            if name.startswith("feel:")
        }
        return entries, request.POST.get("condition", "")[:5000]
    if newest is not None:
        return dict(newest.entries), newest.condition
    presets = party_of(source.kind).kind.presets
    scheme = source.settings.get("scheme")
    fitting = next((one for one in presets if one.scheme == scheme), None)
    return (dict(fitting.entries) if fitting else {}), ""


def _sample(request: PageRequest, samples: list[Payload], source: Connector) -> Any:
    """The payload to try with: the chosen one, the newest, or what the tool's documents show."""
    chosen = request.POST.get("sample", "")
    found = next((one for one in samples if str(one.pk) == chosen), None)
    if found is not None:
        return found.content
    if samples:
        return samples[0].content
    presets = party_of(source.kind).kind.presets
    return dict(presets[0].sample) if presets else None


def _rows(
    model: DecisionModel, entries: dict[str, str], content: Any, faults: dict[str, str]
) -> list[dict[str, Any]]:
    """One row for each input a submitter gives, with what its expression makes of the sample."""
    now = timezone.now()
    rows = []
    assert model.live_version is not None
    for one in outline.fields_of(model.live_version):
        if one.source:
            continue
        text = entries.get(one.path, "")
        mapped = mapping.map_payload({one.path: text}, content, now=now) if text else None
        fault = faults.get(one.path) or (
            mapped.faults[0].get("message", "") if mapped and mapped.faults else ""
        )
        rows.append(
            {
                "field": one,
                "text": text,
                "value": _inner(mapped.facts, one.path) if mapped else None,
                "fault": fault,
                "missing": not text and not one.optional,
            }
        )
    return rows


def _inner(facts: dict[str, Any], path: str) -> Any:
    value: Any = facts
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _address(source: Connector) -> str:
    return f"{settings.BASE_URL}{reverse('inbound', kwargs={'key': source.key})}"
