"""`seed_demo` leaves alone what is in use, and can set up without work."""

import pytest
from django.core.management import CommandError, call_command

from config.demo.people import LEAD
from config.demo.uses import USES
from decisions.models import Submission, User
from reviews.models import ReviewQueue


def seed():
    call_command("seed_demo", submissions=0)


def test_set_up_alone_has_no_work(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed()
    keys = {queue.key for use in USES.values() for queue in use.queues}
    assert set(ReviewQueue.objects.values_list("key", flat=True)) == keys
    lead = User.objects.get(email=LEAD.email)
    assert ReviewQueue.objects.filter(members=lead).count() == len(keys)
    assert Submission.objects.count() == 0


def test_demo_is_refused_in_production(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production refuses it"):
        seed()
    assert User.objects.count() == 0


def test_demo_is_refused_where_people_work(db):
    User.objects.create_user("ana@example.com", None, name="Ana")
    with pytest.raises(CommandError, match="This installation is in use"):
        seed()
