"""The pages of impact previews: asked for, watched, stopped, read, taken away as a file."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from decisions.enums import EventKind, Outcome
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision, ImpactReport
from decisions.services import (
    authoring,
    impact_runs,
    intake,
    proposing,
    settlement,
    simulation,
)
from reviews.models import ReviewQueue
from reviews.queries.hours import queue_hours
from reviews.services import queues
from tests.rules import FACTS, HERE, person, small_model

pytestmark = pytest.mark.django_db
CHANGED = (HERE / "small.dmn").read_text().replace("&gt; limits.doubt", "&gt; limits.doubt - 200")


@pytest.fixture
def version(messages):
    now = timezone.now()
    model = small_model(now=now)
    model.refresh_from_db()
    for number, amount in enumerate([100, 450, 500, 700]):
        intake.submit_and_decide(
            model.key,
            {**FACTS, "id": f"=R{number}", "amount": amount},
            evidence={},
            source="t",
            actor=SYSTEM,
            now=now,
        )
    queues.create_queue(
        key="finance",
        name="Finance",
        first_response_minutes=60,
        decision_minutes=240,
        by=None,
        actor=SYSTEM,
        now=now,
    )
    return authoring.draft_version(
        model, dmn=CHANGED, author=person("Ines", "rule_author"), actor=SYSTEM, note="", now=now
    )


@pytest.fixture
def ines(client, version):
    client.force_login(version.created_by)
    return client


def asked(version):
    now = timezone.now()
    return simulation.ask(
        version,
        since=now - timedelta(days=7),
        until=now + timedelta(minutes=1),
        by=version.created_by,
        now=now,
    )


def finished(version):
    report = asked(version)
    event = AuditEvent.objects.get(kind=EventKind.IMPACT_REQUESTED, subject_id=report.pk)
    impact_runs.simulate([event.pk], clock=timezone.now)
    report.refresh_from_db()
    return report


def test_a_preview_of_the_last_days_is_asked_for_and_watched(ines, version):
    url = reverse("decisions:version_impact", args=["spending", version.number])
    page = ines.get(url)
    initial = page.context["form"].initial
    days = {name: initial[name].isoformat() for name in ("first", "last")}
    assert [f'value="{day}"' in page.content.decode() for day in days.values()] == [True, True]
    answer = ines.post(url, days)
    report = ImpactReport.objects.get()
    assert answer["Location"] == reverse("decisions:impact", args=[report.pk])
    page = ines.get(answer["Location"])
    assert "0 of 4" in page.content.decode()
    assert 'hx-trigger="every 1s"' in page.content.decode()


def test_a_bad_file_is_refused_with_its_lines(ines, version):
    url = reverse("decisions:version_impact", args=["spending", version.number])
    file = SimpleUploadedFile("a.jsonl", b'{"id": "A", "amount": 1, "country": "GB"}\nno')
    answer = ines.post(url, {"file": file})
    assert answer.status_code == 422
    assert "Line 2: This is no JSON" in answer.content.decode()
    assert not ImpactReport.objects.exists()


def test_a_finished_preview_tells_what_would_change_and_why(ines, version):
    report = finished(version)
    page = ines.get(reverse("decisions:impact", args=[report.pk])).content.decode()
    assert "2 of 4 decisions would change<" in page
    assert "Approve to review" in page
    assert "Spend rules, row 2: Amount from &gt; limits.doubt to &gt; limits.doubt - 200" in page


def page_of(client, report, query=""):
    return client.get(reverse("decisions:impact", args=[report.pk]) + query)


def test_the_page_says_who_must_approve_and_leads_to_the_proposal(ines, version):
    proposing.set_approvals(
        version.model,
        [(0, 1), (0.4, 2)],
        by=version.created_by,
        reason="Two eyes",
        now=timezone.now(),
    )
    report = finished(version)
    page = page_of(ines, report).content.decode()
    assert "40 % or more changed: 2 approvers needed" in page
    assert "None moves from reject to approve" in page
    assert reverse("decisions:version_changes", args=["spending", version.number]) in page
    version.content_hash = "changed"
    version.save()
    assert f"Propose v{version.number}" not in page_of(ines, report).content.decode()


def test_facts_that_the_changed_table_reads_stand_beside_each_submission(ines, version):
    page = page_of(ines, finished(version))
    assert [column.path for column in page.context["columns"]] == ["country"]
    assert [row.facts[0][1] for row in page.context["shown"]] == ["GB", "GB"]


def test_every_cell_of_the_matrix_lists_its_submissions(ines, version):
    report = finished(version)
    page = page_of(ines, report).content.decode()
    cells = [f"{b}%3E{a}" for b in Outcome.values for a in Outcome.values]
    assert [page.count(f'href="?kind={cell}#items"') > 0 for cell in cells] == [True] * 16
    page = page_of(ines, report, "?kind=reject>approve")
    assert page.context["shown"] == []
    assert "No submission moves from reject to approve" in page.content.decode()


def test_what_people_said_otherwise_can_be_listed(ines, version):
    wider = authoring.draft_version(
        version.model,
        dmn=CHANGED.replace("limits.doubt - 200", "limits.doubt + 200"),
        author=version.created_by,
        actor=SYSTEM,
        note="",
        now=timezone.now(),
    )
    report = finished(wider)
    decision = Decision.objects.get(rules_outcome="review")
    later = decision.evaluated_at + timedelta(minutes=6)
    settlement.settle(decision, outcome="reject", reasons=["BUDGET"], actor=SYSTEM, now=later)
    page = page_of(ines, report, "?kind=review>approve&against=1")
    assert [row.flip.submission_id for row in page.context["shown"]] == [decision.submission_id]
    text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Rejected after 6 min" in text
    assert "people approved 0 and rejected 1. v3 would have said otherwise of 1, 700" in text


def test_causes_filter_the_list(ines, version):
    report = finished(version)
    page = page_of(ines, report, "?kind=approve>review&cause=1")
    assert page.context["cause"].startswith("Spend rules, row 2")
    assert len(page.context["shown"]) == 2
    assert page_of(ines, report, "?kind=approve>review&cause=9").context["cause"] == ""


def test_a_preview_runs_again_for_the_same_days_or_for_others(ines, version):
    report = finished(version)
    url = reverse("decisions:impact_again", args=[report.pk])
    ines.post(url)
    same = ImpactReport.objects.latest("requested_at")
    assert (same.since, same.until) == (report.since, report.until)
    today = timezone.localdate().isoformat()
    ines.post(url, {"first": today, "last": today})
    other = ImpactReport.objects.latest("requested_at")
    assert other.until - other.since == timedelta(days=1)
    answer = ines.post(url, {"first": "2019-01-02", "last": "2019-01-01"})
    assert answer.status_code == 422
    assert "Choose a first day that is not after the last one" in answer.content.decode()


def test_the_watched_part_gives_way_to_the_result(ines, version):
    report = finished(version)
    url = reverse("decisions:impact", args=[report.pk])
    assert ines.get(url, headers={"HX-Request": "true"})["HX-Redirect"] == url


def test_stop_ends_a_preview_and_marks_the_part(ines, version):
    report = asked(version)
    answer = ines.post(reverse("decisions:impact_stop", args=[report.pk]), follow=True)
    assert "Stopped after 0 of 4" in answer.content.decode()


def test_the_file_of_changes_is_safe_for_spreadsheets(ines, version):
    report = finished(version)
    answer = ines.get(reverse("decisions:impact_export", args=[report.pk]))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert '"\'=R1"' in lines[1]


def test_hours_of_a_queue_without_people_are_told(ines, version):
    report = finished(version)
    page = ines.get(reverse("reviews:impact_hours", args=[report.pk])).content.decode()
    assert "Finance has no people" in page
    assert "6 min an item are assumed" in page


def test_a_person_in_two_queues_has_one_week_and_lateness_is_told(ines, version):
    now = timezone.now()
    rae = person("Rae", "reviewer")
    for key in ("finance", "other"):
        queue = ReviewQueue.objects.filter(key=key).first() or queues.create_queue(
            key=key,
            name=key.capitalize(),
            first_response_minutes=60,
            decision_minutes=240,
            by=None,
            actor=SYSTEM,
            now=now,
        )
        queue.members.add(rae)
    (line,) = queue_hours(finished(version))
    assert (line.capacity, line.late_before, line.late) == (20.0, 0.0, 0.0)
    page = ines.get(
        reverse("reviews:impact_hours", args=[ImpactReport.objects.get().pk]),
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "A person in several queues counts for an equal part in each" in page
    assert 'id="over"' not in page


def test_a_queue_that_gets_too_much_ends_the_sentence_at_the_head(ines, version):
    page = ines.get(
        reverse("reviews:impact_hours", args=[finished(version).pk]),
        headers={"HX-Request": "true"},
    ).content.decode()
    assert '<span id="over" hx-swap-oob="true">, and Finance, which has no people,' in page
