"""Writes random models around a decision table, with cells and outputs of every kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from decisions.engine.tables.hit_policy import AGGREGATIONS, POLICIES
from tests.decisions.engine import dmn
from tests.decisions.engine.random_feel import LEAVES, NAMES, Choose, grow

REFERENCES = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "moment": "date and time",
    "days": "days and time duration",
    "months": "years and months duration",
    "numbers": "tNumbers",
    "strings": "tStrings",
    "dates": "tDates",
    "row": "tRow",
    "rows": "tRows",
    "range": "",
}
ITEMS = (
    dmn.item("tNumbers", "number", more=' isCollection="true"'),
    dmn.item("tStrings", "string", more=' isCollection="true"'),
    dmn.item("tDates", "date", more=' isCollection="true"'),
    dmn.item("tRow", parts=dmn.part("k", "number") + dmn.part("s", "string")),
    dmn.item("tRows", "tRow", more=' isCollection="true"'),
    dmn.item("tSmall", "number", allowed="[0..2.5]"),
)
# $ stands for a constant of the column, & for an expression of its kind.
CELLS = [
    "-",
    "$",
    "$",
    "$, $",
    "not($)",
    "not($, $)",
    "< $",
    "<= $",
    "> $",
    ">= $",
    "= $",
    "!= $",
    "< $, > $",
    "not(< $)",
    "[$..$]",
    "($..$]",
    "]$..$[",
    "not([$..$], $)",
    "$, [$..$), > $",
    "null",
    "not(null)",
    "null, $",
    "&",
    "< &",
    "[&..&]",
    "&, $",
    "not(&)",
    "[$, $]",
]
COLUMNS = ["number", "string", "boolean", "date", "time", "moment", "days", "months", "row"]


def _constant(choose: Choose, kind: str) -> str:
    return str(choose(LEAVES[kind if choose(range(30)) else choose(COLUMNS)]))


def _cell(choose: Choose, kind: str) -> str:
    if choose(range(4)) == 0:
        return grow(choose, "boolean", 2, {**NAMES, "?": kind})
    text = choose(CELLS)
    while "$" in text:
        text = text.replace("$", _constant(choose, kind), 1)
    while "&" in text:
        text = text.replace("&", grow(choose, kind, 1, {**NAMES, "?": kind}), 1)
    return str(text)


def _reference(choose: Choose, kind: str) -> str:
    reference = REFERENCES[kind] if choose(range(3)) else ""
    return "tSmall" if reference == "number" and choose(range(4)) == 0 else reference


def write_table(choose: Choose) -> str:
    """Write a decision table over the names of random expressions."""
    names = {kind: name for name, kind in NAMES.items()}
    kinds = [choose(COLUMNS) for _ in range(choose([1, 1, 2, 3]))]
    inputs = [
        (
            names[kind] if choose(range(4)) else grow(choose, kind, 1, NAMES),
            _reference(choose, kind),
        )
        for kind in kinds
    ]
    made = [choose(["number", "number", "string", *COLUMNS]) for _ in range(choose([1, 1, 2, 3]))]
    outputs = [(f"o{place}", _reference(choose, kind)) for place, kind in enumerate(made)]

    def output(kind: str) -> str:
        return grow(choose, kind, 1, NAMES) if choose(range(4)) == 0 else _constant(choose, kind)

    rules = [
        [*(_cell(choose, kind) for kind in kinds), *map(output, made)]
        for _ in range(choose([1, 2, 3, 4, 6]))
    ]
    policy = choose([*POLICIES, "COLLECT", "COLLECT"])
    ordered = policy in ("PRIORITY", "OUTPUT ORDER") or choose(range(6)) == 0
    order = {
        name: ", ".join(_constant(choose, kind) for _ in range(3))
        for (name, _), kind in zip(outputs, made, strict=True)
        if ordered and choose(range(4))
    }
    allowed = {
        text: _cell(choose, kind)
        for (text, _), kind in zip(inputs, kinds, strict=True)
        if choose(range(5)) == 0
    }
    return dmn.table(
        policy,
        inputs,
        outputs,
        rules,
        aggregation=choose(["", *AGGREGATIONS]) if policy == "COLLECT" else "",
        allowed=allowed,
        order=order,
        default=output(made[0]) if choose(range(3)) == 0 else "",
    )


# Where # stands for a table, ~ for a declared type or none.
PLACES = [
    "#",
    "#",
    "<context><contextEntry><variable name='k'~/>#</contextEntry></context>",
    "<context><contextEntry><variable name='n'~/>{m}</contextEntry>"
    "<contextEntry>#</contextEntry></context>",
    "<context><contextEntry><variable name='f'/><functionDefinition>"
    "<formalParameter name='n'~/>#</functionDefinition></contextEntry>"
    "<contextEntry><variable name='r'/>{f(m)}</contextEntry></context>",
    "<for iteratorVariable='n'><in>{ns}</in><return>#</return></for>",
    "<some iteratorVariable='n'><in>{ns}</in><satisfies>#</satisfies></some>",
    "<every iteratorVariable='c'><in>{cs}</in><satisfies>#</satisfies></every>",
    "<filter><in>{cs}</in><match>#</match></filter>",
    "<conditional><if>{b}</if><then>#</then><else>{n}</else></conditional>",
    "<list>#{n}#</list>",
    "<relation><column name='k'~/><column name='s'/><row>#{s}</row></relation>",
]


def _used(choose: Choose, table: str) -> str:
    """Put a table into the place where it stands: by itself, or inside another expression."""
    place = choose(PLACES).replace("~", choose(["", " typeRef='number'"]))
    filled = re.sub(r"{(.*?)}", lambda found: dmn.literal(found[1]), place)
    return str(filled.replace("#", table))


def _service(name: str, inputs: Iterable[str], outputs: Iterable[str]) -> str:
    parts = [f'<outputDecision href="#id_{output}"/>' for output in outputs]
    parts += [f'<inputData href="#id_{given}"/>' for given in inputs]
    return (
        f'<decisionService id="id_{name}" name="{name}"><variable name="{name}"/>'
        f"{''.join(parts)}</decisionService>"
    )


def write_model(choose: Choose) -> str:
    """Write a model: D with a table, E that uses its value, F that calls a service around D."""
    body, knowledge = _used(choose, write_table(choose)), ""
    number, text = (grow(choose, kind, 1, NAMES) for kind in ("number", "string"))
    if choose(range(4)) == 0:
        params = {name: _reference(choose, NAMES[name]) for name in ("n", "s")}
        knowledge = dmn.knowledge("K", params, body)
        body = choose([f"K({number}, {text})", f"K(s: {text}, n: {number})"])
    kind = choose(["number", "number", "string", "boolean", "row", "date", "days"])
    later = grow(choose, choose(["boolean", "number", "string"]), 3, {"D": kind})
    declared = _reference(choose, kind) if choose(range(3)) == 0 else ""
    known = ["K"] if knowledge else []
    return dmn.file(
        *ITEMS,
        *(dmn.input_data(name, _reference(choose, kind)) for name, kind in NAMES.items()),
        knowledge,
        dmn.decision("D", body, inputs=NAMES, knowledge=known, type_ref=declared),
        dmn.decision("E", later, decisions=["D"]),
        dmn.decision("F", f"P({number}, {text})", inputs=NAMES, knowledge=["P"]),
        _service("P", ["n", "s"], ["D"]),
        _service("S", NAMES, ["D", "E", "F"]),
    )


def texts_of_facts(choose: Choose) -> Mapping[str, str]:
    """Write a fact for each input: of its kind, null, or anything."""
    kinds = sorted(set(LEAVES) - {"function"})
    return {
        name: str(choose(LEAVES[kind if choose(range(12)) else choose(kinds)]))
        for name, kind in NAMES.items()
        if choose(range(12))
    }
