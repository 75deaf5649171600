"""The decision engine's door: DMN in, decisions out, every answer explained.

model = load_model(source)                      # never raises on bad content
decide = model.decision("Screening")            # by name or id
result = decide({"country": "DE"}, now=moment)  # never raises on bad facts
result.value, result.rows, result.problems, result.values
result.explain(), result.why_not(row=3)
model.to_xml()                                  # the model as DMN 1.5
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from decisions.engine.analysis.findings import Finding
from decisions.engine.back_ends import tests_code
from decisions.engine.decide import Decide, Result
from decisions.engine.editing.completions import completions
from decisions.engine.editing.content import (
    is_typed,
    named_tables,
    tables_of,
    with_ids,
    without_rows,
)
from decisions.engine.editing.edit import Edited, edit_model, shown_table, texts_of
from decisions.engine.editing.faults import cell_problems
from decisions.engine.editing.fields import Field, Use, fields_of, quoted, uses_of
from decisions.engine.editing.places import Texts
from decisions.engine.editing.reading import sentence
from decisions.engine.editing.shown import texts_listed
from decisions.engine.editing.trial import new_problems, try_cell
from decisions.engine.evaluation import Model
from decisions.engine.expressions import Answer, evaluate_expression, evaluate_unary_tests
from decisions.engine.graph import Graph, Resolver
from decisions.engine.model import Definitions
from decisions.engine.problems import Invalid, Problem, Refused, wrong_argument
from decisions.engine.proving.conditions import (
    Condition,
    Conditions,
    conditions_of,
    outputs_of,
)
from decisions.engine.proving.proof import Proof, Prover
from decisions.engine.values import to_json
from decisions.engine.xml import encoded, read_definitions
from decisions.engine.xml_write import write_definitions

__all__ = [
    "Answer",
    "Condition",
    "Conditions",
    "Decide",
    "Definitions",
    "Edited",
    "Field",
    "Finding",
    "Invalid",
    "Model",
    "Problem",
    "Proof",
    "Prover",
    "Result",
    "Texts",
    "Use",
    "cell_problems",
    "completions",
    "conditions_of",
    "edit_model",
    "evaluate_expression",
    "evaluate_unary_tests",
    "fields_of",
    "is_typed",
    "load_model",
    "named_tables",
    "new_problems",
    "outputs_of",
    "quoted",
    "sentence",
    "shown_table",
    "tables_of",
    "texts_listed",
    "texts_of",
    "to_json",
    "try_cell",
    "uses_of",
    "with_ids",
    "without_rows",
    "write_definitions",
]


def load_model(source: bytes | str | Path, *, resolver: Resolver | None = None) -> Model:
    """Load DMN 1.2 to 1.5 XML (DMN 1.5 §12).

    A str is XML text, a Path is read and raises OSError where it cannot be.
    `resolver(namespace, location)` gives the source of an imported model, as bytes or text, or
    None. What is wrong with the content is in `model.problems`; sources and resolvers of other
    types raise TypeError.
    """
    problems: list[Problem] = []
    content = encoded(source.read_bytes() if isinstance(source, Path) else source)
    if resolver is not None and not callable(resolver):
        raise wrong_argument("The resolver", "a function of namespace and location", resolver)
    graph = Graph(resolver, tests_code)
    try:
        definitions = read_definitions(content)
        graph.add_file(definitions)
        graph.link()
        graph.lower()
        return Model(definitions, graph, [*problems, *graph.problems])
    except Refused as refusal:
        problem = refusal.problem
        if isinstance(source, str) and "<" not in source:
            problem = replace(problem, hint=_READS_TEXT)
        problems.append(problem)
    except RecursionError:
        problems.append(
            Problem("limit.nesting", "The model is nested too deep.", "file", "Split it up.")
        )
    return Model(Definitions(), None, problems)


_READS_TEXT = "A str is read as the DMN text itself; to open a file, give its name as a Path."
