"""Expressions of JUEL, as Flowable's tables hold them, written in FEEL where that is exact.

Sources: the Jakarta Expression Language 4.0 (grammar, coercions), and Flowable DMN
(ELInputEntryExpressionPreParser.java, DateUtil.java, DmnJsonConverterUtil.java).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from decisions import engine

NUMBER, STRING, BOOLEAN, DATE, LIST, ANY = "number", "string", "boolean", "date", "list", "Any"
NULL = "null"
DEEPEST = 50
LONGEST = 2000

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w.])
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<name>[A-Za-z_]\w*(?::[A-Za-z_]\w*)?)
    |(?P<sign>&&|\|\||[=!<>]=|[<>!()?:,.\[\]+\-*/%])
    |(?P<end>\Z))""",
    re.VERBOSE,
)
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_WORDS = {"and": "&&", "or": "||", "not": "!", **_SIGNS}
_COMPARED = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_ALIASES = {
    "fn_date": "date:toDate",
    "fn_now": "date:now",
    "fn_addDate": "date:addDate",
    "fn_subtractDate": "date:subtractDate",
}
# Of a list and values: does each of the values, some, none, or not each, stand in the list?
_COLLECTIONS = {
    "collection:allOf": "every v in {values} satisfies list contains({list}, v)",
    "collection:anyOf": "some v in {values} satisfies list contains({list}, v)",
    "collection:noneOf": "every v in {values} satisfies not(list contains({list}, v))",
    "collection:notAllOf": "some v in {values} satisfies not(list contains({list}, v))",
    "collection:contains": "every v in {values} satisfies list contains({list}, v)",
    "collection:containsAny": "some v in {values} satisfies list contains({list}, v)",
    "collection:notContains": "every v in {values} satisfies not(list contains({list}, v))",
    "collection:notContainsAny": "some v in {values} satisfies not(list contains({list}, v))",
}


class Inexact(Exception):
    """An expression whose FEEL would not mean exactly the same; `str()` says why."""


@dataclass
class Names:
    """Types of the variables by name; what is compared with a literal takes its type."""

    types: dict[str, str]
    used: set[str] = field(default_factory=set)
    nullable: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Term:
    """A part in FEEL with its type; `name` is set where it is a variable, `loose` where a sign
    beside it needs brackets."""

    text: str
    type: str
    name: str = ""
    loose: bool = False
    value: str | None = None  # Of a literal text.

    @property
    def closed(self) -> str:
        return f"({self.text})" if self.loose else self.text


def translated(text: str, names: Names) -> Term:
    """An expression without its ${}; raises Inexact."""
    if len(text) > LONGEST:
        raise Inexact("It is too long.")
    return _Reader(text, names).whole()


def unwrapped(text: str) -> str | None:
    """What stands in ${} or #{} when that is all there is."""
    stripped = text.strip()
    inside = stripped[2:-1]
    if stripped[:2] in {"${", "#{"} and stripped.endswith("}") and "{" not in inside:
        return inside
    return None


