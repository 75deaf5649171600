"""Decision models: what each decides, its tables and inputs to read, and its versions."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions.access import requires
from decisions.models import DecisionModel, ModelVersion
from decisions.queries import releases
from decisions.queries import rules as queries
from decisions.services import drafting
from decisions.views.draft_frame import headed
from decisions.views.graph import graph_of
from decisions.views.inputs import inputs_of
from decisions.views.lives import alarms_of, rows_with_lives
from decisions.views.tables import policy_in_words

# Parts by the address, and the tab each stands under.
HERE = {"overview": "graph", "tables": "tables", "inputs": "inputs"}
ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class TableTab:
    """One decision table of a model, and the decision it belongs to."""

    id: str
    name: str
    rows: int
    question: str
    policy: str
    table: dict[str, Any]


@require_safe
@requires("decisions.view_rules")
def model_list(request: HttpRequest) -> HttpResponse:
    return render(request, "decisions/models/list.html", {"models": queries.models()})


@require_safe
@requires("decisions.view_rules")
def model(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, get_object_or_404(queries.models(), key=slug), None)


@require_safe
@requires("decisions.view_rules")
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _page(request, get_object_or_404(queries.models(), key=slug), number)


@require_safe
@requires("decisions.view_rules")
def download(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give the DMN file of a version as it was drafted."""
    found = get_object_or_404(ModelVersion, model__key=slug, number=number)
    name = f"{slug}-v{number}.dmn"
    return HttpResponse(
        found.dmn,
        content_type="application/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(request: HttpRequest, owner: DecisionModel, number: int | None) -> HttpResponse:
    shown = queries.shown_version(owner, number)
    if shown is None and number is not None:
        raise Http404(f"{owner.name} has no version {number}.")
    part = request.GET.get("part", "")
    part = part if part in HERE else "overview"
    if shown is None:
        return render(request, "decisions/models/bare.html", {"model": owner})
    described = drafting.loaded_draft(shown).describe()
    tabs = table_tabs(described)
    context = frame(owner, shown, part)
    context |= {
        "overview": lambda: _overview(shown, described),
        "tables": lambda: _one_table(request, shown, tabs),
        "inputs": lambda: {"sources": _sources(described)},
    }[part]()
    return render(request, f"decisions/models/{part}.html", context)


def frame(owner: DecisionModel, shown: ModelVersion, part: str) -> dict[str, Any]:
    """What the head and the tabs of a version need, whichever part of it is shown."""
    loaded = drafting.loaded_draft(shown)
    described = loaded.describe()
    inputs = inputs_of(loaded.inputs, described)
    return {
        "model": owner,
        "version": shown,
        "versions": queries.versions_of(owner)[: queries.MOST_VERSIONS],
        "part": part,
        "here": HERE.get(part, part),
        **headed(shown),
        "described": described,
        "inputs": inputs,
        "asked": sum(row.depth == 0 for row in inputs),
        "tabs": table_tabs(described),
        "alarms": alarms_of(owner, described) if shown.pk == owner.live_version_id else [],
    }


def table_tabs(described: dict[str, Any]) -> list[TableTab]:
    """Every table of the model in the order of its file, those of functions at the end."""
    owners = [*described["decisions"], *described["knowledge"]]
    return [
        TableTab(
            id=table["id"],
            name=owner["name"],
            rows=len(table["rules"]),
            question=owner.get("question") or owner["description"],
            policy=policy_in_words(table["hit_policy"]),
            table=table,
        )
        for owner in owners
        for table in owner["tables"]
    ]


def _overview(shown: ModelVersion, described: dict[str, Any]) -> dict[str, Any]:
    names = {decision["name"] for decision in described["decisions"]}
    entries = [
        {**decision, "requires": [name for name in decision["requires"] if name in names]}
        for decision in described["decisions"]
    ]
    notes = {decision["name"]: _size(decision) for decision in described["decisions"]}
    labels = {
        item["name"]: item["field"].get("label") or item["name"] for item in described["inputs"]
    }
    return {
        "graph": graph_of(
            entries, notes=notes, labels={}, decisive="", asked=set(), everything=True
        ),
        "decisions": [
            {
                **decision,
                "note": notes[decision["name"]],
                "reads": [labels.get(name, name) for name in decision["requires"]],
            }
            for decision in described["decisions"]
        ],
        "sources": _sources(described),
        "story": releases.story_of(shown),
    }


def _size(decision: dict[str, Any]) -> str:
    rows = sum(len(table["rules"]) for table in decision["tables"])
    if decision["tables"]:
        return f"{rows} row{'' if rows == 1 else 's'}"
    return "expression" if decision["kind"] == "expression" else "expressions"


def _sources(described: dict[str, Any]) -> list[dict[str, Any]]:
    """The inputs that Clearance fills itself, with the reference table behind each."""
    keys = [s["key"] for s in described["sources"] if s["kind"] == "reference"]
    tables = queries.tables_called(keys, timezone.now())
    return [{**source, "table": tables.get(source["key"])} for source in described["sources"]]


def _one_table(request: HttpRequest, shown: ModelVersion, tabs: list[TableTab]) -> dict[str, Any]:
    wanted = request.GET.get("table", "")
    tab = next((tab for tab in tabs if tab.id == wanted), tabs[0] if tabs else None)
    if tab is None:
        return {"tab": None}
    first = request.GET.get("first", "")
    start = int(first) - 1 if first.isascii() and first.isdigit() and len(first) < 7 else 0
    start = min(max(0, start), max(0, tab.rows - 1)) // ROWS_AT_ONCE * ROWS_AT_ONCE
    rows = tab.table["rules"][start : start + ROWS_AT_ONCE]
    return {
        "tab": tab,
        "rows": rows_with_lives(shown, tab.id, rows, now=timezone.now()),
        "in_feel": request.GET.get("as") == "feel",
        "earlier": start - ROWS_AT_ONCE + 1 if start else 0,
        "later": start + ROWS_AT_ONCE + 1 if start + ROWS_AT_ONCE < tab.rows else 0,
    }
