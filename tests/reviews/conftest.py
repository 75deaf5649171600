"""Two reviewers of one queue, and a lead; nothing is sent to the broker."""

import pytest

from tests.reviews.work import make_queue
from tests.rules import person


@pytest.fixture(autouse=True)
def no_broker(messages):
    """Every test of reviews hands messages over by itself."""


@pytest.fixture
def rae(db):
    return person("Rae", "reviewer")


@pytest.fixture
def sam(db):
    return person("Sam", "reviewer")


@pytest.fixture
def lee(db):
    return person("Lee", "lead")


@pytest.fixture
def queue(rae, sam):
    return make_queue(members=[rae, sam])
