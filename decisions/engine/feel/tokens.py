"""Looks at the tokens of a FEEL text one by one and says what is wrong where it stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from decisions.engine.access import PROPERTY_NAMES
from decisions.engine.feel.lexer import Token, next_token, skip_space
from decisions.engine.feel.names import NAME_WORD, Names, first_part, normal_name
from decisions.engine.limits import EXPRESSION_CHARACTERS, NESTING
from decisions.engine.problems import Problem, Refused
from decisions.engine.types import Type

FIXED = frozenset({"symbol", "keyword"})
"""The kinds of tokens that the grammar writes out."""

PROPERTIES = Names(PROPERTY_NAMES)
"""The names that may follow a dot in any text; members of a model have these as their parent."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text may refer to: names in scope, component names, types, and where it stands."""

    names: Names = field(default_factory=Names)
    members: Names = field(default_factory=lambda: Names((), PROPERTIES))
    types: Mapping[str, Type] = field(default_factory=dict)
    where: str = ""


def nesting_problem(where: str, at: int) -> Problem:
    """Build the problem of an expression nested too deep."""
    return Problem(
        "limit.nesting",
        f"The expression is nested more than {NESTING} deep.",
        where,
        "Move inner parts into decisions or contexts of their own.",
        position=at,
    )


class Tokens:
    """The tokens of one text, read under the names in scope."""

    def __init__(self, text: str, around: Surroundings) -> None:
        self.text = text
        self.where = around.where
        self.names = around.names
        self.types = around.types
        self.members = Names((), around.members)
        self.position = 0
        self.depth = 0
        self.range_end = False
        self._token: Token | None = None
        if len(text) > EXPRESSION_CHARACTERS:
            raise self.fault(
                "limit.expression",
                f"The expression has {len(text)} characters; {EXPRESSION_CHARACTERS} are allowed.",
                "Split it into several decisions.",
                1,
            )

    def fault(self, code: str, message: str, hint: str = "", at: int | None = None) -> Refused:
        """Build the refusal for a place in the text."""
        return Refused(Problem(code, message, self.where, hint, position=at))

    def peek(self) -> Token:
        """Look at the next token."""
        if self._token is None:
            self._token = next_token(self.text, self.position, self.names)
        return self._token

    def take(self) -> Token:
        """Move past the next token."""
        token = self._token or self.peek()
        self.position = token.end
        self._token = None
        return token

    def move(self, position: int) -> None:
        """Go on reading at a position."""
        self.position = position
        self._token = None

    def enter(self, names: Names) -> Names:
        """Read on in another scope; gives the scope to return to."""
        outer, self.names = self.names, names
        self._token = None
        return outer

    def sees(self, *texts: str) -> bool:
        """Tell whether the next token is one of these symbols or keywords."""
        token = self._token or self.peek()
        return token.text in texts and token.kind in FIXED

    def accept(self, text: str) -> bool:
        """Take the next token when it is this symbol or keyword."""
        token = self._token or self.peek()
        if token.text != text or token.kind not in FIXED:
            return False
        self.take()
        return True

    def expect(self, text: str, after: str) -> Token:
        """Take this symbol or keyword, or refuse the text."""
        if not self.sees(text):
            raise self.unexpected(f'"{text}" is missing after {after}')
        return self.take()

    def unexpected(self, expected: str = "") -> Refused:
        """Build the refusal of the next token."""
        token = self.peek()
        at = token.start + 1
        if token.kind == "end":
            return self.fault("syntax", f"{expected or 'The expression is not complete'}.", "", at)
        if token.kind == "bad" and token.text == '"':
            return self.fault("syntax", "A text has no closing quote.", 'Add ".', at)
        found = f'"{token.text}" is not expected here'
        message = f"{expected}; {found}." if expected else f"{found}."
        return self.fault("syntax", message, self.hint_for(token), at)

    def hint_for(self, token: Token) -> str:
        """Guess what an unexpected token was meant to be."""
        hints = {"&": "Use and.", "|": "Use or.", "==": "Use =.", "'": 'Texts stand in "...".'}
        if (
            token.kind == "symbol"
            and token.text == "="
            and self.text[token.start - 1 :][:2] == "=="
        ):
            return "Use a single =."
        if token.kind == "name":
            return "An operator or a comma may be missing, or a name is misspelt."
        return hints.get(token.text, "")

    def finish(self) -> None:
        """Refuse anything left over."""
        if self.peek().kind != "end":
            raise self.unexpected()

    def new_name(self, *stops: str) -> str:
        """Read a name that is being introduced, up to and past one of the stop words."""
        start = position = end = skip_space(self.text, self.position)
        part = first_part(self.text, position)
        while part and part not in stops and part not in ")]}(":
            end = position + len(part)
            position = skip_space(self.text, end)
            part = first_part(self.text, position)
        name = normal_name(self.text[start:end])
        if part not in stops or not NAME_WORD.match(name):
            self.move(start)
            raise self.unexpected(f'A name followed by "{stops[0]}" is missing')
        self.move(position if part in (",", ")") else position + len(part))
        return name

    def take_word(self, word: str, after: str) -> None:
        """Take a word that is no keyword by itself."""
        start = skip_space(self.text, self.position)
        match = NAME_WORD.match(self.text, start)
        if match is None or match[0] != word:
            raise self.unexpected(f'"{word}" is missing after {after}')
        self.move(match.end())
