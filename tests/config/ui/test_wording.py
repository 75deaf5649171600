"""Numbers, times, values and rules in words."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from config import wording

NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12480, "12,480"),
        (0.721, "0.721"),
        (-1234.5, "-1,234.5"),
        (None, ""),
        ("n/a", "n/a"),
        (0, "0"),
    ],
)
def test_number_has_thousands_and_keeps_its_decimals(value, words):
    assert wording.number(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0.721, "72.1 %"), (0.736, "73.6 %"), (1, "100.0 %"), (None, "")]
)
def test_share_reads_as_per_cent(value, words):
    assert plain(wording.share(value)) == words


@pytest.mark.parametrize(
    ("amount", "currency", "short", "words"),
    [
        (18500, "EUR", False, "€18,500.00"),
        (18500, "EUR", True, "€18,500"),
        ("18500.50", "EUR", True, "€18,500.50"),
        (9, "CHF", False, "CHF 9.00"),
        (9, "", False, "9.00"),
        (None, "EUR", False, ""),
    ],
)
def test_money_stands_behind_its_sign(amount, currency, short, words):
    assert plain(wording.money(amount, currency, short=short)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (12, "12 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (48 * 60, "48 min"),
        (3600, "1 h"),
        (4320, "1 h 12 min"),
        (47 * 3600 + 60, "47 h 1 min"),
        (76 * 3600, "3 d 4 h"),
        (-4320, "1 h 12 min"),
    ],
)
def test_duration_names_two_units(seconds, words):
    assert plain(wording.duration(seconds)) == words


@pytest.mark.parametrize(
    ("at", "style", "words"),
    [
        (NOW, "list", "10:42"),
        (NOW - timedelta(days=1), "list", "22 Nov, 10:42"),
        (NOW - timedelta(days=365), "list", "23 Nov 2025"),
        (NOW, "seconds", "10:42:00"),
        (NOW + timedelta(milliseconds=118), "exact", "10:42:00.118"),
        (NOW, "full", "23 November 2026, 10:42"),
        (NOW, "date", "23 November 2026"),
        (NOW, "day", "23 Nov"),
    ],
)
def test_moment_says_as_much_as_is_needed(at, style, words):
    assert wording.moment(at, style, now=NOW) == words


def test_moment_is_told_in_the_time_of_the_place():
    summer = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert wording.moment(summer, "full") == "1 July 2026, 11:00"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=12), "12 s ago"),
        (timedelta(hours=2), "08:42"),
        (-timedelta(minutes=5), "10:47"),
    ],
)
def test_ago_is_relative_under_an_hour_only(passed, words):
    assert plain(wording.ago(NOW - passed, now=NOW)) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unknown"),
        (True, "true"),
        (1360, "1,360"),
        (["GB", "US"], "GB, US"),
        ([], "none"),
        ({"number": "39483", "market_code": "GB"}, "number 39483; market code GB"),
        ("cider", "cider"),
    ],
)
def test_fact_is_one_readable_line(value, words):
    assert wording.fact(value) == words


@pytest.mark.parametrize(
    ("feel", "words"),
    [
        ("-", "any"),
        ("", "any"),
        ("null", "unknown"),
        (">= 0.25", "0.25 or more"),
        ("< 0.736", "under 0.736"),
        ("> limits.most", "over limits.most"),
        ("!= 3", "not 3"),
        ('"cider"', "cider"),
        ('"beer", "cider"', "beer, cider"),
        ('not("GB", "US")', "not GB, US"),
        ('"a, b"', "a, b"),
        ("[1..5]", "1 to 5"),
        ("(1..5)", "over 1 to under 5"),
        ("true, null", "true, unknown"),
        ('list contains(?, "health")', "includes health"),
        ("count(?) = 0", "none"),
        ("if a then b else c", "if a then b else c"),
    ],
)
def test_simple_tests_read_as_words_and_richer_ones_stay(feel, words):
    assert wording.rule_text(feel) == words


@pytest.mark.parametrize(
    ("feel", "words"),
    [
        ('"reject"', "reject"),
        ("null", ""),
        ("12", "12"),
        ('"It is " + string(days) + " days late"', "It is …"),
    ],
)
def test_outputs_read_without_the_marks_of_feel(feel, words):
    assert wording.output_text(feel) == words


def decision(**changes):
    fields = {
        "failed": False,
        "problems": [],
        "settled_by": "rules",
        "reasons": ["AUDIENCE_21PLUS"],
        "outputs": {"reasons": [{"code": "AUDIENCE_21PLUS", "text": "Rejected because it is so."}]},
    }
    return SimpleNamespace(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "sentence", "short"),
    [
        ({}, "Rejected because it is so.", "It is so"),
        ({"settled_by": "person"}, "Audience 21plus", "Audience 21plus"),
        ({"outputs": None}, "Audience 21plus", "Audience 21plus"),
        ({"outputs": None, "reasons": []}, "", ""),
        (
            {"failed": True, "settled_by": "", "problems": [{"message": "No date."}]},
            "Could not decide: No date.",
            "Could not decide: No date",
        ),
    ],
)
def test_reason_comes_from_whoever_settled_it(changes, sentence, short):
    assert wording.reason_of(decision(**changes)) == sentence
    assert wording.short_reason_of(decision(**changes)) == short


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (9_999, "EUR", "€9,999"),
        (12_400, "EUR", "€12 k"),
        (1_362_900, "GBP", "£1.4 m"),
        (250_000_000, "SEK", "SEK 250 m"),
        (-60_000, "", "-60 k"),
    ],
)
def test_rough_money_takes_little_room(amount, currency, words):
    assert plain(wording.rough_money(amount, currency)) == words
