"""What a table is around its rows: which row counts, and its columns, as forms."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.draft_forms import ColumnForm, NewColumnForm, PolicyForm
from decisions.errors import Fault, Invalid
from decisions.models import ModelVersion
from decisions.services import input_types, outline, shaping
from decisions.services.shaping import TableColumn, TableSettings
from decisions.views.draft_frame import answered, draft_of, framed, hand_of, or_404
from decisions.views.tables import HIT_POLICIES

PARTS = {"inputs": "If", "outputs": "Then", "annotations": "Notes"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def settings(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Show the settings of a table; each button changes one thing."""
    found = draft_of(slug, number)
    now = or_404(shaping.settings_of, found, table_id)
    if request.method != "POST":
        return _page(request, found, table_id, now)
    refuse_unless_held(request, "decisions.author_rules")
    act, column_id = request.POST.get("act", ""), request.POST.get("column", "")
    column = next((one for one in now.columns if one.id == column_id), None)
    form = _posted_form(request, found, act, column)
    if form is not None and not form.is_valid():
        return _page(request, found, table_id, now, act=act, form=form, column=column_id, code=422)

    def carry_out() -> str:
        return _carried_out(request, found, table_id, act, column, form)

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        more = {"problem": words, "faults": faults}
        return _page(
            request, found, table_id, now, act=act, form=form, column=column_id, code=422, **more
        )

    place = [slug, number, table_id]
    back = reverse("decisions:draft_table_settings", args=place)
    return answered(request, found, carry_out, back=back, again=again)


def _posted_form(
    request: PageRequest, found: ModelVersion, act: str, column: TableColumn | None
) -> Form | None:
    types = input_types.types_of(found)
    if act == "policy":
        return PolicyForm(request.POST, policies=_policies())
    if act == "add":
        return NewColumnForm(request.POST, types=types, auto_id="new_%s")
    if act == "change" and column is not None:
        return ColumnForm(request.POST, part=column.part, types=_with(types, column))
    return None


def _carried_out(
    request: PageRequest,
    found: ModelVersion,
    table_id: str,
    act: str,
    column: TableColumn | None,
    form: Form | None,
) -> str:
    hand = hand_of(request, found)
    if act == "change" and column is not None and form is not None:
        given = dict(form.cleaned_data)
        saved = shaping.change_column(found, table_id, column, given, hand=hand)
        return saved.change.summary if saved else "Nothing was different."
    operation = _operation(act, column, form)
    return shaping.change_table(found, table_id, operation, hand=hand).change.summary


def _operation(act: str, column: TableColumn | None, form: Form | None) -> dict[str, Any]:
    if act == "policy" and form is not None:
        return {"op": "hit_policy", **form.cleaned_data}
    if act == "add" and form is not None:
        given = form.cleaned_data
        asks = "name" if given["kind"] == "output" else "expression"
        operation = {"op": "insert_column", "kind": given["kind"], "label": given["label"]}
        if given["kind"] == "annotation":
            return operation
        return {**operation, asks: given["asks"], "type": given["type"]}
    if column is None:
        raise Invalid("This column is no longer in the table.")
    if act == "remove":
        return {"op": "remove_column", "column": column.id}
    if act in {"left", "right"}:
        to = column.at + (1 if act == "right" else -1)
        return {"op": "move_column", "column": column.id, "to": to}
    raise Invalid("Choose what to do with the column.")


def _page(
    request: PageRequest,
    found: ModelVersion,
    table_id: str,
    now: TableSettings,
    *,
    act: str = "",
    form: Form | None = None,
    column: str = "",
    code: int = 200,
    **more: Any,
) -> HttpResponse:
    types = input_types.types_of(found)
    policy = {"hit_policy": now.hit_policy, "aggregation": now.aggregation}
    context = {
        **framed(request, found, "tables"),
        "table_id": table_id,
        "table": now,
        "policy": form if act == "policy" else PolicyForm(initial=policy, policies=_policies()),
        "new": form if act == "add" else NewColumnForm(types=types, auto_id="new_%s"),
        "parts": [
            {
                "title": title,
                "columns": [
                    _shown(one, types, form if act == "change" and one.id == column else None)
                    for one in now.columns
                    if one.part == part
                ],
            }
            for part, title in PARTS.items()
        ],
        "paths": [field.path for field in outline.fields_of(found)],
        **more,
    }
    return render(request, "decisions/drafts/settings.html", context, status=code)


def _shown(column: TableColumn, types: list[str], posted: Form | None) -> dict[str, Any]:
    form = posted or ColumnForm(
        initial=column.as_given(),
        part=column.part,
        types=_with(types, column),
        auto_id=f"{column.id}_%s",
    )
    return {"it": column, "form": form, "open": posted is not None}


def _with(types: list[str], column: TableColumn) -> list[str]:
    """The types to choose from, with the one that a file gave the column."""
    return types if not column.type or column.type in types else [*types, column.type]


def _policies() -> list[tuple[str, str]]:
    return [(name, f"{name.capitalize()}: {words}") for name, words in HIT_POLICIES.items()]
