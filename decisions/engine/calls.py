"""Calling functions: user-defined ones, and built-ins by their signatures as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from decisions.engine.problems import Site, did_you_mean
from decisions.engine.run import Run
from decisions.engine.values import KINDS, Function, kind_of, show


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in: the kinds it takes and whether it may be left out."""

    name: str
    kinds: frozenset[str]
    optional: bool = False

    @property
    def omissible(self) -> bool:
        """Tell whether a call by names may leave it out: what takes null gets null."""
        return self.optional or "null" in self.kinds


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a built-in; a variadic form gathers its last parameter into a list."""

    params: tuple[Parameter, ...]
    function: Callable[..., Any]
    variadic: bool = False
    required: int = field(init=False)
    types: tuple[frozenset[type], ...] = field(init=False)

    def __post_init__(self) -> None:
        required = sum(not param.optional for param in self.params)
        object.__setattr__(self, "required", required)
        types = tuple(
            frozenset(kind for kind, name in KINDS.items() if name in param.kinds)
            for param in self.params
        )
        object.__setattr__(self, "types", types)

    @property
    def takes_items(self) -> bool:
        """Tell whether a list given by name stands for all the items, as in min(c: [1, 2])."""
        return len(self.params) == 1 and self.params[0].kinds != {"list"}

    def adapt(self, arguments: tuple[Any, ...]) -> Sequence[Any] | None:
        """Fit arguments to the parameters, or give None."""
        count = len(arguments)
        if not self.variadic:
            if not self.required <= count <= len(self.types):
                return None
            for value, types in zip(arguments, self.types, strict=False):
                if type(value) not in types:
                    break
            else:
                return arguments
        elif count < self.required:
            return None
        fitted = []
        last = len(self.params) - 1
        for position, value in enumerate(arguments):
            fit = _fit(value, self.params[position if position < last else last].kinds)
            if fit is _UNFIT:
                return None
            fitted.append(fit)
        if self.variadic:
            fitted[last:] = [fitted[last:]]
        return fitted


_UNFIT = object()


def _fit(value: Any, kinds: frozenset[str]) -> Any:
    """Fit one value: as it is, as the item of a list of one, or as a list of one (§10.3.2.9.4)."""
    kind = KINDS[type(value)]
    if kind in kinds:
        return value
    if kind == "null":
        return _UNFIT
    if kind == "list" and len(value) == 1 and kind_of(value[0]) in kinds:
        return value[0]
    if "list" in kinds:
        return [value]
    return _UNFIT


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function of FEEL with all the ways to call it."""

    name: str
    forms: tuple[Form, ...]
    result: str

    def call(self, run: Run, site: Site, *arguments: Any) -> Any:
        """Call by position."""
        run.spend(1)
        for form in self.forms:
            fitted = form.adapt(arguments)
            if fitted is not None:
                return form.function(run, site, *fitted)
        self._refuse(run, site, arguments)
        return None

    def call_named(self, run: Run, site: Site, names: tuple[str, ...], values: list[Any]) -> Any:
        """Call by the names of the parameters."""
        given = dict(zip(names, values, strict=True))
        for form in self.forms:
            known = [param.name for param in form.params]
            if len(given) == len(names) and set(given) <= set(known):
                if any(not p.omissible and p.name not in given for p in form.params):
                    continue
                fitted = [
                    _fit(given[p.name], p.kinds) if p.name in given else None for p in form.params
                ]
                if any(value is _UNFIT for value in fitted):
                    continue
                run.spend(1)
                if form.variadic and not (form.takes_items and type(fitted[-1]) is list):
                    fitted[-1] = [fitted[-1]]
                return form.function(run, site, *fitted)
        all_names = [param.name for form in self.forms for param in form.params]
        wrong = next((name for name in names if name not in all_names), None)
        if wrong is None:
            self._refuse(run, site, tuple(values))
        else:
            run.report(
                site,
                "call.argument",
                f'{self.name}(...) has no parameter "{wrong}".',
                did_you_mean(wrong, all_names),
            )
        return None

    def usage(self) -> str:
        """Write the ways to call it."""
        return " or ".join(
            f"{self.name}({', '.join(param.name for param in form.params)})" for form in self.forms
        )

    def _refuse(self, run: Run, site: Site, arguments: tuple[Any, ...]) -> None:
        if any(value is None for value in arguments):
            run.report(
                site,
                "null.argument",
                f"{self.name}(...) got an empty value (null), so its result is null.",
                "Guard it: if x = null then ... else ...",
                "warning",
            )
            return
        given = ", ".join(f"{show(value)}" for value in arguments)
        run.report(
            site,
            "call.argument",
            f"{self.name}({given}) does not fit what the function takes.",
            f"Use {self.usage()}.",
        )

    def as_function(self) -> Function:
        """Give the built-in as a value that can be handed on."""
        form = self.forms[0]
        names = tuple(param.name for param in form.params)
        return Function(self.name, names, form.required, self.call, form.variadic)


def call_value(run: Run, site: Site, function: Any, *arguments: Any) -> Any:
    """Call whatever value stands before the parentheses."""
    if not takes(run, site, function, len(arguments)):
        return None
    run.enter()
    result = function.invoke(run, site, *arguments)
    run.leave()
    return result


def takes(run: Run, site: Site, function: Any, count: int) -> bool:
    """Tell, and report where not, whether a value is a function of so many arguments."""
    if type(function) is not Function:
        run.report(
            site,
            "call.function",
            "Something that is not a function is called.",
            "Check the name before the parentheses.",
        )
        return False
    if count < function.required or (count > len(function.params) and not function.variadic):
        run.report(
            site,
            "call.count",
            f"{function.name} takes {len(function.params)} arguments, {count} were given.",
            f"Its parameters are: {', '.join(function.params) or 'none'}.",
        )
        return False
    return True


def call_named(run: Run, site: Site, function: Any, names: tuple[str, ...], *values: Any) -> Any:
    """Call a function value with named arguments."""
    arguments = in_order(run, site, function, names, values)
    return None if arguments is None else call_value(run, site, function, *arguments)


def in_order(
    run: Run, site: Site, function: Any, names: tuple[str, ...], values: Sequence[Any]
) -> list[Any] | None:
    """Put named arguments in the order of the parameters; None, reported, where they differ."""
    if type(function) is not Function:
        takes(run, site, function, 0)
        return None
    given = dict(zip(names, values, strict=True))
    wrong = _unknown(names, function.params)
    missing = [name for name in function.params[: function.required] if name not in given]
    if wrong is not None or missing or len(given) != len(names):
        name = wrong if wrong is not None else (missing or list(names))[0]
        run.report(
            site,
            "call.argument",
            f'{function.name} and its arguments do not agree on "{name}".',
            f"Its parameters are: {', '.join(function.params) or 'none'}.",
        )
        return None
    return [given.get(name) for name in function.params]


def _unknown(names: Iterable[str], params: tuple[str, ...]) -> str | None:
    return next((name for name in names if name not in params), None)
