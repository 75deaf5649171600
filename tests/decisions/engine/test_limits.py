"""What would never end, crash or grow without bound is refused with a problem."""

from __future__ import annotations

from typing import Any

import pytest

from decisions.engine import evaluate_expression, load_model
from tests.decisions.engine import dmn

LAUGHS = (
    "{a: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "
    + ", ".join(
        f"{new}: [{', '.join([old] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + ", out: %s}.out"
)

LONG = '{t: string join(for i in 1..200000 return "aaaaa"), r: for i in 1..200000 return %s}.r'
SHARED = (
    "{a0: {b: 1}, "
    + ", ".join(f"a{i}: {{b: a{i - 1}, c: a{i - 1}}}" for i in range(1, 55))
    + ", out: %s}.out"
)


# Each takes minutes or ages when it is tried, though none repeats more than a few times.
SLOW_PATTERNS = [
    "(a?){30}a{30}",
    "(a{1,2})+b",
    "(-?a{1,3})*b",
    "((a{1,19}){1,19}){1,19}b",
    "(a*){1,19}b",
    "(a{0,19}a{0,19}a{0,19}a{0,19}a{0,19}a{0,19})b",
    "(a|a)" * 25 + "b",
    "(a-?a*a*)*b",
    "(a(-|-)*)*b",
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 5_000 + "1" + ")" * 5_000, "limit.nesting"),
        ("-" * 10_000 + "1", "limit.nesting"),
        ("[" * 9_000, "limit.nesting"),
        ("{a:" * 3_000, "limit.nesting"),
        ("if " * 3_000, "limit.nesting"),
        ("x in (" * 3_000, "limit.nesting"),
        ("function(a) " * 1_500 + "1", "limit.nesting"),
        ("+".join("1" * 5_000), "limit.nesting"),
        ("[1]" + "[1]" * 5_000, "limit.nesting"),
        ("1" + " " * 20_000, "limit.expression"),
        ("some x in 1..1000000000 satisfies x < 0", "limit.list"),
        ("for a in 1..1000, b in 1..1000, c in 1..1000 return 1", "limit.steps"),
        ("for i in 1..20000 return count(partial)", "limit.steps"),
        ("{f: function(x) x(x), r: f(f)}.r", "limit.depth"),
        (LAUGHS % "i", "limit.steps"),
        (LAUGHS % "string(i)", "limit.steps"),
        (LAUGHS % "i = i", "limit.steps"),
        (LAUGHS % "flatten(i)", "limit.steps"),
        (LAUGHS % "distinct values(i)", "limit.steps"),
        ("10 ** 10 ** 10 ** 10 ** 10", "number.result"),
        ("exp(exp(100))", "number.result"),
        ('@"P999999999999999999D" * 10 ** 300', "temporal.range"),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(a+)+$")', "string.pattern"),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(a|a)*$")', "string.pattern"),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(a*)*$")', "string.pattern"),
        (f"for {', '.join(f'v{i} in [1]' for i in range(11))} return 1", "limit.iterators"),
        (LONG % "upper case(t)", "limit.steps"),
        (LONG % 't + "b"', "limit.string"),
        (LONG % 'contains(t, "aaaab")', "limit.steps"),
        (LONG % "date(t)", "limit.steps"),
        (LONG % "range(t)", "limit.steps"),
        (LONG % 'sublist(split(substring(t, 1, 19999), "b"), 1)', "limit.steps"),
        ("{t: for i in 1..200000 return i, r: for i in t return sublist(t, 2)}.r", "limit.steps"),
        (f"for i in 1..200000 return [{'i, ' * 5_000}i]", "limit.steps"),
        ("string(for i in 1..100000 return 1e6144)", "limit.steps"),
        ("for i in 1..200000 return log(i / 3)", "limit.steps"),
        ("for i in 1..200000 return 1.0000001 ** (i / 3)", "limit.steps"),
        (SHARED % "a54", "limit.steps"),
        (f'range("[1..{"9" * 900}" + "{"9" * 6000}]")', "conversion"),
        (f'matches("{"a" * 15_000}", ".*b")', "string.pattern"),
        (f'matches("{"é" * 5_000}", "\\P{{Lu}}+\\p{{Lu}}")', "string.pattern"),
        *((f'matches("{"a" * 60}", "{pattern}")', "string.pattern") for pattern in SLOW_PATTERNS),
    ],
)
def test_excess_is_refused_by_its_limit(text: str, code: str) -> None:
    answer = evaluate_expression(text)
    assert answer.value is None
    assert code in {problem.code for problem in answer.problems}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"%s"' % ("x" * 10), "limit.string"),
        ("[1, 2]", "limit.list"),
    ],
)
def test_doubling_ends_at_the_size_limit(text: str, code: str) -> None:
    join = "{0} + {0}" if text.startswith('"') else "concatenate({0}, {0})"
    steps = ", ".join(f"v{i + 1}: {join.format(f'v{i}')}" for i in range(40))
    answer = evaluate_expression(f"{{v0: {text}, {steps}}}.v40")
    assert [problem.code for problem in answer.problems] == [code]


