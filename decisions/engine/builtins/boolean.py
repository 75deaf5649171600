"""Built-ins on truth values, and identity."""

from __future__ import annotations

from typing import Any

from decisions.engine import operators
from decisions.engine.builtins.signatures import builtin
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import DateTime, Time
from decisions.engine.values import kind_of


@builtin("not", "negand: any|null", "boolean")
def negate(run: Run, site: Site, value: Any) -> bool | None:
    return operators.not_(operators.truth(run, value, site))


@builtin("is", "value1: any|null, value2: any|null", "boolean")
def identical(run: Run, site: Site, left: Any, right: Any) -> bool:
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, Time | DateTime):
        return bool(left == right)
    return operators.equal(run, left, right) is True
