"""An installation without the demo gets its first model by one command, through two people."""

import pytest
from django.core.management import CommandError, call_command

from config.demo import library
from config.demo.uses import USES
from decisions.models import DecisionModel, ReferenceTable
from reviews.models import ReviewQueue
from tests.rules import person

pytestmark = pytest.mark.django_db


def install(*model, author="ann@example.com", approver="bob@example.com"):
    call_command("install_model", *model, author=author, approver=approver)


@pytest.fixture(autouse=True)
def two_people():
    person("Ann", "rule_author", email="ann@example.com")
    person("Bob", "approver", email="bob@example.com")


def test_model_is_live_with_its_tables_and_queues():
    install()
    version = DecisionModel.objects.get().live_version
    assert (str(version.created_by), str(version.approved_by)) == ("Ann", "Bob")
    assert ReferenceTable.objects.count() == 10
    assert ReviewQueue.objects.count() == 4


@pytest.mark.parametrize("key", [key for key in USES if key != "podcast_sponsorship"])
def test_any_model_of_the_library_can_be_installed_alone_or_after_another(key):
    install(key)
    version = DecisionModel.objects.get(key=key).live_version
    assert version.tests.count() == len(library.read(key).cases)
    assert {queue.key for queue in USES[key].queues} == {q.key for q in ReviewQueue.objects.all()}
    install()
    assert DecisionModel.objects.count() == 2


def test_second_time_changes_nothing():
    install()
    with pytest.raises(CommandError, match="installed already"):
        install()


def test_one_person_cannot_do_it_alone():
    both = person("Cleo", "rule_author", "approver", email="cleo@example.com")
    with pytest.raises(CommandError, match="Someone else must approve"):
        install(author=both.email, approver=both.email)
    assert not DecisionModel.objects.exists()
    assert not ReviewQueue.objects.exists()


def test_roles_are_asked_for_by_name():
    with pytest.raises(CommandError, match="nobody with the role approver"):
        install(approver="ann@example.com")
