"""What differs between two versions of a model by meaning: tables, decisions, inputs and tests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from decisions import engine
from decisions.models import ModelVersion, RuleTest
from decisions.services.drafting import loaded_draft
from decisions.services.table_differences import Setting, TableDifference, table_difference

# What says where an element stands in its file, not what it means.
UNMEANT = frozenset({"id", "line", "kept", "variable", "parts", "marks", "order", "own_name"})


@dataclass(frozen=True)
class Element:
    """A decision, function, input, type or test that differs; `kind` is add, del or chg."""

    kind: str
    what: str
    name: str
    changes: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class VersionDifference:
    """Everything that differs between two versions."""

    tables: tuple[TableDifference, ...]
    elements: tuple[Element, ...]
    tests: tuple[Element, ...]
    same_content: bool

    @property
    def changed_tables(self) -> list[TableDifference]:
        return [table for table in self.tables if table.kind != "same"]

    @property
    def tables_same(self) -> int:
        return len(self.tables) - len(self.changed_tables)

    @property
    def rows_added(self) -> int:
        return sum(table.count("add") for table in self.tables)

    @property
    def rows_removed(self) -> int:
        return sum(table.count("del") for table in self.tables)

    @property
    def rows_changed(self) -> int:
        return sum(table.count("chg") for table in self.tables)

    @property
    def rows_moved(self) -> int:
        return sum(table.moved for table in self.tables)

    @property
    def cells_changed(self) -> int:
        return sum(table.cells_changed for table in self.tables)

    @property
    def nothing(self) -> bool:
        return not (self.changed_tables or self.elements or self.tests)


def compare(before: ModelVersion, after: ModelVersion) -> VersionDifference:
    """Compare two versions of a model."""
    old, new = loaded_draft(before), loaded_draft(after)
    return VersionDifference(
        tables=tuple(compare_tables(old, new)),
        elements=tuple(_elements(old.definitions, new.definitions)),
        tests=tuple(_tests(list(before.tests.all()), list(after.tests.all()))),
        same_content=old.hash == new.hash,
    )


def compare_tables(old: engine.Model, new: engine.Model) -> Iterable[TableDifference]:
    """Pair tables by id, then by the name of their decision, then compare each pair."""
    before = [(name, table) for name, table in engine.named_tables(old.definitions)]
    after = [(name, table) for name, table in engine.named_tables(new.definitions)]
    by_id = {table.id: (name, table) for name, table in before}
    by_name: dict[str, list[Any]] = {}
    for name, table in before:
        by_name.setdefault(name, []).append(table)
    kept = {table.id for _, table in after}
    met: set[str] = set()
    for name, table in after:
        found = by_id.get(table.id, (name, None))[1]
        if found is None:
            same_name = [t for t in by_name.get(name, []) if t.id not in kept | met]
            found = same_name[0] if same_name else None
        if found is not None:
            met.add(found.id)
        yield table_difference(name, found, table)
    for name, table in before:
        if table.id not in met:
            yield table_difference(name, table, None)


def _elements(old: Any, new: Any) -> Iterable[Element]:
    yield from _pairs("Decision", old.decisions, new.decisions, _decision)
    yield from _pairs("Function", old.knowledge, new.knowledge, _function)
    yield from _pairs("Input", old.inputs, new.inputs, _input)
    yield from _types(_flat(old.items), _flat(new.items))


Read = Callable[[Any, Mapping[str, str]], dict[str, Any]]


def _pairs(what: str, old: Sequence[Any], new: Sequence[Any], read: Read) -> Iterable[Element]:
    names = [{item.id: item.name for item in side} for side in (old, new)]
    by_id = {item.id: item for item in old}
    by_name = {item.name: item for item in old}
    met: set[int] = set()
    for item in new:
        found = by_id.get(item.id) or by_name.get(item.name)
        if found is None or id(found) in met:
            yield Element("add", what, item.name)
            continue
        met.add(id(found))
        changes = tuple(_changes(read(found, names[0]), read(item, names[1])))
        if changes:
            yield Element("chg", what, item.name, changes)
    for item in old:
        if id(item) not in met:
            yield Element("del", what, item.name)


def _decision(item: Any, names: Mapping[str, str]) -> dict[str, Any]:
    required = [*item.required_decisions, *item.required_inputs, *item.required_knowledge]
    return {
        "name": item.name,
        "type": item.type_ref,
        "question": item.question,
        "description": item.description,
        "expression": _meaning(item.expression),
        "what it reads": ", ".join(sorted(names.get(key, key) for key in required)),
    }


def _function(item: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": item.name,
        "type": item.type_ref,
        "description": item.description,
        "expression": _meaning(item.function),
    }


def _input(item: Any, names: Mapping[str, str]) -> dict[str, Any]:
    source = " ".join(str(part) for part in item.hints.source.values())
    return {
        "name": item.name,
        "type": item.type_ref,
        "description": item.description,
        "source": source,
        "left out": "may be" if item.hints.optional else "",
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Setting]:
    for name, was in before.items():
        now_is = after[name]
        if was != now_is:
            yield Setting("chg", name, _worded(was), _worded(now_is))


def _worded(value: Any) -> str:
    if isinstance(value, tuple) and value[:1] == ("LiteralExpression",):
        value = dict(value[1]).get("text", "")
    if isinstance(value, str):
        return value.strip() or "none"
    return "of another form" if value else "none"


def _meaning(value: Any) -> Any:
    """Return an expression as values that are equal where it means the same, tables left out."""
    if type(value).__name__ == "TableExpression":
        return ("table",)
    if is_dataclass(value) and not isinstance(value, type):
        parts = tuple(
            (field.name, _meaning(getattr(value, field.name)))
            for field in fields(value)
            if field.name not in UNMEANT
        )
        return (type(value).__name__, parts)
    if isinstance(value, tuple | list):
        return tuple(_meaning(item) for item in value)
    return value.strip() if isinstance(value, str) else value


def _flat(items: Sequence[Any], path: str = "") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        name = f"{path}.{item.name}" if path else item.name
        found[name] = {
            "type": f"list of {item.type_ref}" if item.is_collection else item.type_ref,
            "allowed values": item.allowed or item.constraint,
            "left out": "may be" if item.hints.optional else "",
        }
        found |= _flat(item.components, name)
    return found


def _types(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterable[Element]:
    for name, item in new.items():
        if name not in old:
            yield Element("add", "Type", name)
        elif changes := tuple(_changes(old[name], item)):
            yield Element("chg", "Type", name, changes)
    yield from (Element("del", "Type", name) for name in old if name not in new)


def _tests(old: Sequence[RuleTest], new: Sequence[RuleTest]) -> Iterable[Element]:
    before = {test.name: test for test in old}
    after = {test.name for test in new}
    for test in new:
        was = before.get(test.name)
        if was is None:
            yield Element("add", "Test", test.name)
            continue
        changes = tuple(
            Setting("chg", words, "", "")
            for words, field in (("its facts", "facts"), ("its time", "at"))
            if getattr(was, field) != getattr(test, field)
        ) + tuple(_expectations(was.expected, test.expected))
        if changes:
            yield Element("chg", "Test", test.name, changes)
    yield from (Element("del", "Test", test.name) for test in old if test.name not in after)


def _expectations(was: Mapping[str, Any], now_is: Mapping[str, Any]) -> Iterable[Setting]:
    for path in dict.fromkeys([*was, *now_is]):
        if was.get(path) != now_is.get(path):
            sides = [str(side[path]) if path in side else "nothing" for side in (was, now_is)]
            yield Setting("chg", f"expects of {path}", *sides)