def test_long_but_sound_expressions_are_taken() -> None:
    assert evaluate_expression(" and ".join(["true"] * 1_500)).value is True
    assert evaluate_expression(" + ".join(["1"] * 150)).value == 150
    assert evaluate_expression("(" * 90 + "1" + ")" * 90).value == 1
    chain = "".join(f"if x = {i} then {i} else " for i in range(80)) + "80"
    assert evaluate_expression(chain, {"x": 79}).value == 79
    nested = "for a in [1] return " * 30 + "1"
    assert evaluate_expression(f"flatten({nested})").value == [1]


@pytest.mark.parametrize("body", ["loop(n + 1)", "loop(n + 1) + loop(n + 2)"])
def test_function_that_never_ends_is_stopped(body: str) -> None:
    model = load_model(
        dmn.file(
            dmn.knowledge("loop", {"n": "number"}, body),
            dmn.decision("D", "loop(1)", knowledge=["loop"]),
        )
    )
    result = model.decision("D")({})
    assert (result.value, result.failed) == (None, True)
    assert [(problem.code, problem.where) for problem in result.problems] == [
        ("limit.depth", 'decision "D"')
    ]


def test_function_that_fans_out_is_stopped() -> None:
    body = "if n > 60 then 1 else fan(n + 1) + fan(n + 1) + fan(n + 1)"
    model = load_model(
        dmn.file(
            dmn.knowledge("fan", {"n": "number"}, body),
            dmn.decision("D", "fan(1)", knowledge=["fan"]),
        )
    )
    assert [problem.code for problem in model.decision("D")({}).problems] == ["limit.steps"]


def nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


def test_deep_and_wide_facts_are_refused() -> None:
    model = load_model(dmn.file(dmn.input_data("x"), dmn.decision("D", "x", inputs=["x"])))
    for value in (nested(1, 50_000), [0] * 300_000, "x" * 2_000_000, 10**7_000, object()):
        assert [problem.where for problem in model.check({"x": value})] == ["/x"]
        assert model.decision("D")({"x": value}).failed


def test_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert evaluate_expression("x", {"x": loop}).problems[0].code == "input.nesting"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1 or str()};" * 10}">' for i in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (BOMB + dmn.file("&a9;").partition("?>")[2], "xml.doctype"),
        (
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            + dmn.file("<description>&x;</description>").partition("?>")[2],
            "xml.doctype",
        ),
        (
            '<!DOCTYPE d SYSTEM "http://localhost:1/x.dtd">' + dmn.file().partition("?>")[2],
            "xml.doctype",
        ),
        (dmn.file("<context>" * 10_000 + "</context>" * 10_000), "limit.nesting"),
        (dmn.file("<context>" * 150 + "</context>" * 150), "limit.nesting"),
        (b"\xff\xfe\x00\x00", "xml.syntax"),
        (b"\x00" * 100, "xml.syntax"),
        (b" " * (33 * 1024 * 1024), "limit.xml"),
    ],
)
def test_hostile_xml_is_refused(source: str | bytes, code: str) -> None:
    assert [problem.code for problem in load_model(source).problems] == [code]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", "zh" + "-abcdefgh" * 30),
        ("^ADV_[0-9]{1,4}(_[0-9]{1,6}){0,3}$", "ADV_1234_123456_123456_123456"),
        ("^([0-9]{1,3}[.]){3}[0-9]{1,3}$", "255.255.255.255"),
        ("^https?://[^ ]+$", "https://" + "x" * 1_900),
        ("^(,[a-z]+)*$", ",abc" * 80),
        ("^([a-z]+,)*$", "abc," * 300),
        ("^([a-z0-9-]+[.])+[a-z]{2,}$", "music." * 50 + "example"),
    ],
)
def test_patterns_with_few_ways_are_taken_on_long_texts(pattern: str, text: str) -> None:
    assert evaluate_expression(f'matches("{text}", "{pattern}")').value is True
