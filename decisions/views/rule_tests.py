"""Rule tests: their list with what each says, one test, its form, and files of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions.access import PageRequest, requires
from decisions.enums import VersionState
from decisions.errors import Expected, Invalid, Refused
from decisions.forms import ReasonForm
from decisions.models import Decision, ModelVersion, RuleTest
from decisions.queries import guardrails as guardrail_queries
from decisions.queries import rule_tests as queries
from decisions.rule_test_forms import CaseForm, TestFileForm, expectations, expected_from
from decisions.services import test_files, test_runs, testing, witnesses
from decisions.services.testing import Said
from decisions.views.draft_frame import draft_of, framed
from decisions.views.rule_test_lists import coverage_context, list_context

FILES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True)
class Start:
    """What a form of a test starts from: nothing, a test, a past decision or a counter-example."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Any] = field(default_factory=dict)
    decision: Decision | None = None
    note: str = ""
    sure: bool = True


@require_safe
@requires("decisions.view_rules")
def version_tests(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """List the tests of a version with what each says; asks again while some are not run yet."""
    version = draft_of(slug, number)
    context = _list(request, version)
    if request.htmx:
        context = framed(request, version, "tests") | context
        return render(request, "decisions/tests/_results.html", context)
    context |= {"file_form": TestFileForm()}
    return _framed(request, version, "decisions/tests/list.html", context)


@require_safe
@requires("decisions.view_rules")
def table_coverage(request: PageRequest, slug: str, number: int, table_id: str) -> HttpResponse:
    """Show one table with what the tests reach of it, row by row and cell by cell."""
    version = draft_of(slug, number)
    try:
        runs = test_runs.run_some(version, now=timezone.now())
        context = coverage_context(version, runs, table_id, request.GET.get("first", ""))
    except Expected as error:
        raise Http404(str(error)) from error
    return _framed(request, version, "decisions/tests/coverage.html", context)


@require_safe
@requires("decisions.view_rules")
def version_tests_file(request: PageRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """Give the tests of a version as a file."""
    if kind not in FILES:
        raise Http404("Tests come as json or csv.")
    version = draft_of(slug, number)
    write = test_files.to_json if kind == "json" else test_files.to_csv
    name = f"{slug}-v{number}-tests.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write(version), content_type=FILES[kind], headers=disposition)


@require_POST
@requires("decisions.author_rules")
def version_tests_import(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Take tests in from a file."""
    version = draft_of(slug, number)
    form = TestFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            added, changed = testing.take_in(
                version,
                test_files.read(form.cleaned_data["file"]),
                author=request.user,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except Expected as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{added} tests added, {changed} changed.")
            return redirect("decisions:version_tests", slug, number)
    context = _list(request, version) | {"file_form": form}
    return _framed(request, version, "decisions/tests/list.html", context, code=422)


@require_safe
@requires("decisions.view_rules")
def rule_test(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show one test: what it asks, what it expects and what the rules say."""
    test = get_object_or_404(queries.test_whole(pk))
    return _test_page(request, test)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def rule_test_new(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Write a test, from nothing or from a decision."""
    version = draft_of(slug, number)
    return _form(request, version, None, _start_of(request, version))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.author_rules")
def rule_test_edit(request: PageRequest, pk: UUID) -> HttpResponse:
    """Change a test."""
    test = get_object_or_404(queries.test_whole(pk))
    start = Start(test.facts, test.expected, {"name": test.name, "at": test.at})
    return _form(request, test.version, test, start)


@require_POST
@requires("decisions.author_rules")
def rule_test_remove(request: PageRequest, pk: UUID) -> HttpResponse:
    test = get_object_or_404(queries.test_whole(pk))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _test_page(request, test, removing=form)
    return _acted(
        request,
        test.version,
        lambda: testing.remove(
            test, author=request.user, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
        f"“{test.name}” is removed.",
    )


@require_POST
@requires("decisions.author_rules")
def rule_test_accept(request: PageRequest, pk: UUID) -> HttpResponse:
    """Expect what the rules say now."""
    test = get_object_or_404(queries.test_whole(pk))
    form = ReasonForm(request.POST, prefix="accept")
    if not form.is_valid():
        return _test_page(request, test, accepting=form)
    return _acted(
        request,
        test.version,
        lambda: testing.accept(
            test, author=request.user, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
        f"“{test.name}” expects now what the rules say.",
    )


@require_safe
@requires("decisions.author_rules")
def decision_test(request: PageRequest, decision_id: UUID) -> HttpResponse:
    """Choose the draft that a past decision becomes a test of; the only one is chosen already."""
    decision = get_object_or_404(
        Decision.objects.select_related("model__live_version", "submission"), pk=decision_id
    )
    drafts = list(queries.drafts_of(decision.model))
    if len(drafts) == 1:
        new = redirect("decisions:rule_test_new", decision.model.key, drafts[0].number)
        new["Location"] += f"?decision={decision.pk}"
        return new
    context = {"decision": decision, "model": decision.model, "drafts": drafts}
    return render(request, "decisions/tests/choose.html", context)


def _list(request: PageRequest, version: ModelVersion) -> dict[str, Any]:
    runs = problem = None
    try:
        runs = test_runs.run_some(version, again="again" in request.GET, now=timezone.now())
    except Expected as error:
        problem = str(error)
    shown = list_context(version, runs, request.GET.get("first", ""))
    return shown | {"problem": problem, "untried": runs and runs.untried(version)}


def _acted(
    request: PageRequest, version: ModelVersion, act: Callable[[], Any], words: str
) -> HttpResponse:
    try:
        act()
    except Expected as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("decisions:version_tests", version.model.key, version.number)


def _form(
    request: PageRequest, version: ModelVersion, test: RuleTest | None, start: Start
) -> HttpResponse:
    """Show the form; “try” asks the rules, “save” keeps the test."""
    if version.state != VersionState.DRAFT:
        messages.error(request, "Its tests are frozen with this version. Start a new draft.")
        return redirect("decisions:version_tests", version.model.key, version.number)
    schema = testing.asked_of(version)
    posted = request.method == "POST"
    form = CaseForm(
        schema,
        request.POST if posted else None,
        facts=start.facts,
        initial={"at": timezone.now(), **start.initial},
    )
    expected = expected_from(request.POST) if posted else dict(start.expected)
    saving = posted and request.POST.get("act") == "save"
    form.fields["name"].required = saving or not posted
    said = None
    if (posted and form.is_valid()) or (not posted and start.facts):
        try:
            if saving:
                return _saved(request, version, test, form, expected, start)
            facts = form.facts() if posted else start.facts
            at = form.cleaned_data["at"] if posted else form.initial["at"]
            said = testing.say(version, facts, at=at, now=timezone.now())
        except Invalid as error:
            if posted:
                form.add_refusal(error)
        except Refused as error:
            form.add_error(None, str(error))
    form.fields["name"].required = True
    code = 422 if posted and form.errors else 200
    context = _form_context(version, test, form, expected, said) | {"start": start}
    return _framed(request, version, "decisions/tests/form.html", context, code=code)


def _form_context(
    version: ModelVersion,
    test: RuleTest | None,
    form: CaseForm,
    expected: Mapping[str, Any],
    said: Said | None,
) -> dict[str, Any]:
    return {
        "form": form,
        "groups": form.groups(),
        "test": test,
        "said": said,
        "expectations": expectations(
            expected, said.outputs if said else None, all_wanted=not expected
        ),
    }


def _saved(
    request: PageRequest,
    version: ModelVersion,
    test: RuleTest | None,
    form: CaseForm,
    expected: Mapping[str, Any],
    start: Start,
) -> HttpResponse:
    given: dict[str, Any] = {
        "name": form.cleaned_data["name"],
        "facts": form.facts(),
        "expected": expected,
        "at": form.cleaned_data["at"],
        "reason": form.cleaned_data["reason"],
        "author": request.user,
        "now": timezone.now(),
    }
    if test is None:
        saved = testing.create(version, from_decision=start.decision, **given)
    else:
        saved = testing.change(test, **given)
    messages.success(request, f"“{saved.name}” is saved.")
    return redirect("decisions:version_tests", version.model.key, version.number)


def _start_of(request: PageRequest, version: ModelVersion) -> Start:
    """Find what the address names to start from: a decision, a row, a problem, a guardrail."""
    asked = request.GET
    try:
        if key := asked.get("decision"):
            return _from_decision(version, UUID(key))
        if key := asked.get("guardrail"):
            return _counter_example(version, UUID(key))
        table = asked.get("table", "")
        if key := asked.get("problem"):
            found = witnesses.for_problem(version, table, key, now=timezone.now())
        elif (row := asked.get("row", "")).isascii() and row.isdigit() and len(row) < 7:
            found = witnesses.for_row(version, table, int(row), now=timezone.now())
        else:
            return Start()
    except Refused as error:
        raise Http404(str(error)) from error
    except (ValueError, Invalid) as error:
        raise Http404("What this test was to be made of is no longer there.") from error
    if found is None:
        raise Http404("This problem is no longer there.")
    return Start(found.facts, initial={"at": found.at}, note=found.note, sure=found.sure)


def _from_decision(version: ModelVersion, key: UUID) -> Start:
    decision = get_object_or_404(
        Decision.objects.select_related("submission").prefetch_related("submission__evidence"),
        pk=key,
    )
    outputs = testing.outputs_by_path(decision.outputs or {})
    return Start(
        testing.case_of(version, decision),
        {"outcome": outputs["outcome"]} if "outcome" in outputs else {},
        {"name": str(decision.submission)[:200], "at": decision.evaluated_at},
        decision,
        f"From the decision on {decision.submission}.",
    )


def _counter_example(version: ModelVersion, key: UUID) -> Start:
    """Start from the facts that break a guardrail; what they must give is for the author."""
    check = guardrail_queries.counter_example(version.model, key)
    if check is None:
        raise Http404("Nothing breaks this guardrail any more.")
    facts = check.found["example"]
    note = f"Breaks the guardrail “{check.guardrail.name}”."
    return Start(facts, initial={"name": check.guardrail.name[:200]}, note=note)


def _test_page(
    request: PageRequest,
    test: RuleTest,
    *,
    accepting: ReasonForm | None = None,
    removing: ReasonForm | None = None,
) -> HttpResponse:
    version = test.version
    runs = problem = None
    try:
        runs = test_runs.run_one(test, now=timezone.now())
    except Expected as error:
        problem = str(error)
    context = list_context(version, runs, "") | {
        "test": test,
        "problem": problem,
        "accepting": accepting or ReasonForm(prefix="accept"),
        "removing": removing or ReasonForm(),
        "facts": test.facts,
    }
    code = 422 if accepting or removing else 200
    return _framed(request, version, "decisions/tests/page.html", context, code=code)


def _framed(
    request: PageRequest,
    version: ModelVersion,
    template: str,
    context: dict[str, Any],
    *,
    code: int = 200,
) -> HttpResponse:
    return render(request, template, framed(request, version, "tests") | context, status=code)
