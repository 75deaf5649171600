"""What a verdict sets off: the actions that the rules named for its outcome, and no others."""

import pytest

from decisions.models import Decision
from decisions.services.evaluation import misfit
from decisions.services.settlement import topics_after

REVIEW = {"outcome": "review", "queue": "design"}
SAID = {**REVIEW, "after_review": {"approve": ["playlist.create"], "reject": ["brand.told"]}}


@pytest.mark.parametrize(
    ("outputs", "outcome", "topics"),
    [
        (SAID, "approve", ["playlist.create"]),
        (SAID, "reject", ["brand.told"]),
        (SAID, "route", []),
        ({**SAID, "actions": ["noted"]}, "approve", ["noted", "playlist.create"]),
        (REVIEW, "approve", []),
        (None, "approve", []),
    ],
)
def test_verdict_sets_off_the_actions_of_its_outcome(outputs, outcome, topics):
    assert topics_after(Decision(outputs=outputs, outcome=outcome)) == topics


@pytest.mark.parametrize(
    ("after", "where"),
    [
        (["playlist.create"], "/after_review"),
        ({"approve": "playlist.create"}, "/after_review/approve"),
        ({"approve": [7]}, "/after_review/approve"),
    ],
)
def test_answer_with_misshapen_actions_goes_to_a_person(after, where):
    (problem,) = misfit({**REVIEW, "after_review": after})
    assert problem["where"] == where


def test_answer_with_actions_by_outcome_fits():
    assert misfit(SAID) == []
