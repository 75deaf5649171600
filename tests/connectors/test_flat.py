"""One level of names and back, without losing anything."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.flat import flat, nested

NAMES = st.text("abcdef_", min_size=1, max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_flat_record_gives_its_nesting_back(record):
    assert nested(flat(record)) == record


def test_lists_are_counted_from_one():
    record = {"show": {"name": "A", "markets": ["GB", "IE"]}, "claims": []}
    assert flat(record) == {
        "show.name": "A",
        "show.markets.1": "GB",
        "show.markets.2": "IE",
        "claims": [],
    }


@pytest.mark.parametrize("record", [{"a": 1, "a.b": 2}, {"a.b": 2, "a": 1}])
def test_name_with_a_value_and_parts_is_refused(record):
    with pytest.raises(ValueError, match="“a"):
        nested(record)
