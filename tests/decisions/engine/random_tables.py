"""Writes random models around a decision table, with cells and outputs of every kind."""

from __future__ import annotations

from collections.abc import Mapping

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


def _used(table: str, choose: Choose) -> str:
    """Put a table into the place where it stands: by itself, in a context, under conditions."""
    return str(
        choose(
            [
                table,
                table,
                f"<context><contextEntry><variable name='k' typeRef='{choose(['number', ''])}'/>"
                f"{table}</contextEntry></context>",
                f"<for iteratorVariable='n'><in>{dmn.literal('ns')}</in>"
                f"<return>{table}</return></for>",
                f"<conditional><if>{dmn.literal('b')}</if><then>{table}</then>"
                f"<else>{dmn.literal('n')}</else></conditional>",
            ]
        )
    )


def write_model(choose: Choose) -> str:
    """Write a model: the decision D with a table, E that uses its value, a service of both."""
    inputs = [dmn.input_data(name, _reference(choose, kind)) for name, kind in NAMES.items()]
    body, knowledge = _used(write_table(choose), choose), ""
    if choose(range(4)) == 0:
        params = {name: _reference(choose, NAMES[name]) for name in ("n", "s")}
        knowledge = dmn.knowledge("K", params, body)
        body = f"K({grow(choose, 'number', 1, NAMES)}, {grow(choose, 'string', 1, NAMES)})"
    kind = choose(["number", "number", "string", "boolean", "row", "date", "days"])
    text = grow(choose, choose(["boolean", "number", "string"]), 3, {"D": kind})
    return dmn.file(
        *ITEMS,
        *inputs,
        knowledge,
        dmn.decision(
            "D",
            body,
            inputs=NAMES,
            knowledge=["K"] if knowledge else [],
            type_ref=_reference(choose, kind) if choose(range(3)) == 0 else "",
        ),
        dmn.decision("E", text, decisions=["D"]),
        '<decisionService id="S" name="S"><variable name="S"/>'
        '<outputDecision href="#id_D"/><outputDecision href="#id_E"/>'
        + "".join(f'<inputData href="#id_{name}"/>' for name in NAMES)
        + "</decisionService>",
    )


def texts_of_facts(choose: Choose) -> Mapping[str, str]:
    """Write a fact for each input: of its kind, null, or anything."""
    kinds = sorted(set(LEAVES) - {"function"})
    return {
        name: str(choose(LEAVES[kind if choose(range(12)) else choose(kinds)]))
        for name, kind in NAMES.items()
        if choose(range(12))
    }
