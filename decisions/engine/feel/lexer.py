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

_SPACE = r"(?:[\s\ufeff\u180e\u200b]|//[^\n\r]*|/\*(?s:.*?)\*/)*+"
_SKIP = re.compile(_SPACE)
_TOKEN = re.compile(
    _SPACE
    + rf"""(?:
      ( {NAME_WORD.pattern} )
    | ( (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | ( "[^"\\]*+(?:\\.[^"\\]*+)*+" )
    | ( \*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.@] )
    | ( . )
    )?""",
    re.VERBOSE | re.DOTALL,
)
_KINDS = ("end", "name", "number", "string", "symbol", "bad")
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
    match = _TOKEN.match(text, position)
    assert match is not None  # as every part of the pattern may be missing
    group = match.lastindex or 0
    start, end = match.span(group) if group else (match.end(), match.end())
    found = match[group] if group else ""
    if group == 1:
        return _word(text, found, start, end, names)
    if found == "." and text[end : end + 1].isdigit():
        return Token("bad", found, start, end)
    return Token(_KINDS[group], found, start, end)


def _word(text: str, word: str, start: int, end: int, names: Names) -> Token:
    """Tell names and keywords apart; digits of other scripts begin no name, nor a number."""
    if word[0] > "\x7f" and word[0].isdigit():
        return Token("bad", word[0], start, start + 1)
    known = names.longest_from(word, text, end)
    if known is not None and (known[1] > end or word not in KEYWORDS):
        return Token("name", known[0], start, known[1])
    if word in KEYWORDS:
        return Token("keyword", word, start, end)
    if word[0] == "?" and len(word) > 1:
        return Token("name", "?", start, start + 1)
    return Token("name", word, start, end)


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
