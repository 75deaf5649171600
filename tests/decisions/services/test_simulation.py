"""Impact previews: what they find equals a plain loop, and a dead worker loses nothing."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from decisions.enums import EventKind, RunState
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.ids import new_id
from decisions.models import (
    AuditEvent,
    Decision,
    ImpactReport,
    Receipt,
    ReferenceTable,
    ReferenceTableVersion,
)
from decisions.services import (
    authoring,
    impact_runs,
    intake,
    settlement,
    simulation,
    stopping,
)
from decisions.services.candidates import candidate
from decisions.services.impact_files import read_file
from decisions.services.replaying import Item, replay, replay_one
from tests.rules import FACTS, HERE, NOW, person, publish_dmn, small_model

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
DMN = (HERE / "small.dmn").read_text()
CHANGED = DMN.replace("&gt; limits.doubt", "&gt; limits.doubt - 200").replace(
    '<inputEntry><text>"FR"</text>', '<inputEntry><text>"DE"</text>'
)


@pytest.fixture(autouse=True)
def quiet(messages):
    return messages


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def model():
    model = small_model()
    model.refresh_from_db()
    return model


def draft(model, author, dmn=CHANGED):
    return authoring.draft_version(model, dmn=dmn, author=author, actor=SYSTEM, note="Try", now=NOW)


TIMED = CHANGED.replace(
    "<inputEntry><text>&gt; limits.doubt - 200</text>",
    '<inputEntry><text>now() &gt; date and time("2026-11-23T10:30:00Z")</text>',
)


def decide(model, now=NOW, **facts):
    return intake.submit_and_decide(
        model.key, {**FACTS, **facts}, evidence={}, source="t", actor=SYSTEM, now=now
    )


def decide_some(model, count, seed=7, times=(NOW,)):
    pick = random.Random(seed)
    for number in range(count):
        decide(
            model,
            now=pick.choice(times),
            id=f"REQ-{number}",
            amount=pick.choice([0, 399, 400, 401, 599, 601, 1000, 1001, 12.5]),
            country=pick.choice(["GB", "DE", "FR"]),
        )


def ask(version, by, **more):
    window = {"since": NOW - timedelta(days=1), "until": LATER}
    return simulation.ask(version, by=by, now=LATER, **({} if "file" in more else window), **more)


def run(report, clock=lambda: LATER):
    event = AuditEvent.objects.get(kind=EventKind.IMPACT_REQUESTED, subject_id=report.pk)
    simulation.simulate([event.pk], clock=clock)
    report.refresh_from_db()
    return report


def trials(report):
    found = []
    for side, version in (("baseline", report.baseline), ("candidate", report.version)):
        contents = ReferenceTableVersion.objects.filter(pk__in=report.found[f"{side}_references"])
        found.append(candidate(version, contents.select_related("table")))
    return found


@pytest.mark.parametrize("live", [DMN, TIMED], ids=["plain live", "live reads the time"])
@pytest.mark.parametrize("dmn", [CHANGED, TIMED], ids=["plain draft", "draft reads the time"])
def test_what_is_found_equals_a_plain_loop_of_single_decisions(model, ines, monkeypatch, live, dmn):
    monkeypatch.setattr(impact_runs, "CHUNK", 25)
    if live != DMN:
        publish_dmn(model, live, now=NOW - timedelta(days=2))
        model.refresh_from_db()
    decide_some(model, 90, times=(NOW, NOW + timedelta(minutes=45)))
    report = run(ask(draft(model, ines, dmn), ines))
    before, after = trials(report)
    matrix, flips, queues = Counter(), set(), Counter()
    for decision in Decision.objects.select_related("submission"):
        item = Item(decision.submission.facts, {}, decision.evaluated_at)
        old, new = replay_one(before, item), replay_one(after, item)
        assert (old.outcome, old.destination) == (decision.rules_outcome, decision.destination)
        matrix[f"{old.outcome}>{new.outcome}"] += 1
        if (old.outcome, old.destination) != (new.outcome, new.destination):
            flips.add((decision.submission_id, old.outcome, new.outcome))
        if new.outcome == "review":
            queues[new.destination] += 1
    assert report.state == RunState.DONE
    assert (report.done, report.total, report.changed) == (90, 90, len(flips))
    assert {k: c["count"] for k, c in report.found["matrix"].items()} == dict(matrix)
    assert set(report.flips.values_list("submission_id", "before", "after")) == flips
    assert {k: q["after"] for k, q in report.found["queues"].items()} == dict(queues)
    assert len(flips) > 10 or live == dmn


def again(decisions):
    """Forget what was recorded of decisions, so that they are decided again."""
    Decision.objects.filter(pk__in=[one.pk for one in decisions]).update(outputs=None)


def test_what_was_recorded_stands_for_what_the_baseline_says(model, ines):
    decide_some(model, 30)
    settled = decide(model, amount=700)
    assert settled.outcome == "review"
    settlement.settle(
        settled, outcome="route", destination="sales", reasons=[], actor=SYSTEM, now=NOW
    )
    stopping.stop(model, by=None, reason="A test", now=NOW)
    stopped = decide(model, amount=1)
    assert stopped.outcome == "review"
    version = draft(model, ines)
    recorded = run(ask(version, ines))
    again(Decision.objects.all())
    decided_again = run(ask(version, ines))
    assert recorded.found == decided_again.found
    assert recorded.content_hash == decided_again.content_hash
    assert flips_of(recorded) == flips_of(decided_again)


def test_what_other_rules_recorded_is_decided_again(model, ines):
    decide(model, amount=450)
    table = ReferenceTable.objects.get(key="limits")
    rows = [{"key": "most", "value": 1000}, {"key": "doubt", "value": 400}]
    authoring.change_table(table, rows=rows, author=ines, actor=SYSTEM, reason="Less", now=NOW)
    report = run(ask(model.live_version, ines))
    assert report.changed == 0
    assert report.found["matrix"] == {"review>review": {"count": 1, "moved": 0, "money": {}}}


def flips_of(report):
    return list(report.flips.order_by("id").values_list("submission_id", "rows_before", "cause"))


def test_columns_and_single_decisions_agree_on_random_and_broken_facts(model, ines):
    before, after = trials(ask_after_one(model, ines))
    pick = random.Random(3)
    values = [5, 450, 5000, -1, "many", None, 10**12, 12.5, [], {"a": 1}]
    items = []
    for _ in range(400):
        facts = {"id": "X", "amount": pick.choice(values), "country": pick.choice(["GB", "XX", 7])}
        for name in pick.sample(["id", "amount", "country"], pick.choice([0, 0, 0, 1])):
            del facts[name]
        if pick.random() < 0.1:
            facts["stranger"] = 1
        items.append(Item(facts, {}, NOW))
    for trial in (before, after):
        assert replay(trial, items) == [replay_one(trial, item) for item in items]


def ask_after_one(model, ines):
    decide(model)
    return ask(draft(model, ines), ines)


def test_rules_that_read_the_time_are_replayed_at_the_time_of_each_decision(model, ines):
    decide(model)
    report = ask(draft(model, ines, TIMED), ines)
    _, after = trials(report)
    early = [Item(dict(FACTS), {}, NOW)] * 10
    late = [Item(dict(FACTS), {}, LATER)] * 10
    mixed = [item for pair in zip(early, late, strict=True) for item in pair]
    assert replay(after, mixed) == [replay_one(after, item) for item in mixed]


def test_a_flip_says_which_row_and_cell_changed(model, ines):
    decide(model, amount=500)
    decide(model, amount=100, country="DE")
    report = run(ask(draft(model, ines), ines))
    causes = sorted(report.flips.values_list("before", "after", "cause", "amount"))
    assert [(b, a, c) for b, a, c, _ in causes] == [
        (
            "approve",
            "review",
            "Spend rules, row 2: Amount from > limits.doubt to > limits.doubt - 200",
        ),
        ("approve", "review", 'Spend rules, row 3: Country from "FR" to "DE"'),
    ]
    cell = report.found["matrix"]["approve>review"]
    assert (cell["count"], cell["moved"], cell["money"]) == (2, 2, {"": "600.00"})


def test_a_worker_that_dies_is_followed_by_one_that_goes_on_where_it_stopped(
    model, ines, monkeypatch
):
    monkeypatch.setattr(impact_runs, "CHUNK", 10)
    decide_some(model, 35)
    version = draft(model, ines)
    whole = run(ask(version, ines))
    report = ask(version, ines)
    written = impact_runs._write

    class KilledError(BaseException):
        """The process is gone in the middle of its third chunk."""

    def die(report, *rest, **named):
        if report.done >= 20:
            raise KilledError
        return written(report, *rest, **named)

    monkeypatch.setattr(impact_runs, "_write", die)
    with pytest.raises(KilledError):
        run(report)
    report.refresh_from_db()
    assert (report.state, report.done) == (RunState.RUNNING, 20)
    monkeypatch.setattr(impact_runs, "_write", written)
    run(report)  # Too early: the other may still be at work.
    assert report.done == 20
    run(report, clock=lambda: LATER + timedelta(minutes=1))
    assert (report.state, report.done) == (RunState.DONE, 35)
    assert report.content_hash == whole.content_hash
    assert report.flips.count() == whole.flips.count() == report.changed


def test_long_work_is_cut_into_slices_and_the_receipt_comes_with_the_end(
    model, ines, monkeypatch, messages
):
    monkeypatch.setattr(impact_runs, "CHUNK", 10)
    decide_some(model, 15)
    report = ask(draft(model, ines), ines)
    ticks = iter([LATER, LATER, LATER, LATER + timedelta(seconds=40)])
    run(report, clock=lambda: next(ticks))
    assert (report.state, report.done) == (RunState.RUNNING, 10)
    assert not Receipt.objects.filter(subscriber=impact_runs.SUBSCRIBER).exists()
    assert messages[-1][0] == impact_runs.SUBSCRIBER
    run(report)
    assert (report.state, report.done) == (RunState.DONE, 15)
    assert Receipt.objects.filter(subscriber=impact_runs.SUBSCRIBER).count() == 1


def test_a_stopped_preview_stays_stopped(model, ines, monkeypatch):
    decide_some(model, 5)
    report = ask(draft(model, ines), ines)
    simulation.stop(report, by=ines, now=LATER)
    run(report)
    assert (report.state, report.done) == (RunState.STOPPED, 0)
    assert Receipt.objects.filter(subscriber=impact_runs.SUBSCRIBER).count() == 1
    with pytest.raises(Refused):
        simulation.stop(report, by=ines, now=LATER)


def test_a_draft_with_mistakes_is_refused(model, ines):
    decide(model)
    version = draft(model, ines)
    version.dmn = version.dmn.replace("&gt; limits.most", "&gt; limits.mostly")
    version.content_hash = "other"
    with pytest.raises(Refused, match="has mistakes"):
        ask(version, ines)
    assert not ImpactReport.objects.exists()


def test_a_draft_changed_while_it_runs_ends_the_preview(model, ines):
    decide(model)
    version = draft(model, ines)
    report = ask(version, ines)
    version.content_hash = "changed"
    version.save()
    run(report)
    assert report.state == RunState.FAILED
    assert "was changed meanwhile" in report.problem


def test_days_without_decisions_are_refused(model, ines):
    with pytest.raises(Invalid, match="Nothing was decided"):
        ask(draft(model, ines), ines)


def test_other_contents_of_a_reference_table_are_previewed(model, ines):
    decide(model, amount=500)
    table = ReferenceTable.objects.get(key="limits")
    rows = [{"key": "most", "value": 1000}, {"key": "doubt", "value": 300}]
    trial = table.versions.create(
        id=report_id(),
        number=9,
        rows=rows,
        content_hash="t",
        created_at=NOW,
        reason="Try",
        trial=True,
    )
    report = run(ask(model.live_version, ines, trial_tables=[trial]))
    assert [(f.before, f.after) for f in report.flips.all()] == [("approve", "review")]
    assert simulation.is_current(report, model.live_version, now=NOW)
    assert simulation.latest_for(model.live_version) == report


def test_a_table_that_the_rules_do_not_read_is_refused(model, ines):
    decide(model)
    table = ReferenceTable.objects.create(id=new_id(NOW), key="moods", name="Moods", kind="values")
    trial = table.versions.create(
        id=new_id(NOW),
        number=1,
        rows=[],
        content_hash="t",
        created_at=NOW,
        reason="Try",
        trial=True,
    )
    with pytest.raises(Invalid, match="does not read the reference table “Moods”"):
        ask(model.live_version, ines, trial_tables=[trial])


def report_id():
    return new_id(NOW)


def test_a_report_is_current_until_the_draft_changes(model, ines):
    decide(model)
    version = draft(model, ines)
    report = run(ask(version, ines))
    assert simulation.is_current(report, version, now=NOW)
    version.content_hash = "changed"
    assert not simulation.is_current(report, version, now=NOW)


def test_a_file_takes_the_place_of_a_window(model, ines):
    version = draft(model, ines)
    text = "id,amount,country\nA,450,GB\nB,10,GB\nC,10,DE\n"
    file = read_file("cases.csv", text.encode(), version)
    report = run(ask(version, ines, file=file))
    assert (report.source, report.total, report.changed) == ("cases.csv", 3, 2)
    assert list(report.flips.values_list("line", flat=True)) == [2, 4]


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        (
            "a.jsonl",
            '{"id": "A", "amount": 1, "country": "GB"}\n{"id": 1}\nno',
            ["line 2", "line 3"],
        ),
        ("a.csv", "id,amount,country\nA,1\nB,x,GB\n", ["line 2", "line 3"]),
        ("a.jsonl", "[1]", ["line 1"]),
    ],
)
def test_bad_lines_of_a_file_are_named(model, ines, name, text, lines):
    with pytest.raises(Invalid) as refused:
        read_file(name, text.encode(), draft(model, ines))
    assert [fault["where"] for fault in refused.value.faults] == lines
