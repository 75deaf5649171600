"""Rules go live through two people, and tables change with a reason."""

import pytest

from decisions.enums import VersionState
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, ModelVersion, ReferenceTable, User
from decisions.queries.rules import content_in_force
from decisions.services import authoring, people
from tests.rules import HERE, NOW, person, publish_dmn, small_model

pytestmark = pytest.mark.django_db


def change(rows, **more):
    table = ReferenceTable.objects.get(key="limits")
    given = {"author": None, "actor": SYSTEM, "reason": "Because", "now": NOW, **more}
    return authoring.change_table(table, rows=rows, **given)


GOOD = [{"key": "most", "value": 2000}, {"key": "doubt", "value": 600}]


def test_second_version_retires_the_first_and_history_says_who_and_why():
    model = small_model()
    publish_dmn(model, (HERE / "small.dmn").read_text().replace("TOO_MUCH", "FAR_TOO_MUCH"))
    assert list(model.versions.order_by("number").values_list("number", "state")) == [
        (1, VersionState.RETIRED),
        (2, VersionState.PUBLISHED),
    ]
    latest = ModelVersion.history.filter(number=2).first()
    assert (latest.history_change_reason, str(latest.history_user)) == ("Go", "Ari Approver")


@pytest.mark.parametrize("dmn", ["", "not xml", "<definitions/>", "<a><b></a>"])
def test_broken_dmn_is_refused_with_its_problems(dmn):
    model = small_model()
    with pytest.raises(Invalid) as caught:
        authoring.draft_version(model, dmn=dmn, author=None, actor=SYSTEM, note="", now=NOW)
    assert caught.value.faults
    assert all(fault["message"] for fault in caught.value.faults)


def test_table_keeps_every_version_with_its_reason():
    small_model()
    change(GOOD, reason="Budget doubled")
    table = ReferenceTable.objects.get(key="limits")
    assert [(v.number, v.reason) for v in table.versions.all()] == [
        (2, "Budget doubled"),
        (1, "Created"),
    ]
    assert content_in_force(table, NOW).rows == GOOD
    assert AuditEvent.objects.filter(kind="reference_table.changed").count() == 2


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([{"key": "most", "value": "many"}], "/1/value"),
        ([{"key": "most", "value": True}], "/1/value"),
        ([{"key": "most"}], "/1/value"),
        ([{"key": "most", "value": 1}, {"key": "most", "value": 2}], "/2/key"),
        ([{"key": "most", "value": 1, "colour": 1}], "/1/colour"),
    ],
)
def test_cells_that_do_not_fit_are_named(rows, where):
    small_model()
    with pytest.raises(Invalid) as caught:
        change(rows)
    assert [fault["where"] for fault in caught.value.faults] == [where]


def test_two_editors_cannot_overwrite_each_other():
    small_model()
    change(GOOD, based_on=1)
    with pytest.raises(Refused, match="changed while you were editing"):
        change(GOOD, based_on=1)


def test_change_without_a_reason_is_refused():
    small_model()
    with pytest.raises(Invalid, match="Say why"):
        change(GOOD, reason="  ")


def test_last_admin_stays():
    ada = person("Ada Admin", "admin")
    with pytest.raises(Refused, match="last admin"):
        people.change_person(ada, roles=["lead"], active=True, actor=SYSTEM, now=NOW)


def test_changing_roles_keeps_a_password_changed_meanwhile():
    ann = person("Ann Author", "rule_author")
    seen_before = User.objects.get(pk=ann.pk)
    ann.set_password("a longer new one")
    ann.save()
    people.change_person(seen_before, roles=["lead"], active=True, actor=SYSTEM, now=NOW)
    assert User.objects.get(pk=ann.pk).check_password("a longer new one")


def test_invitation_names_every_fault():
    person("Ann", email="ann@example.com")
    with pytest.raises(Invalid) as caught:
        people.invite(
            email="ann@example.com", name=" ", roles=["king"], password="123", actor=SYSTEM, now=NOW
        )
    assert [f["where"] for f in caught.value.faults] == ["name", "roles", "password", "email"]
