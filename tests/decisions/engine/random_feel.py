"""Grows random FEEL expressions from templates: add a line to a kind and it is tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from decisions.engine.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    DAYS,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    Type,
    context_of,
    list_of,
    range_of,
)

Choose = Callable[[Sequence[Any]], Any]
ROW = context_of({"k": NUMBER, "s": STRING})
TYPES: dict[str, Type] = {
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "moment": DATETIME,
    "days": DAYS,
    "months": MONTHS,
    "numbers": list_of(NUMBER),
    "strings": list_of(STRING),
    "dates": list_of(DATE),
    "row": ROW,
    "rows": list_of(ROW),
    "range": range_of(NUMBER),
}
NAMES = {
    "n": "number",
    "m": "number",
    "s": "string",
    "b": "boolean",
    "d": "date",
    "t": "time",
    "dt": "moment",
    "du": "days",
    "mo": "months",
    "ns": "numbers",
    "ss": "strings",
    "ds": "dates",
    "c": "row",
    "cs": "rows",
    "r": "range",
}
LEAVES: dict[str, list[str]] = {
    "number": ["0", "1", "2", "3", "-1", "0.5", "1.0", "2.50", "-2.5", "10", "1e3", "0.1"],
    "string": ['""', '"a"', '"b"', '"ab"', '"2"', '"é🐎"', '"2024-02-29"', '"P1D"', '"a b"'],
    "boolean": ["true", "false", "null"],
    "date": ['@"2024-02-29"', '@"2024-03-01"', 'date("2023-12-31")', "date(2024, 1, 31)"],
    "time": ['@"10:00:00"', '@"10:00:00Z"', '@"23:59:59.5+01:00"', '@"10:00:00@Europe/Paris"'],
    "moment": ['@"2024-02-29T10:00:00"', '@"2024-02-29T10:00:00Z"', '@"2024-03-01T00:00:00+02:00"'],
    "days": ['@"P1D"', '@"PT36H"', '@"-PT1S"', '@"P0D"', 'duration("PT0.5S")'],
    "months": ['@"P1M"', '@"P1Y"', '@"-P13M"', '@"P0M"'],
    "numbers": ["[]", "[1]", "[1, 2, 3]", "[3, null, 1]", "[2, 1, 2]"],
    "strings": ["[]", '["a"]', '["b", "a", "ab"]', '["a", null]'],
    "dates": ["[]", '[@"2024-03-01", @"2024-02-29"]', '[date("2024-02-29")]'],
    "row": ['{k: 1, s: "a"}', "{k: null, s: null}", '{s: "b", k: 2.5}'],
    "rows": ["[]", '[{k: 1, s: "a"}, {k: 2, s: "b"}]', '[{k: 3, s: "a"}, null]'],
    "range": ["[1..3]", "(0..2)", "[2..2]", "(1..5)", "(< 3)", "(>= 2)"],
    "function": ["count", "(function() 1)", "abs", "not"],
}
# $kind is a hole; $kind{name: kind} one in which a name is known besides.
TEMPLATES: dict[str, str] = {
    "number": """
        ($number + $number)
        $number - $number
        ($number * $number)
        ($number / $number)
        ($number ** $number)
        -$number
        count($list)
        sum($numbers)
        min($numbers)
        max($number, $number)
        mean($numbers)
        median($numbers)
        product($numbers)
        stddev($numbers)
        floor($number)
        ceiling($number)
        abs($number)
        modulo($number, $number)
        decimal($number, 1)
        round half up($number, 0)
        sqrt($number)
        string length($string)
        number($string)
        number(from: $string, grouping separator: null, decimal separator: ".")
        ($date).year
        ($moment).hour
        $date.weekday
        ($days).hours
        ($months).months
        ($days / $days)
        ($row).k
        ($range).start
        $numbers[1]
        $numbers[-1]
        $numbers[$number]
        $rows[1].k
        $rows[k = $number][1].k
        (for i in $numbers return $number{i: number})[1]
        index of($list, $any)[1]
        (if $boolean then $number else $number)
        (function(x) $number{x: number})($number)
        (function(x: number, y: string) $number{x: number, y: string})($number, $string)
        (function(x: number) $number{x: number})(x: $number)
        (function(x: function<number> -> number) x($number))($function)
        {f: function(x) $number{x: number}, r: f($number)}.r
        {a: $number, b: $number{a: number}}.b
        count($rows[$boolean{k: number, s: string, item: row}])
        years and months duration($date, $date).months
        week of year($date)
        day of year($date)
        max($days, $days).days
        round up($number, $number)
        round half down($number, 1)
        exp($number)
        log($number)
        get value($row, "k")
    """,
    "string": """
        ($string + $string)
        upper case($string)
        lower case($string)
        substring($string, $number)
        substring($string, 1, $number)
        substring before($string, $string)
        replace($string, "a", $string)
        string($any)
        string join($strings, $string)
        $strings[1]
        $strings[$number]
        ($row).s
        $rows[s = $string].s[1]
        day of week($date)
        month of year($moment)
        substring after($string, $string)
        get value($any, "s")
        $row[item.k > $number].s[1]
        (if $boolean then $string else $string)
        min($strings)
        (function(x: string) $string{x: string})($string)
        {s: $string, r: s + $string{s: string}}.r
    """,
    "boolean": """
        ($number < $number)
        ($number <= $number)
        ($number > $number)
        ($number = $number)
        ($string < $string)
        ($string >= $string)
        ($string != $string)
        ($date < $date)
        ($date = $date)
        ($time >= $time)
        ($moment > $moment)
        ($moment = $moment)
        ($days < $days)
        ($months <= $months)
        ($any = $any)
        ($any != null)
        ($any < $any)
        ($list = $list)
        ($boolean and $boolean)
        ($boolean and $boolean and $boolean)
        ($boolean or $boolean)
        ($boolean or $any)
        ($any and $boolean)
        not($boolean)
        ($number between $number and $number)
        ($date between $date and $date)
        ($string between $string and $any)
        ($number in $range)
        ($number in ]1..5[)
        ($number in [$number..$number])
        ($string in ["a".."b"))
        ($date in ($date..$date])
        ($number in ($number, > $number, [1..2]))
        ($number in $numbers)
        ($number in ($numbers, $boolean{?: number}))
        ($string in ($string, $strings))
        ($boolean in ($boolean, $boolean{?: boolean}))
        ($any in ($any, null, $boolean{?: any}))
        ($any in (= $any, != $any))
        ($list in ($list))
        (some x in $numbers satisfies $boolean{x: number})
        (every x in $numbers satisfies $boolean{x: number})
        (some x in $numbers, y in $strings satisfies $boolean{x: number, y: string})
        (every x in $rows satisfies $any{x: row})
        (some x in $any satisfies x = $any)
        list contains($list, $any)
        contains($string, $string)
        starts with($string, $string)
        matches($string, "^[ab]+$")
        all($list)
        any([$boolean, $boolean])
        before($number, $number)
        before($date, $date)
        includes($range, $number)
        overlaps($range, $range)
        during($number, $range)
        is($any, $any)
        ($any instance of number)
        ($any instance of string)
        ($list instance of list<number>)
        ($row instance of context<k: number>)
        ($function instance of function<Any> -> Any)
        (if $boolean then $boolean else $boolean)
        odd($number)
        even($number)
        after($date, $date)
        meets($range, $range)
        starts($number, $range)
        finished by($range, $any)
        coincides($any, $any)
        ends with($string, $string)
        ($range).start included
        $boolean
    """,
    "date": """
        ($date + $days)
        ($date + $months)
        ($date - $months)
        date($moment)
        date(today())
        date($string)
        date($number, 1, $number)
        $dates[1]
        min($dates)
        (if $boolean then $date else $date)
        (for i in $date..$date return i)[1]
    """,
    "time": """
        ($time + $days)
        time($moment)
        time($string)
        time($number, 30, 0)
    """,
    "moment": """
        ($moment + $days)
        ($moment - $months)
        date and time($date, $time)
        date and time($string)
        now()
    """,
    "days": """
        ($days + $days)
        ($days * $number)
        ($days / $number)
        ($date - $date)
        ($moment - $moment)
        ($time - $time)
        -$days
        duration($string)
        abs($days)
        sum([$days, $days])
    """,
    "months": """
        ($months - $months)
        ($number * $months)
        years and months duration($date, $date)
        -$months
    """,
    "numbers": """
        [$number, $number]
        [$number, $any]
        $numbers[item > $number]
        $numbers[$boolean{item: number}]
        ($rows).k
        (for i in $numbers return $number{i: number})
        (for i in $range return $number{i: number})
        (for i in $any return $number{i: any})
        $numbers[item = 1 or $any{item: number}]
        $numbers[[$numbers][1] = [item]]
        (for i in 1..$number return $number{i: number})
        (for i in $range return i)
        (for i in $numbers, j in $numbers{i: number} return $number{i: number, j: number})
        (for i in $numbers return $number{i: number, partial: numbers})
        (for i in 1..3 return sum(partial) + $number{i: number})
        (for x in $rows return $number{x: row})
        sort($numbers)
        sort($numbers, function(x, y) x > y)
        sort($numbers, function(x, y) $boolean{x: number, y: number})
        sublist($numbers, $number)
        sublist(list: $numbers, start position: 1, length: $number)
        sublist(start position: $numbers, list: $strings)
        append($numbers, $number)
        concatenate($numbers, $numbers)
        insert before($numbers, $number, $number)
        remove($numbers, $number)
        list replace($numbers, $number, $number)
        list replace($numbers, function(item, newItem) $boolean{item: number}, $number)
        reverse($numbers)
        distinct values($numbers)
        union($numbers, $numbers)
        flatten([$numbers, [$numbers]])
        index of($list, $any)
        mode($numbers)
        (if $boolean then $numbers else $numbers)
    """,
    "strings": """
        [$string, $string]
        $strings[item = $string]
        $strings[$boolean{item: string}]
        ($rows).s
        split($string, "b")
        sort($strings)
        (for x in $strings return $string{x: string})
        (for x in $rows return x.s)
        distinct values($strings)
        append($strings, $string)
    """,
    "dates": """
        [$date, $date]
        sort($dates)
        $dates[item >= $date]
        (for i in $date..$date return i)
    """,
    "row": """
        {k: $number, s: $string}
        {k: $number, s: string(k) + $string{k: number}}
        {s: $any, k: $any}
        $rows[1]
        $rows[$boolean{item: row, k: number, s: string}][1]
        context put($row, "k", $number)
        context merge([$row, $row])
        context([{key: "k", value: $number}, {key: "s", value: $any}])
        (if $boolean then $row else $row)
    """,
    "rows": """
        [$row, $row]
        [$row, $any]
        $rows[k > $number]
        $rows[s = $string]
        $rows[item.k = $number]
        $rows[$boolean{k: number, s: string, item: row}]
        $rows[k = $numbers[item < $number][1]]
        sort($rows, function(x, y) x.k < y.k)
        (for i in $numbers return $row{i: number})
        (for x in $rows return $row{x: row})
        concatenate($rows, $rows)
        distinct values($rows)
        get entries($row)
    """,
    "range": """
        [$number..$number]
        ($number..$number]
        [$any..$any]
        (< $number)
        (>= $number)
        (!= $number)
        range("[1..3]")
    """,
    "function": """
        (function(x) $any{x: any})
        (function(x: number) $number{x: number})
        (function(x) function(y) $any{x: any, y: any})($any)
    """,
}
_HOLE = re.compile(r"\$([a-z]+)(?:\{([^{}]*)\})?")
_GROWN = {kind: [line.strip() for line in text.split("\n") if line.strip()]
          for kind, text in TEMPLATES.items()}  # fmt: skip
_LISTS = ["numbers", "strings", "dates", "rows"]

KINDS = sorted(LEAVES)


def grow(choose: Choose, kind: str, depth: int, names: Mapping[str, str]) -> str:
    """Write an expression that gives a kind, mostly; now and then it gives another."""
    if kind == "list":
        kind = choose(_LISTS)
    elif kind == "any" or choose(range(24)) == 0:
        kind = choose(KINDS)
    if depth <= 0 or choose(range(5)) == 0:
        return _leaf(choose, kind, names)

    def fill(hole: re.Match[str]) -> str:
        inner = dict(names)
        for pair in filter(None, (hole[2] or "").split(", ")):
            name, _, of = pair.partition(": ")
            inner[name] = of
        return grow(choose, hole[1], depth - 1, inner)

    return _HOLE.sub(fill, choose(_GROWN[kind]))


def _leaf(choose: Choose, kind: str, names: Mapping[str, str]) -> str:
    fitting = [name for name, of in names.items() if of in (kind, "any")]
    if fitting and choose(range(3)):
        # The names that came last are the ones bound nearby.
        return str(choose(fitting[-4:]))
    return str(choose(LEAVES[kind]))


def declared(choose: Choose) -> dict[str, Type]:
    """Declare the type of each name, or leave it open."""
    return {name: choose([TYPES[kind], TYPES[kind], ANY]) for name, kind in NAMES.items()}


def texts_of_values(choose: Choose, types: Mapping[str, Type]) -> dict[str, str]:
    """Write a value for each name: of its type or null, and anything where its type is open."""
    found = {}
    for name, kind in NAMES.items():
        if choose(range(8)) == 0:
            found[name] = "null"
        elif types[name] == ANY and choose(range(4)) == 0:
            found[name] = str(choose(LEAVES[choose(KINDS)]))
        else:
            found[name] = str(choose(LEAVES[kind]))
    return found
