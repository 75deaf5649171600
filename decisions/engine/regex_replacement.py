"""Reads what a pattern's matches are replaced by: texts and groups (XPath F&O 3.1, 5.6.4)."""

from __future__ import annotations

from decisions.engine.regex import PatternError

_DIGITS = tuple("0123456789")


def replacement(text: str, groups: int) -> list[str | int]:
    """Split a replacement into texts and group numbers; raises PatternError."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        character = text[position]
        following = text[position + 1 : position + 2]
        if character == "\\":
            if following not in ("\\", "$"):
                raise PatternError(r"In a replacement, \ stands only before \ or $.")
            parts.append(following)
            position += 2
        elif character == "$":
            if following not in _DIGITS:
                raise PatternError("In a replacement, $ stands before the number of a group.")
            digits = _group_number(text, position + 1, groups)
            parts.append(int(digits) if int(digits) <= groups else "")
            position += 1 + len(digits)
        else:
            parts.append(character)
            position += 1
    return parts


def _group_number(text: str, position: int, groups: int) -> str:
    """Read as many digits as give the number of a group; the rest is text."""
    end = position + 1
    while text[end : end + 1] in _DIGITS and int(text[position : end + 1]) <= groups:
        end += 1
    return text[position:end]
