"""Java methods that a model may call: a fixed list, each with a function of Python (§10.3.2.13.3).

Nothing of Java runs here. A method that is not listed is refused when the model is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from decisions.engine import numbers
from decisions.engine.limits import check_string_size
from decisions.engine.numbers import NumberError
from decisions.engine.problems import Problem, Refused, Site, did_you_mean
from decisions.engine.run import Run
from decisions.engine.values import Function, kind_of, show

OBJECTS = "[Ljava.lang.Object;"

_SIGNATURE = re.compile(r"\s*([A-Za-z_]\w*)\s*\(([^()]*)\)\s*")
_IN_FEEL = "Write the function in FEEL."
_METHODS: dict[str, dict[str, list[Method]]] = {}
Implementation = TypeVar("Implementation", bound=Callable[..., Any])


class JavaError(Exception):
    """A method has no result for its arguments, where Java would throw."""


# Types


class _Type(NamedTuple):
    """A type of Java: the kind of FEEL values it takes, and how many bits or characters."""

    kind: str
    bits: int = 0
    characters: int = 0


_OBJECT = "java.lang.Object"
_TYPES: dict[str, _Type] = {
    "int": _Type("number", bits=32),
    "long": _Type("number", bits=64),
    "float": _Type("number"),
    "double": _Type("number"),
    "java.math.BigDecimal": _Type("number"),
    "boolean": _Type("boolean"),
    "char": _Type("string", characters=1),
    "java.lang.String": _Type("string"),
    "java.lang.CharSequence": _Type("string"),
}
_ARRAYS = frozenset(
    form
    for name in (_OBJECT, "java.lang.CharSequence")
    for form in (f"[L{name};", f"{name}...", f"{name}[]")
)


def _single(value: Any, name: str) -> Any:
    """Give the item of a list of one where no list is taken (§10.3.2.9.4)."""
    return value[0] if name != _OBJECT and type(value) is list and len(value) == 1 else value


def _fits(value: Any, name: str) -> bool:
    """Tell whether a FEEL value can be passed as a type of Java."""
    if name == _OBJECT:
        return True
    kind, bits, characters = _TYPES[name]
    if kind_of(value) != kind:
        return False
    if bits:
        whole = numbers.as_integer(value)
        return whole is not None and -(2 ** (bits - 1)) <= whole < 2 ** (bits - 1)
    return not characters or len(value) == characters


def _passed(value: Any, name: str) -> Any:
    """Pass a value as a type of Java: whole numbers as int, others exactly."""
    return numbers.as_integer(value) if name in ("int", "long") else value


# Methods


@dataclass(frozen=True, slots=True)
class Method:
    """A method by the types of its parameters; that of an object takes the object first."""

    class_name: str
    name: str
    types: tuple[str, ...]
    of_object: bool
    function: Callable[..., Any]

    def __str__(self) -> str:
        return f"{self.class_name}.{self.name}({', '.join(self.types)})"

    @property
    def variadic(self) -> bool:
        """Tell whether the last parameter takes any number of arguments."""
        return self.types[-1:] == (OBJECTS,)

    @property
    def takes(self) -> tuple[str, ...]:
        """Give the types of the single arguments."""
        own = (self.class_name,) if self.of_object else ()
        return (*own, *self.types[: len(self.types) - self.variadic])

    def call(self, run: Run, site: Site, *arguments: Any) -> Any:
        """Call the method; what it cannot take, or where Java throws, gives null and a problem."""
        run.spend(1 + len(arguments))
        takes = self.takes
        passed: list[Any] = []
        for given, name in zip(arguments, takes, strict=False):
            value = _single(given, name)
            if not _fits(value, name):
                self._refuse(run, site, value, name)
                return None
            passed.append(_passed(value, name))
        if self.variadic:
            rest = list(arguments[len(takes) :])
            # One list stands for the whole array.
            passed.append(rest[0] if len(rest) == 1 and type(rest[0]) is list else rest)
        try:
            return _given_back(self.function(*passed))
        except (JavaError, NumberError) as error:
            said = str(error) if isinstance(error, JavaError) else "The result is no number."
            self._report(run, site, said, "Guard the call with if ... then ... else.")
            return None

    def _refuse(self, run: Run, site: Site, value: Any, name: str) -> None:
        if value is None:
            message = f"{self} got an empty value (null), so its result is null."
            hint = "Guard it: if x = null then ... else ..."
            run.report(site, "null.argument", message, hint, "warning")
            return
        bits = _TYPES[name].bits
        hint = f"Give a whole number of {bits} bits." if bits else "Check what the method takes."
        self._report(run, site, f"{show(value)} cannot be passed as {name}.", hint)

    def _report(self, run: Run, site: Site, message: str, hint: str) -> None:
        run.report(site, "function.external", f"{self}: {message}", hint)


def _given_back(value: Any) -> Any:
    """Turn what a method gave into a FEEL value."""
    if type(value) is float:
        value = Decimal(repr(value))
    if type(value) is Decimal:
        if not value.is_finite():
            raise JavaError("The result is no number.")
        return numbers.whole(value)
    if type(value) is int:
        return numbers.fit(value)
    if type(value) is str:
        check_string_size(len(value))
    return value


def java(class_name: str, *signatures: str) -> Callable[[Implementation], Implementation]:
    """Declare a function as methods of a class, by signatures such as "max(int, int)".

    A signature that begins with a dot is that of a method of an object, which is the first
    argument of the function.
    """

    def declare(function: Implementation) -> Implementation:
        methods = _METHODS.setdefault(class_name, {})
        for signature in signatures:
            name, types = _read(signature.removeprefix("."))
            made = Method(class_name, name, types, signature.startswith("."), function)
            methods.setdefault(name, []).append(made)
        return function

    return declare


def _read(signature: str) -> tuple[str, tuple[str, ...]]:
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise _refused(
            f'"{signature}" is no method signature.',
            'Write the name and the types of Java, such as "max(int, int)".',
        )
    types = (part.strip() for part in match[2].split(",") if part.strip())
    return match[1], tuple(OBJECTS if name in _ARRAYS else name for name in types)


def _refused(message: str, hint: str) -> Refused:
    return Refused(Problem("function.external", message, hint=hint))


def find_method(class_name: str, signature: str, count: int) -> Method:
    """Find a method for a function of `count` parameters; raises Refused with what is wrong."""
    name, types = _read(signature)
    known = _METHODS.get(class_name)
    if known is None:
        raise _refused(
            f"The Java class {class_name} is not among those that can be called.",
            did_you_mean(class_name, _METHODS) or _IN_FEEL,
        )
    if name not in known:
        raise _refused(
            f"The Java method {class_name}.{name} is not among those that can be called.",
            did_you_mean(name, known) or _IN_FEEL,
        )
    for method in known[name]:
        if method.types == types:
            return _of_count(method, count)
    listed = " or ".join(f"{name}({', '.join(method.types)})" for method in known[name])
    raise _refused(
        f"There is no Java method {class_name}.{name}({', '.join(types)}).", f"Use {listed}."
    )


def _of_count(method: Method, count: int) -> Method:
    least = len(method.takes)
    if count < least or (count > least and not method.variadic):
        own = ", the object first" if method.of_object else ""
        raise _refused(
            f"{method} takes {least} arguments{own}; the function has {count} parameters.",
            "Give the function one parameter for each.",
        )
    return method


def function_of(method: Method, params: tuple[str, ...]) -> Function:
    """Make a FEEL function of a method."""
    return Function(str(method), params, len(params), method.call)
