"""The decisions of a draft: how they hang together, what each reads, one more, one less."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, refuse_unless_held, requires
from decisions.draft_forms import DecisionForm, ExpressionForm, OutputLines, TableForm
from decisions.errors import Fault, Refused
from decisions.faults import words_of
from decisions.models import ModelVersion
from decisions.services import drafting, outline, shaping
from decisions.views.draft_frame import answered, draft_of, framed, hand_of, or_404
from decisions.views.graph import graph_of
from decisions.views.tables import HIT_POLICIES


@require_safe
@requires("decisions.view_rules")
def graph(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """How the decisions of a draft hang together; each leads to its table or its page."""
    found = draft_of(slug, number)
    decisions = outline.decisions_of(found)
    names = {decision.name for decision in decisions}
    labels = outline.labels_of(outline.fields_of(found))
    pages = {decision.name: _page_of(found, decision) for decision in decisions}
    entries = [
        {"id": one.id, "name": one.name, "requires": [n for n in one.reads if n in names]}
        for one in decisions
    ]
    return render(
        request,
        "decisions/drafts/graph.html",
        {
            **framed(request, found, "graph"),
            "graph": graph_of(
                entries,
                notes={one.name: one.note for one in decisions},
                labels={},
                decisive="",
                asked=set(),
                everything=True,
                pages=pages,
            ),
            "decisions": [
                {"it": one, "reads": [labels.get(name, name) for name in one.reads]}
                for one in decisions
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.view_rules")
def decision(request: PageRequest, slug: str, number: int, decision_id: str) -> HttpResponse:
    """What one decision is called, answers and reads; a single expression stands here too."""
    found = draft_of(slug, number)
    one = or_404(outline.decision_of, found, decision_id)
    form = _form(request, found, one)
    if request.method == "POST":
        refuse_unless_held(request, "decisions.author_rules")
        if form.is_valid():
            given = form.cleaned_data

            def act() -> str:
                saved = shaping.change_decision(
                    found,
                    decision_id,
                    name=given["name"],
                    question=given["question"],
                    reads=form.reads,
                    text=given.get("text"),
                    hand=hand_of(request, found),
                )
                return saved.change.summary if saved else "Nothing was different."

            def again(words: str, faults: list[Fault]) -> HttpResponse:
                _put(form, words, faults)
                return _decision(request, found, one, form, code=422)

            return answered(request, found, act, back=_graph_url(found), again=again)
    return _decision(request, found, one, form, code=422 if request.method == "POST" else 200)


@require_POST
@requires("decisions.author_rules")
def remove(request: PageRequest, slug: str, number: int, decision_id: str) -> HttpResponse:
    """Remove a decision that nothing reads."""
    found = draft_of(slug, number)
    one = or_404(outline.decision_of, found, decision_id)

    def act() -> str:
        saved = shaping.remove_decision(found, decision_id, hand=hand_of(request, found))
        return f"{saved.change.summary}. Undo brings it back."

    def again(words: str, faults: list[Fault]) -> HttpResponse:
        form = DecisionForm(None, initial=_initial(one), **_choices(found, one))
        context = {"problem": words.removesuffix(" Nothing was changed."), "faults": faults}
        return _decision(request, found, one, form, code=422, **context)

    return answered(request, found, act, back=_graph_url(found), again=again)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def add_table(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Ask for a new decision with a table."""
    found = draft_of(slug, number)
    policies = [(name, f"{name.capitalize()}: {words}") for name, words in HIT_POLICIES.items()]
    given = request.POST if request.method == "POST" else None
    form = TableForm(given, policies=policies, **_choices(found, None))
    lines = OutputLines(given, prefix="out")
    if given is not None and form.is_valid() and lines.is_valid():
        outputs = [
            (line.cleaned_data["name"], line.cleaned_data.get("type") or "Any")
            for line in lines
            if line.cleaned_data.get("name")
        ]
        made: list[str] = []

        def act() -> str:
            saved, table = shaping.add_table(
                found,
                name=form.cleaned_data["name"],
                question=form.cleaned_data["question"],
                reads=form.reads,
                outputs=outputs or [(form.cleaned_data["name"], "Any")],
                hit_policy=form.cleaned_data["hit_policy"],
                hand=hand_of(request, found),
            )
            made.append(table)
            return f"{saved.change.summary}. Now add its rows, and let another decision read it."

        def again(words: str, faults: list[Fault]) -> HttpResponse:
            _put(form, words, faults)
            return _new(request, found, form, lines, code=422)

        answer = answered(request, found, act, back=_graph_url(found), again=again)
        if made:
            answer["Location"] = reverse("decisions:draft_table", args=[slug, number, made[0]])
        return answer
    return _new(request, found, form, lines, code=422 if given is not None else 200)


@require_POST
@requires("decisions.author_rules")
def take_back(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Take back one's own newest change, or do it again, from any page of the draft."""
    found = draft_of(slug, number)
    step = drafting.redo if request.POST.get("act") == "redo" else drafting.undo
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    hand = hand_of(request, found)
    try:
        saved = step(found, based_on=hand.based_on, author=hand.author, now=hand.now)
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{saved.change.summary}.")
    return redirect(wanted if safe else _graph_url(found))


def _new(
    request: PageRequest, found: ModelVersion, form: TableForm, lines: Any, *, code: int
) -> HttpResponse:
    context = {**framed(request, found, "graph"), "form": form, "lines": lines}
    return render(request, "decisions/drafts/new_table.html", context, status=code)


def _decision(
    request: PageRequest,
    found: ModelVersion,
    one: outline.Outlined,
    form: DecisionForm,
    *,
    code: int,
    **more: Any,
) -> HttpResponse:
    context = {
        **framed(request, found, "graph"),
        "it": one,
        "form": form,
        "undo_to": _graph_url(found),
        **more,
    }
    return render(request, "decisions/drafts/decision.html", context, status=code)


def _form(request: PageRequest, found: ModelVersion, one: outline.Outlined) -> DecisionForm:
    kind = DecisionForm if one.text is None else ExpressionForm
    given = request.POST if request.method == "POST" else None
    return kind(given, initial=_initial(one), **_choices(found, one))


def _initial(one: outline.Outlined) -> dict[str, Any]:
    return {
        "name": one.name,
        "question": one.question,
        "text": one.text,
        "inputs": one.reads,
        "decisions": one.reads,
    }


def _choices(found: ModelVersion, one: outline.Outlined | None) -> dict[str, Any]:
    """What a decision may read: inputs by their labels, and decisions that do not need it."""
    fields = [field for field in outline.fields_of(found) if field.is_input]
    return {
        "inputs": [(f.path, f.label) for f in fields],
        "decisions": [
            (other.name, other.name)
            for other in outline.decisions_of(found)
            if one is None or other.id != one.id
        ],
    }


def _put(form: DecisionForm, words: str, faults: list[Fault]) -> None:
    """Put what was refused on the form: at a field it names, else above with its place."""
    for fault in faults:
        where = fault.get("where", "")
        if where in form.fields:
            form.add_error(where, words_of(fault))
        else:
            form.add_error(None, f"{where}: {words_of(fault)}" if where else words_of(fault))
    if not faults:
        form.add_error(None, words)


def _page_of(found: ModelVersion, one: outline.Outlined) -> str:
    place = [found.model.key, found.number]
    if one.tables:
        return reverse("decisions:draft_table", args=[*place, one.tables[0][0]])
    return reverse("decisions:draft_decision", args=[*place, one.id])


def _graph_url(found: ModelVersion) -> str:
    return reverse("decisions:draft_graph", args=[found.model.key, found.number])
