"""Waits between attempts: they grow, spread, stay bounded and repeat for the same seed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from connectors.services.backoff import ATTEMPTS, wait_after

SEED = UUID(int=7)


@pytest.mark.parametrize(
    ("attempts", "middle"),
    [(1, 10), (2, 40), (3, 160), (4, 640), (5, 2560), (6, 10240), (7, 21600), (60, 21600)],
)
def test_wait_grows_up_to_six_hours(attempts, middle):
    waits = [wait_after(attempts, seed=uuid4()).total_seconds() for _ in range(50)]
    assert all(middle * 0.8 <= wait <= middle * 1.2 for wait in waits)
    assert len(set(waits)) > 40


def test_wait_is_the_same_for_the_same_delivery_and_attempt():
    assert wait_after(3, seed=SEED) == wait_after(3, seed=SEED)
    assert wait_after(3, seed=SEED) != wait_after(3, seed=UUID(int=8))


def test_wait_is_at_least_what_the_receiver_asked_for():
    assert wait_after(1, seed=SEED, asked=900) == timedelta(minutes=15)
    assert wait_after(5, seed=SEED, asked=1) == wait_after(5, seed=SEED)


def test_receiver_cannot_ask_for_more_than_six_hours():
    assert wait_after(1, seed=SEED, asked=10**6) == timedelta(hours=6)


def test_all_attempts_together_last_about_a_day():
    total = sum((wait_after(n, seed=SEED) for n in range(1, ATTEMPTS)), timedelta())
    assert timedelta(hours=18) < total < timedelta(hours=30)
