"""Built-ins on lists; positions count from 1, or from -1 at the end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from decisions.engine import numbers, operators
from decisions.engine.arithmetic import checked
from decisions.engine.builtins.numeric import fault
from decisions.engine.builtins.signatures import builtin
from decisions.engine.calls import call_value
from decisions.engine.limits import LONG_STEPS, VALUE_NESTING, check_list_size, too_much
from decisions.engine.numbers import CONTEXT, WIDE, Number, NumberError
from decisions.engine.operators import NUMERIC
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import Days, Months
from decisions.engine.values import Function, show

_List = list[Any]


def _refuse(run: Run, site: Site, name: str, need: str) -> None:
    run.report(site, "call.argument", f"{name} takes {need} only.", "Filter the list first.")


def _index_of_equal(run: Run, items: _List, element: Any) -> int | None:
    run.spend(len(items))
    for index, item in enumerate(items):
        if operators.equal(run, item, element) is True:
            return index
    return None


@builtin("list contains", "list: list, element: any|null", "boolean")
def list_contains(run: Run, site: Site, items: _List, element: Any) -> bool:
    return _index_of_equal(run, items, element) is not None


@builtin("count", "list: list", "number")
def count(run: Run, site: Site, items: _List) -> int:
    return len(items)


def _extreme(run: Run, site: Site, items: _List, sign: int, name: str) -> Any:
    if not items:
        return None
    run.spend(len(items))
    best = items[0]
    for item in items:
        order = operators.ordering(item, best)
        if order is None:
            _refuse(run, site, name, "values of one kind that have an order")
            return None
        if order * sign > 0:
            best = item
    return best


@builtin("min", "list: list")
@builtin("min", "c: any|null*")
def minimum(run: Run, site: Site, items: _List) -> Any:
    return _extreme(run, site, items, -1, "min")


@builtin("max", "list: list")
@builtin("max", "c: any|null*")
def maximum(run: Run, site: Site, items: _List) -> Any:
    return _extreme(run, site, items, 1, "max")


def _numbers(run: Run, site: Site, items: _List, name: str) -> list[Number] | None:
    run.spend(len(items))
    if all(type(item) in NUMERIC for item in items):
        return items
    _refuse(run, site, name, "numbers")
    return None


def _total(run: Run, site: Site, items: list[Number], name: str) -> Number | None:
    try:
        total: Number = 0
        for item in items:
            total = numbers.add(total, item)
    except NumberError:
        fault(run, site, f"The result of {name} is too large.")
        return None
    return total


@builtin("sum", "list: list")
@builtin("sum", "n: any|null*")
def sum_of(run: Run, site: Site, items: _List) -> Any:
    if not items:
        return None
    kind = type(items[0])
    if kind in (Days, Months) and all(type(item) is kind for item in items):
        run.spend(len(items))
        return checked(run, kind(sum(item[0] for item in items)), site)
    found = _numbers(run, site, items, "sum")
    return None if found is None else _total(run, site, found, "sum")


@builtin("mean", "list: list", "number")
@builtin("mean", "n: any|null*", "number")
def mean(run: Run, site: Site, items: _List) -> Number | None:
    found = _numbers(run, site, items, "mean")
    if not found:
        return None
    total = _total(run, site, found, "mean")
    return None if total is None else numbers.divide(total, len(found))


@builtin("product", "list: list", "number")
@builtin("product", "n: any|null*", "number")
def product(run: Run, site: Site, items: _List) -> Number | None:
    found = _numbers(run, site, items, "product")
    if not found:
        return None
    try:
        result: Number = 1
        for item in found:
            result = numbers.multiply(result, item)
    except NumberError:
        fault(run, site, "The result of product is too large.")
        return None
    return result


@builtin("median", "list: list", "number")
@builtin("median", "n: any|null*", "number")
def median(run: Run, site: Site, items: _List) -> Number | None:
    found = _numbers(run, site, items, "median")
    if not found:
        return None
    ordered = sorted(found)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    try:
        return numbers.divide(numbers.add(ordered[middle - 1], ordered[middle]), 2)
    except NumberError:
        fault(run, site, "The result of median is too large.")
        return None


@builtin("stddev", "list: list", "number")
@builtin("stddev", "n: any|null*", "number")
def standard_deviation(run: Run, site: Site, items: _List) -> Number | None:
    found = _numbers(run, site, items, "stddev")
    if not found or len(found) < 2:
        return None
    try:
        run.spend(LONG_STEPS + len(found))
        total, squares = Decimal(0), Decimal(0)
        for item in found:
            total = WIDE.add(total, item)
        average = WIDE.divide(total, len(found))
        for item in found:
            squares = WIDE.add(squares, WIDE.power(WIDE.subtract(item, average), 2))
        return CONTEXT.plus(WIDE.sqrt(WIDE.divide(squares, len(found) - 1)))
    except NumberError:
        fault(run, site, "The result of stddev is too large.")
        return None


@builtin("mode", "list: list", "list")
@builtin("mode", "n: any|null*", "list")
def mode(run: Run, site: Site, items: _List) -> list[Number] | None:
    found = _numbers(run, site, items, "mode")
    if found is None:
        return None
    counts: dict[Number, int] = {}
    for item in found:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, times in counts.items() if times == most)


@builtin("all", "list: list", "boolean")
@builtin("all", "b: any|null*", "boolean")
def all_true(run: Run, site: Site, items: _List) -> bool | None:
    run.spend(len(items))
    result: bool | None = True
    for item in items:
        result = operators.both(result, item)
    return result


@builtin("any", "list: list", "boolean")
@builtin("any", "b: any|null*", "boolean")
def any_true(run: Run, site: Site, items: _List) -> bool | None:
    run.spend(len(items))
    result: bool | None = False
    for item in items:
        result = operators.either(result, item)
    return result


def _no_position(run: Run, site: Site, name: str, position: Any, items: _List) -> None:
    run.report(
        site,
        "list.index",
        f"{name}: there is no position {show(position)} in a list of {len(items)}.",
        "Positions count from 1, or from -1 at the end.",
    )


def _offset(items: _List, position: Number, past_end: int = 0) -> int | None:
    """Turn a position into an index, or None when the list has no such position."""
    place = numbers.as_integer(position)
    if place is None or place == 0 or place > len(items) + past_end or -place > len(items):
        return None
    return place - 1 if place > 0 else len(items) + place


@builtin("sublist", "list: list, start position: number, length: number?", "list")
def sublist(
    run: Run, site: Site, items: _List, start: Number, length: Number | None = None
) -> _List | None:
    first = _offset(items, start)
    count = None if length is None else numbers.as_integer(length)
    fits = first is not None and (
        length is None or (count is not None and 1 <= count <= len(items) - first)
    )
    if first is None or not fits:
        _no_position(run, site, "sublist", start, items)
        return None
    run.spend(len(items) - first if count is None else count)
    return items[first:] if count is None else items[first : first + count]


@builtin("append", "list: list, item: any|null*", "list")
def append(run: Run, site: Site, items: _List, more: _List) -> _List:
    check_list_size(len(items) + len(more))
    run.spend(len(items))
    return [*items, *more]


@builtin("concatenate", "list: list*", "list")
def concatenate(run: Run, site: Site, lists: list[_List]) -> _List:
    check_list_size(sum(map(len, lists)))
    run.spend(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any|null", "list")
def insert_before(
    run: Run, site: Site, items: _List, position: Number, element: Any
) -> _List | None:
    index = _offset(items, position, past_end=1 if position > 0 else 0)
    if index is None or (index == len(items) and items):
        _no_position(run, site, "insert before", position, items)
        return None
    check_list_size(len(items) + 1)
    run.spend(len(items))
    return [*items[:index], element, *items[index:]]


@builtin("remove", "list: list, position: number", "list")
def remove(run: Run, site: Site, items: _List, position: Number) -> _List | None:
    index = _offset(items, position)
    if index is None:
        _no_position(run, site, "remove", position, items)
        return None
    run.spend(len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any|null", "list")
@builtin("list replace", "list: list, match: function, newItem: any|null", "list")
def list_replace(
    run: Run, site: Site, items: _List, where: Number | Function, element: Any
) -> _List | None:
    run.spend(len(items))
    if isinstance(where, Function):
        answers = [call_value(run, site, where, item, element) for item in items]
        if any(type(answer) is not bool for answer in answers):
            run.report(
                site,
                "call.argument",
                "list replace: the function must give true or false for each item.",
                "Write function(item, newItem) item = ...",
            )
            return None
        return [element if hit else item for item, hit in zip(items, answers, strict=True)]
    index = _offset(items, where)
    if index is None:
        _no_position(run, site, "list replace", where, items)
        return None
    return [*items[:index], element, *items[index + 1 :]]


@builtin("reverse", "list: list", "list")
def reverse(run: Run, site: Site, items: _List) -> _List:
    run.spend(len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any|null", "list")
def index_of(run: Run, site: Site, items: _List, match: Any) -> list[int]:
    run.spend(len(items))
    return [
        position
        for position, item in enumerate(items, 1)
        if operators.equal(run, item, match) is True
    ]


def _distinct(run: Run, items: _List) -> _List:
    kept: _List = []
    seen: set[Any] = set()
    for item in items:
        # Texts and numbers are looked up; 1 and true are told apart by their kind.
        key = (type(item) is str, item) if type(item) is str or type(item) in NUMERIC else None
        if key is not None:
            if key not in seen:
                seen.add(key)
                kept.append(item)
        elif _index_of_equal(run, kept, item) is None:
            kept.append(item)
    return kept


@builtin("distinct values", "list: list", "list")
def distinct_values(run: Run, site: Site, items: _List) -> _List:
    run.spend(len(items))
    return _distinct(run, items)


@builtin("union", "list: list*", "list")
def union(run: Run, site: Site, lists: list[_List]) -> _List:
    return _distinct(run, concatenate(run, site, lists))


def _flatten(run: Run, items: _List, into: _List, depth: int) -> None:
    run.spend(len(items) + 1)
    if depth > VALUE_NESTING:
        raise too_much("limit.nesting", "A list is nested too deep to flatten.", "Nest it less.")
    for item in items:
        if type(item) is list:
            _flatten(run, item, into, depth + 1)
        else:
            into.append(item)


@builtin("flatten", "list: list", "list")
def flatten(run: Run, site: Site, items: _List) -> _List:
    flat: _List = []
    _flatten(run, items, flat, 0)
    check_list_size(len(flat))
    return flat


@builtin("sort", "list: list, precedes: function|null?", "list")
def sort(run: Run, site: Site, items: _List, precedes: Function | None = None) -> _List | None:
    run.spend(len(items))
    if precedes is None:
        if _extreme(run, site, items, 1, "sort") is None and items:
            return None
        return sorted(items, key=operators.order_key)
    try:
        return sorted(items, key=cmp_to_key(_by(run, site, precedes)))
    except _NoOrder:
        _refuse(run, site, "sort", "a function that gives true or false for any two items")
        return None


class _NoOrder(Exception):
    """Ends a sort whose function does not tell which of two items comes first."""


def _by(run: Run, site: Site, precedes: Function) -> Callable[[Any, Any], int]:
    def before(left: Any, right: Any) -> bool:
        answer = call_value(run, site, precedes, left, right)
        if type(answer) is not bool:
            raise _NoOrder
        return answer

    def compare(left: Any, right: Any) -> int:
        return -1 if before(left, right) else int(before(right, left))

    return compare
