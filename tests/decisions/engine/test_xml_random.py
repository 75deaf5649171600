"""Random models of boxed expressions and tables survive being written and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import model as m
from decisions.engine import write_definitions
from decisions.engine.feel.names import normal_name
from decisions.engine.xml import read_definitions
from decisions.engine.xml_write import slow_write_definitions

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
DESCRIPTION = f'<description xmlns="{MODEL}">Two\nlines</description>'
FOREIGN = ['<x:a xmlns:x="urn:x" b="1"/>', '<y:a xmlns:y="urn:x">one <y:b/> two</y:a>']
ATTRIBUTES = [(), (("label", "L & <l>"),), (("{urn:x}c", "1"), ("{urn:y}d", 'a\n"b"'))]

plain = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\r\t<>&\"' "),
    max_size=8,
)
names = plain.map(normal_name).filter(bool)


class Maker:
    """Makes parts of a model from what hypothesis draws."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def some(self, make: Callable[[], Any], most: int = 2) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.draw(st.integers(0, most))))

    def text(self) -> str:
        return str(self.draw(plain)).strip()

    def name(self) -> str:
        return str(self.draw(names))

    def kept(self, *, label: bool = True, children: bool = True) -> m.Kept:
        attributes = self.of(*(ATTRIBUTES if label else ATTRIBUTES[::2]))
        return m.Kept(
            attributes, (m.Fragment(DESCRIPTION),) if children and self.of(True, False) else ()
        )

    def held(self, text: str) -> str:
        return self.of(text, m.Text(text, "", self.kept()), m.Text(text, "_t"))

    def typed_name(self) -> tuple[str, str]:
        return self.held(self.name()), self.of("", "number")

    def base(self, **more: Any) -> dict[str, Any]:
        identity, kind = self.of("", "_a", "Ä.2"), self.of("", "number", "a b")
        return {"id": identity, "type_ref": kind, "line": 0, "kept": self.kept(), **more}

    def boxed(self, depth: int = 3) -> m.Boxed:
        kinds = [self.literal, self.table]
        if depth:
            kinds += [self.list_, self.context, self.relation, self.invocation, self.function]
            kinds += [self.conditional, self.filter, self.iterator]
        made: m.Boxed = self.of(*kinds)(depth - 1)
        return made

    def optional(self, depth: int) -> m.Boxed | None:
        return self.boxed(depth) if self.of(True, True, False) else None

    def parts(self, count: int) -> tuple[m.Kept, ...]:
        return tuple(self.kept(children=False) for _ in range(count))

    def named(self, depth: int) -> m.NamedExpression:
        return m.NamedExpression(
            self.name(), self.of("", "number"), self.optional(depth), self.kept(), self.kept()
        )

    def literal(self, _: int) -> m.Boxed:
        return m.LiteralExpression(**self.base(text=self.text(), language=self.of("", "urn:l")))

    def list_(self, depth: int) -> m.ListExpression:
        return m.ListExpression(**self.base(items=self.some(lambda: self.boxed(depth))))

    def context(self, depth: int) -> m.Boxed:
        entries = self.some(lambda: self.named(depth))
        result = m.NamedExpression("", "", self.boxed(depth), None, self.kept())
        return m.ContextExpression(**self.base(entries=self.of(entries, (*entries, result))))

    def relation(self, depth: int) -> m.Boxed:
        rows = self.some(lambda: self.list_(depth))
        return m.RelationExpression(**self.base(columns=self.some(self.typed_name), rows=rows))

    def invocation(self, depth: int) -> m.Boxed:
        bindings = self.some(lambda: self.named(depth))
        return m.InvocationExpression(**self.base(function=self.optional(depth), bindings=bindings))

    def function(self, depth: int) -> m.Boxed:
        params, kind = self.some(self.typed_name), self.of("", "FEEL", "Java", "PMML")
        return m.FunctionExpression(
            **self.base(kind=kind, params=params, body=self.optional(depth))
        )

    def conditional(self, depth: int) -> m.Boxed:
        condition, then, otherwise = (self.optional(depth) for _ in range(3))
        return m.ConditionalExpression(
            **self.base(condition=condition, then=then, otherwise=otherwise, parts=self.parts(3))
        )

    def filter(self, depth: int) -> m.Boxed:
        source, match = self.optional(depth), self.optional(depth)
        return m.FilterExpression(**self.base(source=source, match=match, parts=self.parts(2)))

    def iterator(self, depth: int) -> m.Boxed:
        kind, variable = self.of("for", "some", "every"), self.name()
        inner = {"source": self.optional(depth), "body": self.optional(depth)}
        return m.IteratorExpression(
            **self.base(kind=kind, variable=variable, **inner, parts=self.parts(2))
        )

    def table(self, _: int) -> m.Boxed:
        base = self.base(
            hit_policy=self.of("UNIQUE", "COLLECT"),
            aggregation=self.of("", "SUM"),
            output_label=self.draw(plain),
            inputs=self.some(self.table_input),
            outputs=self.some(self.table_output),
            rules=self.some(self.rule),
            annotations=self.some(lambda: self.held(self.name())),
            orientation=self.of("", "Rule-as-Row"),
        )
        return m.TableExpression(**base, anonymous=not base["id"])

    def table_input(self) -> m.TableInput:
        label, text, allowed = self.draw(plain), self.held(self.text()), self.held(self.text())
        return m.TableInput("_i", label, text, self.of("", "n"), allowed, self.kept(label=False))

    def table_output(self) -> m.TableOutput:
        name, label, kind = self.name(), self.draw(plain), self.of("", "n")
        allowed, default = self.held(self.text()), self.held(self.text())
        return m.TableOutput("_o", name, label, kind, allowed, default, self.kept(label=False))

    def rule(self) -> m.TableRule:
        cells = [self.some(lambda: self.held(self.text()), 3) for _ in range(3)]
        return m.TableRule("_r", *cells, self.text(), 0, self.kept(children=False))


@st.composite
def models(draw: Callable[[st.SearchStrategy[Any]], Any]) -> m.Definitions:
    make = Maker(draw)
    name, inner = make.name(), "".join(make.some(lambda: make.of(*FOREIGN)))
    decision = m.Decision("d", name, "", make.boxed(), question=make.text())
    extensions = f'<extensionElements xmlns="{MODEL}">{inner}</extensionElements>'
    return m.Definitions(
        id="m",
        name=make.name(),
        namespace="urn:m",
        description=make.text(),
        decisions=(decision,),
        kept=m.Kept(children=(m.Fragment(extensions),) if inner else ()),
        order=("d",),
    )


@settings(max_examples=200, deadline=None)
@given(models())
def test_random_model_survives(definitions: m.Definitions) -> None:
    written = write_definitions(definitions)
    read = read_definitions(written)
    assert without_made_up_ids(replace(read, hash="")) == definitions
    # Texts that carry something else are equal all the same, but then the bytes differ.
    assert write_definitions(read) == written
    assert slow_write_definitions(read) == slow_write_definitions(definitions) == written


def without_made_up_ids(value: Any) -> Any:
    """Take the ids out of tables that have none in the file."""
    if isinstance(value, tuple):
        return tuple(map(without_made_up_ids, value))
    if isinstance(value, m.TableExpression):
        return replace(value, id="") if value.anonymous else value
    if isinstance(value, m.Definitions | m.Decision | m.Boxed | m.NamedExpression):
        names = value.__dataclass_fields__
        return replace(value, **{n: without_made_up_ids(getattr(value, n)) for n in names})
    return value
