"""The pages of a release: the difference, the panel with its forms, and who may do what."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from decisions.enums import VersionState
from decisions.models import DecisionModel, ModelVersion, Proposal
from decisions.services import drafting, proposing, publishing, sheets, stopping
from tests.rules import person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def ari():
    return person("Ari Stone", "approver")


@pytest.fixture
def model():
    small_model(now=timezone.now())
    return DecisionModel.objects.get()


@pytest.fixture
def draft(model, ines):
    version = drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Less", now=timezone.now()
    )
    table = sheets.shown_table(version, "spend_table")
    operations = [
        {
            "op": "cells",
            "table": "spend_table",
            "cells": [["rule1", table["inputs"][0]["id"], "> 900"]],
        },
        {"op": "remove_rows", "table": "spend_table", "rows": ["rule3"]},
    ]
    return drafting.edit(version, operations, based_on=0, author=ines, now=timezone.now()).version


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(version, query=""):
    return reverse("decisions:version_changes", args=["spending", version.number]) + query


def text_of(answer):
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", words).replace("&#x27;", "'")


def post(user, name, args, **given):
    return client_of(user).post(reverse(f"decisions:{name}", args=args), given)


def proposed(draft, ines):
    return proposing.propose(draft, author=ines, reason="Budget cut", now=timezone.now())


def approved(draft, ines, ari):
    proposal = proposing.approve(
        proposed(draft, ines), approver=ari, reason="Fine", now=timezone.now()
    )
    return proposal.version


def published(draft, ines, ari):
    version = approved(draft, ines, ari)
    return publishing.publish(version, publisher=ari, reason="Go", now=timezone.now())


def test_difference_is_shown_by_row_and_cell(draft, ines):
    text = text_of(client_of(ines).get(page_of(draft)))
    assert "v2 against v1" in text
    assert "1 cell changed in 1 row" in text
    assert "1 row removed" in text
    assert "4 rows, now 3" in text
    assert "changed 1 over limits.most over 900" in text
    assert "removed 3" in text


def test_side_by_side_names_both_versions(draft, ines):
    text = text_of(client_of(ines).get(page_of(draft, "?view=sides")))
    assert "Row 1 v1 v2" in text
    assert "Amount over limits.most over 900" in text


def test_any_two_versions_can_be_compared(draft, ines):
    first = draft.model.versions.get(number=1)
    assert "v1 against v2" in text_of(client_of(ines).get(page_of(first, "?against=2")))
    assert client_of(ines).get(page_of(first, "?against=9")).status_code == 404


def test_the_first_version_has_nothing_to_be_compared_with(model, ines):
    first = model.versions.get()
    assert "The first version" in text_of(client_of(ines).get(page_of(first)))


def test_large_differences_show_the_first_rows_and_a_link_to_all(model, ines):
    version = drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="", now=timezone.now()
    )
    rows = [
        {"id": f"n{n}", "inputs": [f"> {n}", "-"], "outputs": ["approve", "", "X"]}
        for n in range(150)
    ]
    operation = {"op": "insert_rows", "table": "spend_table", "before": None, "rows": rows}
    drafting.edit(version, [operation], based_on=0, author=ines, now=timezone.now())
    client = client_of(ines)
    shown = client.get(page_of(version))
    assert "Show 50 more rows that differ" in text_of(shown)
    assert shown.content.decode().count('class="is-add"') == 100
    whole = client.get(page_of(version, "?all=spend_table"))
    assert whole.content.decode().count('class="is-add"') == 150


def test_author_proposes_with_a_reason(draft, ines):
    answer = post(ines, "version_propose", ["spending", 2], reason="Budget cut")
    assert (answer.status_code, answer["Location"]) == (302, page_of(draft))
    assert Proposal.objects.get(version=draft).reason == "Budget cut"


def test_a_proposal_without_a_reason_says_so_at_the_field(draft, ines):
    answer = post(ines, "version_propose", ["spending", 2], reason="")
    assert answer.status_code == 422
    assert "Say why. The reason stays with the version." in text_of(answer)


def test_a_refused_proposal_names_the_fault_and_keeps_what_was_typed(draft, ines):
    drafting.edit(
        draft,
        [{"op": "cells", "table": "spend_table", "cells": [["rule1", "c1", "> nothing.here"]]}],
        based_on=draft.revision,
        author=ines,
        now=timezone.now(),
    )
    answer = post(ines, "version_propose", ["spending", 2], reason="Budget cut")
    assert answer.status_code == 422
    text = text_of(answer)
    assert "Version 2 cannot be proposed yet. The rules have 1 problem" in text
    assert "Budget cut" in text


def test_approver_sees_the_five_parts_and_approves_and_publishes_at_once(draft, ines, ari):
    proposal = proposed(draft, ines)
    text = text_of(client_of(ari).get(page_of(draft)))
    for label in ("Rules", "Reference tables", "Tests", "Impact", "Guardrails"):
        assert f" {label} " in text
    answer = post(ari, "proposal_approve", [proposal.pk], reason="Fine", when="now")
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == VersionState.PUBLISHED


def test_approver_sets_a_time(draft, ines, ari):
    proposal = proposed(draft, ines)
    at = timezone.localtime() + timedelta(days=1)
    answer = post(
        ari,
        "proposal_approve",
        [proposal.pk],
        reason="Fine",
        when="at",
        publish_at=f"{at:%Y-%m-%dT%H:%M}",
    )
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.publish_at) == (
        VersionState.APPROVED,
        at.replace(second=0, microsecond=0),
    )
    assert "Goes live" in text_of(client_of(ari).get(page_of(draft)))


def test_a_time_that_is_missing_or_past_is_refused(draft, ines, ari):
    proposal = proposed(draft, ines)
    given = {"reason": "Fine", "when": "at"}
    assert "Give the day and the time." in text_of(
        post(ari, "proposal_approve", [proposal.pk], **given)
    )
    past = post(ari, "proposal_approve", [proposal.pk], publish_at="2020-01-01T10:00", **given)
    assert (past.status_code, "has passed" in text_of(past)) == (422, True)
    far = post(ari, "proposal_approve", [proposal.pk], publish_at="9999-12-31T10:00", **given)
    assert (far.status_code, "Give a year up to 2199." in text_of(far)) == (422, True)


def test_authors_are_told_that_someone_else_must_approve(draft, ines):
    both = person("Bo Both", "rule_author", "approver")
    proposal = proposed(draft, both)
    text = text_of(client_of(both).get(page_of(draft)))
    assert "Someone else must approve it." in text
    assert "Approve v2" not in text
    answer = post(both, "proposal_approve", [proposal.pk], reason="Fine", when="now")
    assert (answer.status_code, "Someone else must approve" in text_of(answer)) == (409, True)


def test_a_changed_part_is_marked_and_voids_the_approval(draft, ines, ari):
    proposal = proposed(draft, ines)
    version = ModelVersion.objects.get(pk=draft.pk)
    version.dmn = version.dmn.replace("FRANCE", "PARIS").replace("SMALL", "TINY")
    version.content_hash = "0" * 64
    version.save()
    assert "Changed since it was proposed" in text_of(client_of(ari).get(page_of(draft)))
    answer = post(ari, "proposal_approve", [proposal.pk], reason="Fine", when="now")
    assert answer.status_code == 409
    assert "The rules changed after this was proposed." in text_of(answer)


def test_returned_draft_shows_the_reason_to_its_author(draft, ines, ari):
    proposal = proposed(draft, ines)
    post(ari, "proposal_return", [proposal.pk], reason="Row 1 is too strict")
    text = text_of(client_of(ines).get(page_of(draft)))
    assert "It was returned: “Row 1 is too strict”" in text
    assert "Propose v2" in text
    assert "Row 1 is too strict" in text_of(client_of(ines).get(reverse("decisions:changes")))
    assert "Row 1 is too strict" in text_of(client_of(ines).get("/"))


def test_proposer_withdraws(draft, ines):
    proposal = proposed(draft, ines)
    assert "Withdraw it" in text_of(client_of(ines).get(page_of(draft)))
    post(ines, "proposal_withdraw", [proposal.pk], reason="Not yet")
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT


def test_live_version_is_rolled_back_from_its_page(draft, ines, ari):
    version = published(draft, ines, ari)
    assert "Roll back to v1" in text_of(client_of(ari).get(page_of(version)))
    assert "Roll back to v1" not in text_of(client_of(ines).get(page_of(version)))
    answer = post(ari, "version_roll_back", ["spending", 1], reason="Too strict")
    assert answer.status_code == 302
    text = text_of(client_of(ari).get(page_of(version)))
    assert "rolled back" in text
    assert "Rolled back to v1 by Ari Stone" in text
    assert "Too strict" in text


def test_approved_version_waits_for_somebody_to_publish_it(draft, ines, ari):
    version = approved(draft, ines, ari)
    assert "Publish v2 now" in text_of(client_of(ari).get(page_of(version)))
    post(ari, "version_publish", ["spending", 2], reason="Go")
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED


def test_stopped_model_says_so_everywhere_until_it_is_resumed(model, ari, ines):
    first = model.versions.get()
    assert post(ari, "model_stop", ["spending"], reason="Wrong limits").status_code == 302
    for address in (page_of(first), reverse("decisions:model", args=["spending"]), "/"):
        assert "Wrong limits" in text_of(client_of(ines).get(address))
    post(ari, "model_resume", ["spending"], reason="Mended")
    assert "Wrong limits" not in text_of(client_of(ines).get(page_of(first)))


def test_stopping_without_a_reason_is_refused(model, ari):
    client = client_of(ari)
    url = reverse("decisions:model_stop", args=["spending"])
    assert "Say why you stop this model" in text_of(client.post(url, {"reason": ""}, follow=True))
    model.refresh_from_db()
    assert model.stopped_at is None


def steps(*lines):
    given = {"form-TOTAL_FORMS": str(len(lines)), "form-INITIAL_FORMS": "0"}
    for place, (percent, count) in enumerate(lines):
        given |= {f"form-{place}-percent": percent, f"form-{place}-approvers": count}
    return given


def test_admin_sets_how_many_must_approve(model):
    sam = person("Sam Adeyemi", "admin")
    lines = steps(("", "1"), ("5", "2"), ("", ""))
    answer = post(sam, "model_approvals", ["spending"], reason="Policy", **lines)
    assert answer.status_code == 302
    model.refresh_from_db()
    assert model.approvals == [
        {"from_share": 0, "approvers": 1},
        {"from_share": 0.05, "approvers": 2},
    ]
    assert "1 approver, 2 from 5 % changed" in text_of(
        client_of(sam).get(reverse("decisions:model", args=["spending"]))
    ).replace("\N{NO-BREAK SPACE}", " ")


def test_approvals_that_make_no_sense_are_refused_in_words(model):
    sam = person("Sam Adeyemi", "admin")
    answer = post(sam, "model_approvals", ["spending"], reason="Policy", **steps(("5", "2")))
    assert answer.status_code == 422
    assert "The first line starts at a share of 0 %." in text_of(answer)


def test_changes_lists_what_waits_and_counts_it_in_the_navigation(draft, ines, ari):
    proposed(draft, ines)
    text = text_of(client_of(ari).get(reverse("decisions:changes")))
    assert "Changes 1 waiting" in text
    assert "Budget cut" in text
    assert "0 of 1" in text
    assert "Budget cut" in text_of(client_of(ari).get("/"))  # The overview of approvers.
    assert "Budget cut" not in text_of(client_of(ines).get("/"))


def test_changes_without_any_says_so(model, ari):
    assert "No version waits" in text_of(client_of(ari).get(reverse("decisions:changes")))


def test_queries_of_changes_do_not_grow(draft, ines, ari, model, django_assert_max_num_queries):
    for _ in range(5):
        more = drafting.start_draft(
            model, based_on=model.live_version, author=ines, note="", now=timezone.now()
        )
        proposed(more, ines)
    client = client_of(ari)
    with django_assert_max_num_queries(12):
        client.get(reverse("decisions:changes"))


def test_unknown_versions_are_absent(model, ines):
    assert client_of(ines).get("/models/spending/versions/77/changes/").status_code == 404
    assert client_of(ines).get("/models/nothing/versions/1/changes/").status_code == 404


def test_stop_is_told_with_the_reason_of_the_timetable(model, ines):
    stopping.stop(model, by=None, reason="v1 was to be live until now", now=timezone.now())
    assert "v1 was to be live until now" in text_of(client_of(ines).get("/"))
