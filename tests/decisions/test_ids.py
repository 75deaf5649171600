"""Keys sort by the time of what they name."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from decisions.ids import id_at, new_id

moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(moments)
def test_id_is_a_version_7_uuid_of_its_moment(moment):
    key = new_id(moment)
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    since_1970 = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert key.int >> 80 == since_1970 // timedelta(milliseconds=1)


def test_ids_of_one_millisecond_sort_in_the_order_they_were_made():
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)
    made = [new_id(moment) for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == 10_000


@given(moments, st.integers(1, 10**6))
def test_bound_lies_between_ids_before_and_after(moment, milliseconds):
    moment = moment.replace(microsecond=0)
    earlier = moment - timedelta(milliseconds=milliseconds)
    assert new_id(earlier) < id_at(moment) <= new_id(moment)
