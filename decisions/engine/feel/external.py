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


def external_call(mapping: n.Node, params: Sequence[n.Param]) -> n.Call:
    """Make the body of a function of what a FEEL text has after the word external (§10.3.2.13.3).

    It hands the parameters on to a Java method. Raises Refused where there is none to be called.
    """
    entries = _entries(mapping)
    if "pmml" in entries:
        raise _refused("PMML models cannot be called.", "Write the function in FEEL.")
    if "java" not in entries:
        raise _refused("An external function needs to say what it calls.", f"Write {_FORM}.")
    return _java_call(entries["java"], params)


def boxed_call(kind: str, mapping: n.Node, params: Sequence[n.Param]) -> n.Call:
    """Make such a body of what a boxed function of some kind contains."""
    if kind != "Java":
        raise _refused(f"Functions of kind {kind} cannot be called.", "Write the function in FEEL.")
    return _java_call(mapping, params)


def _java_call(mapping: n.Node, params: Sequence[n.Param]) -> n.Call:
    """Call the method of a context that gives the class and the method signature as texts."""
    entries = _entries(mapping)
    class_name, signature = (_text(entries.get(key)) for key in ("class", "method signature"))
    if class_name is None or signature is None:
        raise _refused(
            "An external function needs the name of a class and a method signature as texts.",
            f"Write {_FORM[8:-2]}.",
        )
    names = tuple(param.name for param in params)
    method = find_method(class_name, signature, len(names))
    called = n.Literal(mapping.at, function_of(method, names))
    return n.Call(mapping.at, called, tuple(n.Name(mapping.at, name) for name in names))


def _refused(message: str, hint: str) -> Refused:
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