class _Reader:
    """Reads by descent: each function one level of precedence."""

    def __init__(self, text: str, names: Names) -> None:
        self.names = names
        self.depth = 0
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise Inexact(f"“{text[place : place + 20].strip()}” cannot be read.")
            word = found[found.lastgroup]
            kind, word = ("sign", _WORDS[word]) if word in _WORDS else (found.lastgroup, word)
            self.tokens.append((kind, word))
            place = found.end()
        self.at = 0

    def whole(self) -> Term:
        term = self.choice()
        if self.tokens[self.at][0] != "end":
            raise Inexact(f"“{self.tokens[self.at][1]}” has no counterpart in FEEL.")
        return term

    def take(self, *signs: str) -> str:
        kind, word = self.tokens[self.at]
        if kind == "sign" and word in signs:
            self.at += 1
            return word
        return ""

    def want(self, sign: str) -> None:
        if not self.take(sign):
            raise Inexact(f"A “{sign}” is missing.")

    def choice(self) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Inexact("It is nested too deep.")
        term = self.joined("||", "or", lambda: self.joined("&&", "and", self.compared))
        if self.take("?"):
            self.boolean(term)
            yes = self.choice()
            self.want(":")
            no = self.choice()
            self.together(yes, no)
            text = f"if {term.text} then {yes.text} else {no.text}"
            term = Term(text, yes.type if yes.type != NULL else no.type, loose=True)
        self.depth -= 1
        return term

    def joined(self, sign: str, word: str, below: Callable[[], Term]) -> Term:
        terms = [below()]
        while self.take(sign):
            terms.append(below())
        if len(terms) == 1:
            return terms[0]
        for term in terms:
            self.boolean(term)
        return Term(f" {word} ".join(term.closed for term in terms), BOOLEAN, loose=True)

    def compared(self) -> Term:
        left = self.single()
        while sign := self.take(*_COMPARED):
            right = self.single()
            self.together(left, right)
            kind = self.type_of(left)
            if sign not in {"==", "!="} and kind not in {NUMBER, STRING, DATE}:
                raise Inexact(f"“{sign}” compares what is neither number, text nor date.")
            for one, other in ((left, right), (right, left)):
                if other.type == NULL and one.name:
                    self.names.nullable.add(one.name)
            text = f"{left.closed} {_COMPARED[sign]} {right.closed}"
            left = Term(text, BOOLEAN, loose=True)
        if self.take("+", "-", "*", "/", "%"):
            raise Inexact("JUEL computes in binary fractions, and FEEL in decimals.")
        return left

    def single(self) -> Term:
        if self.take("!"):
            term = self.single()
            self.boolean(term)
            return Term(f"not({term.text})", BOOLEAN)
        if self.take("-"):
            kind, word = self.tokens[self.at]
            if kind != "number":
                raise Inexact("JUEL computes in binary fractions, and FEEL in decimals.")
            self.at += 1
            return Term(f"-{word}", NUMBER)
        if self.tokens[self.at] == ("name", "empty"):
            self.at += 1
            return self.empty(self.single())
        return self.atom()

    def empty(self, term: Term) -> Term:
        if not term.name:
            raise Inexact("“empty” asks of what is no variable.")
        self.names.nullable.add(term.name)
        kind = self.type_of(term)
        if kind == STRING:
            return Term(f'{term.text} = null or {term.text} = ""', BOOLEAN, loose=True)
        if kind == LIST:
            return Term(f"{term.text} = null or count({term.text}) = 0", BOOLEAN, loose=True)
        if kind in {NUMBER, BOOLEAN, DATE}:
            return Term(f"{term.text} = null", BOOLEAN, loose=True)
        raise Inexact(f"“empty” depends on what {term.text} is, and that is not known.")

    def atom(self) -> Term:
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Term(word, NUMBER)
        if kind == "text":
            plain = re.sub(r"\\(.)", r"\1", word[1:-1])
            return Term(engine.quoted(plain), STRING, value=plain)
        if kind == "sign" and word == "(":
            term = self.choice()
            self.want(")")
            return Term(f"({term.text})", term.type)
        if kind == "name" and word in {"true", "false"}:
            return Term(word, BOOLEAN)
        if kind == "name" and word == "null":
            return Term(word, NULL)
        if kind != "name":
            raise Inexact(f"“{word or 'the end'}” was not expected.")
        if self.take("("):
            return self.call(_ALIASES.get(word, word))
        if ":" in word:
            # Where no blank stands around the colon of a choice it looks like a prefix.
            raise Inexact(f"“{word}” is no variable.")
        if self.take(".", "["):
            raise Inexact(f"It reads inside “{word}” or calls a method of it.")
        self.names.used.add(word)
        return Term(word, self.names.types.get(word, ANY), name=word)

    def call(self, name: str) -> Term:
        given: list[Term] = []
        if not self.take(")"):
            given.append(self.choice())
            while self.take(","):
                given.append(self.choice())
            self.want(")")
        if name == "date:toDate" and len(given) == 1 and given[0].value is not None:
            return Term(f'date("{_day(given[0].value)}")', DATE)
        if name == "date:now" and not given:
            return Term("today()", DATE)
        if name in {"date:addDate", "date:subtractDate"} and len(given) == 4:
            return self.moved(given, "+" if name == "date:addDate" else "-")
        if name in _COLLECTIONS and len(given) == 2:
            return self.collection(name, *given)
        raise Inexact(f"The function “{name}” has no counterpart in FEEL.")

    def moved(self, given: list[Term], sign: str) -> Term:
        start, *steps = given
        if self.type_of(start) != DATE or not all(re.fullmatch(r"\d+", s.text) for s in steps):
            raise Inexact("A date is moved by what is no whole number, or is no date.")
        text = start.closed
        for step, unit in zip(steps, "YMD", strict=True):
            if int(step.text):
                text += f' {sign} duration("P{step.text}{unit}")'
        return Term(text, DATE, loose=True)

    def collection(self, name: str, left: Term, right: Term) -> Term:
        # The list comes first: a variable, or written out, and then what is sought in it.
        listed = self.listed(left) if left.value is not None else left.text
        if left.value is None and self.type_of(left) not in {LIST, ANY}:
            raise Inexact(f"“{left.text}” is searched, and is no list.")
        if left.name and left.value is None:
            self.learn(left, LIST)
        if right.value is not None:
            values = self.listed(right)
        elif self.type_of(right) == LIST:
            values = right.text
        elif right.name and self.type_of(right) in {STRING, NUMBER}:
            values = f"[{right.text}]"
        else:
            raise Inexact(f"It is not known whether “{right.text}” is a list.")
        return Term(_COLLECTIONS[name].format(list=listed, values=values), BOOLEAN, loose=True)

    def listed(self, term: Term) -> str:
        return f"[{', '.join(listed_values(term.value or ''))}]"

    def type_of(self, term: Term) -> str:
        return self.names.types.get(term.name, term.type) if term.name else term.type

    def boolean(self, term: Term) -> None:
        self.learn(term, BOOLEAN)
        if self.type_of(term) != BOOLEAN:
            raise Inexact(f"“{term.text}” is read as true or false, and JUEL converts it.")

    def together(self, left: Term, right: Term) -> None:
        """Both of one type; JUEL would convert one to the other."""
        self.learn(left, self.type_of(right))
        self.learn(right, self.type_of(left))
        kinds = {self.type_of(left), self.type_of(right)} - {NULL}
        if len(kinds) > 1:
            raise Inexact(f"It compares {' with '.join(sorted(kinds))}, and JUEL converts.")
        if kinds == {ANY}:
            raise Inexact(f"The types of “{left.text}” and “{right.text}” are not known.")

    def learn(self, term: Term, kind: str) -> None:
        if term.name and self.type_of(term) == ANY and kind not in {ANY, NULL}:
            self.names.types[term.name] = kind


def listed_values(text: str) -> list[str]:
    """Values written as "a","b" or a, b or 1,2 in FEEL; raises Inexact."""
    parts = [part.strip() for part in re.findall(r'\s*(?:"[^"]*"|[^,"]+)\s*(?=,|$)', text)]
    if not parts or text.count(",") != ",".join(parts).count(","):
        raise Inexact("Its list of values cannot be read.")
    return [
        part if re.fullmatch(r"-?\d+(\.\d+)?", part) else engine.quoted(part.strip('"'))
        for part in parts
    ]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Inexact(f"“{text[:40]}” is no day like 2026-11-25.") from None
