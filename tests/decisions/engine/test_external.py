"""Java functions as boxed functions, in knowledge models, and what is said of those refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from decisions.engine import Model, evaluate_expression, load_model
from tests.decisions.engine import dmn


def entry(name: str, text: str) -> str:
    return f'<contextEntry><variable name="{name}"/>{dmn.literal(text)}</contextEntry>'


def mapping(class_name: str, signature: str) -> str:
    """Write the boxed context that names a method."""
    entries = entry("class", f'"{class_name}"') + entry("method signature", f'"{signature}"')
    return f"<context>{entries}</context>"


def boxed(body: str, params: str = '<formalParameter name="a"/>', kind: str = "Java") -> str:
    """Write an invocation of a boxed function."""
    names = [part.partition('"')[0] for part in params.split('name="')[1:]]
    bindings = "".join(
        f'<binding><parameter name="{name}"/>{dmn.literal(f"in {name}")}</binding>'
        for name in names
    )
    function = f'<functionDefinition kind="{kind}">{params}{body}</functionDefinition>'
    return f"<invocation>{function}{bindings}</invocation>"


def model_of(body: str) -> Model:
    return load_model(
        dmn.file(
            dmn.input_data("in a"), dmn.input_data("in b"),
            dmn.decision("D", body, inputs=["in a", "in b"]),
        )
    )  # fmt: skip


def decided(body: str, **facts: Any) -> Any:
    model = model_of(body)
    assert model.problems == []
    result = model.decision("D")({"in a": 0, "in b": 0, **facts})
    assert not result.failed
    return result.value


def test_boxed_function_calls_a_method() -> None:
    cosine = boxed(mapping("java.lang.Math", "cos(double)"))
    assert decided(cosine, **{"in a": 0}) == 1


def test_mapping_may_be_a_feel_text() -> None:
    text = '{class: "java.lang.Math", method signature: "max(int, int)"}'
    params = '<formalParameter name="a"/><formalParameter name="b"/>'
    assert decided(boxed(dmn.literal(text), params), **{"in a": 1, "in b": 7}) == 7


def test_arguments_beyond_the_pattern_fill_the_array() -> None:
    signature = "format(java.lang.String, [Ljava.lang.Object;)"
    params = '<formalParameter name="a"/><formalParameter name="b"/>'
    body = boxed(mapping("java.lang.String", signature), params)
    assert decided(body, **{"in a": "<%.1f>", "in b": Decimal("2.25")}) == "<2.3>"
    assert decided(body, **{"in a": "%s-%s", "in b": ["x", 1]}) == "x-1"


def test_knowledge_model_may_be_a_java_function() -> None:
    source = dmn.file(
        dmn.knowledge("upper", {"text": "string"}, mapping("java.lang.String", "toUpperCase()")),
        dmn.decision("D", 'upper("abc")', knowledge=["upper"]),
    ).replace("<encapsulatedLogic>", '<encapsulatedLogic kind="Java">')
    model = load_model(source)
    assert (model.problems, model.decision("D")({}).value) == ([], "ABC")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            boxed(mapping("java.lang.Maths", "cos(double)")),
            "The Java class java.lang.Maths is not among those that can be called. "
            'Did you mean "java.lang.Math"?',
        ),
        (
            boxed(mapping("java.lang.Math", "kos(double)")),
            "The Java method java.lang.Math.kos is not among those that can be called. "
            'Did you mean "cos"?',
        ),
        (
            boxed(mapping("java.lang.Math", "abs(String)")),
            "There is no Java method java.lang.Math.abs(String). "
            "Use abs(int) or abs(long) or abs(float) or abs(double).",
        ),
        (
            boxed(mapping("java.lang.Math", "abs int")),
            '"abs int" is no method signature. '
            'Write the name and the types of Java, such as "max(int, int)".',
        ),
        (
            boxed(mapping("java.lang.Math", "max(int, int)")),
            "java.lang.Math.max(int, int) takes 2 arguments; the function has 1 parameters. "
            "Give the function one parameter for each.",
        ),
        (
            boxed(dmn.literal("5")),
            "An external function needs the name of a class and a method signature as texts. "
            'Write { class: "java.lang.Math", method signature: "abs(int)" }.',
        ),
        (
            boxed(dmn.literal("5"), kind="PMML"),
            "Functions of kind PMML cannot be called. Write the function in FEEL.",
        ),
    ],
)
def test_function_that_cannot_be_called_is_a_problem_of_the_model(body: str, said: str) -> None:
    model = model_of(body)
    assert [str(problem) for problem in model.problems] == [f'decision "D", function: {said}']
    result = model.decision("D")({"in a": 1, "in b": 1})
    assert (result.value, result.failed) == (None, True)


def test_argument_that_does_not_fit_taints_the_result_and_names_the_method() -> None:
    result = model_of(boxed(mapping("java.lang.Math", "abs(int)"))).decision("D")(
        {"in a": Decimal("0.5"), "in b": 1}
    )
    assert (result.value, result.failed) == (None, True)
    assert [problem.message for problem in result.problems] == [
        "java.lang.Math.abs(int): 0.5 cannot be passed as int."
    ]


def called(class_name: str, signature: str, **arguments: Any) -> Any:
    names = ", ".join(arguments)
    java = f'{{java: {{class: "{class_name}", method signature: "{signature}"}}}}'
    text = f"(function({names}) external {java})({names})"
    return evaluate_expression(text, arguments)


@pytest.mark.parametrize("times", [10**6, 2**31 - 1])
def test_method_cannot_make_a_text_beyond_the_limit(times: int) -> None:
    answer = called("java.lang.String", "repeat(int)", text="ab", times=times)
    assert (answer.value, [p.code for p in answer.problems]) == (None, ["limit.string"])


def test_method_is_exact_where_a_double_is_not() -> None:
    long = Decimal("-1234567890123456789012345678901.234")
    assert called("java.lang.Math", "abs(double)", a=long).value == long.copy_abs()
    assert called("java.lang.Math", "max(double, double)", a=long, b=-(10**33)).value == long
