"""External functions of FEEL texts and of boxed functions: the Java method they call."""

from __future__ import annotations

from collections.abc import Sequence

from decisions.engine.builtins import java_boxes, java_math, java_texts
from decisions.engine.builtins.external import find_method, function_of
from decisions.engine.feel import nodes as n
from decisions.engine.problems import Problem, Refused

# To import them is to have their methods listed.
JAVA = (java_boxes, java_math, java_texts)
_FORM = '{ java: { class: "java.lang.Math", method signature: "abs(int)" } }'


def java_call(mapping: n.Node, params: Sequence[n.Param]) -> n.Call:
    """Make the body of a function that hands its parameters on to a Java method (§10.3.2.13.3).

    `mapping` gives the class and the method signature as texts. Raises Refused where the method is
    not among those that can be called.
    """
    entries = _entries(mapping)
    class_name, signature = (_text(entries.get(key)) for key in ("class", "method signature"))
    if class_name is None or signature is None:
        raise refused(
            "An external function needs the name of a class and a method signature as texts.",
            f"Write {_FORM[8:-2]}.",
        )
    names = tuple(param.name for param in params)
    method = find_method(class_name, signature, len(names))
    called = n.Literal(mapping.at, function_of(method, names))
    return n.Call(mapping.at, called, tuple(n.Name(mapping.at, name) for name in names))


def external_call(mapping: n.Node, params: Sequence[n.Param]) -> n.Call:
    """Make such a body of what a FEEL text has after the word external."""
    entries = _entries(mapping)
    if "pmml" in entries:
        raise refused("PMML models cannot be called.", "Write the function in FEEL.")
    if "java" not in entries:
        raise refused("An external function needs to say what it calls.", f"Write {_FORM}.")
    return java_call(entries["java"], params)


def refused(message: str, hint: str) -> Refused:
    """Build the problem of an external function."""
    return Refused(Problem("function.external", message, hint=hint))


def _entries(node: n.Node | None) -> dict[str, n.Node]:
    node = _bare(node)
    if not isinstance(node, n.Context) or node.result is not None:
        return {}
    return {entry.key: entry.value for entry in node.entries}


def _text(node: n.Node | None) -> str | None:
    node = _bare(node)
    return node.value if isinstance(node, n.Literal) and type(node.value) is str else None


def _bare(node: n.Node | None) -> n.Node | None:
    while isinstance(node, n.Placed):
        node = node.body
    return node
