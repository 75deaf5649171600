"""Strict JSON: what is read, and what is refused with a clear sentence."""

import io

import pytest

from connectors.api.parsers import MOST_BYTES, BodyRefused, read_body, read_json, read_lines


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"{}", {}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"share": 0.721, "whole": 36000000000}', {"share": 0.721, "whole": 36000000000}),
        (b'{"n": 1.10, "e": 1e3, "z": 0.0}', {"n": 1.1, "e": 1000.0, "z": 0.0}),
        (b'{"n": 9007199254740993123456789012345678}', {"n": 9007199254740993123456789012345678}),
        (b'{"n": 0.30000000000000004}', {"n": 0.30000000000000004}),
        ('{"name": "Käse 🧀 \\ud83e\\uddc0"}'.encode(), {"name": "Käse 🧀 🧀"}),
        (b"[" * 50 + b"]" * 50, None),
    ],
)
def test_good_json_is_read(content, value):
    read = read_json(content)
    assert value is None or read == value


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "not_json", "not JSON"),
        (b'{"a": 1', "not_json", "line 1, column 8"),
        (b"{'a': 1}", "not_json", "not JSON"),
        (b'{"a": 1} {"b": 2}', "not_json", "Extra data"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "duplicate_key", "field c stands twice"),
        (b'{"a": NaN}', "not_a_number", "NaN is not a JSON value"),
        (b'{"a": -Infinity}', "not_a_number", "-Infinity is not"),
        (b'{"a": 1e999}', "number_out_of_range", "1e999 is out of range"),
        (b'{"a": 1e-999}', "number_out_of_range", "out of range"),
        (b'{"a": 1e' + b"9" * 30 + b"}", "number_out_of_range", "out of range"),
        (b'{"a": 0e' + b"9" * 30 + b"}", "number_out_of_range", "out of range"),
        (b'{"a": 1.' + b"0" * 40 + b"1}", "number_out_of_range", "kept exactly"),
        (b'{"a": 0.12345678901234567890}', "number_out_of_range", "kept exactly"),
        (b'{"a": ' + b"9" * 35 + b"}", "number_out_of_range", "34 digits"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number_out_of_range", "34 digits"),
        (b'{"a": "x\\u0000y"}', "nul_character", "NUL"),
        (b'{"a\\u0000": 1}', "nul_character", "NUL"),
        (b'{"a": "\\ud800"}', "lone_surrogate", "surrogate"),
        (b'{"\\udfff": 1}', "lone_surrogate", "surrogate"),
        (b'{"a": "\xff"}', "not_utf8", "byte 8"),
        (b"[" * 51 + b"]" * 51, "too_deep", "50 levels"),
        (b'{"a":' * 51 + b"1" + b"}" * 51, "too_deep", "50 levels"),
        (b"[" * 500_000, "too_deep", "50 levels"),
        (b'{"a": "line\nbreak"}', "not_json", "control character"),
    ],
)
def test_bad_json_is_refused_with_what_is_wrong(content, code, words):
    with pytest.raises(BodyRefused) as caught:
        read_json(content)
    assert caught.value.detail.code == code
    assert words in str(caught.value.detail)
    assert caught.value.hint != ""
    assert caught.value.status_code == 400


def test_place_of_a_bad_text_is_named():
    with pytest.raises(BodyRefused) as caught:
        read_json(b'{"show": {"titles": ["ok", "bad\\u0000"]}}')
    assert caught.value.where == "/show/titles/1"


def test_body_of_one_mebibyte_is_read_and_a_byte_more_is_refused():
    assert len(read_body(io.BytesIO(b"x" * MOST_BYTES))) == MOST_BYTES
    with pytest.raises(BodyRefused) as caught:
        read_body(io.BytesIO(b"x" * (MOST_BYTES + 1)))
    assert caught.value.status_code == 413


def test_rest_of_a_refused_body_is_read_so_that_the_caller_hears_why():
    stream = io.BytesIO(b"x" * 3 * MOST_BYTES)
    with pytest.raises(BodyRefused):
        read_body(stream)
    assert stream.tell() == 3 * MOST_BYTES


def test_lines_are_read_one_by_one_and_bad_ones_named():
    good, bad, other = read_lines(b'{"a": 1}\r\n\n{"a": NaN}\n[1]\n')
    assert (good, other) == ({"a": 1}, [1])
    assert bad.where == "line 3, NaN"


def test_a_broken_line_says_its_number_once():
    (broken,) = read_lines(b'\n{"brok')
    assert broken.where == "line 2, column 2"
    assert str(broken.detail) == "The line is not JSON: Unterminated string at column 2."
