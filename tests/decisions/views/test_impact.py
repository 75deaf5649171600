"""The pages of impact previews: asked for, watched, stopped, read, taken away as a file."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from decisions.enums import EventKind
from decisions.events import SYSTEM
from decisions.models import AuditEvent, ImpactReport
from decisions.services import authoring, impact_runs, intake, simulation
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
    assert "2 of 4 decisions would change." in page
    assert "Approve to review" in page
    assert "Spend rules, row 2: Amount from &gt; limits.doubt to &gt; limits.doubt - 200" in page


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
