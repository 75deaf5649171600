"""The inputs of a draft: what each holds, which values it may have, one more, one less."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.draft_forms import InputForm, LimitedForm, NewInputForm, ValueLines
from decisions.errors import Fault
from decisions.models import ModelVersion
from decisions.queries import rules
from decisions.services import input_types, outline
from decisions.services.input_types import Wanted
from decisions.views.draft_frame import answered, draft_of, framed, hand_of, or_404

MOST_SHOWN = 12
WORDS = {"string": "text", "boolean": "true or false", "context": "record", "Any": "anything"}


@require_safe
@requires("decisions.view_rules")
def inputs(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """List what the rules read from outside."""
    found = draft_of(slug, number)
    fields = outline.fields_of(found)
    keys = [field.source["key"] for field in fields if field.source.get("kind") == "reference"]
    tables = rules.tables_called(keys, timezone.now())
    lines = [
        {
            "it": field,
            "type": type_words(field),
            "values": field.values[:MOST_SHOWN],
            "more": max(0, len(field.values) - MOST_SHOWN),
            "table": tables.get(field.source.get("key", "")),
        }
        for field in fields
    ]
    context = {**framed(request, found, "inputs"), "lines": lines}
    return render(request, "decisions/drafts/inputs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def one(request: PageRequest, slug: str, number: int, path: str) -> HttpResponse:
    """What one input holds, and the values it may have."""
    found = draft_of(slug, number)
    field = or_404(input_types.field_of, found, path)
    given = request.POST if request.method == "POST" else None
    form = _form(found, field, given)
    lines = _lines(field, given)
    if given is None:
        return _page(request, found, field, form, lines)
    refuse_unless_held(request, "decisions.author_rules")
    if not form.is_valid() or (lines is not None and not lines.is_valid()):
        return _page(request, found, field, form, lines, code=422)
    wanted = _wanted(field, form, lines, in_cells="in_cells" in request.POST)

    def act() -> str:
        saved = input_types.change(found, path, wanted, hand=hand_of(request, found))
        return saved.change.summary if saved else "Nothing was different."

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        more = {"problem": words, "faults": faults}
        return _page(request, found, field, form, lines, code=422, **more)

    return answered(request, found, act, back=_list_url(found), again=again)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def add(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Ask for a new input."""
    found = draft_of(slug, number)
    known = rules.reference_tables(timezone.now())
    tables = [(table.key, f"the reference table {table}") for table in known]
    form = NewInputForm(
        request.POST if request.method == "POST" else None,
        types=input_types.types_of(found),
        tables=tables,
        initial={"type": "string", "required": True},
    )
    context = {**framed(request, found, "inputs"), "form": form}
    template = "decisions/drafts/new_input.html"
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=422)
    given = form.cleaned_data

    def act() -> str:
        wanted = Wanted(given["label"], given["description"], not given["required"], given["type"])
        saved = input_types.add(
            found, given["name"], wanted, reference=given["reference"], hand=hand_of(request, found)
        )
        return f"{saved.change.summary}. Now let a decision read it."

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        return render(
            request, template, {**context, "problem": words, "faults": faults}, status=422
        )

    return answered(request, found, act, back=_list_url(found), again=again)


@require_POST
@requires("decisions.author_rules")
def remove(request: PageRequest, slug: str, number: int, path: str) -> HttpResponse:
    """Remove an input that nothing reads."""
    found = draft_of(slug, number)
    field = or_404(input_types.field_of, found, path)

    def act() -> str:
        return input_types.remove(found, path, hand=hand_of(request, found)).change.summary

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        form, lines = _form(found, field, None), _lines(field, None)
        more = {"problem": words, "faults": faults}
        return _page(request, found, field, form, lines, code=422, **more)

    return answered(request, found, act, back=_list_url(found), again=again)


def type_words(field: Any) -> str:
    """Say what an input holds."""
    words = WORDS.get(field.base, field.base)
    return f"list of {words}" if field.many else words


def _page(
    request: PageRequest,
    found: ModelVersion,
    field: Any,
    form: InputForm,
    lines: Any,
    *,
    code: int = 200,
    **more: Any,
) -> HttpResponse:
    uses = input_types.uses_of(found, field)
    context = {
        **framed(request, found, "inputs"),
        "it": field,
        "undo_to": _list_url(found),
        "type": type_words(field),
        "form": form,
        "lines": lines,
        "uses": {value: len(cells) for value, cells in uses.items()},
        "used": sum(map(len, uses.values())),
        "shared": input_types.sharing(found, field),
        **more,
    }
    return render(request, "decisions/drafts/input.html", context, status=code)


def _form(found: ModelVersion, field: Any, given: Any) -> LimitedForm:
    low, high = field.span or ("", "")
    form = LimitedForm(
        given,
        types=input_types.types_of(found),
        own=field.type,
        initial={
            "label": field.label,
            "description": field.description,
            "type": field.type,
            "required": not field.optional,
            "low": low,
            "high": high,
            "limits": field.allowed,
        },
    )
    if field.base == "number" and (field.span or not field.allowed):
        form.keep("low", "high")
    elif _is_listed(field) or field.base in {"context", "boolean"}:
        form.keep()
    else:
        form.keep("limits")
    return form


def _is_listed(field: Any) -> bool:
    return field.base == "string" and (bool(field.values) or not field.allowed)


def _lines(field: Any, given: Any) -> Any:
    """One line for each allowed value, and some for more; none where values are no list."""
    if not _is_listed(field):
        return None
    known = [{"old": value, "value": value} for value in field.values]
    return ValueLines(given, initial=known, prefix="v")


def _wanted(field: Any, form: LimitedForm, lines: Any, *, in_cells: bool) -> Wanted:
    given = form.cleaned_data
    limits: str | None = None
    renamed: dict[str, str] = {}
    if lines is not None:
        pairs = [
            (line.cleaned_data.get("old", ""), line.cleaned_data.get("value", "")) for line in lines
        ]
        renamed = {old: new for old, new in pairs if old and new}
        limits = input_types.limits_of([new for _, new in pairs if new], "", "")
    elif "low" in form.fields:
        low, high = _number(given.get("low")), _number(given.get("high"))
        limits = input_types.limits_of([], low, high) if low or high else ""
    elif "limits" in form.fields:
        limits = given["limits"].strip()
    return Wanted(
        label=given["label"],
        description=given["description"],
        optional=not given["required"],
        type=given["type"],
        limits=limits,
        renamed=renamed,
        in_cells=in_cells,
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _list_url(found: ModelVersion) -> str:
    return reverse("decisions:draft_inputs", args=[found.model.key, found.number])
