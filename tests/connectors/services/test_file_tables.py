"""The example tables, as they are downloaded, against the models they are for."""

import io

import pytest
from django.core.management import call_command

from connectors.adapters.files.presets import ANALYTICS, CONSENT, OTHER_NAMES, SUBJECTS
from connectors.models import ImportedRow
from connectors.queries import results_of, segments_of
from connectors.services import columns, imports
from decisions.enums import EventKind
from decisions.models import AuditEvent, DecisionModel
from decisions.services import evaluation
from decisions.services.sheet_files import csv_lines
from tests.connectors.records import NOW
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def admin():
    return person("Sam Osei", "admin")


def installed(key):
    person("Ann", "rule_author", email="ann@example.com")
    person("Bob", "approver", email="bob@example.com")
    call_command("install_model", key, author="ann@example.com", approver="bob@example.com")
    return DecisionModel.objects.get(key=key)


def brought(table, model, admin):
    content = "".join(csv_lines([list(table.columns), list(table.columns.values())])).encode()
    file = imports.take_in(
        imports.source_for(admin, now=NOW),
        model,
        name=f"{table.key}.csv",
        content=io.BytesIO(content),
        size=len(content),
        author=admin,
        now=NOW,
    )
    places = columns.places_of(model.live_version)
    found = columns.suggested(places, file.columns, file.sample, OTHER_NAMES)
    return file, found


def read(file, entries, admin):
    imports.start(file, entries=entries, author=admin, now=NOW)
    requested = AuditEvent.objects.filter(kind=EventKind.IMPORT_REQUESTED).latest("pk")
    imports.run([requested.pk], clock=lambda: NOW)
    received = AuditEvent.objects.filter(kind=EventKind.SUBMISSION_RECEIVED)
    evaluation.evaluate([one.pk for one in received], now=NOW)
    file.refresh_from_db()
    assert list(ImportedRow.objects.filter(file=file).values_list("reasons", flat=True)) == [None]


def test_subjects_are_assigned_to_segments(admin):
    file, found = brought(SUBJECTS, installed("subject_assignment"), admin)
    assert len(found) == len(SUBJECTS.columns)
    read(file, found, admin)
    assert list(segments_of(file)) == [{"segment": "general", "count": 1}]
    (result,) = results_of(file)
    assert (result["subject"], result["segment"]) == ("sub_0a1b2c3d4e5f", "general")
    assert result["reasons"] == ["GENERAL"]


def test_consents_are_judged(admin):
    file, found = brought(CONSENT, installed("consent_compliance"), admin)
    assert len(found) == len(CONSENT.columns)
    read(file, found, admin)
    assert list(segments_of(file)) == [{"segment": "approve", "count": 1}]


def test_analytics_find_the_inputs_of_sponsorship(admin):
    _, found = brought(ANALYTICS, installed("podcast_sponsorship"), admin)
    assert found.keys() == ANALYTICS.columns.keys()
    assert found["under18_share"] == "number(payload.under18_share)"
    assert found["last_release_date"] == "payload.last_release_date"
