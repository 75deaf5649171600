"""Equal content has an equal hash, and what no database keeps is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.canonical import canonical, digest

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_hash_survives_a_round_trip_through_json(value):
    assert digest(json.loads(json.dumps(value))) == digest(value)


def test_order_of_keys_does_not_matter():
    assert canonical({"b": 1, "a": [True, None]}) == canonical({"a": [True, None], "b": 1.0})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\0b", "NUL"),
        ({"\0": 1}, "NUL"),
        ("\ud800", "surrogate"),
        (float("nan"), "not JSON compliant"),
        ([float("inf")], "not JSON compliant"),
    ],
)
def test_what_no_database_keeps_is_refused(value, words):
    with pytest.raises(ValueError, match=words):
        canonical(value)


def test_a_backslash_before_u0000_is_an_honest_text():
    assert canonical("\\u0000") == b'"\\\\u0000"'
