"""Writes how the rows of a table that match are found: a chain of conditions, or masks of rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from decisions.engine.codegen.entry import guard_now
from decisions.engine.codegen.expressions import Env, Writer
from decisions.engine.codegen.unit import Body
from decisions.engine.feel import nodes as n
from decisions.engine.tables.cells import condition
from decisions.engine.tables.columns import Masks, width
from decisions.engine.tables.index import TableIndex, index_of, tests_in
from decisions.engine.tables.plan import Plan, plan_of
from decisions.engine.types import BOOLEAN, NUMBER, STRING, Type

Subject = tuple[str, Type]
"""The atom that holds what a column is about, and its type."""

CHAIN_ROWS = 8
"""Up to so many rows are asked one after the other; more are looked up in masks."""


def write_first(
    writer: Writer,
    node: n.Table,
    subjects: list[Subject],
    env: Env,
    body: Body,
    *,
    hit: Callable[[str], None],
    miss: Callable[[], None],
) -> None:
    """Write a lean search for the row of FIRST or UNIQUE, and what follows from it.

    `hit(row)` and `miss()` write it. A second row of UNIQUE ends the program.
    """
    found = _Search(writer, node, subjects, env)
    unique = node.hit_policy == "UNIQUE"
    if found.masks and not unique and found.write_planned(body, hit, miss):
        return
    test, row = found.first(body, unique=unique)
    with body.block(f"if {test}:"):
        hit(row)
    with body.block("else:"):
        miss()


def matching_rows(
    writer: Writer, node: n.Table, subjects: list[Subject], env: Env, body: Body
) -> str:
    """Write the search for all rows that count; gives the variable of their numbers in order."""
    found = _Search(writer, node, subjects, env)
    first_only = node.hit_policy == "FIRST"
    if found.masks:
        return found.rows_of_mask(body, first_only=first_only)
    return found.chain(body, first_only=first_only)


class _Search:
    """The columns of one table and what is needed to write its search."""

    def __init__(self, writer: Writer, node: n.Table, subjects: list[Subject], env: Env) -> None:
        self.writer = writer
        self.node = node
        self.subjects = subjects
        self.env = env
        self.size = width(len(node.rules))
        self.classes: dict[int, str] = {}
        self.index = self._index()
        self.masks = self.index.masks

    def _index(self) -> TableIndex:
        """Read the cells of the table once for all programs."""
        known = self.writer.indexes.get(id(self.node))
        if known is None:
            kinds = [kind for _, kind in self.subjects]
            known = index_of(self.node, kinds, masked=len(self.node.rules) > CHAIN_ROWS)
            self.writer.indexes[id(self.node)] = known
        return known

    # Chains

    def chain(self, body: Body, *, first_only: bool = False) -> str:
        """Write a function that asks row by row, and gives the rows that match as a list."""
        inner = Body(self.writer.unit, "r")
        if not first_only:
            inner.line("h = []")
        for number, test in enumerate(self._conditions(inner)):
            found = f"return [{number}]" if first_only else f"h.append({number})"
            inner.line(f"if {test}: {found}")
        inner.finish("[]" if first_only else "h")
        return body.keep(inner.call(body))

    def first_of_chain(self, body: Body) -> str:
        """Write the rows as one if ... elif ... in place."""
        row = body.variable()
        word = "if"
        for number, test in enumerate(self._conditions(body)):
            body.line(f"{word} {test}: {row} = {number}")
            word = "elif"
        body.line(f"else: {row} = -1" if word == "elif" else f"{row} = -1")
        return row

    def _conditions(self, body: Body) -> list[str]:
        """Write the condition of every row: constants first, others where all those match."""
        tests = []
        for number, rule in enumerate(self.node.rules):
            texts: list[list[str]] = [[], [], []]
            for place, (cell, subject) in enumerate(zip(rule.cells, self.subjects, strict=True)):
                text = self._quick(cell, subject, body)
                if text is not None:
                    texts[0].append(text)
                elif tests_in(cell.body).tests:
                    opened = place in self.index.open_cells.get(number, ())
                    texts[1 + opened].append(self._slow(cell, subject, body))
            tests.append(" and ".join(f"({text})" for part in texts for text in part) or "True")
        return tests

    def _quick(self, cell: n.Placed, subject: Subject, body: Body) -> str | None:
        tests = tests_in(cell.body)
        if not tests.tests:
            return None
        return condition(tests, body.use(subject[0]), subject[1], self.writer.unit.constant)

    def _slow(self, cell: n.Placed, subject: Subject, body: Body) -> str:
        """Write a cell as a function of its own."""
        writer = self.writer
        outer, writer.where = writer.where, cell.where
        inner = Body(writer.unit, "c")
        given = inner.variable()
        inner.params = (given,)
        inner.finish(writer.tests_on(tests_in(cell.body), given, subject[1], self.env, inner))
        writer.where = outer
        return f"{inner.call(body, body.use(subject[0]))} is True"

    # Masks

    def first(self, body: Body, *, unique: bool) -> tuple[str, str]:
        """Write the search for one row: gives the test that there is one, and its number."""
        if self.masks and not self._asks:
            mask = self._mask(body)
            if unique:
                body.line(f"if {mask} & ({mask} - 1): raise Deopt")
            return mask, f"{self.size} - {mask}.bit_length()"
        if not self.masks and not unique:
            row = self.first_of_chain(body)
            return f"{row} >= 0", row
        rows = (
            self.chain(body) if not self.masks else self.rows_of_mask(body, first_only=not unique)
        )
        if unique:
            body.line(f"if len({rows}) > 1: raise Deopt")
        return rows, f"{rows}[0]"

    def write_planned(
        self, body: Body, hit: Callable[[str], None], miss: Callable[[], None]
    ) -> bool:
        """Write lookups in the columns that tell most, then ask the rows that are left."""
        sure = [place for place in self.masks if self.subjects[place][0] in self.writer.sure]
        plan = plan_of(self.masks, sure)
        if self.index.open_cells or any(
            self.masks[p].spans and p not in plan.checks for p in plan.masked
        ):
            return False
        mask = body.keep(" & ".join(self._lookup(place, body) for place in plan.masked))
        waiting = self._guard_checked(plan, body)
        row = body.variable()
        with body.block(f"while {mask}:"):
            body.line(f"{row} = {self.size} - {mask}.bit_length()")
            with body.block(f"if {self._check(plan, row, body)}:"):
                hit(row)
                body.line("break")
            body.line(f"{mask} ^= 1 << {self.size - 1} - {row}")
        with body.block("else:"):
            for guard in waiting:
                body.line(f"if {guard}: raise Deopt")
            miss()
        return True

    def _guard_checked(self, plan: Plan, body: Body) -> list[str]:
        """Write the guards that checks do not stand for; gives those that only a miss needs."""
        waiting: list[str] = []
        for place, check in plan.checks.items():
            atom = self.subjects[place][0]
            if check.guards and atom in self.writer.pending:
                far = f"not -{check.far} < {atom} < {check.far}"
                waiting.append(far if check.far else self.writer.pending[atom])
            if not (check.guards and self._waits(atom, body)):
                guard_now(self.writer, body, atom)
        return waiting

    def _check(self, plan: Plan, row: str, body: Body) -> str:
        """Write what a row is asked; what its cells take stands in one tuple for each row."""
        names: list[str] = []
        tests: list[str] = []
        for place, check in plan.checks.items():
            given = {name: body.variable() for name in check.names}
            names.extend(given.values())
            tests.append(check.test.format(v=self.subjects[place][0], **given))
        if not names:
            return "True"
        columns = (column for check in plan.checks.values() for column in check.cells)
        rows = list(zip(*columns, strict=True))
        body.line(f"{', '.join(names)}, = {self.writer.unit.constant(rows)}[{row}]")
        return " and ".join(tests)

    def rows_of_mask(self, body: Body, *, first_only: bool) -> str:
        """Write the rows of the masks that stand up to the cells that need asking, as a list."""
        mask = self._mask(body)
        if self._asks:
            return self._asked_rows(mask, body, first_only=first_only)
        if first_only:
            return body.keep(f"[{self.size} - {mask}.bit_length()] if {mask} else []")
        return body.keep(f"rows_of({mask}, {self.size})")

    def _mask(self, body: Body) -> str:
        """Write the rows whose constant cells all match."""
        parts = [self._lookup(place, body) for place in self.masks]
        return body.keep(" & ".join(parts))

    def _lookup(self, place: int, body: Body) -> str:
        """Write the mask of what one column is about."""
        masks, atom = self.masks[place], body.use(self.subjects[place][0])
        column = masks.column
        if masks.spans is not None:
            return self._shared_mask(place, masks, atom, body)
        if column.kind == BOOLEAN:
            return self._boolean(masks, atom, body)
        if column.values is not None:
            return self._listed(masks, atom, body)
        return self._ordered(masks, atom, body)

    def _waits(self, atom: str, body: Body) -> bool:
        """Tell whether a lookup here can stand for the guard of an input, and take it over."""
        return body.takes_guards and self.writer.pending.pop(atom, None) is not None

    def _boolean(self, masks: Masks, atom: str, body: Body) -> str:
        number, constant = masks.column.class_of, self.writer.unit.constant
        yes, no, null = (constant(masks.of(number(value))) for value in (True, False, None))
        if self._waits(atom, body):
            return f"({yes} if {atom} is True else {no} if {atom} is False else unfit())"
        if atom in self.writer.sure:
            return f"({yes} if {atom} else {no})"
        return f"({yes} if {atom} else {null} if {atom} is None else {no})"

    def _listed(self, masks: Masks, atom: str, body: Body) -> str:
        """Write the mask of one of the values that are told apart, or of all others."""
        constant, numbers = self.writer.unit.constant, masks.column.values or {}
        table = {value: masks.of(number) for value, number in numbers.items()}
        other = constant(masks.masks[-1])
        if masks.column.kind == STRING and self._waits(atom, body):
            mask = body.keep(f"{constant(table)}.get({atom})")
            with body.block(f"if {mask} is None:"):
                body.line(f"if unfit_text({atom}): raise Deopt")
                body.line(f"{mask} = {other}")
            return mask
        table[None] = masks.null_mask
        return f"{constant(table)}.get({atom}, {other})"

    def _ordered(self, masks: Masks, atom: str, body: Body) -> str:
        """Write the mask of a value among bounds; null has no place there."""
        constant, column = self.writer.unit.constant, masks.column
        rows = constant(masks.masks)
        text = f"{rows}[bisect({constant(column.bounds)}, {atom})]"
        if column.kind == NUMBER:
            if body.drop_line(atom):
                return self._number(masks, atom, text, body)
            whole = f"{rows}[bisect({constant(column.integer_bounds)}, {atom})]"
            text = f"{whole} if {atom}.__class__ is int else {text}"
        if atom in self.writer.sure:
            return f"({text})"
        return f"({text} if {atom} is not None else {constant(masks.null_mask)})"

    def _number(self, masks: Masks, atom: str, text: str, body: Body) -> str:
        """Write the mask of a number that is not guarded yet, together with its guard."""
        constant, dense = self.writer.unit.constant, masks.column.dense
        mask = body.variable()
        if dense is None:
            bounds = constant(masks.column.integer_bounds)
            with body.block(f"if {atom}.__class__ is int:"):
                body.line(f"{mask} = {constant(masks.masks)}[bisect({bounds}, {atom})]")
        else:
            listed = [masks.of(bisect_right(masks.column.integer_bounds, n)) for n in dense]
            place = f"{atom} - {dense[0]}".replace("- -", "+ ")
            within = f"{dense[0] - 1} < {atom} < {dense[-1] + 1}"
            with body.block(f"if {atom}.__class__ is int and {within}:"):
                body.line(f"{mask} = {constant(listed)}[{place}]")
            self.writer.pending.pop(atom)
        with body.block("else:"):
            body.line(f"{atom} = number({atom})")
            body.line(f"{mask} = {text}")
        return mask

    def _shared_mask(self, place: int, masks: Masks, atom: str, body: Body) -> str:
        """Write the class of a value, which rows will be asked about, and the mask it shares."""
        constant, column = self.writer.unit.constant, masks.column
        text = f"{constant(column.class_of)}({atom})"
        if column.values is None and column.kind == NUMBER:
            whole = f"bisect({constant(column.integer_bounds)}, {atom})"
            text = f"{whole} if {atom}.__class__ is int else {text}"
        number = body.keep(text)
        self.classes[place] = number
        if atom in self.writer.sure:
            return f"{constant(masks.masks)}[{number} >> {masks.shift}]"
        every = [masks.of(number) for number in range(column.classes)]
        return f"{constant(every)}[{number}]"

    # Cells that must be asked row by row

    @property
    def _asks(self) -> bool:
        return bool(self.index.shared or self.index.open_cells)

    def _asked_rows(self, mask: str, body: Body, *, first_only: bool) -> str:
        """Write a function that asks the rows of a mask one by one."""
        inner = Body(self.writer.unit, "g", ("m",))
        constant = self.writer.unit.constant
        inner.line("h = []")
        found = "return [i]" if first_only else "h.append(i)"
        with inner.block("while m:"):
            inner.line(f"i = {self.size} - m.bit_length()")
            inner.line(f"m ^= 1 << {self.size - 1} - i")
            for place in self.index.shared:
                spans, number = constant(self.masks[place].spans), inner.use(self.classes[place])
                inner.line(f"if not takes({spans}[i], {number}): continue")
            if self.index.open_cells:
                questions, call = self._questions(inner)
                with inner.block(f"for k in {questions}.get(i, ()):"):
                    inner.line(f"if not {call}: break")
                with inner.block("else:"):
                    inner.line(found)
            else:
                inner.line(found)
        inner.finish("h")
        return body.keep(inner.call(body, mask))

    def _questions(self, inner: Body) -> tuple[str, str]:
        """Write a function for every distinct cell; gives which a row asks, and how to ask k."""
        cells: dict[tuple[int, int], int] = {}
        bodies: list[tuple[Body, str]] = []
        asked: dict[int, tuple[int, ...]] = {}
        for row, places in self.index.open_cells.items():
            numbers = []
            for place in places:
                cell = self.node.rules[row].cells[place]
                key = (place, id(tests_in(cell.body)))
                if key not in cells:
                    cells[key] = len(bodies)
                    question = Body(self.writer.unit, "q")
                    bodies.append((question, self._slow(cell, self.subjects[place], question)))
                numbers.append(cells[key])
            asked[row] = tuple(numbers)
        captured = {name: None for question, _ in bodies for name in question.captured}
        for question, text in bodies:
            question.captured = captured
            question.finish(text)
        unit = self.writer.unit
        every = unit.fresh("Q")
        unit.functions.append(f"{every} = ({', '.join(q.name for q, _ in bodies)},)\n")
        call = bodies[0][0].call(inner).replace(bodies[0][0].name, f"{every}[k]", 1)
        return unit.constant(asked), call
