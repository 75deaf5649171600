"""Cuts a FEEL text into tokens, one at a time, because names depend on the scope."""

from __future__ import annotations

import re
from typing import NamedTuple

from decisions.engine.feel.names import NAME_WORD, Names

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "between",
        "instance",
        "function",
        "external",
        "null",
        "true",
        "false",
    ]
)

_SKIP = re.compile(r"(?:[\s\ufeff\u180e\u200b]|//[^\n\r]*|/\*(?s:.*?)\*/)*")
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SYMBOL = re.compile(r"\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{},:.@]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Token(NamedTuple):
    """One token; `kind` is number, string, name, keyword, symbol, end or bad."""

    kind: str
    text: str
    start: int
    end: int


def skip_space(text: str, position: int) -> int:
    """Give the position after white space and comments."""
    match = _SKIP.match(text, position)
    return match.end() if match else position


def next_token(text: str, position: int, names: Names) -> Token:
    """Read the token at `position`; names known in the scope win over keywords when longer."""
    start = skip_space(text, position)
    if start >= len(text):
        return Token("end", "", start, start)
    first = text[start]
    if first == '"':
        return _match(_STRING, "string", text, start)
    if first.isdigit() or (first == "." and text[start + 1 : start + 2].isdigit()):
        return _match(_NUMBER, "number", text, start)
    word = NAME_WORD.match(text, start)
    if word is None:
        return _match(_SYMBOL, "symbol", text, start)
    known = names.longest(text, start)
    if known is not None and (known[1] > word.end() or word[0] not in KEYWORDS):
        return Token("name", known[0], start, known[1])
    if word[0] in KEYWORDS:
        return Token("keyword", word[0], start, word.end())
    if word[0].startswith("?") and len(word[0]) > 1:
        return Token("name", "?", start, start + 1)
    return Token("name", word[0], start, word.end())


def _match(pattern: re.Pattern[str], kind: str, text: str, start: int) -> Token:
    match = pattern.match(text, start)
    if match is None:
        return Token("bad", text[start], start, start + 1)
    return Token(kind, match[0], start, match.end())


def unescape(token: str) -> str:
    """Give the text of a string token, without its quotes."""
    body = token[1:-1]
    if "\\" not in body:
        return body
    return _join_surrogates(_ESCAPE.sub(_unescape_one, body))


def _unescape_one(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match[0]
    if code in "\"'\\":
        return code
    return _SIMPLE_ESCAPES.get(code, match[0])


def _join_surrogates(text: str) -> str:
    """Join pairs such as \\uD83D\\uDC0E into one character; lone halves become U+FFFD."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
