"""Comments: on a row that is there, kept with it through versions, resolved once."""

import pytest

from decisions.errors import Invalid, Refused
from decisions.models import AuditEvent, RowComment
from decisions.queries.comments import comments_on, open_comments
from decisions.services import commenting, drafting
from decisions.views.sentences import what_happened
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
ROW = {"table_id": "spend_table", "row_id": "rule2"}


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def live():
    model = small_model()
    model.refresh_from_db()
    return model.live_version


def comment(version, author, text="Why 600?", **row):
    return commenting.comment_on(version, **{**ROW, **row}, text=text, author=author, now=NOW)


def test_a_comment_is_kept_and_told_on_the_audit_log(live, ines):
    made = comment(live, ines, " Why 600?\n")
    assert list(comments_on(live.model, **ROW)) == [made]
    assert made.text == "Why 600?"
    event = AuditEvent.objects.get(kind="row.commented")
    assert (event.actor_id, what_happened(event)) == (ines.pk, "Commented on row 2 of Spend rules")


def test_a_comment_follows_its_row_into_the_next_version(live, ines):
    made = comment(live, ines)
    draft = drafting.start_draft(live.model, based_on=live, author=ines, note="", now=NOW)
    move = {"op": "move_rows", "table": "spend_table", "rows": ["rule2"], "before": None}
    drafting.edit(draft, [move], based_on=0, author=ines, now=NOW)
    draft.refresh_from_db()
    assert commenting.row_place(draft, **ROW).number == 4
    assert list(comments_on(draft.model, **ROW)) == [made]


def test_open_comments_are_counted_by_row(live, ines):
    first = comment(live, ines)
    comment(live, ines)
    comment(live, ines, row_id="rule1")
    commenting.resolve_comment(first, version=live, by=ines, now=NOW)
    assert open_comments(live.model, table_id="spend_table") == {"rule1": 1, "rule2": 1}


def test_a_comment_is_resolved_once(live, ines):
    made = comment(live, ines)
    tom = person("Tom", "approver")
    commenting.resolve_comment(made, version=live, by=tom, now=NOW)
    assert (made.resolved_by, made.resolved_at) == (tom, NOW)
    with pytest.raises(Refused, match="resolved this comment already"):
        commenting.resolve_comment(made, version=live, by=ines, now=NOW)
    assert AuditEvent.objects.filter(kind="row.comment_resolved").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " \0 "},
        {"text": "x" * 2001},
        {"row_id": "nope"},
        {"table_id": "nope"},
        {"row_id": ""},
    ],
)
def test_a_comment_without_words_or_row_is_refused(live, ines, wrong):
    with pytest.raises(Invalid):
        comment(live, ines, **wrong)
    assert RowComment.objects.count() == 0
