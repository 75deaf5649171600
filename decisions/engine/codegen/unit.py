"""One piece of generated Python: its constants, its functions and the names they use.

Names of the model never reach the text: variables are v1, v2, ..., constants and functions are
bound by numbered names in the namespace, so a model cannot smuggle code in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from decisions.engine import access, arithmetic, calls, coercion, numbers, operators
from decisions.engine.codegen import runtime
from decisions.engine.problems import Site
from decisions.engine.tables import columns

_RUNTIME: dict[str, Any] = {
    name: getattr(module, name)
    for module, names in (
        (
            operators,
            "equal unequal less less_equal greater greater_equal between both either truth "
            "includes meets not_",
        ),
        (arithmetic, "add subtract multiply divide power negate"),
        (access, "member scope_member at_index select iterate span"),
        (calls, "call_value call_named"),
        (coercion, "coerce is_instance"),
        (columns, "rows_of"),
        (
            runtime,
            "make_function make_range cell_result settle check_allowed copy_partial no_condition "
            "takes Deopt",
        ),
    )
    for name in names.split()
}
_RUNTIME |= {
    "bisect": bisect_right,
    "exact_add": numbers.CONTEXT.add,
    "exact_subtract": numbers.CONTEXT.subtract,
    "exact_multiply": numbers.CONTEXT.multiply,
    "exact_divide": numbers.CONTEXT.divide,
    "exact_negate": numbers.negate,
}
_BUILTINS = {"dict": dict, "int": int, "float": float, "str": str, "len": len}
_RUN = re.compile(r"\brun\b")
_VARIABLE = re.compile(r"\bv\d+\b")


class NotLean(Exception):
    """Says that a lean program cannot hold what is being written, because it needs a run."""


class Unit:
    """A module in the making.

    A lean unit has no run: it holds only what can neither report a problem nor cost much, and
    leaves everything unusual to the full program by raising Deopt.
    """

    def __init__(self, *, lean: bool = False) -> None:
        self.lean = lean
        self.namespace: dict[str, Any] = {"__builtins__": _BUILTINS, **_RUNTIME}
        self.functions: list[str] = []
        self.count = 0
        self._texts: dict[tuple[type, Any], str] = {}

    def fresh(self, prefix: str) -> str:
        """Give a name nobody uses yet."""
        self.count += 1
        return f"{prefix}{self.count}"

    def constant(self, value: Any) -> str:
        """Bind a constant and give its name; short texts and numbers are shared."""
        if value is None or value is True or value is False:
            return str(value)
        key = (type(value), value) if isinstance(value, str | int) else None
        if key is not None and key in self._texts:
            return self._texts[key]
        name = self.fresh("K")
        self.namespace[name] = value
        if key is not None:
            self._texts[key] = name
        return name

    def site(self, where: str, at: int | None) -> str:
        """Bind the place of an operation."""
        return "None" if self.lean else self.constant(Site(where, at))

    def load(self) -> dict[str, Any]:
        """Compile the functions and give the namespace they live in."""
        exec(compile(self.source, "<decision model>", "exec"), self.namespace)  # noqa: S102
        return self.namespace

    @property
    def source(self) -> str:
        """Give the generated text, for people who look into it."""
        return "\n".join(self.functions)


class Body:
    """One generated function; what it uses from outside becomes parameters (lambda lifting).

    The `entry` of a lean program takes the inputs. Their guards stand at the level `always`, where
    statements run in every call that gets there; `droppable` are the lines among them that may
    go, by their variables, as nothing has read those since.
    """

    def __init__(
        self, unit: Unit, prefix: str = "f", params: tuple[str, ...] = (), *, entry: bool = False
    ) -> None:
        self.unit = unit
        self.entry = entry
        self.always = 1
        self.droppable: dict[str, int] = {}
        self.name = unit.fresh(prefix)
        self.params = params
        self.own = set(params)
        self.captured: dict[str, None] = {}
        self.lines: list[str] = []
        self.level = 1
        self.loops = 0

    def line(self, text: str) -> None:
        """Write one statement; a lean unit has no run to write about."""
        if self.unit.lean and _RUN.search(text):
            raise NotLean(text)
        if self.droppable:
            for name in _VARIABLE.findall(text):
                self.droppable.pop(name, None)
        self.lines.append("    " * self.level + text)

    def line_to_drop(self, name: str, text: str) -> None:
        """Write one statement about a variable, which may be dropped until it is read."""
        self.line(text)
        self.droppable[name] = len(self.lines) - 1

    def drop_line(self, name: str) -> bool:
        """Drop that statement where what is written next can stand for it."""
        if not self.takes_guards or name not in self.droppable:
            return False
        self.lines[self.droppable.pop(name)] = ""
        return True

    @property
    def takes_guards(self) -> bool:
        """Tell whether what is written next can stand for the guards of inputs."""
        return self.entry and self.level == self.always

    def open_try(self) -> None:
        """Begin the try around all that an entry does."""
        self.line("try:")
        self.level += 1
        self.always = self.level

    def close_try(self) -> None:
        """End that try: whatever goes wrong is left to what stands behind it."""
        self.level -= 1
        self.line("except Exception: pass")

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """Write the first line of a compound statement, and within it what is written meanwhile."""
        self.line(opening)
        self.level += 1
        yield
        self.level -= 1

    def variable(self) -> str:
        """Give a fresh variable of this function."""
        name = self.unit.fresh("v")
        self.own.add(name)
        return name

    def keep(self, expression: str) -> str:
        """Store an expression in a fresh variable."""
        name = self.variable()
        self.line(f"{name} = {expression}")
        return name

    def use(self, atom: str) -> str:
        """Refer to a variable that may belong to a function around this one."""
        if atom.startswith("v") and atom not in self.own:
            self.captured[atom] = None
        return atom

    def finish(self, result: str) -> None:
        """Return a value and hand the text to the unit."""
        self.line(f"return {result}")
        run = () if self.unit.lean else ("run",)
        params = ", ".join((*run, *self.captured, *self.params))
        self.unit.functions.append(
            f"def {self.name}({params}):\n" + "\n".join(filter(None, self.lines)) + "\n"
        )

    def call(self, caller: Body, *arguments: str) -> str:
        """Write the call of this finished function from another."""
        run = () if self.unit.lean else ("run",)
        passed = [caller.use(name) for name in self.captured]
        return f"{self.name}({', '.join((*run, *passed, *arguments))})"
