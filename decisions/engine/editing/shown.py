"""Cells as people read and type them: texts without quotes where the column holds texts.

In a column of texts `alcohol, tobacco` stands for `"alcohol", "tobacco"`, `not(GB, US)` for
`not("GB", "US")`, and in an output the whole cell is one text. What begins with `=` is FEEL, so is
what begins with a quote. `-` is anything, `null` is null. Cells of other columns are FEEL as it is.
"""

from __future__ import annotations

import re

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_LIST = re.compile(rf"\s*{_QUOTED}\s*(?:,\s*{_QUOTED}\s*)*", re.DOTALL)
_NOT = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)
_ITEM = re.compile(_QUOTED)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def to_feel(shown: str, *, text: bool, output: bool = False) -> str:
    """Give the FEEL of a cell as it was typed.

    `text` says whether the column holds texts, `output` whether it is an output. Any text can be
    typed; whether it means something is for the checks to say.
    """
    typed = shown.strip()
    if not output and typed in ("", "-"):
        return "-"
    if not text or typed == "":
        return typed
    if typed.startswith("="):
        return typed[1:].strip()
    if typed.startswith('"') or typed == "null":
        return typed
    if output:
        return _quoted(typed)
    within = _NOT.fullmatch(typed)
    if within is not None and '"' not in within[1]:
        return f"not({_list(within[1])})"
    return _list(typed)


def to_shown(feel: str, *, text: bool, output: bool = False) -> str:
    """Give a cell as people read it; typed again, it means the same."""
    written = feel.strip()
    if not output and written in ("", "-"):
        return "-"
    if not text or written == "":
        return written
    for shown in (_bare(written, output=output), written):
        if shown is not None and _same(to_feel(shown, text=True, output=output), written):
            return shown
    return f"= {written}"


def texts_listed(feel: str) -> list[str]:
    """List the texts that a cell of nothing but texts names; empty for any other cell."""
    if _LIST.fullmatch(feel) is None:
        return []
    return [_ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), v) for v in _ITEM.findall(feel)]


def _bare(written: str, *, output: bool) -> str | None:
    within = None if output else _NOT.fullmatch(written)
    values = texts_listed(within[1] if within is not None else written)
    if not values:
        return None
    bare = ", ".join(values)
    return f"not({bare})" if within is not None else bare


def _same(feel: str, written: str) -> bool:
    return feel == written or _values(feel) == _values(written) != []


def _values(feel: str) -> list[str]:
    """List what a cell of nothing but texts names, `not` first where it is negated."""
    within = _NOT.fullmatch(feel)
    listed = within[1] if within is not None else feel
    if _LIST.fullmatch(listed) is None:
        return []
    return [*(["not"] if within is not None else [""]), *_ITEM.findall(listed)]


def _list(typed: str) -> str:
    return ", ".join(_quoted(part.strip()) for part in typed.split(","))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
