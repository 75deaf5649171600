"""A model for advertising never goes live while it asks for data that a platform forbids it."""

from datetime import timedelta

import pytest

from config.demo import library
from decisions import engine
from decisions.enums import VersionState
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM, Actor
from decisions.models import ModelVersion, ReferenceTable
from decisions.services import authoring, proposing, publishing
from tests.rules import HERE, NOW, an_approver, person, preview, small_model

pytestmark = pytest.mark.django_db
SMALL = (HERE / "small.dmn").read_text()
LETTER = {
    "source": "Spotify Web API",
    "purpose": "advertising",
    "from_date": "2026-11-01",
    "until_date": "2026-12-31",
    "reference": "Letter of 30 October, folder 12",
}


def said(*, purpose="advertising", source="Spotify Web API, recently played", inside=False):
    """The small model, for a purpose, with a field of a source, alone or inside another one."""
    about = f'<clearance:model key="spending" purpose="{purpose}"/>'
    text = SMALL.replace(
        "  <itemDefinition", f"<extensionElements>{about}</extensionElements>\n  <itemDefinition", 1
    )
    field = (
        "<extensionElements><clearance:optional/>"
        f'<clearance:field label="Top artists" source="{source}"/></extensionElements>'
    )
    if inside:
        person_type = (
            '<itemDefinition id="t_p" name="tPerson"><itemComponent name="top_artists">'
            f"{field}<typeRef>string</typeRef></itemComponent></itemDefinition>"
        )
        added = (
            '<inputData id="i_p" name="listener"><extensionElements><clearance:optional/>'
            '</extensionElements><variable name="listener" typeRef="tPerson"/></inputData>'
        )
        text = text.replace("  <inputData", f"  {person_type}\n  <inputData", 1)
    else:
        added = (
            f'<inputData id="i_t" name="top_artists">{field}'
            '<variable name="top_artists" typeRef="string"/></inputData>'
        )
    return text.replace("  <decision ", f"  {added}\n  <decision ", 1)


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def sam():
    return person("Sam", "admin")


@pytest.fixture
def model():
    model = small_model()
    model.refresh_from_db()
    return model


@pytest.fixture
def register():
    (content,) = [
        table
        for table in library.read("subject_assignment").tables
        if table["key"] == "written_permissions"
    ]
    return authoring.create_table(**content, author=None, actor=SYSTEM, now=NOW)


def drafted(model, dmn, author):
    version = authoring.draft_version(
        model, dmn=dmn, author=author, actor=SYSTEM, note="Try", now=NOW
    )
    preview(version, by=author, now=NOW)
    return version


def propose(version, author):
    return proposing.propose(version, author=author, reason="Ready", now=NOW)


def record(table, rows, by, *, now=NOW, reason="Spotify wrote to us"):
    return authoring.change_table(
        table, rows=rows, author=by, actor=Actor.person(by), reason=reason, now=now
    )


def test_refusal_names_the_field_the_rule_and_the_way_out(model, ines):
    with pytest.raises(Invalid) as refused:
        propose(drafted(model, said(), ines), ines)
    (fault,) = refused.value.faults
    assert fault["where"] == 'input "top_artists"'
    assert fault["message"] == (
        "“Top artists” (top_artists) comes from the Spotify Web API, and this model is for "
        "advertising. The Spotify Developer Policy of 15 May 2025 forbids building profiles of "
        "people from it to address them."
    )
    assert "Written permissions" in fault["hint"]
    assert fault["message"] in str(refused.value)


def test_field_inside_another_one_is_found(model, ines):
    with pytest.raises(Invalid) as refused:
        propose(drafted(model, said(inside=True), ines), ines)
    assert [fault["where"] for fault in refused.value.faults] == ['input "listener.top_artists"']


def test_marketing_is_advertising(model, ines):
    with pytest.raises(Invalid):
        propose(drafted(model, said(purpose="marketing"), ines), ines)


@pytest.mark.parametrize(
    "text", [said(purpose="publishing"), said(source="own player")], ids=["purpose", "source"]
)
def test_other_purposes_and_other_sources_are_free(text, model, ines):
    assert propose(drafted(model, text, ines), ines).version.state == VersionState.PROPOSED


def test_draft_cannot_put_the_purpose_of_the_live_version_aside(ines):
    model = small_model(dmn="small.dmn")
    version = drafted(model, said(source="own player"), ines)
    proposal = propose(version, ines)
    yes = proposing.approve(proposal, approver=an_approver(), reason="Fine", now=NOW)
    publishing.publish(yes.version, publisher=an_approver(), reason="Go", now=NOW)
    model.refresh_from_db()
    with pytest.raises(Invalid):
        propose(drafted(model, said(purpose="publishing"), ines), ines)


def test_written_permission_lifts_the_refusal_until_it_ends(model, register, ines, sam):
    record(register, [LETTER], sam)
    version = drafted(model, said(), ines)
    proposal = propose(version, ines)
    after = NOW.replace(year=2027)
    yes = proposing.approve(proposal, approver=an_approver(), reason="Fine", now=NOW)
    with pytest.raises(Invalid, match="cannot go live"):
        publishing.publish(yes.version, publisher=an_approver(), reason="Go", now=after)
    live = publishing.publish(yes.version, publisher=an_approver(), reason="Go", now=NOW)
    assert live.state == VersionState.PUBLISHED
    entry = register.history.first()
    assert (entry.history_user, entry.history_change_reason) == (sam, "Spotify wrote to us")


def test_permission_for_another_purpose_lifts_nothing(model, register, ines, sam):
    record(register, [{**LETTER, "purpose": "research"}], sam)
    with pytest.raises(Invalid):
        propose(drafted(model, said(), ines), ines)


def test_permission_taken_back_forbids_again(model, register, ines, sam):
    record(register, [LETTER], sam)
    record(register, [], sam, now=NOW + timedelta(seconds=1), reason="They took it back")
    version = ModelVersion.objects.get(pk=drafted(model, said(), ines).pk)
    with pytest.raises(Invalid):
        propose(version, ines)


def test_only_an_administrator_writes_into_the_register(register, ines):
    with pytest.raises(Refused, match="Only an administrator"):
        record(ReferenceTable.objects.get(pk=register.pk), [LETTER], ines)
    with pytest.raises(Refused, match="Only an administrator"):
        record(ReferenceTable.objects.get(pk=register.pk), [], ines)


def test_purpose_stays_with_a_model_that_is_written_again():
    again = engine.load_model(engine.load_model(said()).to_xml())
    assert again.definitions.about["purpose"] == "advertising"


def test_models_of_the_library_that_address_people_say_so():
    purposes = {
        key: library.read(key).purpose
        for key in library.every_key()
        if library.read(key).purpose is not None
    }
    assert purposes == {
        "audience_segmentation": "advertising",
        "consent_compliance": "advertising",
        "lead_escalation": "marketing",
        "subject_assignment": "advertising",
    }
